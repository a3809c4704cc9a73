"""What is true in the tiny world of a run, so that an answer about it can be marked wherever it is shown."""

from typing import TYPE_CHECKING

from tui_trainer.run.storage.folder import RunFolder

if TYPE_CHECKING:
    from tui_trainer.corpus.exam.truth import Judged


def judged(folder: RunFolder, prompt: str, answer: str) -> "Judged | None":
    """An answer held to the run's world; None: that says nothing of it, or the text is the user's own.

    Raises:
        UserError: the plan can't be read.
    """
    from tui_trainer.corpus.exam import truth  # 20 ms, which the first frame does not need

    plan = folder.plan
    if plan.data:
        return None
    return truth.judge(truth.of_seed(plan.seed, plan.settings.data.cutoff), prompt, answer)
