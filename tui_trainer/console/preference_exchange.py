"""`tui-trainer preferences`: a run's picks for other tools, and others' picks for our reward model."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from tui_trainer.console import output
from tui_trainer.console.progress import Teller
from tui_trainer.corpus.preference_file import EXAMPLE, Broken, Comparison, Form, Guessed, encode, read
from tui_trainer.corpus.randomness import rng
from tui_trainer.errors import UserError
from tui_trainer.formulas.intervals import mean_share_interval, proportion_interval
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all
from tui_trainer.run.storage.preferences import of_log
from tui_trainer.sanitize import one_line
from tui_trainer.view.numbers import plural

if TYPE_CHECKING:
    from tui_trainer.learning.preferences.imported import Learnt

NAMED = 1000  # broken lines named in `--json` and on stderr; all are counted
LEARNT_FROM = 2000  # comparisons to learn from, and as many to be judged by: an even sample
MOST_HELD = 64_000_000  # characters of them


class FineTuned(Struct):
    """A fine-tuned reward model, on the same comparisons."""

    agreement: float
    agreement_ci95: tuple[float, float]
    difference: float  # to the agreement of the one on frozen features
    difference_ci95: tuple[float, float]


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
    run: str | None = None  # on whose tuned model it was learnt
    too_long: int = 0  # of the sample, for that model
    fine_tuned: FineTuned | None = None  # None: too few, or no run
    ties: int = 0  # of those it did not learn from, both answers alike to it: they count half
    guessed: str = ""  # the encoding, where the file names none


def export(folder: RunFolder, form: Form) -> Iterator[bytes]:
    """The picks of a run in which one answer was preferred, as lines; from its log.

    Raises:
        UserError: there are none, or the log can't be read.
    """
    made = of_log(read_all(folder.events))
    if not made:
        raise UserError(f"nobody has picked in run {folder.id} yet")
    for pick in made:
        if pick.chosen is not None and pick.rejected is not None:
            yield encode(Comparison(pick.prompt, pick.chosen, pick.rejected), form)


def taken_in(path: Path, seed: int, run: RunFolder | None = None) -> Imported:
    """Read a file of preferences and train the reward model on it. Memory does not grow with the file.

    Args:
        run: train it on this run's tuned model, and a fine-tuned one if there are enough; without, the
            answers of the file set the scale.

    Raises:
        UserError: a file can't be read, there is no preference in it, or the run has no tuned model.
    """
    from tui_trainer.learning.preferences.imported import by_features

    teller = Teller(sys.stderr)

    def doing(what: str, done: int, total: int) -> None:
        teller.show(f"{what}  {done / total:.0%}")

    if run is not None:
        from tui_trainer.serving import (
            imported_preferences as imported,  # with torch, which a file alone does without
        )

        ground = imported.ground_of(run, doing)
    guessed, held = "", 0
    kept, count, broken, named = list[Comparison](), 0, 0, list[Broken]()
    draw = rng(seed, "preferences", "sample")
    for found in read(path):
        if isinstance(found, Guessed):
            guessed = f"read as {found.codec}, a guess ({found.why})"
            continue
        if isinstance(found, Broken):
            broken += 1
            if len(named) < NAMED:
                named.append(found)
            continue
        count += 1
        if count % 1000 == 0:
            teller.show(f"{plural(count, 'preference')} read")
        size = _size(found)
        if len(kept) < 2 * LEARNT_FROM and held < MOST_HELD:
            kept.append(found)
            held += size
            continue
        # A reservoir: every line has the same chance to be in it, as long as they are of a usual size.
        place = draw.randrange(count)
        if place < len(kept) and held + size - _size(kept[place]) < 2 * MOST_HELD:
            held += size - _size(kept[place])
            kept[place] = found
    if not count:
        first = f"line {named[0].line}: {named[0].reason}" if named else "it is empty"
        raise UserError(
            f"preferences {path}: there is no preference in it ({plural(broken, 'broken line')}; {first}); "
            f"give lines like {EXAMPLE}"
        )
    draw.shuffle(kept)
    half = max(1, len(kept) // 2)
    texts = [(c.prompt, c.chosen, c.rejected) for c in kept]
    own, exam = texts[:half], texts[half:]
    learnt = by_features(own, exam) if run is None else imported.learn(ground, own, exam, doing)
    teller.clear()
    right, n = sum(learnt.predicted), len(learnt.predicted)
    return Imported(
        count,
        broken,
        named,
        learnt.learnt_from,
        right / n if n else None,
        proportion_interval(right, n) if n else None,
        n,
        learnt.features,
        None if run is None else run.id,
        learnt.too_long,
        _beside(learnt),
        learnt.predicted.count(0.5),
        guessed,
    )


def _beside(learnt: "Learnt") -> FineTuned | None:
    """The fine-tuned model beside the one on frozen features."""
    if not learnt.fine_tuned:
        return None
    n = len(learnt.fine_tuned)
    differences = [own - other for own, other in zip(learnt.fine_tuned, learnt.predicted, strict=True)]
    low, high = mean_share_interval([(1 + difference) / 2 for difference in differences])
    return FineTuned(
        sum(learnt.fine_tuned) / n,
        proportion_interval(sum(learnt.fine_tuned), n),
        sum(differences) / n,
        (2 * low - 1, 2 * high - 1),
    )


def _size(comparison: Comparison) -> int:
    return len(comparison.prompt) + len(comparison.chosen) + len(comparison.rejected)


def tell(imported: Imported) -> str:
    """The same for people; broken lines go to stderr."""
    from tui_trainer.console import tables

    for found in imported.named:
        output.tell(f"line {found.line}: {one_line(found.reason)}")
    if imported.broken > len(imported.named):
        output.tell(f"... and {imported.broken - len(imported.named):,} more")
    if imported.guessed:
        output.tell(one_line(imported.guessed))
    lines = [f"{plural(imported.read, 'preference')} read, {plural(imported.broken, 'broken line')} left out"]
    if imported.too_long:
        lines.append(
            f"{imported.too_long:,} of the sample left out: their prompts are too long for the model"
        )
    if imported.agreement is not None and imported.agreement_ci95 is not None:
        lines.append(
            f"the reward model, from {imported.learnt_from:,} of them, predicts "
            f"{_share(imported.agreement, imported.agreement_ci95)} of {imported.agreement_n:,} others"
        )
        if imported.ties:
            which = "any" if imported.ties == imported.agreement_n else f"{imported.ties:,}"
            lines.append(f"it can't tell the two answers apart in {which} of them: such a tie counts half")
    lines += _fine_tuned(imported)
    liked = sorted(imported.features.items(), key=lambda item: -abs(item[1][0]))
    rows = [[name, f"{mean:+.2f}", f"{spread:.2f}"] for name, (mean, spread) in liked]
    return "\n".join(lines) + "\n\n" + tables.table(rows, ["liked, in log-odds", "weight", "doubt"])


def _fine_tuned(imported: Imported) -> list[str]:
    """How a fine-tuned reward model does beside it."""
    if imported.run is None:
        return []
    found = imported.fine_tuned
    if found is None:
        from tui_trainer.learning.preferences.fine_tuned import ENOUGH

        return [f"a fine-tuned reward model is made from {ENOUGH} comparisons on"]
    low, high = (f"{100 * end:+.1f}" for end in found.difference_ci95)
    return [
        f"one fine-tuned from the tuned model of run {one_line(imported.run)} predicts "
        f"{_share(found.agreement, found.agreement_ci95)} of them: {100 * found.difference:+.1f} points "
        f"({low} to {high})"
    ]


def _share(share: float, ci95: tuple[float, float]) -> str:
    return f"{share:.1%} ({ci95[0]:.1%}-{ci95[1]:.1%})"
