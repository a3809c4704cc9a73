"""Two models side by side: what each answers to the same prompts, and what raters make of it."""

from collections.abc import Iterator
from typing import ClassVar, get_args

from textual.binding import Binding, BindingType
from textual.events import Key
from textual.strip import Strip

from tui_trainer.messages.comparison import Answers, Compared, Comparison, Order, Side
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.sanitize import one_line, several_lines
from tui_trainer.settings import Culture, Taste
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, beside, line, paragraph
from tui_trainer.ui.processes.order import ask
from tui_trainer.ui.renderers import truth
from tui_trainer.ui.run_files.baseline_run import others
from tui_trainer.ui.run_files.world import judged
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page
from tui_trainer.view import noise, numbers
from tui_trainer.view.changes import changes
from tui_trainer.view.noise import Vocabulary
from tui_trainer.view.text import cut, fit, wrap_answer

RATERS = " ".join((*get_args(Taste), *get_args(Culture)))
NAME = 14
KEYS = "oprqjk"  # letters that do something here: no question word begins with one


class ComparisonScreen(Modal[None]):
    """Asks in a process of its own; takes any prompt, any other run, and any raters of ours.

    Args:
        pair: the two runs; else this one, and what there is to compare it with.
        raters: who judges; else who made the models.
    """

    kind, title_ = "comparison", "Two models, the same prompts"
    hint = "o other model · p prompt · r raters · ↑ ↓ · esc"
    BINDINGS: ClassVar[list[BindingType]] = [
        # Not by the key that opens it, as others are: a question may begin with it.
        Binding("escape,q", "close", "close", show=False),
        Binding("o", "other", "other model", show=False),
        Binding("p", "prompt", "prompt", show=False),
        Binding("r", "raters", "raters", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
    ]

    def __init__(
        self, scene: Scene, pair: tuple[RunFolder, RunFolder] | None = None, raters: tuple[str, ...] = ()
    ) -> None:
        self.page = Page(self.lines)
        super().__init__(self.page)
        self.scene = scene
        self.pair = pair
        self.here = pair[0] if pair is not None else scene.folder
        self.runs: list[RunFolder] = []  # to compare with; the first is this run's own tuned weights
        self.at = 0
        self.prompts: tuple[str, ...] = ()
        self.raters = raters
        self.compared: Compared | None = None

    def on_mount(self) -> None:
        here = self.here
        taught = [run for run in others(here) if run.weights("aligned").exists()]
        forked = here.plan.forked
        source = "" if forked is None or forked.stage != "feedback" else forked.source
        wanted = source if self.scene.baseline is None else self.scene.baseline.run
        # The run that the curves are compared with comes first, or the one that this one goes on from at its
        # feedback; then this run before its feedback.
        taught.sort(key=lambda run: run.id != wanted)
        first = int(bool(taught) and taught[0].id == wanted)
        self.runs = [*taught[:first], here, *taught[first:]]
        if self.pair is not None:
            other = self.pair[1]
            self.runs = [other, *(run for run in self.runs if run.id != other.id)]
        self._ask()

    def other_name(self) -> str:
        """The one on the right."""
        other = self.runs[self.at] if self.runs else self.here
        if self.pair is not None:
            return f"{self.here.id} and {other.id}"
        return "this run and its own tuned weights" if other.id == self.here.id else other.id

    def _ask(self) -> None:
        self.compared = None
        self.scene.stopwatch.begin("comparison")
        self.page.first = 0
        self.page.redraw()
        self.run_worker(self._compare(), exclusive=True, group="compare")

    async def _compare(self) -> None:
        here, other = self.here, self.runs[self.at]
        order = Order(
            first=str(here.path),
            second=str(other.path),
            second_weights="tuned" if other.id == here.id else None,
            prompts=self.prompts,
            raters=self.raters,
        )
        self.compared = await ask("tui_trainer.serving.comparison", order, Compared)
        self.scene.stopwatch.end("comparison")
        self.page.redraw()

    def follow(self) -> None:
        if self.compared is None:
            self.page.redraw()

    def _waited(self) -> str:
        names = one_line(self.other_name())
        said = f"Asking both models: {names}. Each is loaded, and answers the same prompts."
        return self.scene.stopwatch.told("comparison", said)

    def action_other(self) -> None:
        self.at = (self.at + 1) % len(self.runs)
        self._ask()

    def on_key(self, event: Key) -> None:
        """Whoever types a question without having pressed its key, as one does: a letter that is no key here
        begins it."""
        letter = event.character if event.is_printable else None
        if letter is not None and letter.isalpha() and letter not in KEYS:
            event.stop()
            self._ask_for(letter, begun=True)

    def action_prompt(self) -> None:
        self._ask_for("".join(self.prompts))

    def _ask_for(self, typed: str, *, begun: bool = False) -> None:
        asked = Ask("A prompt for both; none: held-out ones", typed, begun=begun)
        self.app.push_screen(asked, self._prompted)

    def _prompted(self, text: str | None) -> None:
        if text is not None:
            self.prompts = (text.strip(),) if text.strip() else ()
            self._ask()

    def action_raters(self) -> None:
        self.app.push_screen(Ask("Raters who judge", " ".join(self.raters) or RATERS), self._named)

    def _named(self, text: str | None) -> None:
        if text is not None:
            self.raters = tuple(dict.fromkeys(text.split()))
            self._ask()

    # -- drawing -------------------------------------------------------------------------------------------

    def lines(self, width: int, height: int) -> list[Strip]:
        """Both models' answers, which scroll, over the raters' verdicts."""
        ink = self.scene.ink
        found = self.compared.comparison if self.compared is not None else None
        if found is None:
            refused = self.compared is not None
            said = self.compared.error if self.compared else self._waited()
            style = ink.warn if refused else ink.muted
            return paragraph(one_line(said), style, width, height)
        column = (width - 3) // 2
        gap = line((" │ ", ink.faint))
        sides = [self._side(found, first, column) for first in (True, False)]
        head = beside([(side, column) for side in sides], max(map(len, sides)), gap)
        foot = list(self._verdicts(found, width))
        rows: list[Strip] = []
        for answers in found.answers:
            rows += self._answers(found, answers, width, column, gap)
        rule = line(("─" * width, ink.faint))  # what goes on below it is scrolled to
        room = max(1, height - len(head) - len(foot) - 2)
        shown = self.page.scrolled(rows, room)
        return [*head, BLANK, *shown, *[BLANK] * (room - len(shown)), rule, *foot]

    def _side(self, found: Comparison, first: bool, width: int) -> list[Strip]:
        """Who made a model, which it is, and what its own rater and the other's think of it."""
        ink = self.scene.ink
        mine, other = (found.first, found.second) if first else (found.second, found.first)
        made = f"picks of {one_line(mine.rater)}, simulated" if mine.rater else "picks of a person"
        if mine.weights != "aligned":
            made = "tuned, before any feedback" if mine.weights == "tuned" else "only pretrained"
        rows = [
            line((cut(made, width), ink.strong)),
            line((cut(f"{one_line(mine.sha256)[:8]} {one_line(mine.run)}", width), ink.muted)),
        ]
        if not mine.turned:
            rows += paragraph("not turned: the tuned weights as they were", ink.warn, width)
        made_by = next((run for run in (self.here, *self.runs) if run.id == mine.run), None)
        forked = made_by.plan.forked if made_by is not None else None
        if mine.weights == "aligned" and forked is not None and (changed := changes(forked.changes)):
            rows += paragraph("; ".join(changed), ink.warn, width)
        won = {v.rater: v.share if first else 1 - v.share for v in found.verdicts}
        if mine.rater in won and other.rater in won and mine.rater != other.rater:
            own, theirs = (numbers.percent(won[r]) for r in (mine.rater, other.rater))
            rows.append(line((cut(f"own rater {own} · the other's {theirs}", width), ink.text)))
        return rows

    def _answers(
        self, found: Comparison, answers: Answers, width: int, column: int, gap: Strip
    ) -> list[Strip]:
        ink = self.scene.ink
        said = []
        for text, side in ((answers.first, found.first), (answers.second, found.second)):
            body = " ".join(several_lines(text).split()) or "(it said nothing)"
            base = side.weights == "base"
            known = Vocabulary() if base else self._vocabulary(side)
            heard = noise.told(known.noise(text, (answers.prompt,)))
            held = judged(self.here, answers.prompt, text, base=base)
            sign, style = truth.mark(ink, held, bool(heard))
            rows = [line((row, ink.text)) for row in wrap_answer(body, column - len(sign), 6)]
            lead = [line((sign if not index else " " * len(sign), style)) for index in range(len(rows))]
            marked = [Strip.join(pair) for pair in zip(lead, rows, strict=True)] if sign else rows
            said.append([*marked, *(row for one in heard[:1] for row in paragraph(one, ink.bad, column))])
        prompt = cut(f"“{one_line(answers.prompt)}”", width)
        high = max(map(len, said))
        return [
            line((prompt, ink.accent("feedback"))),
            *beside([(s, column) for s in said], high, gap),
            BLANK,
        ]

    def _vocabulary(self, side: Side) -> Vocabulary:
        """The words that one of the two has read, if they are those of the run on the screen."""
        run = next((run for run in (self.here, *self.runs) if run.id == side.run), None)
        if run is None:
            return Vocabulary()
        shown, other = self.scene.folder.plan, run.plan
        same = (shown.seed, shown.data, shown.settings.data, shown.settings.finetune) == (
            other.seed,
            other.data,
            other.settings.data,
            other.settings.finetune,
        )
        return self.scene.vocabulary if same else Vocabulary()

    def _verdicts(self, found: Comparison, width: int) -> Iterator[Strip]:
        ink = self.scene.ink
        if not found.verdicts:
            said = "A person made them: no simulated rater to ask. r names raters who judge."
            yield from paragraph(said, ink.muted, width)
            return
        room = max(8, width - NAME - 34)
        said = "which model a simulated rater prefers, over so many prompts, ties half"
        yield from paragraph(said, ink.muted, width)
        for verdict in found.verdicts:
            parts: list[Part] = [(fit(one_line(verdict.rater), NAME), ink.strong)]
            parts += [(f"{numbers.percent(verdict.share):>6} ", ink.text)]
            parts += bar(verdict.share, room, ink.accent("feedback"), ink.faint)
            parts += [(f" {numbers.percent(1 - verdict.share):>6}", ink.text)]
            parts += [(f"  left: {numbers.interval(verdict.ci95)} of {verdict.n}", ink.muted)]
            yield line(*parts)
