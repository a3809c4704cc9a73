"""What is true in the tiny world of a run, so that an answer about it can be marked wherever it is shown."""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.sanitize import LONGEST

if TYPE_CHECKING:
    from tui_trainer.corpus.exam.truth import Judged


def judged(folder: RunFolder, prompt: str, answer: str, told: Iterable[str] = ()) -> "Judged | None":
    """An answer held to the run's world; None: that says nothing of it, or the text is the user's own.

    Args:
        told: texts that were read before the prompt.

    Raises:
        UserError: the plan can't be read.
    """
    plan = folder.plan
    if plan.data:
        return None
    # As much of both as is shown: a line of a megabyte costs no more.
    before = tuple(text[:LONGEST] for text in told)
    return _held(plan.seed, plan.settings.data.cutoff, prompt[:LONGEST], answer[:LONGEST], before)


@lru_cache(maxsize=1024)  # a prompt is held to each name in the world, and answers are drawn at every key
def _held(seed: int, cutoff: int, prompt: str, answer: str, told: tuple[str, ...]) -> "Judged | None":
    from tui_trainer.corpus.exam import truth  # 20 ms, which the first frame does not need

    return truth.judge(truth.of_seed(seed, cutoff), prompt, answer, told)
