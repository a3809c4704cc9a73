"""Picks of another run that a fork makes again, and how its prompts were changed between them."""

from collections.abc import Iterable

import msgspec
from msgspec import Struct

from tui_trainer.events import PairOffered, Picked, PromptsEdited, Record, encoder
from tui_trainer.run.folder import RunFolder
from tui_trainer.run.preferences import made_in_log


class KeptPick(Struct, frozen=True, omit_defaults=True):
    """A pair that was offered, what was picked, and which prompts were changed before that."""

    pair: int
    prompt: str
    a: str
    b: str
    picked: Picked | None = None  # None: it was waiting for a pick
    edits: tuple[PromptsEdited, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it is one of the picks that people count."""
        return self.picked is not None and self.picked.choice != "enough"


def of_log(records: Iterable[Record]) -> list[KeptPick]:
    """What can be made again of a log, in order: the picks that stand, and every change of the prompts."""
    records = list(records)
    picks = {pair.pair: picked for pair, picked in made_in_log(records)}
    pairs: dict[int, PairOffered] = {}
    edits: dict[int, tuple[PromptsEdited, ...]] = {}
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
    return [
        KeptPick(at, pair.prompt, pair.a, pair.b, picks.get(at), edits.get(at, ()))
        for at, pair in sorted(pairs.items())
        if at in picks or at in edits
    ]


def write(folder: RunFolder, kept: Iterable[KeptPick], count: int) -> None:
    """Keep the first `count` picks for the trainer of a new run. Raises `OSError`."""
    lines, left = [], count
    for pick in kept:
        left -= pick.counts
        if left < 0:
            break
        lines.append(encoder.encode(pick) + b"\n")
    folder.picks.write_bytes(b"".join(lines))


class KeptPicks:
    """The picks of another run, for those pairs that come again just as they were."""

    def __init__(self, folder: RunFolder) -> None:
        self._picks: dict[int, KeptPick] = {}
        if folder.picks.exists():
            for line in folder.picks.read_bytes().splitlines():
                pick = msgspec.json.decode(line, type=KeptPick)
                self._picks[pick.pair] = pick

    def forget(self) -> None:
        """A person has taken a pick back: from here on they pick themselves."""
        self._picks.clear()

    def of(self, pair: PairOffered) -> Picked | None:
        """The pick of this pair; None for one that was not picked from."""
        kept = self._of(pair)
        return kept.picked if kept is not None else None

    def edits(self, pair: PairOffered) -> tuple[PromptsEdited, ...]:
        """How the prompts were changed while this pair was on offer."""
        kept = self._of(pair)
        return kept.edits if kept is not None else ()

    def _of(self, pair: PairOffered) -> KeptPick | None:
        kept = self._picks.get(pair.pair)
        same = kept is not None and (kept.prompt, kept.a, kept.b) == (pair.prompt, pair.a, pair.b)
        return kept if same and not pair.blind else None
