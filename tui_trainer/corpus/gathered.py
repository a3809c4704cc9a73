"""All that the data stage starts from, whichever door it came through."""

from msgspec import Struct

from tui_trainer.corpus.document import Document, Pair, Question


class Gathered(Struct):
    """Documents before any filter, and what goes with them."""

    documents: list[Document]
    pairs: list[Pair] = []  # for fine-tuning; empty: the run has no assistant
    questions: dict[str, list[Question]] = {}  # for evaluation, by group
    rating_prompts: list[str] = []  # empty: beginnings of held-out documents
    held_out_prompts: list[str] = []
    upset_prompts: list[str] = []  # empty: there are none on that topic
    upset_held_out: list[str] = []
