"""The loss pane: how wrong the model is, from the first guess on; in feedback, the reward and its price."""

from math import log
from typing import ClassVar

from textual.strip import Strip

from tui_trainer.ui.actions import Context, bindings
from tui_trainer.ui.boards import curves
from tui_trainer.ui.boards.curves import CHARTS, FEEDBACK_CHARTS, KL, LOSS, REWARD, Chart
from tui_trainer.ui.drawing import numbers
from tui_trainer.ui.drawing.lines import Part, filled, line
from tui_trainer.ui.panes.pane import Pane, empty

BOTH = Chart("reward and KL", "reward", feedback=True)
REDRAW_SECONDS = 0.5  # a curve grows by less than a cell in that time


class LossPane(Pane):
    """One chart with its figures; in feedback two, above each other."""

    number = 2
    context: ClassVar[Context] = "loss"
    topics = ("curve",)
    BINDINGS = bindings("loss")

    chosen = 0
    _drawn = 0.0

    @property
    def charts(self) -> tuple[Chart, ...]:
        """What can be chosen now; the first is what is shown without a choice."""
        if self.scene.state.reinforced is None:
            return CHARTS
        return (BOTH, *FEEDBACK_CHARTS, *CHARTS)

    def do_next_curve(self) -> None:
        self.chosen = (self.chosen + 1) % len(self.charts)

    def do_previous_curve(self) -> None:
        self.chosen = (self.chosen - 1) % len(self.charts)

    def follow(self) -> None:
        # Drawing costs milliseconds, so not at every tick; the last state is drawn by the tick after.
        now = self.scene.clock()
        if self.seen() != self._seen and (now - self._drawn >= REDRAW_SECONDS or self.scene.paused):
            self._drawn = now
            super().follow()

    # -- drawing -----------------------------------------------------------------------------------------

    def lines(self, width: int, height: int) -> list[Strip]:
        charts = self.charts
        chart = charts[self.chosen % len(charts)]
        if chart is BOTH:
            return self._both(width, height)
        body = height - 2 if chart is LOSS else height - 1
        drawn = curves.draw(self.scene, chart, width, body)
        if not drawn or not self._begun(chart):
            return self._empty(width, height)
        if chart is LOSS:
            return [self._legend(), self._figures(width), *drawn]
        return [self._heading(chart), *drawn]

    def _begun(self, chart: Chart) -> bool:
        state = self.scene.state
        return any(
            state.curve(stage, chart.metric) is not None for stage in ("pretrain", "finetune", "feedback")
        )

    def _both(self, width: int, height: int) -> list[Strip]:
        upper = (height - 2) // 2
        rows: list[Strip] = []
        for chart, room in ((REWARD, upper), (KL, height - 2 - upper)):
            rows += filled([self._heading(chart), *curves.draw(self.scene, chart, width, room)], room + 1)
        return rows

    def _heading(self, chart: Chart) -> Strip:
        state, ink = self.scene.state, self.scene.ink
        stage = "feedback" if chart.feedback else state.stage or "pretrain"
        series = state.curve(stage, chart.metric) or state.curve("pretrain", chart.metric)
        parts: list[Part] = [("━ ", ink.accent(stage)), (chart.title, ink.text)]
        if series is not None and series.last is not None:
            parts.append((f"  {numbers.small(series.last)}", ink.strong))
        gold = None if chart is not REWARD else state.curve("feedback", "gold")
        if gold is not None and gold.last is not None:
            parts += [
                ("   • ", ink.strong),
                ("the rater's own", ink.text),
                (f"  {gold.last:.2f}", ink.strong),
            ]
        return line(*parts)

    def _legend(self) -> Strip:
        state, ink = self.scene.state, self.scene.ink
        parts: list[Part] = []
        if state.stepped is not None:
            stepped = state.stepped
            parts += [("━ ", ink.accent(stepped.stage)), ("loss ", ink.text)]
            parts += [(f"{numbers.figure(stepped.loss):<6}", ink.strong)]
        if state.validated is not None:
            parts += [("• ", ink.strong), ("unseen ", ink.text)]
            parts += [(f"{numbers.figure(state.validated.nats):<6}", ink.strong)]
            parts += [
                ("╌ ", ink.muted),
                ("chance ", ink.text),
                (f"{state.validated.chance_nats:.2f}", ink.strong),
            ]
        broken = next((s.broken for s in state.curves.values() if s.broken is not None), None)
        if broken is not None:
            parts.append((f"  ✗ diverged at {numbers.count(broken)}", ink.bad))
        return line(*parts)

    def _figures(self, width: int) -> Strip:
        state, ink = self.scene.state, self.scene.ink
        parts: list[Part] = []
        if state.validated is not None:
            parts += [(f"{state.validated.bits_per_byte:.3f}", ink.strong), (" bits/byte  ", ink.muted)]
        if state.stepped is not None:
            parts += [(f"{state.stepped.lr:.4f}", ink.strong), (" rate  ", ink.muted)]
            parts += [
                (f"{numbers.small(state.stepped.gradient_norm)}", ink.strong),
                (" gradient" if width >= 48 else " grad", ink.muted),
            ]
        return line(*parts)

    def _empty(self, width: int, height: int) -> list[Strip]:
        vocabulary = self.scene.state.setting("data.vocabulary")
        more = "Here you will see how wrong the guesses are, from the first one on: the lower, the better."
        if vocabulary:
            more += f" A blind guess among {numbers.count(vocabulary)} tokens scores {log(vocabulary):.2f}."
        return empty(self.scene, "No loss yet.", more, width, height)
