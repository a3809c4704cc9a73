"""The conversation as lines, and before anything is frozen, what the model would write now."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from tui_trainer.messages.conversation import Drawing, Note, Read
from tui_trainer.messages.events import WeightsName
from tui_trainer.sanitize import one_line, sanitize
from tui_trainer.ui.drawing.lines import BLANK, Part, filled, line, paragraph
from tui_trainer.ui.panes.pane import empty
from tui_trainer.ui.renderers import samples, truth
from tui_trainer.ui.run_files.world import plain_sentence
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.page import Page
from tui_trainer.view import noise, numbers, words
from tui_trainer.view.reading import has_read
from tui_trainer.view.text import cut, fit, fullest, wrap

if TYPE_CHECKING:
    from tui_trainer.corpus.exam.telling import Unheard
    from tui_trainer.ui.run_files.verdict import Verdict

NEW = "a new conversation: the model reads nothing of what stands above"
WAITING = "Your question waits for its turn."
KEPT = 200  # turns
KEPT_CHARACTERS = 20_000  # of one turn


@dataclass
class Turn:
    """What one side said."""

    # "new": a conversation begins here; "note": something about it.
    who: Literal["you", "error", "new", "note"] | WeightsName
    text: str = ""
    asked: str = ""  # the question that it answers
    sha256: str = ""
    open: bool = False  # more is coming
    stopped: bool = False
    ended: bool = True  # by itself
    read: Read | None = None  # before the answer
    drawing: Drawing = field(default_factory=Drawing)
    told: tuple[str, ...] = ()  # sentences of the question kept as notes
    notes: tuple[Note, ...] = ()  # put before the question
    answer: int = 0  # its number, by which it can be looked into
    judged: "Verdict | None" = None  # held to the world
    unheard: "Unheard | None" = None  # ... or, where the world says nothing of it, to what was told
    plainly: bool = False  # which was put as it has learnt to be told things
    seen: float | None = None  # when the hash under it first stood on the screen


def _label(turn: Turn) -> str:
    """By whom an answer was given, that nothing was learnt from it, and what was read before it."""
    who = f"{turn.who} {one_line(turn.sha256)[:8]}"
    if turn.read is None:
        return who
    return f"{'stopped · ' if turn.stopped else ''}{who} unchanged · {has_read(turn.read)}"


class Conversation(Page):
    """Turns from the bottom up; scrolls by pages."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(self._drawn, id="conversation")
        self.scene = scene
        self.waited = ""  # what an answer waits for, and for how long
        self.turns: list[Turn] = []

    def add(self, turn: Turn) -> Turn:
        """Append a turn, and forget the oldest ones."""
        self.turns = [*self.turns, turn][-KEPT:]
        self.first = 0
        return turn

    @property
    def begun(self) -> bool:
        """Whether anything was said yet; notes on what was switched are nothing said."""
        return any(turn.who != "note" for turn in self.turns)

    def take_up(self, turns: list[Turn]) -> None:
        """Show what was said to this run's models before its screen was closed; none has read it now."""
        for turn in turns:
            turn.open = False
        kept = [*turns, Turn("new")] if turns and turns[-1].who != "new" else turns
        self.turns = kept[-KEPT:]

    def told_before(self, answer: Turn) -> list[str]:
        """What the person had said that was read before an answer: earlier turns, and notes."""
        told: list[str] = []
        for turn in self.turns:
            if turn is answer:
                break
            told = [] if turn.who == "new" else [*told, turn.asked] if turn.who == answer.who else told
        read = answer.read.turns if answer.read is not None else 0
        return [*told[len(told) - read :], *(note.text for note in answer.notes)]

    def scroll_page(self, direction: int) -> None:
        """A page towards the beginning (1) or the end (-1)."""
        self.scroll_by(direction * max(1, self.size.height - 1))

    def _drawn(self, width: int, height: int) -> list[Strip]:
        if not self.begun:
            notes = [row for turn in self.turns for row in self._turn(turn, width)]
            return [*self._before(width, height - len(notes)), *notes]
        if self.writes:
            written = samples.board(self.scene, self.scene.state.samples[-1], width, height - 1)
            shows = "enter shows it" if self.scene.pane == 5 else "key 5"
            said = f"your conversation is kept: {shows}"
            return [
                *filled(written, height - 1),
                line((said if len(said) <= width else "", self.scene.ink.muted)),
            ]
        rows: list[Strip] = []
        ends: list[tuple[Turn, int]] = []  # the line that each turn ends with, counted from the end
        for turn in reversed(self.turns):
            ends.append((turn, len(rows)))
            rows = [*self._turn(turn, width), BLANK, *rows]
            if len(rows) > self.first + height:
                break
        shown = self.scrolled(rows[-2::-1], height)[::-1]  # scrolled to from the end
        for turn, end in ends:
            high = len(wrap(_label(turn), width - 2))
            if turn.sha256 and self.first <= end and end + high <= self.first + height:
                turn.seen = self.scene.clock() if turn.seen is None else turn.seen
        return [*([BLANK] * (height - len(shown))), *shown]

    def _turn(self, turn: Turn, width: int) -> list[Strip]:
        ink = self.scene.ink
        text = sanitize(turn.text[:KEPT_CHARACTERS]).strip()
        if turn.who == "error":
            return paragraph(f"✗ {text}", ink.bad, width)
        if turn.who == "note":
            return paragraph(text, ink.muted, width)
        if turn.who == "you":
            return [
                line(("› " if not index else "  ", ink.accent("frozen")), (row, ink.strong))
                for index, row in enumerate(wrap(text, width - 2))
            ]
        if turn.who == "new":
            said = fullest((NEW, NEW.partition(":")[0]), width - 6)
            return [line((f"── {said} ".ljust(width, "─"), ink.muted))]
        coming = f"{text} …" if text else f"… {self.waited or WAITING}"
        shown = wrap(coming if turn.open else text, width - 2) or [""]
        if not text and not turn.open:
            shown = ["(it said nothing)"]
        rows = [row for kept in turn.told for row in self._noted("kept as a note", kept, width)]
        for note in turn.notes:
            rows += self._noted(f"from {one_line(note.file)}, score {note.score:.2f}", note.text, width)
        rows += [line(("  ", ink.text), (row, ink.text)) for row in shown]
        if turn.judged is not None:
            rows += self._beneath(*truth.said(ink, turn.judged), width)
        elif turn.unheard is not None:
            rows += self._beneath(self._passed_by(turn), ink.muted, width)
        if not turn.open:
            rows += self._noise(turn, width)
            for signs in words.of_no_letters(turn.text[:KEPT_CHARACTERS])[:1]:
                rows += self._beneath(signs, ink.muted, width)
            rows += self._beneath(_label(turn), ink.muted, width)
        return rows

    def _passed_by(self, turn: Turn) -> str:
        """That an answer has nothing of what was told, which is no mark; and what to type instead, or how
        often such is used."""
        told, exam = turn.unheard == "told", self.scene.state.measured.get(f"{turn.who}/told")
        if turn.plainly:
            often = f": in its exam it used {numbers.percent(exam.value)}" if exam else ""
            nothing = "It does nothing with this." if told else "Nothing you told it is in this."
            return f"{nothing} It doesn't always use what it is told so plainly{often}."
        nothing = "It can do nothing with this." if told else "Nothing you told it is in this."
        tells, asks = plain_sentence(self.scene.folder.plan.seed)
        return f"{nothing} It can use a plain sentence, such as “{tells}”, then “{asks}”"

    def _noise(self, turn: Turn, width: int) -> list[Strip]:
        """That there is noise in an answer: not in what the person said, whatever word that was."""
        text, heard = turn.text[:KEPT_CHARACTERS], (turn.asked, *self.told_before(turn))
        ink, base = self.scene.ink, turn.who == "base"  # which answers nothing, and is not marked
        whole = turn.ended and not turn.stopped and not base
        found = noise.told(self.scene.vocabulary.noise(text, heard, ended=whole, goes_on=base))
        said, style = ("", ink.muted) if base else ("✗ ", ink.bad)
        return self._beneath(f"{said}{found[0]}", style, width) if found else []

    @staticmethod
    def _beneath(said: str, style: Style, width: int) -> list[Strip]:
        """What stands under an answer, as far in."""
        return [line(("  ", style), (row, style)) for row in wrap(said, width - 2)]

    def _noted(self, what: str, text: str, width: int) -> list[Strip]:
        """A sentence that is, or has become, a note."""
        return paragraph(f"▪ {what}: {one_line(text)}", self.scene.ink.accent("data"), width)

    @property
    def writes(self) -> bool:
        """What the model that learns writes is shown, and no conversation."""
        return self._writing and not (self.begun and self._used)

    @property
    def _writing(self) -> bool:
        """A stage is running that shows what the model writes."""
        state = self.scene.state
        learning = state.stage in ("pretrain", "finetune") and bool(state.samples)
        return learning and state.stages[state.samples[-1].stage].status == "running"

    @property
    def _used(self) -> bool:
        """Somebody types here, or is being answered: what was said matters more than samples."""
        box = self.app.focused if self.is_attached else None
        return self.scene.answering or (box is not None and box.parent is self.parent)

    # -- before the first turn ---------------------------------------------------------------------------

    def _before(self, width: int, height: int) -> list[Strip]:
        scene, state = self.scene, self.scene.state
        if self._writing:
            return samples.board(scene, state.samples[-1], width, height)
        if not state.weights:
            more = (
                "As soon as a stage is through, its weights are frozen, and you can talk to them here, even "
                "while the next stage trains."
            )
            return empty(scene, "Nobody to talk to yet.", more, width, height)
        more = "You talk to the model, and teach it nothing: its weights do not change any more."
        prompts = [one_line(sample.prompt) for sample in (state.samples[-1].samples if state.samples else ())]
        # Each is whole: as many as there is room for under the two sentences.
        room = min(width - 2, 54)
        new, notes = scene.key_of("new_conversation"), scene.key_of("notes")
        further = [
            f"{lead}{cut(prompt, 2 * room - len(lead))}"
            for lead, prompt in zip(("Try: ", "or: ", "or: "), prompts, strict=False)
        ]
        further.append(
            f"Or tell it a fact, and ask. Ask again after {new}, in a new conversation, and after {notes}, "
            "with notes."
        )
        for said in further:
            if len(wrap(f"{more}\n{said}", room)) <= height - 3:
                more = f"{more}\n{said}"
        return empty(scene, "Press 5 and ask something.", more, width, height)


def status(scene: Scene, weights: WeightsName | None, width: int) -> Strip:
    """Whom one talks to, by name and hash."""
    ink = scene.ink
    if weights is None:
        return line((fit("○ no weights are frozen yet", width), ink.muted))
    frozen = scene.state.weights[weights]
    parts: list[Part] = [("❄ ", ink.accent("frozen")), (weights, ink.accent("frozen", bold=True))]
    parts.append((f" {one_line(frozen.sha256)[:8]}", ink.text))
    for said in (
        " frozen: nothing you say changes a weight",
        " · nothing you say changes it",
        " frozen",
    ):
        if sum(cell_len(text) for text, _ in parts) + len(said) <= width:
            return line(*parts, (said, ink.muted))
    return line(*parts)


def dials(scene: Scene, drawing: Drawing, notes: bool, width: int) -> Strip:
    """How the tokens of an answer are taken, and whether what is told is kept."""
    t, p = f"{drawing.temperature:g}", f"{drawing.top_p:g}"
    greedy = " (the likeliest token each time)" if not drawing.temperature else ""
    rest = f"top-p {p} · seed {drawing.seed} · notes {'on' if notes else 'off'}"
    forms = (f"temperature {t}{greedy} · {rest}", f"temperature {t} · {rest}", f"T {t} · {rest}")
    return line((fullest(forms, width), scene.ink.muted))
