"""Every action of the screen, declared once: bindings, footer, help and palette are made from this table."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from textual.binding import Binding, BindingType
from textual.keys import KEY_NAME_REPLACEMENTS, KEY_TO_UNICODE_NAME, Keys

from tui_trainer.errors import UserError

_NAMED_KEYS = {key.value for key in Keys} | set(KEY_NAME_REPLACEMENTS.values())

Context = Literal["anywhere", "dataset", "loss", "weights", "rater", "chat"]


@dataclass(frozen=True)
class Action:
    """One thing a person can do.

    `keys` are Textual's names; none: the palette only. `shown` is how the key is written. An action of a pane
    works while that pane has the focus; the rater's also while the pane is to be seen and nobody types.
    """

    name: str
    keys: tuple[str, ...]
    shown: str
    label: str  # one or two words, for the footer
    help: str
    context: Context = "anywhere"
    footer: bool = True
    listed: bool = True  # in the help; the second half of a pair of keys is not


ACTIONS: tuple[Action, ...] = (
    Action("pause", ("space",), "space", "pause", "Pause training, or go on"),
    Action("step", ("full_stop",), ".", "one step", "While paused: train exactly one step"),
    Action("tour_next", ("enter",), "enter", "go on", "On the tour of the first run: go on"),
    Action("tour_skip", ("escape",), "esc", "skip the tour", "On the tour: leave it"),
    Action(
        "sentence",
        ("T", "upper_t"),
        "T",
        "sentence",
        "Type a sentence: how the model would go on from it, now and a step later",
        footer=False,
    ),
    Action("pane_1", ("1",), "1", "Dataset", "Go to the dataset: sources, filters, documents", footer=False),
    Action("pane_2", ("2",), "2", "Loss", "Go to the curves: loss, validation, reward", footer=False),
    Action("pane_3", ("3",), "3", "Weights", "Go to the weights: pictures of the matrices", footer=False),
    Action(
        "pane_4", ("4",), "4", "Rater", "Go to the rater: what is right, and which is better", footer=False
    ),
    Action("pane_5", ("5",), "5", "Chat", "Go to the chat with the frozen weights, and type", footer=False),
    Action("next_pane", ("tab",), "tab", "next pane", "Go to the next pane"),
    Action("previous_pane", ("shift+tab",), "shift+tab", "back", "Go to the pane before", footer=False),
    Action("zoom", ("z",), "z", "zoom", "Give the whole screen to this pane, or take it back"),
    Action("wider", ("greater_than_sign",), "< >", "size", "Make this pane wider, or narrower", footer=False),
    Action(
        "narrower", ("less_than_sign",), "<", "size", "Make this pane narrower", footer=False, listed=False
    ),
    Action("taller", ("right_curly_bracket",), "{ }", "size", "Make this row taller, or lower", footer=False),
    Action("lower", ("left_curly_bracket",), "{", "size", "Make this row lower", footer=False, listed=False),
    Action("caption", ("c",), "c", "caption", "Hide the sentence under the panes, or show it", footer=False),
    Action("figures", ("m",), "m", "exam", "What it can do: all exam results, stage by stage"),
    Action(
        "samples",
        ("j",),
        "j",
        "samples",
        "What it wrote at each evaluation, from noise to sentences",
        footer=False,
    ),
    Action(
        "earlier",
        ("left_square_bracket", "comma"),
        "[",
        "look back",
        "Look back: all panes as at the evaluation before",
    ),
    Action(
        "later",
        ("right_square_bracket",),
        "]",
        "later",
        "When looking back: the next evaluation",
        footer=False,
    ),
    Action("now", ("0", "end"), "0", "to now", "When looking back: return to now", footer=False),
    Action("resume", ("r",), "r", "resume", "When the trainer has stopped: resume the run", footer=False),
    Action("faster", ("plus", "equals_sign"), "+", "faster", "Replay twice as fast", footer=False),
    Action("slower", ("minus",), "-", "slower", "Replay half as fast", footer=False),
    Action("glossary", ("g",), "g", "words", "The field's words, in English and Vietnamese"),
    Action("help", ("question_mark", "f1"), "?", "help", "All keys"),
    Action("palette", ("ctrl+p",), "ctrl+p", "commands", "Find an action by name"),
    Action(
        "suspend",
        ("ctrl+z",),
        "ctrl+z",
        "to the shell",
        "Back to the shell for a while; fg brings the screen back",
        footer=False,
    ),
    Action("quit", ("q",), "q", "quit", "Close the screen; training goes on"),
    Action(
        "stop_and_quit", (), "", "stop and quit", "Stop training, keep a checkpoint, and close the screen"
    ),
    Action("tour", (), "", "take the tour", "A tour of the panes, by the line under them"),
    Action(
        "branch",
        ("F", "upper_f"),
        "F",
        "other settings",
        "Go on from a finished stage with other settings, as a new run",
        footer=False,
    ),
    Action(
        "unleash",
        ("K", "upper_k"),
        "K",
        "off the leash",
        "Feedback again, same picks, with nothing that holds it",
    ),
    Action(
        "compare",
        ("C", "upper_c"),
        "C",
        "two models",
        "Two models side by side: the same prompts, and raters who judge",
        footer=False,
    ),
    Action(
        "cultures",
        ("D", "upper_d"),
        "D",
        "two cultures",
        "Two raters who disagree: the same tuned model by each, side by side",
        footer=False,
    ),
    Action("start_over_quick", (), "", "start over with quick", "Stop this run; begin one of about a minute"),
    Action(
        "previous_document", ("p", "left"), "p", "previous", "The document before", "dataset", footer=False
    ),
    Action("next_document", ("n", "right"), "n", "next document", "The next document", "dataset"),
    Action("only_dropped", ("d",), "d", "only dropped", "Only documents that a filter threw out", "dataset"),
    Action(
        "by_filter",
        ("f",),
        "f",
        "filter",
        "Only what one filter threw out; again: the next filter",
        "dataset",
    ),
    Action(
        "by_source",
        ("o",),
        "o",
        "source",
        "Only documents of one source; again: the next one",
        "dataset",
        footer=False,
    ),
    Action("search", ("slash",), "/", "search", "Only documents with these words in them", "dataset"),
    Action("previous_source", ("up",), "↑", "row", "The source above", "dataset", footer=False, listed=False),
    Action(
        "next_source",
        ("down",),
        "↑ ↓",
        "row",
        "Which source gets more or less weight",
        "dataset",
        footer=False,
    ),
    Action(
        "more_weight", ("w",), "w", "weight", "Read this source more often, from the next step on", "dataset"
    ),
    Action(
        "less_weight",
        ("W", "upper_w"),
        "w W",
        "weight",
        "Read this source more often, or less (W)",
        "dataset",
        footer=False,
    ),
    Action(
        "previous_curve", ("left",), "←", "previous", "The curve before", "loss", footer=False, listed=False
    ),
    Action(
        "next_curve",
        ("right",),
        "← →",
        "which curve",
        "Which curve: loss, bits per byte, learning rate, gradient",
        "loss",
    ),
    Action(
        "cursor_left",
        ("h", "shift+left"),
        "h",
        "cursor",
        "The cursor a column to the left",
        "loss",
        listed=False,
        footer=False,
    ),
    Action(
        "cursor_right",
        ("l", "shift+right"),
        "h l",
        "cursor",
        "A cursor that reads the values, left and right",
        "loss",
    ),
    Action(
        "no_cursor", ("escape",), "esc", "no cursor", "Put the cursor and the zoom away", "loss", footer=False
    ),
    Action(
        "zoom_in",
        ("i",),
        "i",
        "closer",
        "Half as much of the curve, around the cursor",
        "loss",
        footer=False,
        listed=False,
    ),
    Action(
        "zoom_out",
        ("o",),
        "i o",
        "closer, wider",
        "Look closer at the curve, around the cursor; and wider",
        "loss",
        footer=False,
    ),
    Action("log_axis", ("y",), "y", "log", "A logarithmic y axis, or a linear one", "loss"),
    Action("x_unit", ("u",), "u", "x axis", "Steps, tokens, FLOPs or computing time on the x axis", "loss"),
    Action(
        "pin_run",
        ("v",),
        "v",
        "compare",
        "Compare with an earlier run; again: the one before it",
        "loss",
        footer=False,
    ),
    Action(
        "export_csv",
        ("e",),
        "e",
        "CSV",
        "Write all metrics into the run's folder as metrics.csv",
        "loss",
        footer=False,
    ),
    Action(
        "previous_matrix",
        ("up",),
        "↑",
        "previous",
        "The matrix before",
        "weights",
        footer=False,
        listed=False,
    ),
    Action("next_matrix", ("down",), "↑ ↓", "matrix", "Which matrix is pictured", "weights"),
    Action(
        "previous_kind",
        ("left",),
        "←",
        "previous",
        "Weights, gradients or updates",
        "weights",
        footer=False,
        listed=False,
    ),
    Action(
        "next_kind",
        ("right",),
        "← →",
        "picture",
        "Its weights, its gradient, its last change; and where a head looks",
        "weights",
    ),
    Action(
        "next_head",
        ("h",),
        "h",
        "head",
        "One head of the attention; again: the next one, and all of them",
        "weights",
    ),
    Action(
        "overview",
        ("o",),
        "o",
        "order",
        "All matrices by how far they moved, by their norm, or by their blame",
        "weights",
    ),
    Action("pick_a", ("a",), "a", "A is better", "The left answer is better", "rater"),
    Action("pick_b", ("b",), "b", "B is better", "The right answer is better", "rater"),
    Action("pick_tie", ("t",), "t", "tie", "Both are as good as each other", "rater"),
    Action("pick_both_bad", ("x",), "x", "both bad", "Neither is any good", "rater"),
    Action("pick_skip", ("s",), "s", "skip", "No opinion: leave this pair out", "rater"),
    Action("pick_undo", ("U", "backspace"), "U", "undo", "Take the last pick back", "rater"),
    Action("pick_own", ("O", "upper_o"), "O", "own answer", "Write a better answer of your own", "rater"),
    Action("go_on", ("G", "upper_g"), "G", "go on", "Enough picked: go on to reinforcement", "rater"),
    Action("prompts", ("P", "upper_p"), "P", "prompts", "The list of prompts: add your own", "rater"),
    Action("taste", ("R", "upper_r"), "R", "reward model", "All that the reward model has learnt", "rater"),
    Action(
        "room",
        ("M", "upper_m"),
        "M",
        "room of raters",
        "A room of raters: how far they agree on these pairs, and who is outvoted",
        "rater",
        footer=False,
    ),
    Action("ledger", ("L", "upper_l"), "L", "ledger", "What picking costs: time, pace, wages", "rater"),
    Action(
        "simulate", ("S", "upper_s"), "S", "simulate", "Let a simulated rater make the other picks", "rater"
    ),
    Action("leave_input", ("escape",), "esc", "leave", "Stop typing: letters are keys again", "chat"),
    Action("send", ("enter",), "enter", "ask", "Type; and then ask what was typed", "chat"),
    Action("next_weights", ("ctrl+t",), "ctrl+t", "other weights", "Talk to another stage's weights", "chat"),
    Action(
        "scroll_up",
        ("pageup",),
        "pgup",
        "earlier",
        "Earlier in the conversation",
        "chat",
        footer=False,
        listed=False,
    ),
    Action(
        "scroll_down",
        ("pagedown",),
        "pgup pgdn",
        "scroll",
        "Earlier or later in the conversation",
        "chat",
    ),
)

BY_NAME: dict[str, Action] = {action.name: action for action in ACTIONS}


def of(context: Context) -> tuple[Action, ...]:
    """The actions of one context, in order."""
    return tuple(action for action in ACTIONS if action.context == context)


def bindings(*contexts: Context) -> list[BindingType]:
    """The keys of some contexts, each calling `action_do` of whoever binds them."""
    return [
        Binding(",".join(action.keys), f"do('{action.name}')", action.label, show=False, id=action.name)
        for context in contexts
        for action in of(context)
        if action.keys
    ]


def shown_keys(keymap: Mapping[str, str]) -> dict[str, str]:
    """How the keys that a person has chosen are written, by action.

    Raises:
        UserError: there is no such action or key, or a key is given twice where both would be heard.
    """
    for name, keys in keymap.items():
        if name not in BY_NAME:
            raise UserError(f"screen.toml: there is no action {name!r}")
        for key in keys.split(","):
            if not _is_key(key):
                raise UserError(f"screen.toml: {name} has {key[:60]!r}, which is no key's name")
            for other in ACTIONS:
                theirs = keymap[other.name].split(",") if other.name in keymap else list(other.keys)
                meet = {other.context, BY_NAME[name].context}
                heard = len(meet) == 1 or meet & {"anywhere", "rater"}
                if other.name != name and key in theirs and heard:
                    raise UserError(f"screen.toml: the key {key!r} of {name} is that of {other.name} too")
    return {name: keys.split(",")[0].replace("_", " ") for name, keys in keymap.items()}


def _is_key(name: str) -> bool:
    """Whether Textual would ever report a key of this name."""
    *modifiers, key = name.split("+")
    if not set(modifiers) <= {"ctrl", "shift", "alt", "meta", "super", "hyper"}:
        return False
    if key in _NAMED_KEYS or (len(key) == 1 and key.isprintable()):
        return True
    words = KEY_TO_UNICODE_NAME.get(key, key.removeprefix("upper_").replace("_", " ").upper())
    try:
        unicodedata.lookup(words if len(words) > 1 else f"LATIN SMALL LETTER {words}")
    except KeyError:
        return False
    return True
