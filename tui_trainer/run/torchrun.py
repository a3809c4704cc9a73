"""What `torchrun` tells the processes that it starts, and how a run ends when one of them is lost."""

import os
from collections.abc import Mapping

from msgspec import Struct


class RankLost(Exception):
    """Another process of this run has ended, or does not answer; one line."""


class Place(Struct, frozen=True):
    """One process's place among those that `torchrun` has started."""

    rank: int = 0  # 0 is the trainer
    ranks: int = 1
    local_rank: int = 0  # among those of this machine
    local_ranks: int = 1


def place(environ: Mapping[str, str] = os.environ) -> Place:
    """This process's place; that of a process alone where `torchrun` has not started it, or only one."""
    try:
        if "TORCHELASTIC_RUN_ID" not in environ or int(environ["WORLD_SIZE"]) < 2:
            return Place()
        names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
        return Place(*(int(environ[name]) for name in names))
    except (KeyError, ValueError):
        return Place()
