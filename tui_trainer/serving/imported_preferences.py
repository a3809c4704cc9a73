"""Reward models of comparisons from elsewhere, on a run's own tuned model; the declared rule chooses one."""

from collections.abc import Callable

import msgspec
import numpy as np

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.errors import UserError
from tui_trainer.learning.answering import Asker
from tui_trainer.learning.preferences.collection import Picking
from tui_trainer.learning.preferences.features import features
from tui_trainer.learning.preferences.fine_tuned import ENOUGH, FineTuned, Ground, Told, compare, work
from tui_trainer.learning.preferences.imported import Comparisons, Learnt, by_features
from tui_trainer.run import machine
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving.frozen import opened

Handlers = Callable[[str, int, int], None]  # what is being done, how much of it, of how much


def ground_of(run: RunFolder, doing: Handlers) -> Ground:
    """A run's tuned model, and the very answers that picks are made from in it: they set the scale.

    Raises:
        UserError: it has no tuned model, a file is missing or damaged, or there are no whole answers.
    """
    if not run.weights("tuned").is_file():
        raise UserError(f"run {run.id} has no tuned model yet; a reward model is trained on one")
    plan = run.plan
    machine.configure(machine.threads(plan.settings.run.threads))
    corpus = Corpus.load(run.corpus)
    tuned = opened(run, "tuned", corpus.tokenizer)
    asker = Asker(corpus, tuned.shape.context, plan.settings.feedback.answer_tokens)
    prompts = [p for p in corpus.prompts(plan.settings.feedback.topic)[0] if asker.fits(p)]
    picking = Picking(tuned, asker, prompts, plan.settings, plan.seed)
    while picking.state.sampled < picking.pool_steps:
        doing("answering prompts", picking.state.sampled, picking.pool_steps)
        picking.sample()
    answers = [(p.prompt, answer) for p in picking.state.pool for answer in p.answers]
    if not answers:
        raise UserError(f"the tuned model of run {run.id} gives no whole answer to be compared with")
    return Ground(tuned, asker, answers, plan.seed)


def learn(ground: Ground, own: Comparisons, exam: Comparisons, doing: Handlers) -> Learnt:
    """Learn from some comparisons, choose by the rule, and foresee others.

    Raises:
        UserError: no prompt leaves the model room for an answer.
    """
    own, exam, given = _fitting(ground, own), _fitting(ground, exam), len(own) + len(exam)
    too_long = given - len(own) - len(exam)
    if not own:
        raise UserError(f"all {given:,} prompts are too long for the model")
    learnt = by_features(own, exam, np.array([features(p, a) for p, a in ground.answers]))
    if len(own) < ENOUGH:
        return msgspec.structs.replace(learnt, too_long=too_long)
    both, once = work(len(own))
    compared = compare(ground, own, _counting(doing, "comparing two reward models", both))
    right, ties = learnt.right, learnt.ties
    if compared.chosen == "fine_tuned":
        model = FineTuned(ground).learn(own, _counting(doing, "learning from all of them", once))
        right, ties = sum(model.foreseen(exam)), 0
    return msgspec.structs.replace(learnt, too_long=too_long, compared=compared, right=right, ties=ties)


def _fitting(ground: Ground, comparisons: Comparisons) -> Comparisons:
    return [c for c in comparisons if ground.asker.fits(c[0])]


def _counting(doing: Handlers, what: str, total: int) -> Told:
    done = 0

    def told(more: int) -> None:
        nonlocal done
        done += more
        doing(what, done, total)

    return told
