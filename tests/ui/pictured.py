"""Made-up pictures of matrices: a structure that grows out of noise."""

import math
from collections.abc import Iterator
from random import Random

from tui_trainer.messages import events as e


def matrices(random: Random, done: float) -> Iterator[e.MatrixState]:
    """Pictures with a structure that grows out of noise; every fourth matrix shares them."""
    pictures = [
        (
            picture(random, done, 0.31, index),
            picture(random, done / 2, 0.012, index + 3),
            picture(random, done / 3, 0.004, index + 5),
        )
        for index in range(4)
    ]
    names = ["embed_tokens"]
    for layer in range(3):
        names += [f"layers.{layer}.self_attn.{part}_proj" for part in ("q", "k", "v", "o")]
        names += [f"layers.{layer}.mlp.fc1", f"layers.{layer}.mlp.fc2"]
    for index, name in enumerate([*names, "lm_head"]):
        shape = (2048, 192) if index in (0, 19) else (192, 192)
        yield e.MatrixState(
            name,
            shape,
            0.05 + 0.1 * done + 0.01 * index,
            0.002 * (1.1 - done) * (1 + index % 5),
            0.001 * (1.05 - done) * (1 + index % 3),
            *pictures[index % 4],
        )


def picture(random: Random, done: float, scale: float, index: int) -> e.Picture:
    """32 x 64 cells: waves by structure, noise by the rest."""
    cells = bytearray()
    for y in range(32):
        for x in range(64):
            wave = math.sin((x + index * 7) / 5) * math.cos(y / (3 + index % 4))
            value = done * wave * 0.8 + (1 - done * 0.6) * random.gauss(0, 0.28)
            cells.append(round(max(-1, min(1, value)) * 127) & 0xFF)
    return e.Picture(32, 64, scale, bytes(cells))
