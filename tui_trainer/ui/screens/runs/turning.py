"""What may be turned while the run goes on, one line each; and beside it what comes of it, at once."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.messages.events import StageName
from tui_trainer.run import live_settings
from tui_trainer.sanitize import one_line
from tui_trainer.settings import Description, takes
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, beside, filled, line, paragraph
from tui_trainer.ui.renderers import curves
from tui_trainer.ui.renderers.axes import View
from tui_trainer.ui.renderers.curves import KL, LOSS, REWARD
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.ui.screens.runs.settings_list import SettingsList
from tui_trainer.view import numbers, words
from tui_trainer.view.changes import change
from tui_trainer.view.text import fit
from tui_trainer.view.turning import share, turned

NAME, VALUE, BAR = 30, 8, 10
WIDE = 96  # cells from which on the curve stands beside the settings
RECENT = 160  # steps that the curve shows, so that what is turned is seen in it
LEAST_PLOT = 7  # lines of a curve


class Turning(SettingsList[None]):
    """Turns by ← and →, at once.

    Args:
        turn: asks the trainer for another value; returns why it can't be asked.
    """

    kind, title_, hint = (
        "turning",
        "Settings, turned while it runs",
        "↑ ↓ which · ← → turn · enter type · esc",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,7", "close", "close", show=False),
        Binding("up,k", "row(-1)", "up", show=False),
        Binding("down,j", "row(1)", "down", show=False),
        Binding("left,minus", "turn(-1)", "less", show=False),
        Binding("right,plus", "turn(1)", "more", show=False),
        Binding("enter", "type", "type", show=False),
        Binding("backspace", "put_back", "as it was", show=False),
        Binding("space", "app.do('pause')", "pause", show=False),
        Binding("full_stop", "app.do('step')", "one step", show=False),
    ]

    def __init__(self, scene: Scene, turn: Callable[[str, float], str | None]) -> None:
        super().__init__()
        self.scene, self.turn = scene, turn
        self.asked: dict[str, float] = {}  # values that the trainer has not taken yet
        self.first: dict[str, float] = {}  # what each was when this was opened

    def follow(self) -> None:
        now = self.scene.now
        for name in [n for n, value in self.asked.items() if not self.scene.sent or now.setting(n) == value]:
            del self.asked[name]
        self.row = max(0, min(self.row, len(self.settings) - 1))  # a stage may have ended, with its settings
        self.page.redraw()

    # -- what there is -------------------------------------------------------------------------------------

    @property
    def settings(self) -> list[Description]:
        """Those of the stage that runs come first."""
        now = self.scene.now
        found = live_settings.live(now.stage)
        sources = now.mixture
        return [
            d for d in found if not d.name.startswith("data.mixture.") or d.name.rpartition(".")[2] in sources
        ]

    def value(self, name: str) -> float:
        """A setting as it is, or is about to be."""
        found = self.asked.get(name, self.scene.now.setting(name))
        return float(found or 0)

    @property
    def problem(self) -> str:
        """Why nothing can be turned now."""
        scene = self.scene
        if scene.mode == "replay":
            return "This is a replay: nothing is turned in it. F begins a new run with other settings."
        if scene.mode == "view":
            return "You are looking on: another screen steers this run."
        if scene.now.ended:
            return "The run is finished. F begins a new run with other settings."
        if scene.trainer == "gone":
            return "The trainer is not running: nothing can be turned before r has resumed it."
        return ""

    # -- keys ----------------------------------------------------------------------------------------------

    def action_turn(self, by: int) -> None:
        if (setting := self.chosen) is not None:
            self._set(setting, turned(setting, self.value(setting.name), by))

    def action_put_back(self) -> None:
        if (setting := self.chosen) is not None and setting.name in self.first:
            self._set(setting, self.first[setting.name])

    def action_type(self) -> None:
        if (setting := self.chosen) is not None and not self.problem:
            typed = f"{self.value(setting.name):g}"
            self.app.push_screen(Ask(words.setting(setting.name), typed), self._typed)

    def _typed(self, text: str | None) -> None:
        setting = self.chosen
        if text is None or setting is None:
            return
        try:
            self._set(setting, float(text))
        except ValueError:
            self.wrong = f"A number is wanted, not {one_line(text)!r}."
            self.page.redraw()

    def _set(self, setting: Description, value: float) -> None:
        name, before = setting.name, self.value(setting.name)
        problem = self.problem or (live_settings.check(name, value) or "").replace(name, words.setting(name))
        if not problem and value != before:
            self.first.setdefault(name, before)
            problem = self.turn(name, value) or ""
            if not problem:
                self.asked[name] = value
        self.wrong = problem
        self.page.redraw()

    # -- drawing -------------------------------------------------------------------------------------------

    def lines(self, width: int, height: int) -> list[Strip]:
        """The settings, what the chosen one does, and the curve that it moves."""
        if width >= WIDE:
            left = NAME + VALUE + BAR + 4
            right = width - left - 3
            rule = line((" │ ", self.scene.ink.faint))
            sides = (self._list(left, height), left), (self._effect(right, height), right)
            return beside(sides, height, rule)
        lower = min(height // 2, height - 9)
        lower = lower if lower >= LEAST_PLOT else 0
        return [*self._list(width, height - lower), *(self._effect(width, lower) if lower else [])]

    def _list(self, width: int, height: int) -> list[Strip]:
        foot = [BLANK, *self._about(width)]
        room = max(1, height - len(foot))
        rows = [self._setting(setting, number == self.row, width) for number, setting in self.around(room)]
        if not rows:
            said = "All stages are through: there is nothing to turn."
            rows = paragraph(said, self.scene.ink.muted, width)
        return filled([*filled(rows, room), *foot], height)

    def _setting(self, setting: Description, here: bool, width: int) -> Strip:
        ink, value = self.scene.ink, self.value(setting.name)
        sign = ("▸ ", ink.accent(self.scene.now.stage)) if here else ("  ", ink.text)
        shown = words.value(bool(value)) if isinstance(setting.default, bool) else f"{value:g}"
        waits = " …" if setting.name in self.asked else ""
        style = ink.strong if here or setting.name in self.first else ink.text
        track = bar(share(setting, value), BAR, ink.accent(_stage(setting)), ink.faint)
        return line(
            sign,
            (fit(words.setting(setting.name), NAME), style),
            *track,
            (f" {shown}{waits}".rjust(VALUE), style),
        )

    def _about(self, width: int) -> list[Strip]:
        ink, setting = self.scene.ink, self.chosen
        if setting is None:
            return paragraph(self.problem, ink.warn, width)
        said = f"{setting.help[:1].upper()}{setting.help[1:]}."
        unit = f" {setting.unit}" if setting.unit else ""
        began = self.scene.now.run
        planned = "" if began is None else f"; now {self.value(setting.name):g}{unit}"
        later = (
            "" if _stage(setting) == self.scene.now.stage else f" Of {words.STAGE[_stage(setting)]}, to come."
        )
        rows = paragraph(said, ink.text, width)
        rows += paragraph(f"It takes {takes(setting)}{unit}{planned}.{later}", ink.muted, width)
        if self.problem or self.wrong:
            rows += paragraph(self.problem or f"{self.wrong[:1].upper()}{self.wrong[1:]}", ink.warn, width)
        return rows

    def _effect(self, width: int, height: int) -> list[Strip]:
        """The curve that the running stage draws, its latest steps; under it what was turned last."""
        scene, ink = self.scene, self.scene.ink
        foot = self._since(width)
        room = height - len(foot) - 1
        if scene.now.reinforced is not None:
            half = (room - 1) // 2
            drawn = [
                line(("reward", ink.text)),
                *filled(curves.draw(scene, REWARD, width, half), half),
                line((KL.title, ink.text)),
                *filled(curves.draw(scene, KL, width, room - half - 1), room - half - 1),
            ]
        else:
            plot = curves.draw(scene, LOSS, width, room, self._recent())
            drawn = [line(("loss, the latest steps", ink.text)), *filled(plot, room)]
        if scene.now.stepped is None:
            drawn = paragraph("The loss stands here from the first step on.", ink.muted, width)
        return filled([*filled(drawn, height - len(foot)), *foot], height)

    def _recent(self) -> View:
        """The latest steps, with room for those to come."""
        spans = curves.spans(self.scene.state)
        if not spans:
            return View()
        end = spans[-1][2]
        steps = ((first, self.scene.state.stages[stage].step) for stage, first, _ in spans)
        here = max((first + step for first, step in steps if step), default=0)
        high = min(end, max(here + RECENT // 4, RECENT))
        return View(zoom=(max(0, high - RECENT) / end, high / end))

    def _since(self, width: int) -> list[Strip]:
        """What was turned last, and what the curve was then and is now."""
        state, ink = self.scene.now, self.scene.ink
        turn = state.turns[-1] if state.turns else None
        if turn is None and self.problem:
            return []
        if turn is None:
            said = "Turn something: a dotted line marks the step, and what was then and is now is told here."
            return paragraph(said, ink.muted, width, 3)
        metric = "reward" if turn.stage == "feedback" else "loss"
        series = state.curve(turn.stage, metric)
        said = f"At step {numbers.count(turn.step)}: {change(turn.name, turn.value, turn.before)}."
        then = None if series is None else series.at(turn.step)
        if series is not None and then is not None and series.last is not None:
            said += f" Then {metric} {numbers.figure(then)}, now {numbers.figure(series.last)}."
        return paragraph(said, ink.text, width, 3)


def _stage(setting: Description) -> StageName:
    section = setting.name.partition(".")[0]
    return "finetune" if section == "finetune" else "feedback" if section == "feedback" else "pretrain"
