"""Asking a model: a chat's question answered until it ends, or a text's beginning continued for a while."""

from collections.abc import Generator, Iterator, Sequence
from typing import TypeVar, cast

import torch
from msgspec import Struct

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Question
from tui_trainer.corpus.tokenizer import CharTokenizer
from tui_trainer.model.sampling import generate
from tui_trainer.model.transformer import Transformer

Result = TypeVar("Result")
ROWS = 128  # questions answered at once
CHARACTERS_A_TOKEN = 3  # a character model needs about as many more tokens for the same length of text


class Answer(Struct, frozen=True):
    """What a model said."""

    tokens: tuple[int, ...]  # the new ones; the last is `end` when it ended by itself
    text: str
    ended: bool  # by itself; a continuation counts as ended, as it has no end to reach


class Asker:
    """Puts prompts to a model in the form that it was taught.

    Args:
        corpus: with pairs, prompts are questions in the chat template; without, beginnings of documents.
        context: tokens that a prompt and its answer may take together.
        longest: tokens an answer may take.
    """

    def __init__(self, corpus: Corpus, context: int, longest: int) -> None:
        tokenizer = corpus.tokenizer
        self.tokenizer, self.chat = tokenizer, bool(corpus.pairs)
        if isinstance(tokenizer, CharTokenizer):
            longest *= CHARACTERS_A_TOKEN
        self.longest = max(1, min(longest, context // 2))
        self.room = context - self.longest  # for the prompt
        self.end = tokenizer.end if self.chat else None
        specials = (tokenizer.document, tokenizer.user, tokenizer.assistant, tokenizer.end, tokenizer.pad)
        self.banned = [token for token in specials if token != self.end]

    def fits(self, prompt: str) -> bool:
        """Whether a question leaves room for an answer; a beginning always does, as it is cut."""
        return not self.chat or len(self.tokenizer.chat(prompt)) <= self.room

    def tokens(self, prompt: str) -> list[int]:
        """The prompt up to where the model goes on."""
        if self.chat:
            return self.tokenizer.chat(prompt)
        return [self.tokenizer.document, *self.tokenizer.encode(prompt)[: self.room - 1]]

    def ask(
        self, model: Transformer, prompts: Sequence[str], generator: torch.Generator | None = None
    ) -> list[Answer]:
        """One answer to each prompt: at temperature 1 from the generator, or the likeliest without one.

        Nothing but the role markers is barred: what is sampled is the model's own distribution.
        """
        rows = generate(
            model,
            [self.tokens(prompt) for prompt in prompts],
            self.longest,
            end=self.end,
            temperature=0.0 if generator is None else 1.0,
            generator=generator,
            banned=self.banned,
        )
        return [
            Answer(tuple(ids), self.tokenizer.decode(ids).strip(), self.end is None or ids[-1] == self.end)
            for ids in rows
        ]

    def said(self, text: str) -> list[int]:
        """The tokens of an answer as if the model had given it, its end included; never none."""
        tokens = self.tokenizer.encode(text)[: self.longest - 1]
        return [*tokens, self.end] if self.end is not None else tokens or self.tokenizer.encode(" ")

    def beginnings(self, answer: Answer) -> Iterator[Answer]:
        """What had been said before each token of an answer, as if it were to end by itself."""
        for at in range(len(answer.tokens)):
            tokens = answer.tokens[:at]
            yield Answer(tokens, self.tokenizer.decode(tokens).strip(), True)


def answer_questions(
    model: Transformer, corpus: Corpus, questions: Sequence[Question], longest: int
) -> list[tuple[str, bool]]:
    """The likeliest answer to each question as a chat would ask it, and whether it ended by itself."""
    return _result(answering(model, corpus, questions, longest))


def answering(
    model: Transformer, corpus: Corpus, questions: Sequence[Question], longest: int
) -> Generator[int, None, list[tuple[str, bool]]]:
    """The same, batch by batch: yields how many questions have been answered so far."""
    tokenizer = corpus.tokenizer
    room = model.shape.context - min(longest, model.shape.context // 2)

    def answers(prompts: Sequence[list[int]]) -> Generator[int, None, list[tuple[str, bool]]]:
        rows = yield from _batches(model, prompts, longest, tokenizer.end, tokenizer.silent)
        return [(tokenizer.decode(ids), bool(ids) and ids[-1] == tokenizer.end) for ids in rows]

    opened = [question.opening for question in questions if question.opening]
    replies = iter(_result(answers([tokenizer.chat(opening, room=room) for opening in opened])))
    turns = [((q.opening, next(replies)[0]), *q.turns) if q.opening else q.turns for q in questions]
    prompts = [tokenizer.chat(q.prompt, t, room) for q, t in zip(questions, turns, strict=True)]
    return (yield from answers(prompts))


def likeliest(
    model: Transformer, prompts: Sequence[list[int]], new: int, end: int | None, banned: Sequence[int] = ()
) -> list[list[int]]:
    """Greedy, in batches of prompts of similar length (padding costs), given back in order."""
    return _result(_batches(model, prompts, new, end, banned))


def _result(going: Generator[object, None, Result]) -> Result:
    """What it comes to in the end."""
    while True:
        try:
            next(going)
        except StopIteration as ended:
            return cast(Result, ended.value)


def _batches(
    model: Transformer, prompts: Sequence[list[int]], new: int, end: int | None, banned: Sequence[int]
) -> Generator[int, None, list[list[int]]]:
    """Yields after each batch how many prompts are done."""
    order = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    rows: list[list[int]] = [[] for _ in prompts]
    for first in range(0, len(order), ROWS):
        chosen = order[first : first + ROWS]
        for index, ids in zip(
            chosen, generate(model, [prompts[i] for i in chosen], new, end=end, banned=banned), strict=True
        ):
            rows[index] = ids
        yield first + len(chosen)
    return rows
