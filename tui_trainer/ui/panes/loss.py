"""The loss pane: how wrong the model is, from the first guess on; in feedback, the reward and its price."""

from math import log
from typing import ClassVar

from textual.strip import Strip

from tui_trainer.errors import UserError
from tui_trainer.messages.events import StageName
from tui_trainer.sanitize import one_line
from tui_trainer.ui.actions import Context, action
from tui_trainer.ui.drawing.lines import Part, filled, fitting, line
from tui_trainer.ui.panes.pane import Pane, empty
from tui_trainer.ui.renderers import curves, overoptimization
from tui_trainer.ui.renderers.axes import UNITS, View, XAxis
from tui_trainer.ui.renderers.cursor import readings
from tui_trainer.ui.renderers.curves import CHARTS, FEEDBACK_CHARTS, KL, LOSS, REWARD, Chart
from tui_trainer.ui.run_files import baseline_run, metrics_csv
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, why, words
from tui_trainer.view.text import cut

BOTH = Chart("reward and KL", "reward", feedback=True)
ROOMY = 66  # cells, from which on it is said what is unseen, and what the loss is of
LOW = 9  # lines, up to which the curve needs the line of figures
REDRAW_SECONDS = 1.0  # a curve grows by less than a cell in that time
DISTANCE = Chart("gained, by the distance from the tuned model", "reward", feedback=True)


class LossPane(Pane):
    """One chart with its figures; in feedback two, above each other."""

    number = 2
    context: ClassVar[Context] = "loss"
    topics = ("curve",)

    chosen = 0
    _drawn = 0.0
    _loading = True  # when it was drawn last

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.view = View()

    @property
    def charts(self) -> tuple[Chart, ...]:
        """What can be chosen now; the first is what is shown without a choice."""
        if self.scene.state.reinforced is None:
            return CHARTS
        # Off the leash the distance is the story.
        first = (DISTANCE, BOTH) if self.scene.state.setting("feedback.beta") == 0 else (BOTH, DISTANCE)
        return (*first, *FEEDBACK_CHARTS, *CHARTS)

    @action("right", "which curve", written="← →")
    def do_next_curve(self) -> None:
        """Which curve: loss, bits per byte, learning rate, gradient."""
        self.chosen = (self.chosen + 1) % len(self.charts)

    @action("left", "previous", footer="no", listed=False)
    def do_previous_curve(self) -> None:
        """The curve before."""
        self.chosen = (self.chosen - 1) % len(self.charts)

    # -- what a person chooses ---------------------------------------------------------------------------

    @action("h,shift+left", "cursor", footer="no", listed=False)
    def do_cursor_left(self) -> None:
        """The cursor a column to the left."""
        self._move(-1)

    @action("l,shift+right", "cursor", written="h l")
    def do_cursor_right(self) -> None:
        """A cursor that reads the values, left and right."""
        self._move(1)

    def _move(self, columns: int) -> None:
        spans = curves.spans(self.scene.state)
        if not spans:
            return
        end = spans[-1][2]
        low, high = self.view.zoom
        column = max(1, round(end * (high - low) / max(1, self.size.width - 8)))
        at = self._here() if self.view.cursor is None else self.view.cursor + columns * column
        self.view.cursor = max(0, min(end, at))

    def _here(self) -> int:
        """The latest step, on the axis of all steps."""
        spans = curves.spans(self.scene.state)
        begun = [first + self.scene.state.stages[stage].step for stage, first, _ in spans]
        return max((at for at in begun), default=0) if begun else 0

    @action("escape", "no cursor", footer="no")
    def do_no_cursor(self) -> None:
        """Put the cursor and the zoom away."""
        if self.view.cursor is None and not self.view.zoomed:
            self.app.call_later(self.app.run_action, "app.do('step_back')")
        self.view.cursor, self.view.zoom = None, (0.0, 1.0)

    @action("i", "closer", footer="no", listed=False)
    def do_zoom_in(self) -> None:
        """Half as much of the curve, around the cursor."""
        self._zoom(0.5)

    @action("o", "closer, wider", written="i o", footer="no")
    def do_zoom_out(self) -> None:
        """Look closer at the curve, around the cursor; and wider."""
        self._zoom(2.0)

    def _zoom(self, factor: float) -> None:
        spans = curves.spans(self.scene.state)
        axis = XAxis(self.scene.state, spans, self.view.unit)
        at = curves.position(axis, self._here() if self.view.cursor is None else self.view.cursor)
        if axis.end and at is not None:
            self.view.zoom_by(factor, at / axis.end)

    @action("y", "log")
    def do_log_axis(self) -> None:
        """A logarithmic y axis, or a linear one."""
        self.view.log = not self.view.log

    @action("u", "x axis")
    def do_x_unit(self) -> None:
        """Steps, tokens, FLOPs or computing time on the x axis."""
        self.view.unit = UNITS[(UNITS.index(self.view.unit) + 1) % len(UNITS)]

    @action("v", "compare", footer="no")
    def do_pin_run(self) -> None:
        """Compare with an earlier run; again: the one before it."""
        self.app.run_worker(self._pin, thread=True, exclusive=True, group="pin")

    def _pin(self) -> None:
        found = baseline_run.after(self.scene.folder, self.scene.baseline)
        self.app.call_from_thread(self._pinned, found)

    def _pinned(self, found: baseline_run.BaselineRun | None) -> None:
        if found is None and self.scene.baseline is None:
            self.app.notify("There is no other run to compare with.", markup=False)
        self.scene.baseline = found
        self.redraw()

    @action("e", "CSV", footer="no")
    def do_export_csv(self) -> None:
        """Write all metrics into the run's folder as metrics.csv."""
        self.app.run_worker(self._export, thread=True, exclusive=True, group="csv")

    def _export(self) -> None:
        try:
            said = f"All metrics are in {one_line(str(metrics_csv.write(self.scene.folder)))}"
        except (UserError, OSError) as error:
            said = f"No metrics.csv could be written: {one_line(str(error))}"
        self.app.call_from_thread(self.app.notify, said, markup=False)

    def follow(self) -> None:
        # Drawing costs milliseconds, so not at every tick; the last state is drawn by the tick after.
        now = self.scene.clock()
        pressing = self.scene.paused or self._loading != self.scene.loading
        speed = self.scene.replay_speed if self.scene.mode == "replay" else 1.0
        if self.seen() != self._seen and (now - self._drawn >= REDRAW_SECONDS / max(1.0, speed) or pressing):
            self._drawn, self._loading = now, self.scene.loading
            super().follow()

    # -- drawing -----------------------------------------------------------------------------------------

    def lines(self, width: int, height: int) -> list[Strip]:
        charts = self.charts
        chart = charts[self.chosen % len(charts)]
        if chart is BOTH:
            return self._both(width, height)
        if chart is DISTANCE:
            return overoptimization.board(self.scene, width, height) or self._empty(width, height)
        body = height - 2 if chart is LOSS and height > LOW else height - 1
        drawn = curves.draw(self.scene, chart, width, body, self.view)
        if not drawn or not self._begun(chart):
            return self._empty(width, height)
        if self.view.cursor is not None and not chart.feedback:
            head = readings(self.scene, curves.spans(self.scene.state), self.view.cursor, width)
            return [*head[: height - body], *drawn]
        if chart is LOSS:
            return [self._legend(width), *([self._figures(width)] if height > LOW else []), *drawn]
        return [self._heading(chart, width), *drawn]

    def _begun(self, chart: Chart) -> bool:
        state = self.scene.state
        metrics = (chart.metric, chart.dots) if chart is LOSS else (chart.metric,)
        stages: tuple[StageName, ...] = ("pretrain", "finetune", "feedback")
        return any(state.curve(stage, metric or "") is not None for stage in stages for metric in metrics)

    def _both(self, width: int, height: int) -> list[Strip]:
        upper = (height - 2) // 2
        rows: list[Strip] = []
        if self.scene.baseline is not None:
            rows.append(self._beside(self.scene.baseline, width))
            height -= 1
            upper = (height - 2) // 2
        if not curves.draw(self.scene, KL, width, height - 2 - upper):
            upper = height - 2  # no room for two: of the distance, the figure alone
        for chart, room in ((REWARD, upper), (KL, height - 2 - upper)):
            rows += filled(
                [self._heading(chart, width), *curves.draw(self.scene, chart, width, room)], room + 1
            )
        return rows

    def _heading(self, chart: Chart, width: int) -> Strip:
        state, ink = self.scene.state, self.scene.ink
        stage = "feedback" if chart.feedback else state.stage or "pretrain"
        series = state.curve(stage, chart.metric) or state.curve("pretrain", chart.metric)
        parts: list[Part] = [("━ ", ink.accent(stage)), (chart.title, ink.text)]
        if series is not None and series.last is not None:
            parts.append((f"  {numbers.small(series.last)}", ink.strong))
        groups = [parts]
        gold = None if chart is not REWARD else state.curve("feedback", "gold")
        if gold is not None and gold.last is not None:
            groups.append(
                [
                    ("• ", ink.strong),
                    ("rater's own", ink.text),
                    (f"  {numbers.figure(gold.last)}", ink.strong),
                ]
            )
        return fitting(groups, width)

    def _legend(self, width: int) -> Strip:
        state, ink = self.scene.state, self.scene.ink
        parts: list[list[Part]] = []
        broken = next((s.broken for s in state.curves.values() if s.broken is not None), None)
        if broken is not None:
            parts.append([(f"✗ diverged at {numbers.count(broken)}", ink.bad)])
        stage = state.stepped.stage if state.stepped is not None else None
        kept = None if stage is None else state.best_kept.get(stage)
        over = None if stage is None else state.overfitting.get(stage)
        if kept is not None:
            parts.append([("◆ ", ink.good), (f"kept: step {numbers.count(kept.step)}", ink.text)])
        elif over is not None:
            parts.append(
                [("◆ ", ink.warn), (f"overfits since step {numbers.count(over.best_step)}", ink.warn)]
            )
        if state.stepped is not None:
            stepped = state.stepped
            loss = f"{numbers.figure(stepped.loss):<4}"
            on = " of answers " if stepped.stage == "finetune" and width >= ROOMY else " "
            parts.append([("━ ", ink.accent(stepped.stage)), (f"loss{on}", ink.text), (loss, ink.strong)])
        if state.validated is not None:
            unseen = f"{numbers.figure(state.validated.nats):<4}"
            chance = f"{state.validated.chance_nats:.2f}"
            of = "unseen documents " if width >= ROOMY else "unseen "
            rise = why.dearer(state) if stage == "finetune" and width >= ROOMY else None
            was = f"{numbers.figure(rise[0])} → " if rise is not None else ""
            parts.append([("• ", ink.strong), (of, ink.text), (was, ink.muted), (unseen, ink.strong)])
            parts.append([("╌ ", ink.muted), ("chance ", ink.text), (chance, ink.strong)])
        if state.own_scored is not None and state.own_scored.stage == stage:
            own = f"{numbers.figure(state.own_scored.nats):<4}"
            parts.append([("× ", ink.good), ("your held-out answers ", ink.text), (own, ink.strong)])
        return fitting(parts, width)

    def _figures(self, width: int) -> Strip:
        """The second line; with a run to compare with, that."""
        state, ink = self.scene.state, self.scene.ink
        parts: list[list[Part]] = []
        if state.validated is not None:
            parts.append(
                [
                    (f"{numbers.figure(state.validated.bits_per_byte, 3)}", ink.strong),
                    (" bits/byte", ink.muted),
                ]
            )
        if state.validated is not None:  # what others make of the same text, in the same unit
            parts += [
                [(f"by {words.BY_SIMPLER[name]} ", ink.muted), (f"{numbers.figure(bits, 3)}", ink.strong)]
                for name, bits in state.simpler
            ]
        if state.stepped is not None:
            gradient = numbers.small(state.stepped.gradient_norm)
            parts.append([(f"{numbers.figure(state.stepped.lr, 4)}", ink.strong), (" rate", ink.muted)])
            named = " gradient" if width >= 48 else " grad"
            parts.append([(gradient, ink.strong), (named, ink.muted)])
        baseline = self.scene.baseline
        return fitting(parts, width) if baseline is None else self._beside(baseline, width)

    def _beside(self, baseline: baseline_run.BaselineRun, width: int) -> Strip:
        """The run that is compared with."""
        ink = self.scene.ink
        validated = baseline.state.validated
        then = f" {numbers.figure(validated.nats)}" if validated is not None else ""
        run = cut(one_line(baseline.run), width - 2 - len(then))
        return line(("· ", ink.muted), (run, ink.muted), (then, ink.strong))

    def _empty(self, width: int, height: int) -> list[Strip]:
        vocabulary = self.scene.state.setting("data.vocabulary")
        more = "Here you will see how wrong the guesses are, from the first one on: the lower, the better."
        if vocabulary:
            more += f" A blind guess among {numbers.count(vocabulary)} tokens scores {log(vocabulary):.2f}."
        return empty(self.scene, "No loss yet.", more, width, height)
