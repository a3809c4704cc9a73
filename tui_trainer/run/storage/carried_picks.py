"""Picks of another run that a fork makes again, and how its prompts were changed between them.

Who said there that the model is to be turned although no taste was found has said it for the fork, too: it is
not asked again, as long as it comes to the same question about the same picks. Who went on picking there is
held to the stricter level here, too: the picks have been tested before.
"""

import hashlib
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from tui_trainer.errors import foreign
from tui_trainer.files import read_own
from tui_trainer.messages.events import (
    ANSWERS,
    PairOffered,
    Picked,
    PromptsEdited,
    Record,
    TasteTested,
    encoder,
)
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.preferences import made_in_log


class CarriedPick(Struct, frozen=True, omit_defaults=True):
    """A pair that was offered, what was picked, and which prompts were changed before that; or a question
    that was asked about the picks, and the answer."""

    pair: int
    prompt: str = ""
    a: str = ""
    b: str = ""
    picked: Picked | None = None  # None: it was waiting for a pick
    edits: tuple[PromptsEdited, ...] = ()
    tested: TasteTested | None = None  # the question

    @property
    def counts(self) -> bool:
        """Whether it is one of the picks that people count."""
        return self.picked is not None and self.picked.choice not in ("enough", *ANSWERS)


def of_log(records: Iterable[Record]) -> list[CarriedPick]:
    """What can be made again of a log: how often the person went on picking, the picks that stand in order,
    every change of the prompts, and that the model is to be turned to picks without a taste."""
    records = list(records)
    picks = {pair.pair: picked for pair, picked in made_in_log(records)}
    pairs: dict[int, PairOffered] = {}
    edits: dict[int, tuple[PromptsEdited, ...]] = {}
    tested: TasteTested | None = None
    more: list[CarriedPick] = []
    anyway: list[CarriedPick] = []
    now = 0  # the pair on offer
    for record in records:
        match record.event:
            case PairOffered(blind=False) as pair:
                now = pair.pair
                pairs[now] = pair
            case PromptsEdited() as edit:
                edits[now] = (*edits.get(now, ()), edit)
            case Picked(choice="undo") as undo:
                # The prompts stay as they were changed; the pairs offered from here on know of it.
                before = undo.pair - 1
                edits[before] = edits.get(before, ()) + edits.pop(undo.pair, ())
            case TasteTested() as tested:
                anyway = []
            case Picked(choice="more") as said if tested is not None:
                more.append(CarriedPick(said.pair, picked=said, tested=tested))
            case Picked(choice="anyway") as said if tested is not None:
                anyway = [CarriedPick(said.pair, picked=said, tested=tested)]
    # First what was said before the last picks: `encode` leaves out what comes after some of them.
    return [
        *more,
        *(
            CarriedPick(at, pair.prompt, pair.a, pair.b, picks.get(at), edits.get(at, ()))
            for at, pair in sorted(pairs.items())
            if at in picks or at in edits
        ),
        *anyway,
    ]


def encode(kept: Iterable[CarriedPick], count: int) -> bytes:
    """The first `count` picks, as `picks.jsonl` of a new run holds them for its trainer."""
    lines, left = [], count
    for pick in kept:
        left -= pick.counts
        if left < 0:
            break
        lines.append(encoder.encode(pick) + b"\n")
    return b"".join(lines)


class CarriedPicks:
    """The picks of another run, for those pairs that come again just as they were.

    Raises:
        UserError: the file is not what the plan says of it.
    """

    def __init__(self, folder: RunFolder) -> None:
        self.more: list[CarriedPick] = []  # no taste was found, and the person went on picking
        self._picks: dict[int, CarriedPick] = {}
        self._answer: CarriedPick | None = None
        forked = folder.plan.forked
        if forked is None or not forked.picks:
            return
        with foreign(f"the picks that run {folder.id} is to make again can't be read (picks.jsonl)"):
            content = read_own(folder.picks)
            if forked.picks_sha256 not in ("", hashlib.sha256(content).hexdigest()):
                raise ValueError(f"it is damaged, or was changed; fork run {forked.source} again")
            for line in content.split(b"\n"):
                if line.strip():
                    pick = msgspec.json.decode(line, type=CarriedPick)
                    if pick.picked is not None and pick.picked.choice == "more":
                        self.more.append(pick)
                    elif pick.tested is not None:
                        self._answer = pick
                    else:
                        self._picks[pick.pair] = pick

    def forget(self) -> None:
        """A person has taken a pick back: from here on they pick themselves. How often the picks have been
        tested stays."""
        self._picks.clear()
        self._answer = None

    def of(self, pair: PairOffered | TasteTested) -> Picked | None:
        """The pick of this pair, or the answer to this question; None for one that was not answered."""
        kept = self._of(pair) if isinstance(pair, PairOffered) else self._answered(pair)
        return kept.picked if kept is not None else None

    def edits(self, pair: PairOffered) -> tuple[PromptsEdited, ...]:
        """How the prompts were changed while this pair was on offer."""
        kept = self._of(pair)
        return kept.edits if kept is not None else ()

    def _answered(self, asked: TasteTested) -> CarriedPick | None:
        kept = self._answer
        if kept is None or kept.tested is None or _counted(kept.tested) != _counted(asked):
            return None
        return kept

    def _of(self, pair: PairOffered) -> CarriedPick | None:
        kept = self._picks.get(pair.pair)
        same = kept is not None and (kept.prompt, kept.a, kept.b) == (pair.prompt, pair.a, pair.b)
        return kept if same and not pair.blind else None


def _counted(tested: TasteTested) -> tuple[int, ...]:
    """Which picks it is about; how rare they are is left to the machine's last digits."""
    return tested.pair, tested.picks, tested.decided, tested.predicted
