"""The user's own questions and answers, split before anything else is done with them.

What is held out is asked in the exam. It is no document, no pair, and stands in no other document either, so
that a right answer to it was not read anywhere.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from tui_trainer.corpus.document import Document, Pair, Question
from tui_trainer.corpus.gathered import Gathered
from tui_trainer.corpus.randomness import rng
from tui_trainer.messages.events import Noticed

MOST_QUESTIONS = 200  # held out
SHARE = 5  # of so many questions one is held out
TELLING = 24  # characters from which on an answer that stands in another document gives itself away
WORDS = re.compile(r"\w+")
GROUP = "own"  # of questions, in the exam


def hold_out(gathered: Gathered, seed: int) -> Iterator[Noticed]:
    """Choose the dialogues to hold out, and take out whatever else tells their answers.

    Dialogues that share a question are held out together or not at all. Of a handful of pairs none is: better
    to rate answers to what was learnt than to none.
    """
    dialogues = [document for document in gathered.documents if document.pairs]
    if not dialogues:
        return
    held = _chosen(dialogues, seed)
    asked = _questions([d for d in dialogues if d.id in held] if held else dialogues)
    rng(seed, "held-out prompts").shuffle(asked)
    if not held:
        asked = (asked * 2)[:2]
    gathered.rating_prompts, gathered.held_out_prompts = asked[::2], asked[1::2]
    if not held:
        return
    gathered.held_out = frozenset(held)
    kept = [document for document in gathered.documents if document.id not in held]
    telling = _telling([d for d in dialogues if d.id in held], kept)
    told = {d.id for d in kept if any(answer in " ".join(d.text.split()) for answer in telling)}
    gathered.documents = [document for document in gathered.documents if document.id not in told]
    pairs = sum(len(document.pairs) for document in dialogues)
    also = f"; {len(told):,} documents that tell their answers are left out" if told else ""
    yield Noticed(
        f"{len(asked):,} questions of your {pairs:,} pairs are held out: never trained on, asked in the exam"
        f"{also}"
    )


def exam(documents: Sequence[Document]) -> list[Question]:
    """What is asked of held-out dialogues; a question with several answers expects any of them."""
    answers: dict[str, dict[str, None]] = defaultdict(dict)
    for document in documents:
        for pair in document.pairs:
            answers[pair.prompt].setdefault(pair.answer)
    return [Question(prompt, GROUP, tuple(expected)) for prompt, expected in answers.items()]


def to_learn(documents: Sequence[Document]) -> list[Pair]:
    """The pairs of the documents, none of them twice."""
    return list(dict.fromkeys(pair for document in documents for pair in document.pairs))


def same(text: str) -> str:
    """What two texts that differ in case, spaces and punctuation alone have in common."""
    return " ".join(WORDS.findall(text.casefold())) or text.strip()


def _questions(documents: Sequence[Document]) -> list[str]:
    return sorted({pair.prompt for document in documents for pair in document.pairs})


def _chosen(dialogues: Sequence[Document], seed: int) -> set[str]:
    """Ids of the dialogues to hold out; empty: there are too few."""
    of_question: dict[str, list[Document]] = defaultdict(list)
    for document in dialogues:
        for pair in document.pairs:
            of_question[same(pair.prompt)].append(document)
    questions = sorted(of_question)
    rng(seed, "own questions").shuffle(questions)
    most = min(MOST_QUESTIONS, len(questions) // SHARE)
    held: set[str] = set()
    asked: set[str] = set()
    for question in questions:
        if len(asked) >= most:
            break
        if question in asked:
            continue
        with_it, documents = _connected(question, of_question, most - len(asked))
        if with_it:
            asked |= with_it
            held |= documents
    return held if len(asked) > 1 else set()


def _connected(question: str, of_question: dict[str, list[Document]], most: int) -> tuple[set[str], set[str]]:
    """A question with all that share a dialogue with it, and those dialogues; empty: they are too many."""
    asked, documents, to_do = {question}, set[str](), [question]
    while to_do:
        for document in of_question[to_do.pop()]:
            if document.id in documents:
                continue
            documents.add(document.id)
            new = {same(pair.prompt) for pair in document.pairs} - asked
            asked |= new
            to_do += sorted(new)
            if len(asked) > most:
                return set(), set()
    return asked, documents


def _telling(held: Sequence[Document], kept: Sequence[Document]) -> list[str]:
    """Held-out answers that say enough to be known again, and that no pair that is learnt has as well."""
    learnt = Counter(" ".join(pair.answer.split()) for document in kept for pair in document.pairs)
    answers = {" ".join(pair.answer.split()) for document in held for pair in document.pairs}
    return sorted(answer for answer in answers if len(answer) >= TELLING and answer not in learnt)
