"""The rail at the top: the five stages and where the run is, over its speed and its clock."""

from rich.cells import cell_len
from textual.strip import Strip

from tui_trainer.messages.events import STAGES, StageName
from tui_trainer.sanitize import one_line
from tui_trainer.ui.chrome.timeline import timeline
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, ends, line
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.view import numbers, words
from tui_trainer.view.ahas import AHAS
from tui_trainer.view.counted import counted

SHARE = 7  # cells kept for "99.9 % "
SIGNS = {"waiting": "○", "running": "▶", "done": "✓", "skipped": "–"}


class Rail(LineView):
    """Two lines: stages, figures."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(id="rail")
        self.scene = scene

    def lines(self, width: int, height: int) -> list[Strip]:
        figures = self._figures(width) if self.scene.past is None else timeline(self.scene, width)
        return [self._stages(width), figures]

    # -- stages ------------------------------------------------------------------------------------------

    def _stages(self, width: int) -> Strip:
        """Every stage keeps its place from the first second to the last; the share stands at the end."""
        names = [f"{self._sign(stage)} {words.STAGE[stage]}" for stage in STAGES]
        free = width - 2 - SHARE - sum(cell_len(name) for name in names) - 2 * len(STAGES)
        room = max(0, free // len(STAGES))
        gap = "  " if free >= 0 else " "
        parts: list[Part] = [(" ", self.scene.ink.text)]
        for stage, name in zip(STAGES, names, strict=True):
            parts += [*self._stage(stage, name, room), (gap, self.scene.ink.text)]
        return ends(line(*parts), line((self._share(), self.scene.ink.strong)), width)

    def _stage(self, stage: StageName, name: str, room: int) -> list[Part]:
        ink, progress = self.scene.ink, self.scene.state.stages[stage]
        accent, status = ink.accent(stage), progress.status
        style = {"running": ink.accent(stage, bold=True), "done": accent}.get(status, ink.muted)
        parts: list[Part] = [(name, style)]
        if room >= 3:
            done = progress.share
            if status in ("waiting", "skipped") or done is None:
                running = status == "running"  # of unknown length
                parts += [(" ", style), ("╌" * (room - 1), accent if running else ink.faint)]
            else:
                parts += [(" ", style), *bar(done, room - 1, accent, ink.faint)]
        return parts

    def _sign(self, stage: StageName) -> str:
        scene = self.scene
        status = scene.state.stages[stage].status
        if status == "running" and scene.stopped and scene.past is None:
            return "✗"
        return "‖" if status == "running" and scene.paused else SIGNS[status]

    def _share(self) -> str:
        progress = self.scene.state.progress
        if progress is None or progress.status != "running" or progress.share is None:
            return ""
        return f"{numbers.percent(progress.share)} "

    # -- figures -----------------------------------------------------------------------------------------

    def _figures(self, width: int) -> Strip:
        scene, state, ink = self.scene, self.scene.state, self.scene.ink
        progress = state.progress
        figures: list[tuple[str, str]] = []
        if progress is not None and state.stage is not None and progress.status == "running":
            figures += counted(state)
            left = state.seconds_left(state.stage)
            if scene.stopped:
                pass  # nothing is going on, and nobody knows when it ends
            elif state.examining:
                figures.append(("now", "exam"))
            elif state.paced:
                pass  # nor here: it goes on as fast as the person lets it
            elif left is not None and not state.picking and state.waits is None:
                figures.append(("left in stage", numbers.duration(left)))
            if progress.tokens_per_second:
                figures.append(("tokens/s", numbers.short(progress.tokens_per_second)))
            if progress.tokens:
                figures.append(("tokens", numbers.short(progress.tokens)))
            if progress.flops:
                figures.append(("FLOPs", numbers.short(progress.flops)))
        computed, total = numbers.duration(state.busy), state.expected_total
        if total is not None and total > state.busy:
            computed += f" of about {numbers.duration(total)}"
        figures.append(("computed", computed))
        right = self._identity(width)
        shown: Strip = BLANK
        for count in range(len(figures), 0, -1):
            shown = line((" ", ink.text), *self._spaced(figures[:count]))
            if shown.cell_length + right.cell_length + 2 <= width:
                break
        return ends(shown, right, width)

    def _spaced(self, figures: list[tuple[str, str]]) -> list[Part]:
        parts: list[Part] = []
        for name, value in figures:
            parts += [(f"{name} ", self.scene.ink.muted), (f"{value}  ", self.scene.ink.text)]
        return parts

    def _identity(self, width: int) -> Strip:
        scene, ink = self.scene, self.scene.ink
        parts: list[Part] = []
        if scene.sent:
            parts.append((f"… {scene.sent}  ", ink.warn))
        if scene.mode == "replay":
            over = "over" if scene.replayed else f"×{scene.replay_speed:g}"
            parts.append((f" replay {over} ", ink.key))
        elif scene.mode == "view":
            parts.append((" looking on ", ink.key))
        if scene.stopped:
            parts.append((" trainer stopped ", ink.bad + ink.key))
        elif scene.state.paused:
            parts.append((" paused ", ink.key))
        if scene.met and width >= 76:
            parts += [("  ", ink.text), (f" {scene.key_of('ahas')} ", ink.key)]
            parts.append((f" {len(scene.met)} of {len(AHAS)} things seen", ink.good))
        if width >= 100:
            parts.append((f"  {one_line(scene.folder.id)[:28]} ", ink.muted))
        return line(*parts)
