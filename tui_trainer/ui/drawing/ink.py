"""The colours and weights that everything is drawn with, and the app's themes.

Rules: every text colour has a contrast of 4.5 or more on the background; meaning never rests on colour alone;
on terminals of 16 colours, or none, signs and attributes carry what colours carry elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rich.color import Color
from rich.style import Style
from textual.theme import Theme

from tui_trainer.events import StageName
from tui_trainer.ui.drawing.palettes import DARK, Palette

ColourMode = Literal["rich", "ansi", "none"]  # 256 or more, the terminal's own 16, none

_ANSI_ACCENTS: dict[StageName, str] = {
    "data": "cyan",
    "pretrain": "yellow",
    "finetune": "green",
    "feedback": "magenta",
    "frozen": "bright_cyan",
}

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

    mode: ColourMode
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
    signs: bool = False  # draw pictures with signs, as where there are no colours

    def accent(self, stage: StageName | None, bold: bool = False) -> Style:
        style = self.accents[stage or "data"]
        return style + Style(bold=True) if bold else style


def make_ink(mode: ColourMode, palette: Palette = DARK, signs: bool = False) -> Ink:
    """The styles for what the terminal can show."""
    negative = tuple(Color.parse(colour) for colour in palette.negative)
    positive = tuple(Color.parse(colour) for colour in palette.positive)
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
    ansi = mode == "ansi"
    grounds = tuple(Style.parse(f"{text} on {ground}") for ground, text in palette.surprise)
    accents = _ANSI_ACCENTS if ansi else palette.accents
    return Ink(
        mode=mode,
        text=Style() if ansi else Style.parse(palette.text),
        strong=Style(bold=True) if ansi else Style.parse(f"bold {palette.strong}"),
        muted=Style.parse("white" if ansi else palette.muted),
        faint=Style.parse("bright_black" if ansi else palette.faint),
        good=Style.parse("green" if ansi else palette.good),
        bad=Style.parse("bold red" if ansi else f"bold {palette.bad}"),
        warn=Style.parse("bold yellow" if ansi else f"bold {palette.warn}"),
        key=Style(reverse=True) if ansi else Style.parse(f"bold {palette.text} on {palette.key}"),
        accents={name: Style.parse(colour) for name, colour in accents.items()},
        negative=negative,
        positive=positive,
        surprise=(Style(), *_MARKS) if ansi else (Style.parse(palette.text), *grounds),
        signs=signs or ansi,
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
            **{f"stage-{name}": colour for name, colour in palette.accents.items()},
        },
    )


STUDIO_ANSI = Theme(
    name="studio-ansi",
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_yellow",
    success="ansi_green",
    warning="ansi_yellow",
    error="ansi_red",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    dark=True,
    ansi=True,
    variables={
        "ansi-background": "ansi_black",
        "ansi-foreground": "ansi_white",
        "border-blurred": "ansi_black",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_white",
        "input-cursor-background": "ansi_white",
        "input-cursor-foreground": "ansi_black",
        "input-selection-background": "ansi_bright_blue",
        "input-selection-foreground": "ansi_black",
        "screen-selection-background": "ansi_bright_blue",
        "screen-selection-foreground": "ansi_black",
        "line": "ansi_bright_black",
        "muted": "ansi_white",
        **{f"stage-{name}": f"ansi_{colour}" for name, colour in _ANSI_ACCENTS.items()},
    },
)
