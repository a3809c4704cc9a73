"""A conversation with frozen weights: nothing said in it changes one of them."""

import codecs
from collections.abc import Iterator

from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.model.sampling import stream
from tui_trainer.model.transformer import Transformer


class ChatSession:
    """The turns so far, and the model that answers the next one.

    Args:
        model: frozen weights; read, never written.
        tokenizer: the one the model was trained with.
        continues: the model was never taught to answer (it is the base model, or its corpus had no pairs):
            it goes on with the text given to it, and there are no turns.
        answer_tokens: the longest answer; the oldest turns are forgotten to leave room for it.
    """

    def __init__(
        self, model: Transformer, tokenizer: Tokenizer, *, continues: bool = False, answer_tokens: int = 48
    ) -> None:
        self.model, self.tokenizer, self.continues = model, tokenizer, continues
        self.answer_tokens = min(answer_tokens, model.shape.context // 2)
        self.turns: list[tuple[str, str]] = []

    def prompt(self, text: str) -> list[int]:
        """What the model reads before it answers `text`: as many whole turns as its context holds.

        Of a text too long by itself, the model reads the end.
        """
        room = self.model.shape.context - self.answer_tokens
        if self.continues:
            return [self.tokenizer.document, *self.tokenizer.encode(text)[-(room - 1) :]]
        return self.tokenizer.chat(text, self.turns, room)

    def reply(self, text: str) -> Iterator[str]:
        """The answer, piece by piece, each as soon as its characters are whole.

        Takes the likeliest token each time, so the same talk gets the same answers. The turn is remembered
        when the iterator is exhausted.
        """
        text = text.strip()
        # A token may hold part of a character: pieces are cut at whole ones.
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        answer = ""
        for token in stream(
            self.model,
            self.prompt(text),
            self.answer_tokens,
            end=self.tokenizer.end,
            banned=self.tokenizer.silent,
        ):
            piece = decoder.decode(self.tokenizer.decode_bytes([token]))
            if piece:
                answer += piece
                yield piece
        if rest := decoder.decode(b"", final=True):
            answer += rest
            yield rest
        if not self.continues:
            self.turns.append((text, answer))
