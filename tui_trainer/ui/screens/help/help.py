"""The help: every action with its key, the focussed pane's first; made from the one table of actions."""

from collections.abc import Sequence

from textual.strip import Strip

from tui_trainer.ui.actions import CONTEXTS, Action, Context, label
from tui_trainer.ui.drawing.lines import BLANK, line
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.view.text import fit, wrap
from tui_trainer.view.words import PANES

TITLES: dict[Context, str] = {
    "anywhere": "Anywhere",
    **{context: f"{number} {PANES[number - 1]}" for number, context in enumerate(CONTEXTS, 1)},
    "rater": "4 Rater, while a pair waits",
}
KEY_WIDTH = 12


class Help(Sheet):
    """All keys."""

    title_ = "Keys"

    def __init__(self, scene: Scene, actions: Sequence[Action], here: Context) -> None:
        super().__init__(scene)
        self.actions, self.here = actions, here

    def seen(self) -> object:
        return self.scene.state.stage, self.scene.ink

    def rows(self, width: int) -> list[Strip]:
        order = [self.here, *(context for context in TITLES if context != self.here)]
        rows: list[Strip] = []
        for context in order:
            mark = "  ◂ you are here" if context == self.here and context != "anywhere" else ""
            rows.append(
                line((TITLES[context] + mark, self.scene.ink.accent(self.scene.state.stage, bold=True)))
            )
            for action in (a for a in self.actions if a.context == context and a.listed):
                rows += self._row(action, width)
            rows.append(BLANK)
        return rows

    def _row(self, action: Action, width: int) -> list[Strip]:
        ink = self.scene.ink
        key = self.scene.key_of(action.name) or "ctrl+p, then"
        said = action.help if action.shown else f"“{action.label}”: {action.help}"
        if (now := label(action, self.scene)) != action.label:
            said = f"{said} Now: {now}"
        return [
            line((fit("  " + key if not index else "", KEY_WIDTH + 3), ink.strong), (row, ink.text))
            for index, row in enumerate(wrap(said, max(10, width - KEY_WIDTH - 3)))
        ]
