"""Going on from a finished stage with other settings: which stage, which settings, and what each takes."""

from typing import ClassVar

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer import settings as settings_
from tui_trainer.errors import UserError
from tui_trainer.messages.events import StageName
from tui_trainer.run import fork, live_settings, unleashed
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.plan import Plan
from tui_trainer.sanitize import one_line
from tui_trainer.settings import Description, Settings, describe
from tui_trainer.ui.drawing.lines import BLANK, Part, line, paragraph
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.ui.screens.runs.settings_list import SettingsList
from tui_trainer.view import numbers, words
from tui_trainer.view.changes import changes
from tui_trainer.view.text import fit, fullest

NAME, VALUE = 34, 16
WIDE = 68  # cells, from which on what each takes stands beside it
RATER = "feedback.rater"
FOOT = 4  # lines under the settings at least


class Chosen(Struct, frozen=True):
    """What a person decided on."""

    stage: StageName
    assignments: tuple[str, ...]
    keep_picks: bool


def _range(setting: Description) -> str:
    if setting.choices:
        return ", ".join(setting.choices)
    if isinstance(setting.default, bool):
        return "true, false"
    return f"{_bound(setting.low)}..{_bound(setting.high)}"


def _bound(value: float | None) -> str:
    """One end of a range: "1,000,000", "0.5"; "" where there is none."""
    return "" if value is None else f"{int(value):,}" if value == int(value) else f"{value:g}"


def _takes(setting: Description) -> str:
    return f"{_range(setting)} {setting.unit}".strip()


class Branch(SettingsList[Chosen | None]):
    """Ends with what was chosen, or with None. The run that it goes on from is only read.

    Args:
        folder: that run, if it is not the one that is shown.
    """

    kind, title_ = "branch", "Go on from here with other settings"
    hint = "← → stage · ↑ ↓ enter change · k picks · g go · esc"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "cancel", show=False),
        Binding("left", "stage(-1)", "stage before", show=False),
        Binding("right,tab", "stage(1)", "next stage", show=False),
        Binding("up", "row(-1)", "up", show=False),
        Binding("down", "row(1)", "down", show=False),
        Binding("enter", "change", "change", show=False),
        Binding("k", "keep", "keep picks", show=False),
        Binding("g", "go", "go", show=False),
    ]

    def __init__(self, scene: Scene, folder: RunFolder | None = None) -> None:
        super().__init__()
        self.scene, self.folder = scene, folder or scene.folder
        self.keep = True
        self.changes: dict[str, str] = {}
        self._proposed = False  # that the person picks, where a simulated rater did
        self.problem = ""
        self.plan: Plan | None = None
        self.stage: StageName = fork.FORKS[0]
        for stage in reversed(fork.FORKS):  # the last one that can be begun with
            self._choose(stage)
            if not self.problem:
                break

    def _choose(self, stage: StageName) -> None:
        self.stage, self.row, self.wrong, self.problem = stage, 0, "", ""
        self.plan = None
        try:
            self.plan = self._planned()
        except UserError as error:
            self.problem = one_line(str(error))
        self._propose_rater()
        self.changes = {
            name: value for name, value in self.changes.items() if live_settings.is_own(name, stage)
        }

    @property
    def settings(self) -> list[Description]:
        """What a run that begins with the stage may have otherwise; those of the stage come first."""
        own = [d for d in describe() if live_settings.is_own(d.name, self.stage)]
        own = [d for d in own if not d.name.startswith("run.")]
        return sorted(own, key=lambda d: not d.name.startswith(self.stage))

    def _propose_rater(self) -> None:
        """Who has a screen picks, unless all picks are made again; it is shown as a change, and theirs."""
        if self.plan is None or self.plan.settings.feedback.rater == "person":
            return
        anew = self.plan.forked is not None and not self.plan.forked.picks
        if anew != self._proposed:
            self._proposed = anew
            if anew:
                self.changes[RATER] = "person"
            else:
                self.changes.pop(RATER, None)

    def _planned(self) -> Plan:
        keep = self.keep and self.stage == "feedback"
        source = fork.own_run(self.folder)
        try:
            return fork.plan_of(source, self.stage, keep_picks=keep)
        except UserError:
            if not keep:
                raise
            self.keep = False  # there are none
            return fork.plan_of(source, self.stage)

    def taken(self) -> str:
        """What the new run would take over, in words."""
        if self.plan is None or self.plan.forked is None:
            return ""
        forked = self.plan.forked
        weights = f"the {forked.weights} weights {forked.sha256[:8]}" if forked.weights else "the data"
        said = f"takes over {weights}"
        if forked.picks:
            said += f" and its {numbers.plural(forked.picks, 'pick')}, which are made again by themselves"
        elif self.stage == "feedback":
            rater = self.changes.get(RATER, self.plan.settings.feedback.rater)
            said += f"; none of its picks: {'you pick' if rater == 'person' else 'a rater picks'} anew"
        off = unleashed.is_off(self.plan.settings.feedback)
        if forked.source != self.scene.folder.id:
            said += f"; of {one_line(forked.source)}"
            said += ", off the leash" if off else ", which is on its leash" if self._off else ""
        elif off:
            said += "; off the leash, as this run is"
        return said

    @property
    def _off(self) -> bool:
        """Whether the run that was asked for is off the leash: it goes on from the one before it, then."""
        return unleashed.is_off(self.folder.plan.settings.feedback)

    def changed(self) -> str:
        """What it would do otherwise, in words; "" for nothing."""
        if self.plan is None or not self.changes:
            return ""
        given = [f"{name}={value}" for name, value in self.changes.items()]
        after = settings_.changed(self.plan.settings, given)
        before = settings_.differences(after, self.plan.settings)
        return "; ".join(changes(settings_.differences(self.plan.settings, after), before))

    def value(self, name: str) -> str:
        """A setting as it was."""
        value = settings_.lookup(self.plan.settings if self.plan is not None else Settings(), name)
        return f"{value:g}" if isinstance(value, float) else one_line(str(value))

    def lines(self, width: int, height: int) -> list[Strip]:
        """The stages in a row, and the settings of the chosen one."""
        ink = self.scene.ink
        stages: list[Part] = [("begin with  ", ink.muted)]
        for stage in fork.FORKS:
            here = stage == self.stage
            stages.append((f" {words.STAGE[stage]} ", ink.key if here else ink.text))
            stages.append(("  ", ink.text))
        rows = [line(*stages), *paragraph(self.taken(), ink.muted, width), BLANK]
        if self.problem:
            return [*rows, *paragraph(self.problem, ink.warn, width, 4)]
        takes = "takes" if width >= WIDE else ""
        rows.append(
            line((fit("setting", NAME), ink.muted), (fit("value", VALUE), ink.muted), (takes, ink.muted))
        )
        changed = self.changed()
        told = paragraph(f"changed: {changed}", ink.accent("feedback"), width, 2) if changed else []
        said = self.wrong or (self._told(self.chosen, width) if self.chosen is not None else "")
        help_ = paragraph(said, ink.warn if self.wrong else ink.text, width)
        head, foot = len(rows), max(FOOT, 1 + len(help_))
        room = max(1, height - head - len(told) - foot)
        rows += [self._setting(setting, number == self.row, width) for number, setting in self.around(room)]
        rows += [BLANK] * (head + room - len(rows))
        rows += told
        return [*rows, BLANK, *help_]

    def _told(self, setting: Description, width: int) -> str:
        """Its help; first of all what it takes, where that does not stand above."""
        said, whole = f"{setting.help[:1].upper()}{setting.help[1:]}", _takes(setting)
        return said if self._takes(setting, width) == whole else f"Takes {whole}. {said}"

    @staticmethod
    def _takes(setting: Description, width: int) -> str:
        """What it takes, as fully as there is room for."""
        forms = (
            _takes(setting),
            _range(setting),
            f"one of {len(setting.choices)}" if setting.choices else "",
        )
        return fullest(forms, width - NAME - VALUE) if width >= WIDE else ""

    def _setting(self, setting: Description, here: bool, width: int) -> Strip:
        ink = self.scene.ink
        old, new = self.value(setting.name), self.changes.get(setting.name)
        value: list[Part] = [(fit(old, VALUE), ink.muted if new is None else ink.faint)]
        if new is not None:
            before = f"{old} → " if len(old) + 3 + len(new) < VALUE else "→ "
            value = [(before, ink.muted), (fit(one_line(new), VALUE - len(before)), ink.strong)]
        takes = self._takes(setting, width)
        sign = ("▸ ", ink.accent("feedback")) if here else ("  ", ink.text)
        name = (fit(words.setting(setting.name), NAME - 2), ink.strong if here else ink.text)
        return line(sign, name, *value, (takes, ink.muted))

    def action_stage(self, by: int) -> None:
        at = fork.FORKS.index(self.stage)
        self._choose(fork.FORKS[(at + by) % len(fork.FORKS)])
        self.page.redraw()

    def action_keep(self) -> None:
        self.keep = not self.keep
        self._choose(self.stage)
        self.page.redraw()

    def action_change(self) -> None:
        if self.plan is not None and self.chosen is not None:
            name = self.chosen.name
            typed = self.changes.get(name, self.value(name))
            self.app.push_screen(Ask(words.setting(name), typed), self._changed)

    def _changed(self, value: str | None) -> None:
        if value is None or self.plan is None or self.chosen is None:
            return
        name = self.chosen.name
        self.wrong = ""
        try:
            settings_.changed(self.plan.settings, [f"{name}={value}"])
        except UserError as error:
            wrong = one_line(str(error)).replace(name, words.setting(name))
            self.wrong = f"{wrong[:1].upper()}{wrong[1:]}"
        else:
            self.changes.pop(name, None)
            if value.strip() != self.value(name):
                self.changes[name] = value.strip()
        self.page.redraw()

    def action_go(self) -> None:
        if self.plan is not None:
            keep = self.plan.forked is not None and self.plan.forked.picks > 0
            self.dismiss(Chosen(self.stage, tuple(f"{n}={v}" for n, v in self.changes.items()), keep))
