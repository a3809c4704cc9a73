"""Randomness without state: a generator for each purpose, from the seed alone.

A run that resumes needs no saved generator: it asks for the same purpose again.
"""

import hashlib
import random


def derive(seed: int, *purpose: str | int) -> int:
    """A 63-bit seed for this purpose; the same on every machine."""
    text = "\x1f".join([str(seed), *map(str, purpose)])
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def rng(seed: int, *purpose: str | int) -> random.Random:
    """A fresh generator for this purpose."""
    return random.Random(derive(seed, *purpose))
