"""What keys do to the screen itself: its colors, a picture, its text, a way to each element, a step back."""

import time
from dataclasses import replace as with_other

from msgspec.structs import replace

from tui_trainer.sanitize import one_line
from tui_trainer.ui.actions import action
from tui_trainer.ui.drawing.palettes import PALETTES
from tui_trainer.ui.drawing.styles import ansi_theme_of, make_ink, theme_of
from tui_trainer.ui.handlers.handling import Handling
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screen_settings import THEMES, Preferences
from tui_trainer.ui.screenshot import free_of_addresses
from tui_trainer.ui.terminal.abilities import color_mode
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.view import numbers
from tui_trainer.view.words import PANES


def _has_a_step_back(scene: Scene) -> bool:
    told = scene.tour is not None or scene.card is not None
    zoomed = scene.zoomed and scene.roomy
    return told or scene.past is not None or scene.seeks or zoomed or bool(scene.sentence)


class ScreenHandlers(Handling):
    """The part of the app that is about how it looks."""

    preferences: Preferences

    @action("escape", "step back", when=_has_a_step_back, footer="urgent")
    def do_step_back(self) -> None:
        """One step back: out of a sheet, tour, card, the past, search, zoom; away from a typed sentence."""
        if self.scene.tour is not None:
            self.dashboard.tour(None)
        elif self.scene.card is not None:
            self.dashboard.show_card(None)
        elif self.scene.past is not None:
            self.travel.now()
        elif self.scene.seeks:
            self.dashboard.dataset.all_again()
        elif self.scene.zoomed and self.scene.roomy:
            self.dashboard.toggle_zoom()
        else:
            self.scene.sentence = ""
            self.dashboard.redraw_all()

    @action("semicolon", "jump", written=";", footer="no")
    def do_jump(self) -> None:
        """Jump: sources, filters and matrices get a letter each, which goes there; a digit goes to a pane."""
        from tui_trainer.ui.screens.jump import Jump

        strips = self.screen._compositor.render_strips(self.screen.size)
        self.ask(Jump(self.scene, strips), self._jumped)

    def _jumped(self, clicked: str) -> None:
        self.run_worker(self.run_action(clicked))

    @action("", "other colors")
    def do_colors(self) -> None:
        """Other colors, at once: dark, light, more contrast, blue and orange."""
        following = THEMES[(THEMES.index(self.preferences.theme) + 1) % len(THEMES)]
        self.preferences = replace(self.preferences, theme=following)
        self.take_colors()
        self.say(f'Colors: {following}. theme = "{following}" in screen.toml keeps them.')

    def take_colors(self) -> None:
        """Draw everything in the colors that are preferred now."""
        palette = PALETTES[self.preferences.theme]
        colors = color_mode(self.console.color_system, self.no_color)
        theme = theme_of(palette) if colors == "rich" else ansi_theme_of(palette)
        if colors != "rich":
            # Two of one name are one theme to Textual, and another ground would not be painted.
            theme = with_other(theme, name=f"studio-ansi-{palette.name}")
        self.register_theme(theme)
        self.scene.ink = make_ink(colors, palette, signs=self.preferences.ascii)
        self.theme = theme.name
        if self.dashboard.is_running:
            self.dashboard.redraw_all()

    @action("", "picture of the screen")
    def do_screenshot(self) -> None:
        """Save the screen as it stands as an SVG picture in the run's folder."""
        path = self.scene.folder.path / f"screen-{time.strftime('%Y%m%d-%H%M%S')}.svg"
        picture = free_of_addresses(self.export_screenshot(title="tui-trainer"))
        try:
            path.write_text(picture, encoding="utf-8")
        except OSError as error:
            self.say(f"No picture could be saved: {one_line(str(error))}", error=True)
        else:
            self.say(f"The screen is saved as {path}")

    @action("", "copy text")
    def do_copy(self) -> None:
        """Copy the text of this pane to the clipboard."""
        pane = self.dashboard.pane(self.dashboard.current)
        views = [pane] if isinstance(pane, LineView) else [v for v in pane.query(LineView) if v.display]
        rows = [row for view in views for row in view.shown_text.split("\n")]
        while rows and not rows[-1]:
            rows.pop()
        self.copy_to_clipboard("\n".join(rows))
        name = PANES[self.dashboard.current - 1]
        self.say(f"Copied: {numbers.plural(len(rows), 'line')} of {name}, if your terminal takes it.")
