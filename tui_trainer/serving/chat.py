"""A conversation with frozen weights: nothing said in it changes one of them."""

import codecs
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.errors import Damaged
from tui_trainer.learning.randomness import generator
from tui_trainer.messages.conversation import Drawing, Note, Read
from tui_trainer.model.sampling import stream
from tui_trainer.model.transformer import Transformer
from tui_trainer.model.weights_hash import decoded_sha256, weights_sha256

GREEDY = Drawing()
# Of the context, kept free for an answer. With half of it, hardly a turn before had room.
RESERVED = 3 / 8


@dataclass
class Answer:
    """What was read, and which tokens came of it."""

    prompt: list[int]
    read: Read
    drawing: Drawing
    banned: tuple[int, ...]  # tokens that could not come
    notes: tuple[Note, ...] = ()  # those put before the text
    tokens: list[int] = field(default_factory=list)  # the end among them, if it came


class ChatSession:
    """The turns so far, and the model that answers the next one.

    Args:
        model: frozen weights; read, never written.
        tokenizer: the one the model was trained with.
        continues: the model was never taught to answer (it is the base model, or its corpus had no pairs):
            it goes on with the text given to it, and there are no turns.
        answer_tokens: the longest answer. So much room is left for it where there is no conversation yet;
            the oldest turns are forgotten to leave `RESERVED` of the context.
        name: of the weights, for people.
    """

    def __init__(
        self,
        model: Transformer,
        tokenizer: Tokenizer,
        *,
        continues: bool = False,
        answer_tokens: int = 48,
        name: str = "",
    ) -> None:
        self.model, self.tokenizer, self.continues, self.name = model, tokenizer, continues, name
        self.answer_tokens = min(answer_tokens, model.shape.context // 2)
        self.reserved = min(self.answer_tokens, int(RESERVED * model.shape.context))
        self.turns: list[tuple[str, str]] = []
        self.sha256, self._copy = weights_sha256(model), decoded_sha256(model)

    def forget(self) -> None:
        """Begin a new conversation."""
        self.turns = []

    def prepare(
        self,
        text: str,
        drawing: Drawing = GREEDY,
        notes: Sequence[Note] = (),
        *,
        of_notes: int | None = None,
        alone: bool = False,
    ) -> Answer:
        """What the model will read before it answers `text`.

        Notes come first, in the form in which it was taught to read what is told: as sentences before the
        question; as many of them as there is room for. Then as many whole turns before it as the context
        holds, the latest of them. Of a text too long by itself, the model reads the end.

        Args:
            of_notes: so many were looked in; None: none were.
            alone: leave the turns out.
        """
        room = self.model.shape.context - self.reserved
        most = room - (1 if self.continues else 3)  # of the text's own tokens
        own, put, whole = self.tokenizer.encode(text), tuple[Note, ...](), text
        cut = len(own) > most
        for note in notes:
            noted = " ".join([*(n.text for n in (*put, note)), text])
            if len(self.tokenizer.encode(noted)) <= most:
                put, whole = (*put, note), noted
        turns = () if alone else self.turns
        if self.continues:
            tokens = [self.tokenizer.document, *self.tokenizer.encode(whole)[-most:]]
        else:
            tokens = self.tokenizer.chat(whole, turns, room)
        read = Read(
            tokens=len(tokens),
            context=self.model.shape.context,
            turns=max(0, tokens.count(self.tokenizer.user) - 1),
            of_turns=len(turns),
            cut=cut,
            notes=len(put),
            of_notes=of_notes,
        )
        return Answer(tokens, read, drawing, self.tokenizer.silent, put)

    def reply(self, text: str, drawing: Drawing = GREEDY) -> Generator[str]:
        """The answer, piece by piece; see `give`."""
        text = text.strip()
        return self.give(text, self.prepare(text, drawing))

    def give(self, text: str, answer: Answer, *, alone: bool = False) -> Generator[str]:
        """The answer to what was prepared, piece by piece, each as soon as its characters are whole.

        The turn is remembered when the iterator is exhausted, and as far as it has come when it is closed;
        without the notes, which are looked for anew at each question.
        """
        # A token may hold part of a character: pieces are cut at whole ones.
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        spelling = self.tokenizer.spelling()
        said = ""
        most = min(self.answer_tokens, self.model.shape.context - len(answer.prompt))
        tokens = stream(
            self.model,
            answer.prompt,
            most,
            end=self.tokenizer.end,
            temperature=answer.drawing.temperature,
            generator=generator(answer.drawing.seed, "chat"),
            banned=answer.banned,
            top_p=answer.drawing.top_p,
        )
        try:
            for token in tokens:
                answer.tokens.append(token)
                piece = decoder.decode(spelling.add(token))
                if piece:
                    said += piece
                    yield piece
            if len(answer.tokens) < most:
                answer.tokens.append(self.tokenizer.end)
            if rest := decoder.decode(b"", final=True):
                said += rest
                yield rest
        finally:
            if not self.continues and not alone:
                self.turns.append((text, said))

    def check(self) -> str:
        """The hash of the weights as they are now, made anew from the tensors.

        Those that tokens are computed from, which are these laid out otherwise, are held to what they were,
        too.

        Raises:
            Damaged: it is not what it was at the beginning.
        """
        now = weights_sha256(self.model)
        if now != self.sha256 or decoded_sha256(self.model) != self._copy:
            raise Damaged(
                f"the {self.name} weights in memory are not the frozen ones any more (SHA-256 "
                f"{self.sha256[:12]}): not the chat but something else has written to them, as a flipped bit "
                "does; the answer above is not to be trusted, and the next question reads them from the file"
            )
        return now
