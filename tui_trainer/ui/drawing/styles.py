"""The colors and weights that everything is drawn with, and the app's themes.

Rules: every text color has a contrast of 4.5 or more on the background; meaning never rests on color alone;
on terminals of 16 colors, or none, signs and attributes carry what colors carry elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rich.color import Color
from rich.style import Style
from textual.theme import Theme

from tui_trainer.messages.events import StageName
from tui_trainer.ui.drawing.palettes import DARK, Palette

ColorMode = Literal["rich", "ansi", "none"]  # 256 or more, the terminal's own 16, none

# Where grounds can't be told apart: more and more marked.
_MARKS = (
    Style(underline=True),
    Style(bold=True),
    Style(bold=True, underline=True),
    Style(bold=True, reverse=True),
)


@dataclass(frozen=True)
class Ink:
    """Named styles for drawing; `accents` by stage."""

    mode: ColorMode
    text: Style
    strong: Style
    muted: Style
    faint: Style
    good: Style
    bad: Style
    warn: Style
    key: Style  # a key in the footer
    accents: Mapping[StageName, Style]
    negative: tuple[Color, ...]  # of pictures: less than nothing, in steps
    positive: tuple[Color, ...]
    surprise: tuple[Style, ...]  # of a token: its loss, from small to large
    signs: bool = False  # draw pictures with signs, as where there are no colors

    def accent(self, stage: StageName | None, bold: bool = False) -> Style:
        style = self.accents[stage or "data"]
        return style + Style(bold=True) if bold else style


def make_ink(mode: ColorMode, palette: Palette = DARK, signs: bool = False) -> Ink:
    """The styles for what the terminal can show."""
    negative = tuple(Color.parse(color) for color in palette.negative)
    positive = tuple(Color.parse(color) for color in palette.positive)
    if mode == "none":
        plain, bold, dim = Style(), Style(bold=True), Style(dim=True)
        return Ink(
            mode=mode,
            text=plain,
            strong=bold,
            muted=plain,
            faint=dim,
            good=plain,
            bad=bold,
            warn=bold,
            key=Style(reverse=True),
            accents=dict.fromkeys(palette.accents, bold),
            negative=negative,
            positive=positive,
            surprise=(plain, *_MARKS),
            signs=True,
        )
    colors = palette if mode == "rich" else palette.sixteen
    text = Style.parse(colors.text)
    key, grounds = Style.parse(f"{colors.text} reverse"), tuple(text + mark for mark in _MARKS)
    if mode == "rich":
        key = Style.parse(f"bold {palette.text} on {palette.key}")
        grounds = tuple(Style.parse(f"{letters} on {ground}") for ground, letters in palette.surprise)
    return Ink(
        mode=mode,
        text=text,
        strong=Style.parse(f"bold {colors.strong}"),
        muted=Style.parse(colors.muted),
        faint=Style.parse(colors.faint),
        good=Style.parse(colors.good),
        bad=Style.parse(f"bold {colors.bad}"),
        warn=Style.parse(f"bold {colors.warn}"),
        key=key,
        accents={name: Style.parse(color) for name, color in colors.accents.items()},
        negative=negative,
        positive=positive,
        surprise=(text, *grounds),
        signs=signs or mode == "ansi",
    )


def theme_of(palette: Palette) -> Theme:
    """Textual's theme of a palette."""
    return Theme(
        name=f"studio-{palette.name}",
        primary=palette.accents["data"],
        secondary=palette.accents["frozen"],
        accent=palette.accents["pretrain"],
        success=palette.good,
        warning=palette.warn,
        error=palette.bad,
        foreground=palette.text,
        background=palette.background,
        surface=palette.background,
        panel=palette.panel,
        dark=palette.dark,
        variables={
            "line": palette.faint,
            "muted": palette.muted,
            "input-cursor-background": palette.text,
            "input-cursor-foreground": palette.background,
            **{f"stage-{name}": color for name, color in palette.accents.items()},
        },
    )


def ansi_theme_of(palette: Palette) -> Theme:
    """Textual's theme of a palette on a terminal of sixteen colors."""
    few = palette.sixteen
    ground, text = f"ansi_{few.background}", f"ansi_{few.text}"
    return Theme(
        name="studio-ansi",
        primary=f"ansi_{few.accents['data']}",
        secondary=f"ansi_{few.accents['frozen']}",
        accent=f"ansi_{few.accents['pretrain']}",
        success=f"ansi_{few.good}",
        warning=f"ansi_{few.warn}",
        error=f"ansi_{few.bad}",
        foreground=text,
        background=ground,
        surface=ground,
        panel=ground,
        boost=ground,
        dark=palette.dark,
        ansi=True,
        variables={
            "ansi-background": ground,
            "ansi-foreground": text,
            "border-blurred": ground,
            "block-cursor-foreground": ground,
            "block-cursor-background": text,
            "input-cursor-background": text,
            "input-cursor-foreground": ground,
            "input-selection-background": f"ansi_{few.accents['data']}",
            "input-selection-foreground": ground,
            "screen-selection-background": f"ansi_{few.accents['data']}",
            "screen-selection-foreground": ground,
            "line": f"ansi_{few.faint}",
            "muted": f"ansi_{few.muted}",
            **{f"stage-{name}": f"ansi_{color}" for name, color in few.accents.items()},
        },
    )
