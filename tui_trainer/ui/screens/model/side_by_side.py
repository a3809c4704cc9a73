"""The same prompt to all frozen models, side by side: what each stage of training made of it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.messages.conversation import Ask, Drawing, Said
from tui_trainer.messages.events import StageName, WeightsName
from tui_trainer.sanitize import one_line, several_lines
from tui_trainer.ui.drawing.lines import BLANK, beside, line, paragraph
from tui_trainer.ui.processes.chat import ChatProcess
from tui_trainer.ui.renderers import truth
from tui_trainer.ui.run_files.world import judged
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page
from tui_trainer.view import noise
from tui_trainer.view.text import fit, wrap, wrap_answer
from tui_trainer.view.words import WEIGHTS

BESIDE = 20  # cells of a column, from which on they stand side by side
MOST = 8  # lines of an answer: what is said of it is to be seen as well
STAGE: dict[WeightsName, StageName] = {"base": "pretrain", "tuned": "finetune", "aligned": "feedback"}


class SideBySideSheet(Modal[None]):
    """Each model answers the prompt alone, outside of the conversation."""

    kind, title_ = "stages", "The same prompt, stage by stage"
    hint = "↑ ↓ scroll · esc"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,ctrl+s", "close", "close", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
    ]

    def __init__(
        self,
        scene: Scene,
        process: ChatProcess,
        models: Sequence[WeightsName],
        prompt: str,
        drawing: Drawing,
    ) -> None:
        self.page = Page(self.lines)
        super().__init__(self.page)
        self.scene, self.process, self.models = scene, process, models
        self.prompt, self.drawing = prompt, drawing
        self.answers: dict[WeightsName, Said] = {}  # what has come of each so far
        self._waited = ""  # what was said of the wait for one

    def on_mount(self) -> None:
        self.run_worker(self._ask())

    async def _ask(self) -> None:
        for name in self.models:
            asked = Ask(prompt=self.prompt, weights=name, drawing=self.drawing, alone=True)
            await self.process.ask(asked, lambda said, name=name: self._hear(name, said))  # type: ignore[misc]

    def _hear(self, name: WeightsName, said: Said) -> None:
        before = self.answers.get(name)
        text = (before.text if before is not None else "") + said.text
        self.answers[name] = Said(
            text, done=said.done, ended=said.ended, sha256=said.sha256, error=said.error
        )
        self.page.redraw()

    def follow(self) -> None:
        if self._waited != self.process.waited_for:
            self._waited = self.process.waited_for
            self.page.redraw()

    def on_unmount(self) -> None:
        self.process.stop()  # nobody waits for the rest

    # -- drawing -------------------------------------------------------------------------------------------

    def lines(self, width: int, height: int) -> Sequence[Strip]:
        """The prompt, and under it the answers; beside one another where there is room."""
        ink = self.scene.ink
        head = [*paragraph(f"“{one_line(self.prompt)}”", ink.strong, width, 3), BLANK]
        column = (width - 3 * (len(self.models) - 1)) // len(self.models)
        if column >= BESIDE:
            blocks = [(self._answer(name, column), column) for name in self.models]
            high = max(len(rows) for rows, _ in blocks)
            return self.page.scrolled([*head, *beside(blocks, high, line((" │ ", ink.faint)))], height)
        rows = head
        for name in self.models:
            rows += [*self._answer(name, width), BLANK]
        return self.page.scrolled(rows[:-1], height)

    def _answer(self, name: WeightsName, width: int) -> list[Strip]:
        ink, said = self.scene.ink, self.answers.get(name)
        what = WEIGHTS[name].partition(": ")[2]
        rows = [
            line((fit(name, width), ink.accent(STAGE[name], bold=True))),
            *paragraph(what, ink.muted, width, 2),
        ]
        if said is None:
            now = name == self.models[len(self.answers)] and self.process.waited_for
            return [*rows, *paragraph(f"… {now}" if now else "…", ink.muted, width)]
        if said.error:
            return [*rows, *paragraph(f"✗ {one_line(said.error)}", ink.bad, width)]
        text = " ".join(several_lines(said.text).split()) or ("(it said nothing)" if said.done else "")
        told = wrap_answer(text, width, MOST) if said.done else wrap(f"{text} …", width)
        rows += [line((row, ink.text)) for row in told]
        base = name == "base"
        held = None
        if said.done:
            held = judged(self.scene.folder, self.prompt, said.text, base=base, ended=said.ended)
        if held is not None:
            rows += paragraph(*truth.said(ink, held), width)
        if said.done:
            found = self.scene.vocabulary.noise(
                said.text, (self.prompt,), ended=said.ended and not base, goes_on=base
            )
            for strange in noise.told(found)[:1]:
                rows += paragraph(f"{'' if base else '✗ '}{strange}", ink.muted if base else ink.bad, width)
            rows.append(line((fit(f"{one_line(said.sha256)[:8]} unchanged", width), ink.muted)))
        return rows
