"""The plain names of things, each in one place: stages, filters, matrices, figures, choices."""

import re
from typing import Literal

from tui_trainer.events import Choice, Forked, StageName, WeightsName
from tui_trainer.ui.sanitize import one_line

Trainer = Literal["starting", "alive", "gone", "ended"]
Mode = Literal["control", "view", "replay"]

STAGE: dict[StageName, str] = {
    "data": "data",
    "pretrain": "pretrain",
    "finetune": "fine-tune",
    "feedback": "feedback",
    "frozen": "frozen",
}

WEIGHTS: dict[WeightsName, str] = {
    "base": "base: only pretrained",
    "tuned": "tuned: can answer",
    "aligned": "aligned: to a rater's taste",
}

CHOICE: dict[Choice, str] = {
    "a": "A is better",
    "b": "B is better",
    "tie": "as good as each other",
    "both_bad": "both bad",
    "skip": "skipped",
    "own": "a better one of one's own",
    "enough": "enough picked",
}

# Singular and plural of what each filter throws out.
FILTER: dict[str, str] = {
    "exact_duplicate": "exact copies",
    "near_duplicate": "near copies",
    "gibberish": "gibberish",
    "boilerplate": "boilerplate",
    "spam": "spam",
    "harmful": "harmful",
    "personal_data": "personal data",
}

# The figures of the capability table, as they are shown: (name after STAGE/, words, whether more is better).
FIGURES: tuple[tuple[str, str, bool], ...] = (
    ("bits_per_byte", "bits per byte of unseen text ↓", False),
    ("completion_heldout", "facts, by finishing a sentence", True),
    ("recall_heldout", "facts, asked about new entities", True),
    ("recall_seen", "facts, asked about known entities", True),
    ("format", "well-formed answers", True),
    ("dont_know_unknown", "admits not knowing unknown names", True),
    ("dont_know_cutoff", "admits not knowing after the cutoff", True),
    ("false_dont_know", "denies what it did read ↓", False),
    ("refusal_seen_verbs", "declines harm, verbs it was shown", True),
    ("refusal_new_verbs", "declines harm, verbs never shown", True),
    ("false_refusal", "declines harmless look-alikes ↓", False),
    ("sums", "sums of unseen numbers", True),
    ("win_rate", "the rater's taste: wins over tuned", True),
    ("blind_win_rate", "after beats before, picked blindly", True),
    ("facts_lost", "facts lost to feedback ↓", False),
)

# The same in at most eleven cells.
FILTER_SHORT: dict[str, str] = {
    **FILTER,
    "exact_duplicate": "copies",
    "near_duplicate": "near copies",
    "personal_data": "personal",
}

_PARTS = {
    "q_proj": "query",
    "k_proj": "key",
    "v_proj": "value",
    "o_proj": "output",
    "fc1": "up",
    "fc2": "down",
    "up_proj": "up",
    "gate_proj": "gate",
    "down_proj": "down",
    "c_fc": "up",
    "c_proj": "down",
}


def matrix(name: str) -> str:
    """`model.layers.0.self_attn.q_proj.weight` as "layer 1 query"."""
    name = name.removeprefix("model.").removesuffix(".weight")
    if name == "embed_tokens":
        return "token embedding"
    if name == "lm_head":
        return "output head"
    found = re.fullmatch(r"layers\.(\d+)\.(?:\w+\.)*(\w+)", name)
    if found is None:
        return name
    layer, part = found.groups()
    return f"layer {int(layer) + 1} {_PARTS.get(part, part)}"


def forked(event: Forked) -> str:
    """What a run took over and what it does otherwise: "goes on at feedback from ..."."""
    taken = f"the {event.weights} weights" if event.weights else "the data"
    said = f"goes on at {STAGE[event.stage]} with {taken} of {one_line(event.source)}"
    said += f" and its {event.picks} picks" if event.picks else ""
    changes = ", ".join(f"{one_line(name)} {one_line(str(value))}" for name, value in event.changes.items())
    return f"{said}; changed: {changes}" if changes else f"{said}; nothing is changed"
