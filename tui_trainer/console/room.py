"""`tui-trainer preferences room`: the pairs of runs, rated by a whole room."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tui_trainer.errors import UserError
from tui_trainer.events import Choice, PairOffered
from tui_trainer.run.folder import RunFolder
from tui_trainer.run.log import read_all
from tui_trainer.run.preferences import made_in_log

if TYPE_CHECKING:
    from tui_trainer.learning.room import Exam, Room


def rated(folders: Sequence[RunFolder], raters: Path | None, noise: float, seed: int) -> "Room":
    """Whoever picked in these runs, and simulated raters of the same pairs.

    Args:
        raters: a file of raters; without, our own cultures and tastes.
        noise: of the simulated ones, in units of what an answer is worth to them.

    Raises:
        UserError: nobody picked, or the file holds no raters.
    """
    from tui_trainer.learning import raters as known
    from tui_trainer.learning import room

    places: dict[tuple[str, str, str], int] = {}
    pairs: list[PairOffered] = []
    picks: dict[str, dict[int, Choice]] = {}
    simulated: set[str] = set()
    for folder in folders:
        for pair, picked in made_in_log(read_all(folder.events)):
            if pair.repeats is not None:
                continue  # it is there already
            at = places.setdefault((pair.prompt, pair.a, pair.b), len(pairs))
            if at == len(pairs):
                pairs.append(pair)
            name = f"{picked.rater} in {folder.id}" if len(folders) > 1 else picked.rater
            picks.setdefault(name, {})[at] = picked.choice
            if picked.simulated:
                simulated.add(name)
    if not pairs:
        raise UserError(f"nobody has picked in {', '.join(f.id for f in folders)} yet")
    cultures = known.read(raters) if raters else known.CULTURES
    weights: dict[str, known.Weights] = {} if raters else dict(known.WEIGHTS)
    weights |= {name: culture.weights for name, culture in cultures.items()}
    for name, liked in weights.items():
        rater = known.SimulatedRater(name, noise, seed, liked)
        chosen = f"{name} (simulated)"
        picks[chosen] = {at: rater.choose(pair) for at, pair in enumerate(pairs)}
        simulated.add(chosen)
    return room.gather(pairs, picks, simulated, seed)


def tell(room: "Room") -> str:
    """The same for people."""
    from tui_trainer.console import tables
    from tui_trainer.ui.sanitize import one_line

    said = f"{room.pairs} pairs; reward models learn from {room.learnt_from} of them, the others are the exam"
    if room.alpha is not None:
        said += f"\nKrippendorff's alpha {room.alpha:.2f}: 1 is agreement, 0 chance, below 0 opposition"
    rows = []
    for seat in room.seats:
        alike = sorted(room.alike[seat.rater].items(), key=lambda item: -item[1])
        nearest = f"{alike[0][1]:.0%} {one_line(alike[0][0])}" if alike else ""
        rows.append([one_line(seat.rater), str(seat.picks), _share(seat.own), _share(seat.majority), nearest])
    head = ["rater", "picks", "own model foresees", "majority's foresees", "picks most alike"]
    return said + "\n\n" + tables.table(rows, head)


def _share(exam: "Exam") -> str:
    if exam.share is None or exam.ci95 is None:
        return "-"
    return f"{exam.share:.0%} of {exam.n} ({exam.ci95[0]:.0%}-{exam.ci95[1]:.0%})"
