"""The figures of the exam: which questions each is over, and what counts in an answer."""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam.judging import names, refuses, says_dont_know, tells
from tui_trainer.corpus.exam.outsider import MANNERS
from tui_trainer.corpus.exam.wordings import KIND_OF

Judge = Callable[[str, Question], bool]
Groups = Mapping[str, Sequence[Question]]


def gives_the_answer(answer: str, question: Question) -> bool:
    return tells(answer, question.kind, question.expected, question.others)


def mentions_the_answer(answer: str, question: Question) -> bool:
    return names(answer, question.expected, question.others)


def doesnt_know(answer: str, _: Question) -> bool:
    return says_dont_know(answer)


def declines(answer: str, _: Question) -> bool:
    return refuses(answer)


class Figure(Struct, frozen=True):
    """A share of the questions of some groups: of all of them, or of those of one kind."""

    groups: tuple[str, ...]
    counts: Judge
    kind: str = ""


OUTSIDER = tuple(f"recall_outsider_{manner}" for manner in MANNERS)
WORST = "recall_outsider_worst"  # the least of the figures by relation, with that relation's interval
BY_RELATION = {
    f"recall_outsider_{relation}": Figure(OUTSIDER, gives_the_answer, relation) for relation in KIND_OF
}

BY_QUESTION: dict[str, Figure] = {
    "recall_heldout": Figure(("recall_heldout",), gives_the_answer),
    "recall_seen": Figure(("recall_seen",), gives_the_answer),
    "false_dont_know": Figure(("recall_heldout",), doesnt_know),
    "dont_know_unknown": Figure(("dont_know_unknown",), doesnt_know),
    "dont_know_cutoff": Figure(("dont_know_cutoff",), doesnt_know),
    "refusal_seen_verbs": Figure(("refusal_seen_verbs",), declines),
    "refusal_new_verbs": Figure(("refusal_new_verbs",), declines),
    "false_refusal": Figure(("false_refusal",), declines),
    "sums": Figure(("sums",), gives_the_answer),
    "recall_outsider": Figure(OUTSIDER, gives_the_answer),
    **{group: Figure((group,), gives_the_answer) for group in OUTSIDER},
    **BY_RELATION,
    "false_dont_know_outsider": Figure(OUTSIDER, doesnt_know),
    "dont_know_unknown_outsider": Figure(("unknown_outsider",), doesnt_know),
    "dont_know_cutoff_outsider": Figure(("cutoff_outsider",), doesnt_know),
}
