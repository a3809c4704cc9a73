"""All that the data stage starts from, whichever door it came through."""

from msgspec import Struct

from tui_trainer.corpus.document import Document, Pair, Question

MOST_NAMED = 2  # things left out, in a line about too little text


class Gathered(Struct):
    """Documents before any filter, and what goes with them."""

    documents: list[Document]
    pairs: list[Pair] = []  # for fine-tuning; empty: those of the documents that are trained on, if any
    questions: dict[str, list[Question]] = {}  # for evaluation, by group
    rating_prompts: list[str] = []  # empty: beginnings of held-out documents
    held_out_prompts: list[str] = []
    upset_prompts: list[str] = []  # empty: there are none on that topic
    upset_held_out: list[str] = []
    # Of the user's own dialogues: ids of documents that are asked for in the exam, and never trained on.
    held_out: frozenset[str] = frozenset()
    skipped: list[str] = []  # what was left out of the user's text and why, a line each
    remarks: list[str] = []  # what else is to be known of how it was read, as an encoding that was guessed

    def why_less(self) -> str:
        """How it was read, for a line about too little text, in brackets: first what was left out; or ""."""
        told = [*self.skipped, *self.remarks]
        if not told:
            return ""
        more = len(told) - MOST_NAMED
        first = "; ".join(line[:300] for line in told[:MOST_NAMED])
        return f" ({first}{f'; and {more:,} more' if more > 0 else ''})"
