"""What is put before a task: nothing, a better prompt, the tools there are, and what worked earlier."""

from collections.abc import Callable, Sequence

from tui_trainer.experiments.agents.loop import Transcript
from tui_trainer.experiments.agents.tasks import NOUNS, Task
from tui_trainer.serving.notes import names, terms
from tui_trainer.serving.ranking import Index

STEPS = "Step by step. "
TOOLS = "Tools: look up, add. "
Before = Callable[[Task], str]


def nothing(_: Task) -> str:
    """The task alone."""
    return ""


def step_by_step(_: Task) -> str:
    """A better prompt."""
    return STEPS


def with_tools(_: Task) -> str:
    """The tools are named."""
    return TOOLS


def plan(steps: Sequence[str]) -> str:
    """How a task was solved, in short."""
    return f"Earlier: {', '.join(NOUNS.get(step, step) for step in steps)}. "


class Memory:
    """What was done in earlier tasks that came right, found again by the words of a question (BM25)."""

    def __init__(self, transcripts: Sequence[Transcript]) -> None:
        right = [t for t in transcripts if t.success and t.calls]
        self.kept = {t.task.question: called(t.calls) for t in right}
        self._plans = list(self.kept.values())
        self._index = Index([asked_with(question) for question in self.kept])

    def __len__(self) -> int:
        return len(self.kept)

    def __call__(self, task: Task) -> str:
        """The tools, and what was done in the earlier task that is most like this one."""
        if not self.kept:
            return TOOLS
        scores = self._index.scores(asked_with(task.question))
        best = int(scores.argmax())
        return TOOLS + (plan(self._plans[best]) if scores[best] > 0 else "")


def asked_with(question: str) -> list[str]:
    """The words of a question that say what is asked for, whoever it is about."""
    about = names(question)
    return [term for term in terms(question) if term not in about]


def called(calls: Sequence[str]) -> tuple[str, ...]:
    """The steps that these calls were."""
    steps = []
    for call in calls:
        noun = next((noun for noun in NOUNS.values() if call.startswith(f"Look up the {noun} of ")), "add")
        steps.append(noun)
    return tuple(steps)
