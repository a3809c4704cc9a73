"""A panel of raters over the pairs of runs: whoever picked there, and simulated raters of the same pairs.

`python -m tui_trainer.serving.rater_panel` reads one JSON object, an `Order`, from its input and prints a
`Gathered`: the screen's other end.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from tui_trainer.errors import UserError
from tui_trainer.learning.preferences import rater_panel as panel
from tui_trainer.learning.preferences import raters as known
from tui_trainer.messages.events import Choice, PairOffered
from tui_trainer.messages.rater_panel import Gathered, Order, RaterPanel
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all
from tui_trainer.run.storage.preferences import made_in_log


def rated(folders: Sequence[RunFolder], raters: Path | None, noise: float, seed: int) -> RaterPanel:
    """Whoever picked in these runs, and simulated raters of the same pairs.

    Args:
        raters: a file of raters; without, our own cultures and tastes.
        noise: of the simulated ones, in units of what an answer is worth to them.

    Raises:
        UserError: nobody picked, or the file holds no raters.
    """
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
    return panel.gather(pairs, picks, simulated, seed)


def answer(line: bytes) -> bytes:
    """One order's answer, as JSON."""
    try:
        order = msgspec.json.decode(line, type=Order)
        folders = [RunFolder(path) for path in order.runs]
        file = Path(order.file) if order.file is not None else None
        return msgspec.json.encode(Gathered(rated(folders, file, order.noise, order.seed)))
    except (UserError, msgspec.DecodeError, OSError) as error:
        return msgspec.json.encode(Gathered(error=str(error)))


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()) + b"\n")
