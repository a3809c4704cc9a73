"""What is true in the tiny world of a run, so that an answer about it can be marked wherever it is shown."""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.sanitize import LONGEST

if TYPE_CHECKING:
    from tui_trainer.corpus.exam.telling import Unheard
    from tui_trainer.ui.run_files.verdict import Verdict


def judged(
    folder: RunFolder,
    prompt: str,
    answer: str,
    told: Iterable[str] = (),
    *,
    base: bool,
    ended: bool = True,
) -> "Verdict | None":
    """An answer held to the run's world; None: nothing can be said of it, or the text is the user's own.

    Args:
        told: texts that were read before the prompt.
        base: it is the base model's, which goes on with a text and does not end by itself.
        ended: any other's has.

    Raises:
        UserError: the plan can't be read.
    """
    plan = folder.plan
    if plan.data:
        return None
    # As much of both as is shown: a line of a megabyte costs no more.
    before = tuple(text[:LONGEST] for text in told)
    seed, cutoff = plan.seed, plan.settings.data.cutoff
    return _held(seed, cutoff, prompt[:LONGEST], answer[:LONGEST], before, base, base or ended)


def unheard(folder: RunFolder, prompt: str, answer: str, told: Iterable[str] = ()) -> "Unheard | None":
    """Whether an answer that can't be marked passes by what was told; None: it doesn't, nothing was told, or
    the model has learnt to be told by the user's own text.

    Raises:
        UserError: the plan can't be read.
    """
    if folder.plan.data:
        return None
    from tui_trainer.corpus.exam import telling

    return telling.unheard(prompt[:LONGEST], answer[:LONGEST], [text[:LONGEST] for text in told])


def told_plainly(prompt: str, told: Iterable[str] = ()) -> bool:
    """Whether anything was told in a sentence such as a model has learnt to be told things in."""
    from tui_trainer.corpus.exam import telling

    before = [text[:LONGEST] for text in told]
    last = telling.BETWEEN_SENTENCES.split(prompt[:LONGEST].strip())[-1]
    return any(map(telling.is_plain, [*telling.told_in(prompt[:LONGEST], before), last]))


@lru_cache(maxsize=4)
def plain_sentence(seed: int) -> tuple[str, str]:
    """A sentence such as a model of this world has learnt to be told, of somebody it has never read of; and
    the question for it."""
    from tui_trainer.corpus.common_words import PETS
    from tui_trainer.corpus.exam.wordings import fact_wordings
    from tui_trainer.corpus.names import names
    from tui_trainer.corpus.world import Entity, Fact
    from tui_trainer.corpus.writing.sentences import TEMPLATES, render

    who = Entity(names(seed, "person", "evaluation")[0], "person", asked=False)
    told = render(who, Fact(who.name, "pet", PETS[0]), TEMPLATES["pet"][0])
    return told, fact_wordings("pet", "pairs")[0].format(n=who.name)


@lru_cache(maxsize=1024)  # a prompt is held to each name in the world, and answers are drawn at every key
def _held(
    seed: int, cutoff: int, prompt: str, answer: str, told: tuple[str, ...], base: bool, ended: bool
) -> "Verdict | None":
    from tui_trainer.corpus.exam import truth  # 20 ms, which the first frame does not need
    from tui_trainer.ui.run_files.verdict import Verdict, told_instead, wrong_step

    world = truth.of_seed(seed, cutoff)
    held = truth.judge(world, prompt, answer, told, continues=base)
    if base:
        return None if held is None else Verdict(held, continues=True)
    if held is not None and held.why == "sum":
        return Verdict(held, step=wrong_step(prompt, answer), ended=ended)
    instead = told_instead(world, prompt, answer) if held is None or not held.right else ""
    return Verdict(held, instead=instead, ended=ended) if held is not None or instead else None
