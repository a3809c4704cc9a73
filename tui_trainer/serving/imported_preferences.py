"""Reward models of comparisons from elsewhere, on a run's own tuned model."""

from collections.abc import Callable

import msgspec
import numpy as np

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.errors import UserError
from tui_trainer.learning.answering import Asker
from tui_trainer.learning.preferences.collection import PreferenceCollection
from tui_trainer.learning.preferences.features import features
from tui_trainer.learning.preferences.fine_tuned import ENOUGH, FineTuned, Ground
from tui_trainer.learning.preferences.imported import Comparisons, Learnt, by_features
from tui_trainer.run import machine
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving.frozen import opened

Progress = Callable[[str, int, int], None]  # what is being done, how much of it, of how much


def ground_of(run: RunFolder, doing: Progress) -> Ground:
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
    collection = PreferenceCollection(tuned, asker, prompts, plan.settings, plan.seed)
    while collection.state.sampled < collection.pool_steps:
        doing("answering prompts", collection.state.sampled, collection.pool_steps)
        collection.sample()
    answers = [(p.prompt, answer) for p in collection.state.pool for answer in p.answers]
    if not answers:
        raise UserError(f"the tuned model of run {run.id} gives no whole answer to be compared with")
    return Ground(tuned, asker, answers, plan.seed)


def learn(ground: Ground, own: Comparisons, exam: Comparisons, doing: Progress) -> Learnt:
    """Learn from some comparisons, and predict others; from `ENOUGH` on with both kinds of reward model.

    Raises:
        UserError: no prompt leaves the model room for an answer.
    """
    own, exam, given = _fitting(ground, own), _fitting(ground, exam), len(own) + len(exam)
    if not own:
        raise UserError(f"all {given:,} prompts are too long for the model")
    learnt = by_features(own, exam, np.array([features(answer) for _, answer in ground.answers]))
    fine_tuned = None
    if len(own) >= ENOUGH:
        model = FineTuned(ground)
        model.learn(own, lambda done, of: doing("fine-tuning a reward model", done, of))
        fine_tuned = tuple(model.predicted(exam))
    too_long = given - len(own) - len(exam)
    return msgspec.structs.replace(learnt, too_long=too_long, fine_tuned=fine_tuned)


def _fitting(ground: Ground, comparisons: Comparisons) -> Comparisons:
    return [c for c in comparisons if ground.asker.fits(c[0])]
