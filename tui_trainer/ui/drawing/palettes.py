"""The colors of each theme: plain values, from which styles and Textual's themes are made."""

from dataclasses import dataclass, replace

from tui_trainer.messages.events import StageName


@dataclass(frozen=True)
class Sixteen:
    """The same on a terminal of sixteen colors, by their names there; the ground is named, too.

    Which colors are meant is up to the terminal. Those that are too near to the ground on a common one (blue
    on black; green, cyan and yellow on white) are left out.
    """

    background: str
    text: str
    strong: str
    muted: str
    faint: str
    good: str
    bad: str
    warn: str
    accents: dict[StageName, str]


@dataclass(frozen=True)
class Palette:
    """One theme. Every text color has a contrast of 4.5 or more on the background, by test."""

    name: str
    dark: bool
    background: str
    panel: str
    text: str
    strong: str
    muted: str
    faint: str  # lines and tracks, never text
    good: str
    bad: str
    warn: str
    key: str  # the ground of a key
    accents: dict[StageName, str]
    # Less than nothing and more; the further from nothing, the further from the background. Four steps each.
    negative: tuple[str, str, str, str]
    positive: tuple[str, str, str, str]
    # Grounds for tokens by their loss, from hardly surprising to not expected at all, and the text on each.
    surprise: tuple[tuple[str, str], tuple[str, str], tuple[str, str], tuple[str, str]]
    sixteen: Sixteen


# Okabe and Ito's colors, lightened for a dark ground: told apart with any kind of color vision.
DARK = Palette(
    name="dark",
    dark=True,
    background="#0f1216",
    panel="#1c1f24",
    text="#d5dbe3",
    strong="#ffffff",
    muted="#8f99a8",
    faint="#4d5766",
    good="#56d39b",
    bad="#ff8a80",
    warn="#f4c95d",
    key="#2f343b",
    accents={
        "data": "#63c0f0",
        "pretrain": "#f0a830",
        "finetune": "#3fc79a",
        "feedback": "#e58cc0",
        "frozen": "#b4c4ff",
    },
    # Where that can be, colors that terminals know by a number: pictures then are sent in half the bytes.
    negative=("#15263d", "#005f87", "#5f87d7", "#afd7ff"),
    positive=("#38230d", "#875f00", "#d78700", "#ffd7af"),
    surprise=(
        ("#52185a", "#ffffff"),
        ("#a01e5a", "#ffffff"),
        ("#d7662a", "#000000"),
        ("#fbd76a", "#000000"),
    ),
    sixteen=Sixteen(
        background="black",
        text="white",
        strong="bright_white",
        muted="white",
        faint="bright_black",
        good="bright_green",
        bad="bright_red",
        warn="bright_yellow",
        accents={
            "data": "bright_cyan",
            "pretrain": "bright_yellow",
            "finetune": "bright_green",
            "feedback": "bright_magenta",
            "frozen": "bright_white",
        },
    ),
)

LIGHT = Palette(
    name="light",
    dark=False,
    background="#fbfaf7",
    panel="#ecebe6",
    text="#2a2f36",
    strong="#000000",
    muted="#5b6470",
    faint="#a9aeb6",
    good="#0b6e46",
    bad="#a3261d",
    warn="#7d5200",
    key="#dcdad3",
    accents={
        "data": "#005f9e",
        "pretrain": "#8a4b00",
        "finetune": "#00684a",
        "feedback": "#98306f",
        "frozen": "#3a45a8",
    },
    negative=("#dce8f6", "#9cc3ec", "#3a86d8", "#123f78"),
    positive=("#f8e6cf", "#f0bd78", "#d0760c", "#6b3600"),
    surprise=(
        ("#ffe0b8", "#000000"),
        ("#ffb266", "#000000"),
        ("#d7005f", "#ffffff"),
        ("#520a58", "#ffffff"),
    ),
    sixteen=Sixteen(
        background="bright_white",
        text="black",
        strong="black",
        muted="black",
        faint="bright_black",
        good="blue",
        bad="red",
        warn="magenta",
        accents={
            "data": "blue",
            "pretrain": "red",
            "finetune": "black",
            "feedback": "magenta",
            "frozen": "blue",
        },
    ),
)

CONTRAST = Palette(
    name="contrast",
    dark=True,
    background="#000000",
    panel="#1a1a1a",
    text="#ffffff",
    strong="#ffffff",
    muted="#d0d0d0",
    faint="#8c8c8c",
    good="#7cffc4",
    bad="#ffb0a8",
    warn="#ffe27a",
    key="#404040",
    accents={
        "data": "#8fd8ff",
        "pretrain": "#ffc04d",
        "finetune": "#6ff0c4",
        "feedback": "#ffb3df",
        "frozen": "#d4dcff",
    },
    negative=("#16335c", "#2468b8", "#62aaff", "#d6eaff"),
    positive=("#4d2c06", "#a85e10", "#ffa733", "#ffeccc"),
    surprise=(
        ("#5f005f", "#ffffff"),
        ("#af005f", "#ffffff"),
        ("#d75f00", "#000000"),
        ("#ffd75f", "#000000"),
    ),
    sixteen=replace(
        DARK.sixteen, text="bright_white", strong="bright_white", muted="bright_white", faint="white"
    ),
)

# Good and bad in blue and orange instead of green and red, and stages that also differ in lightness.
BLUE_ORANGE = replace(
    DARK,
    name="blue-orange",
    good="#6fb7ff",
    bad="#ff9f45",
    warn="#ffd37a",
    accents={
        "data": "#9ad4ff",
        "pretrain": "#ffb454",
        "finetune": "#4f9be8",
        "feedback": "#ffe0a8",
        "frozen": "#c9d3e6",
    },
    sixteen=replace(
        DARK.sixteen,
        good="bright_cyan",
        bad="bright_yellow",
        accents={
            "data": "bright_cyan",
            "pretrain": "bright_yellow",
            "finetune": "bright_white",
            "feedback": "bright_yellow",
            "frozen": "white",
        },
    ),
)

PALETTES: dict[str, Palette] = {p.name: p for p in (DARK, LIGHT, CONTRAST, BLUE_ORANGE)}
