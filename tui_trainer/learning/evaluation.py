"""What the model can do, asked with templates and about entities that it never saw in fine-tuning.

Each figure is a share of held-out questions with its 95 % interval and, beside it, what always giving the
commonest answer would score.
"""

import math
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from itertools import islice
from typing import cast

from msgspec.structs import replace
from torch import Tensor

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam.judging import well_formed
from tui_trainer.formulas.intervals import paired_interval, proportion_interval
from tui_trainer.learning.answering import answering, likeliest
from tui_trainer.learning.exam_figures import (
    BY_QUESTION,
    BY_RELATION,
    FORMAT,
    GROUPS,
    WORST,
    Judge,
    gives_the_answer,
    mentions_the_answer,
)
from tui_trainer.learning.own_answers import own_figures
from tui_trainer.learning.stage import OneStep
from tui_trainer.learning.training import within
from tui_trainer.learning.validation import ValidationLoss, token_bytes, validation_loss
from tui_trainer.messages.events import Answering, Event, Measured, StageName, WeightsName
from tui_trainer.model.transformer import Transformer
from tui_trainer.settings import Settings

COMPLETION_TOKENS = 12
STAGE_OF: dict[WeightsName, StageName] = {"base": "pretrain", "tuned": "finetune", "aligned": "feedback"}

BY_COMPLETION = ("completion_heldout", "completion_seen")


def complete(model: Transformer, corpus: Corpus, prompts: Sequence[str], new: int) -> list[str]:
    """The likeliest continuation of each prompt as plain text, up to the end of its sentence."""
    tokenizer = corpus.tokenizer
    starts = [[tokenizer.document, *tokenizer.encode(p)] for p in prompts]
    return [tokenizer.decode(ids).split(".")[0] for ids in likeliest(model, starts, new, None)]


def share(name: str, right: Sequence[bool], baseline: float | None) -> Measured:
    """A share of questions as a figure with its interval."""
    k, n = sum(right), len(right)
    return Measured(name, k / n if n else 0.0, proportion_interval(k, n) if n else None, n, baseline)


def facts_lost(before: Sequence[bool], after: Sequence[bool]) -> Measured:
    """Of the same questions, the share answered rightly before less the share answered rightly after."""
    n = len(after)
    return Measured(
        "aligned/facts_lost", (sum(before) - sum(after)) / n, paired_interval(before, after), n, 0.0
    )


def commonest_answer(questions: Sequence[Question]) -> float:
    """What giving one and the same answer to all questions of a kind would score at best: whoever can tell a
    question for a river from one for a pet knows that much without knowing a fact."""
    counts: dict[str, Counter[str]] = {}
    for question in questions:
        counts.setdefault(question.kind, Counter()).update(question.expected)
    commonest = sum(max(values.values(), default=0) for values in counts.values())
    return commonest / max(1, len(questions))


class Evaluation(OneStep):
    """All measurements of one stage's weights, as a stage of one step.

    Args:
        weights: whose they are; the figures are named after them.
        tuned: for the aligned weights, the model they come from: which facts it knew, and they do not.
    """

    def __init__(
        self,
        weights: WeightsName,
        model: Transformer,
        corpus: Corpus,
        settings: Settings,
        tuned: Transformer | None = None,
    ) -> None:
        self.weights, self.model, self.corpus = weights, model, corpus
        self.longest = settings.feedback.answer_tokens
        self.name: StageName = STAGE_OF[weights]
        self.tuned = tuned

    def advance(self) -> Iterator[Event]:
        """Ask everything."""
        if total := sum(len(self.corpus.questions.get(group, ())) for group in GROUPS):
            yield Answering(self.name, "exam", 0, total)
        tokenizer = self.corpus.tokenizer
        loss = validation_loss(self.model, self.corpus.validation, token_bytes(tokenizer), tokenizer.document)
        stage = "pretrain" if self.weights == "base" else self.weights
        chance = ValidationLoss(loss.tokens * math.log(tokenizer.size), loss.tokens, loss.bytes)
        for name, n in (("bits_per_byte", loss.bytes), ("nats_per_token", loss.tokens)):
            yield Measured(f"{stage}/{name}", getattr(loss, name), n=n, baseline=getattr(chance, name))
        for group in BY_COMPLETION:
            if questions := self.corpus.questions.get(group):
                texts = complete(self.model, self.corpus, [q.prompt for q in questions], COMPLETION_TOKENS)
                right = [mentions_the_answer(t, q) for t, q in zip(texts, questions, strict=True)]
                yield share(f"{self.weights}/{group}", right, commonest_answer(questions))
        yield from own_figures(self.weights, self.model, self.corpus)
        yield from self._by_question()
        self.step = 1

    def _by_question(self) -> Iterator[Event]:
        asked = {group: qs for group in GROUPS if (qs := self.corpus.questions.get(group))}
        if not asked:
            return
        every = [q for questions in asked.values() for q in questions]
        answers = yield from self._answered(self.model, every)
        yield share(f"{self.weights}/format", [ended and well_formed(t) for t, ended in answers], None)
        yield share(f"{self.weights}/never_ended", [not ended for _, ended in answers], None)
        given = iter(answers)
        replies = {group: list(islice(given, len(questions))) for group, questions in asked.items()}
        for kind, groups in FORMAT.items():
            formed = [ended and well_formed(t) for g in groups for t, ended in replies.get(g, ())]
            if formed:
                yield share(f"{self.weights}/format_{kind}", formed, None)
        if questions := asked.get("recall_heldout"):
            # What stands somewhere in the text, answer or not: the autocomplete knows more than it answers.
            said = [
                mentions_the_answer(t, q)
                for (t, _), q in zip(replies["recall_heldout"], questions, strict=True)
            ]
            yield share(f"{self.weights}/mentions_heldout", said, commonest_answer(questions))
        # A text that goes on and on is no answer.
        texts = {group: [text if ended else "" for text, ended in r] for group, r in replies.items()}
        by_relation = list[Measured]()
        for metric, figure in BY_QUESTION.items():
            marked = [
                (figure.counts(text, question), question)
                for group in figure.groups
                for text, question in zip(texts.get(group, ()), asked.get(group, ()), strict=True)
                if figure.kind in ("", question.kind)
            ]
            if not marked:
                continue
            right, questions = [r for r, _ in marked], [q for _, q in marked]
            baseline = commonest_answer(questions) if figure.counts is gives_the_answer else None
            found = share(f"{self.weights}/{metric}", right, baseline)
            yield found
            if metric in BY_RELATION:
                by_relation.append(found)
            if metric == "recall_heldout" and self.tuned is not None:
                yield Answering(self.name, "exam", 0, len(questions))
                before = yield from self._answered(self.tuned, questions)
                yield facts_lost(self._right(before, figure.counts, questions), right)
        if by_relation:
            yield replace(min(by_relation, key=lambda m: m.value), name=f"{self.weights}/{WORST}")

    def _answered(
        self, model: Transformer, questions: Sequence[Question]
    ) -> Generator[Event, None, list[tuple[str, bool]]]:
        """Their answers; yields how far it is."""
        going = answering(model, self.corpus, questions, self.longest)
        while True:
            try:
                yield Answering(self.name, "exam", next(going), len(questions))
            except StopIteration as ended:
                return cast(list[tuple[str, bool]], ended.value)

    @staticmethod
    def _right(
        answers: Sequence[tuple[str, bool]], judge: Judge, questions: Sequence[Question]
    ) -> list[bool]:
        return [ended and judge(t, q) for (t, ended), q in zip(answers, questions, strict=True)]

    def tensors(self) -> dict[str, Tensor]:
        """The model's weights: an evaluation changes nothing."""
        return {f"model.{name}": value for name, value in self.model.state_dict().items()}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up the weights."""
        self.model.load_state_dict(within(tensors, "model."))
