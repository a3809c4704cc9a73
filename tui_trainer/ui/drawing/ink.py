"""The colours and weights that everything is drawn with, and the app's themes.

Rules: every text colour has a contrast of 4.5 or more on the background; meaning never rests on colour alone;
on terminals of 16 colours, or none, signs and attributes carry what colours carry elsewhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rich.style import Style
from textual.theme import Theme

from tui_trainer.events import StageName

ColourMode = Literal["rich", "ansi", "none"]  # 256 or more, the terminal's own 16, none

BACKGROUND = "#0f1216"
TEXT = "#d5dbe3"
MUTED = "#8f99a8"
FAINT = "#4d5766"

# Okabe and Ito's colours, lightened for a dark ground: told apart with any kind of colour vision.
ACCENTS: dict[StageName, str] = {
    "data": "#63c0f0",
    "pretrain": "#f0a830",
    "finetune": "#3fc79a",
    "feedback": "#e58cc0",
    "frozen": "#b4c4ff",
}
_ANSI_ACCENTS: dict[StageName, str] = {
    "data": "cyan",
    "pretrain": "yellow",
    "finetune": "green",
    "feedback": "magenta",
    "frozen": "bright_cyan",
}

# Blue for less than nothing, orange for more; the further from nothing, the brighter. Four steps each.
HEAT_NEGATIVE = ("#15263d", "#1c4a80", "#3a86d8", "#a6d0ff")
HEAT_POSITIVE = ("#38230d", "#85490e", "#e28a1c", "#ffdca0")


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

    def accent(self, stage: StageName | None, bold: bool = False) -> Style:
        style = self.accents[stage or "data"]
        return style + Style(bold=True) if bold else style


def make_ink(mode: ColourMode) -> Ink:
    """The styles for what the terminal can show."""
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
            accents=dict.fromkeys(ACCENTS, bold),
        )
    ansi = mode == "ansi"
    return Ink(
        mode=mode,
        text=Style() if ansi else Style.parse(TEXT),
        strong=Style(bold=True) if ansi else Style.parse("bold #ffffff"),
        muted=Style.parse("white" if ansi else MUTED),
        faint=Style.parse("bright_black" if ansi else FAINT),
        good=Style.parse("green" if ansi else "#56d39b"),
        bad=Style.parse("bold red" if ansi else "bold #ff8a80"),
        warn=Style.parse("bold yellow" if ansi else "bold #f4c95d"),
        key=Style(reverse=True) if ansi else Style.parse(f"bold {TEXT} on #2f343b"),
        accents={name: Style.parse(colour) for name, colour in (_ANSI_ACCENTS if ansi else ACCENTS).items()},
    )


STUDIO = Theme(
    name="studio",
    primary=ACCENTS["data"],
    secondary=ACCENTS["frozen"],
    accent=ACCENTS["pretrain"],
    success="#56d39b",
    warning="#f4c95d",
    error="#ff8a80",
    foreground=TEXT,
    background=BACKGROUND,
    surface=BACKGROUND,
    panel="#1c1f24",
    dark=True,
    variables={
        "line": FAINT,
        "muted": MUTED,
        "input-cursor-background": TEXT,
        "input-cursor-foreground": BACKGROUND,
        **{f"stage-{name}": colour for name, colour in ACCENTS.items()},
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
