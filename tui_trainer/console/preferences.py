"""`tui-trainer preferences`: a run's picks for other tools, and others' picks for our reward model."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from msgspec import Struct

from tui_trainer.corpus.preference_file import Broken, Comparison, Form, encode, parse, read
from tui_trainer.corpus.randomness import rng
from tui_trainer.errors import UserError
from tui_trainer.run.folder import RunFolder
from tui_trainer.statistics import proportion_interval

NAMED = 1000  # broken lines named in `--json` and on stderr; all are counted
LEARNT_FROM = 2000  # comparisons to learn from, and as many to be judged by: an even sample


class Imported(Struct):
    """What `--json` prints of a file."""

    read: int
    broken: int
    named: list[Broken]
    learnt_from: int
    agreement: float | None  # on comparisons it did not learn from
    agreement_ci95: tuple[float, float] | None
    agreement_n: int
    features: dict[str, tuple[float, float]]  # what is liked: mean, standard deviation


def export(folder: RunFolder, form: Form) -> Iterator[bytes]:
    """The picks of a run in which one answer was preferred, as lines.

    Raises:
        UserError: there are none.
    """
    if not folder.preferences.exists():
        raise UserError(f"nobody has picked in run {folder.id} yet")
    for line in folder.preferences.read_bytes().splitlines():
        if msgspec.json.decode(line).get("chosen") is not None:
            yield encode(parse(line), form)


def taken_in(path: Path, seed: int) -> Imported:
    """Read a file of preferences and train the reward model on it. Memory does not grow with the file.

    Raises:
        UserError: it can't be read, or there is no preference in it.
    """
    from tui_trainer.learning.features import NAMES, features
    from tui_trainer.learning.reward_model import RewardModel

    kept, count, broken, named = list[Comparison](), 0, 0, list[Broken]()
    draw = rng(seed, "preferences", "sample")
    for found in read(path):
        if isinstance(found, Broken):
            broken += 1
            if len(named) < NAMED:
                named.append(found)
            continue
        count += 1
        if len(kept) < 2 * LEARNT_FROM:
            kept.append(found)
        elif (place := draw.randrange(count)) < len(kept):
            kept[place] = found  # a reservoir: every line has the same chance to be in it
    if not count:
        raise UserError(f"preferences {path}: there is no preference in it ({broken:,} broken lines)")
    draw.shuffle(kept)
    own, exam = kept[: max(1, len(kept) // 2)], kept[max(1, len(kept) // 2) :]
    rows = [(features(c.prompt, c.chosen), features(c.prompt, c.rejected)) for c in own]
    model = RewardModel(np.array([row for pair in rows for row in pair]))
    model.learn_all([chosen for chosen, _ in rows], [rejected for _, rejected in rows])
    right = sum(
        bool(model.score(features(c.prompt, c.chosen)) > model.score(features(c.prompt, c.rejected)))
        for c in exam
    )
    return Imported(
        count,
        broken,
        named,
        len(own),
        right / len(exam) if exam else None,
        proportion_interval(right, len(exam)) if exam else None,
        len(exam),
        model.weights(NAMES),
    )


def tell(imported: Imported) -> str:
    """The same for people; broken lines go to stderr."""
    from tui_trainer.console import tables
    from tui_trainer.ui.sanitize import one_line

    for found in imported.named:
        print(f"line {found.line}: {one_line(found.reason)}", file=sys.stderr)
    if imported.broken > len(imported.named):
        print(f"... and {imported.broken - len(imported.named):,} more", file=sys.stderr)
    lines = [f"{imported.read:,} preferences read, {imported.broken:,} broken lines left out"]
    if imported.agreement is not None and imported.agreement_ci95 is not None:
        low, high = imported.agreement_ci95
        lines.append(
            f"the reward model, from {imported.learnt_from:,} of them, foresees {imported.agreement:.0%} of "
            f"{imported.agreement_n:,} others ({low:.0%}-{high:.0%})"
        )
    liked = sorted(imported.features.items(), key=lambda item: -abs(item[1][0]))
    rows = [[name, f"{mean:+.2f}", f"{spread:.2f}"] for name, (mean, spread) in liked]
    return "\n".join(lines) + "\n\n" + tables.table(rows, ["liked, in log-odds", "weight", "doubt"])
