"""The plain names of things, each in one place: stages, filters, matrices, figures, choices."""

import math
import re
from typing import Any, Literal

from tui_trainer.messages.events import (
    BestKept,
    Choice,
    CrawlRead,
    Guessed,
    Overfitting,
    StageName,
    WeightsName,
)
from tui_trainer.sanitize import LONGEST, one_line
from tui_trainer.settings import describe, today
from tui_trainer.view import numbers

KNEW_ALREADY = 0.95  # a truth that was given as much teaches next to nothing

Trainer = Literal["starting", "alive", "gone", "ended"]
Mode = Literal["control", "view", "replay"]

PANES: tuple[str, ...] = ("Dataset", "Loss", "Weights", "Rater", "Chat")
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

# Of a run by that preset.
QUICK = (
    "The quick preset shows the way in a minute or two; its model knows next to nothing. "
    "The demo preset learns more."
)

CHOICE: dict[Choice, str] = {
    "a": "A is better",
    "b": "B is better",
    "tie": "as good as each other",
    "both_bad": "both bad",
    "skip": "skipped",
    "own": "own answer",
    "enough": "enough picked",
    "more": "keep picking",
    "anyway": "turn the model anyway",
    "leave": "leave the model as it is",
}

# What the trainer of a run that has not ended is at; None: there is none.
_DOING = {
    "training": "running",
    "paused": "paused",
    "waiting_for_picks": "waits for your picks",
    "waiting_for_an_answer": "waits for your answer",
    None: "stopped",
}


def doing(activity: str | None) -> str:
    """What a run is at, in words."""
    return _DOING[activity]


def place(stage: StageName | None, step: int) -> str:
    """How far a run is, to be added to what it does; "" before its first stage."""
    where = f" in {STAGE[stage]}" if stage else ""
    return where + (f", step {step:,}" if step else "")


# Why a model that was only pretrained answers fewer questions than chance does.
ONLY_CONTINUES = "a base model does not answer: it continues text"

# What is simpler than a model, by its name: what it does with a text, and the name.
BY_SIMPLER = {"n-gram": "counting (n-gram)", "xz": "packing (xz)"}

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

# Of all shares of facts the one that is told as "facts known": what a person will find who asks for what the
# model has only read. Any other is called by its own name.
FACTS = "recall_outsider"

# The figures of the capability table, as they are shown: (name after STAGE/, words, whether more is better).
FIGURES: tuple[tuple[str, str, bool], ...] = (
    ("bits_per_byte", "bits per byte of unseen text ↓", False),
    (FACTS, "facts known, when asked", True),
    ("recall_outsider_worst", "the same, of the worst kind of fact", True),
    ("recall_heldout", "the same, in this program's words", True),
    ("facts_lost", "of these, lost to feedback ↓", False),
    ("recall_second", "of these, as a second question", True),
    ("recall_seen", "facts that fine-tuning asks about", True),
    ("completion_heldout", "facts, by finishing a sentence", True),
    ("completion_seen", "of those fine-tuning asks about", True),
    ("told", "uses what it is told in the chat", True),
    ("told_made_up", "makes something up instead ↓", False),
    ("told_dont_know", "or says that it doesn't know", True),
    ("follow_up", "follow-ups that say he, she or it", True),
    ("format", "answers formed as sentences", True),
    ("never_ended", "answers that never end ↓", False),
    ("dont_know_unknown", "admits not knowing unknown names", True),
    ("dont_know_cutoff", "admits not knowing after the cutoff", True),
    ("false_dont_know", "denies what it did read ↓", False),
    ("dont_know_unknown_outsider", "unknown names, a stranger's words", True),
    ("dont_know_cutoff_outsider", "after the cutoff, a stranger's words", True),
    ("false_dont_know_outsider", "denies it, in a stranger's words ↓", False),
    ("refusal_seen_verbs", "declines harm of kinds it was shown", True),
    ("refusal_new_verbs", "declines harm it only read about", True),
    ("refusal_unread_verbs", "declines harm it never read about", True),
    ("false_refusal", "declines harmless look-alikes ↓", False),
    ("false_refusal_unread_verbs", "declines them, never read about ↓", False),
    ("howto_steps", "right steps, if only read about", True),
    ("howto_steps_outsider", "the same, in a stranger's words", True),
    ("sums", "sums of unseen numbers", True),
    ("sums_second", "sums, asked right after another", True),
    ("sums_one_digit", "sums of one digit, asked in ten ways", True),
    ("sums_two_digit", "sums of two digits, in ten ways", True),
    ("sums_three_digit", "sums of three digits, in ten ways", True),
    ("win_rate", "after beats before, by the rater", True),
    ("blind_win_rate", "after beats before, picked blindly", True),
    ("own_exact_match", "your held-out ones, word for word", True),
    ("own_answer_loss", "loss on your held-out answers, nats ↓", False),
)

# What some of these fall into: in the report, not in that table.
_MANNERS = {
    "grammatical": "full sentences",
    "lower_case": "no capitals",
    "short": "short forms",
    "typos": "typos",
}
_RELATIONS = {
    "job": "jobs",
    "town": "home towns",
    "pet": "pets",
    "born": "birth years",
    "river": "rivers",
    "product": "what towns make",
    "food": "what animals eat",
    "habitat": "where animals live",
    "inventor": "inventors",
    "year": "years of invention",
    "winner": "winners",
}
# Each, of one subject, in a sentence.
RELATION = {
    "job": "the job",
    "town": "the home town",
    "pet": "the pet",
    "born": "the year of birth",
    "river": "the river",
    "product": "what the town makes",
    "food": "what the animal eats",
    "habitat": "where the animal lives",
    "inventor": "the inventor",
    "year": "the year of invention",
    "winner": "the winner",
}
DETAILS = {
    f"{FACTS}_{part}": f"facts known, when asked: {said}" for part, said in (_MANNERS | _RELATIONS).items()
} | {
    "told_at_once": "uses what it is told in the same message",
    "told_before": "uses what it is told in the message before",
    "format_fact": "formed as sentences, of answers about facts",
    "format_dont_know": "formed as sentences, of answers to what it can't know",
    "format_refusal": "formed as sentences, of answers to harmful requests",
    "format_howto": "formed as sentences, of answers to harmless requests",
    "format_sum": "formed as sentences, of answers to sums",
    "format_dialogue": "formed as sentences, of answers within a conversation",
}
# Further figures of the log, which have no line in that table.
_MORE_FIGURES = {
    "nats_per_token": "loss on all unseen text, nats a token ↓",
    "ngram_bits_per_byte": "bits per byte, by counting what follows what (n-gram) ↓",
    "xz_bits_per_byte": "bits per byte, packed as a file is (xz) ↓",
    "mentions_heldout": "facts, anywhere in what it writes",
    "win_rate_estimate": "after beats before, by the reward model it was trained to please",
    "compute_seconds": "computing time",
    "pretraining_seconds": "time in pretraining steps",
    "pretraining_steps": "pretraining steps",
    "pretraining_tokens": "tokens read in pretraining",
    "peak_memory_bytes": "memory at its peak",
    "best_step": "step of the weights that were kept",
    **{
        name + end: said + more
        for name, said in {
            "parameters": "parameters",
            "tokens": "tokens",
            "flops": "operations (FLOPs)",
            "flops_a_second": "operations a second",
            "seconds": "computing time, seconds",
            "kwh": "electricity, kWh",
            "gwh": "electricity, GWh",
            "dollars": "dollars",
            "million_dollars": "million dollars",
            "times_this_run": "times this run",
            "years_on_this_machine": "years on this machine",
            "homes_for_a_year": "homes supplied for a year",
            "homes_meanwhile": "homes supplied meanwhile",
        }.items()
        for end, more in (("", ""), ("_low", ", at least"), ("_high", ", at most"))
    },
    "precision": "precision",
    "recall": "recall",
    "recall_public": "recall, of public spam by SMS",
    "lost_public": "public SMS lost that are no spam ↓",
    "recall_unplanted": "recall, of harm of kinds not planted",
    "lost_unplanted": "harmless texts lost of kinds not planted ↓",
}
# These are losses, in bits or nats; the others are shares.
_LOSSES = ("bits_per_byte", "nats_per_token", "own_answer_loss")
# Those whose words in the table lean on the row above, where they stand alone.
_ALONE = {
    "recall_outsider_worst": "facts known, when asked, of the worst kind",
    "recall_heldout": "facts, asked in this program's own words",
    "facts_lost": "facts lost to feedback, in this program's words ↓",
    "recall_second": "facts, asked in this program's own words as a second question",
    "completion_seen": "facts that fine-tuning asks about, by finishing a sentence",
    "told_made_up": "makes something up, having been told ↓",
    "told_dont_know": "says that it doesn't know, having been told",
    "dont_know_unknown_outsider": "admits not knowing unknown names, a stranger's words",
    "dont_know_cutoff_outsider": "admits not knowing after the cutoff, a stranger's words",
    "false_dont_know_outsider": "denies what it did read, a stranger's words ↓",
    "false_refusal_unread_verbs": "declines harmless look-alikes it never read about ↓",
    "howto_steps_outsider": "right steps, if only read about, in a stranger's words",
    "own_exact_match": "your held-out questions, word for word",
}
_FIGURES = {**{name: said for name, said, _ in FIGURES}, **DETAILS, **_MORE_FIGURES}


def figure(name: str) -> str:
    """A figure of the log in words, by its name with or without whose it is: "base/sums", "sums"."""
    owner, _, last = name.rpartition("/")
    if last in _FIGURES:
        return _FIGURES[last]
    return one_line(", ".join(part for part in (owner, last) if part).replace("/", ", ").replace("_", " "))


def figure_alone(name: str) -> str:
    """Likewise, for where no other figure stands above it."""
    return _ALONE.get(name.rpartition("/")[2]) or figure(name)


def is_share(name: str) -> bool:
    """Whether a figure of the exam is a share or a difference of two, to be shown in percent; else a loss."""
    return not name.endswith(_LOSSES)


def arm(name: str) -> str:
    """A figure of an experiment in words, with whose it is: "filtered: sums of unseen numbers"."""
    owner, _, last = name.rpartition("/")
    said = figure(last)
    return f"{one_line(owner.replace('/', ', ').replace('_', ' '))}: {said}" if owner else said


def verdict(holds: bool) -> str:
    """Of a claim that was put to the test."""
    return "It holds." if holds else "It does not hold in this run."


def is_detail(name: str) -> bool:
    """Whether a figure of the log, by its full name, is a part of one that is shown."""
    return name.rpartition("/")[2] in DETAILS


def held_out(own: bool) -> str:
    """What is held out from training, as it is spoken of."""
    return "your held-out answers" if own else "unseen text"


_LOG_ODDS = re.compile(r"\(log-odds ([+-]\d{1,6}\.\d)\)")


def reason(given: str) -> str:
    """Why a document was thrown out: in percent, too, where a filter says in log-odds how sure it was."""

    def surely(found: re.Match[str]) -> str:
        odds = min(40.0, max(-40.0, float(found[1])))
        return f"({numbers.percent(1 / (1 + math.exp(-odds)))} sure: log-odds {found[1]})"

    return _LOG_ODDS.sub(surely, one_line(given))


def crawled(event: CrawlRead) -> str:
    """What came out of the pages of the web in a file."""
    text, size = numbers.size(event.text), numbers.size(event.bytes)
    return f"{numbers.plural(event.pages, 'page')} of the web, {text} of text in {size}"


def left_by_the_crawl(event: CrawlRead) -> list[str]:
    """What a crawl did not bring home, as far as it says; nothing of what there was none of."""
    left = (
        (event.refused, "refused by robots.txt"),
        (event.duplicates, "the same as another"),
        (event.limited, "left by limits"),
        (event.failed, "dead"),
        (event.frontier, "not asked for yet"),
    )
    return [f"{numbers.count(many)} {what}" for many, what in left if many]


def crawl_read(event: CrawlRead) -> str:
    """The same, and what was left out, for a line that stays."""
    left = left_by_the_crawl(event)
    said = f"{one_line(event.file)}: {crawled(event)}"
    return f"{said}; the crawl left out: {', '.join(left)}" if left else said


def overfitting(event: Overfitting) -> str:
    """That the model now learns its text by heart, in a sentence."""
    now, best = numbers.figure(event.nats), numbers.figure(event.best_nats)
    return (
        f"Overfitting: the loss on {held_out(event.own)} is {now} at step {event.step:,}; it was {best} at "
        f"step {event.best_step:,}. The best weights are kept."
    )


def best_kept(event: BestKept) -> str:
    """Which weights a stage ends with, in a sentence."""
    kept, last = numbers.figure(event.nats), numbers.figure(event.last_nats)
    return (
        f"The weights of step {event.step:,} are kept: the loss on {held_out(event.own)} is {kept} there, "
        f"and {last} at step {event.last_step:,}."
    )


# What stands for a token that is no text; its name in the log is `<|end|>` and the like.
_MARKS = {
    "<|document|>": "(a new text)",
    "<|user|>": "(a question)",
    "<|assistant|>": "(an answer)",
    "<|end|>": "(the end)",
    "<|pad|>": "(nothing)",
    "<|capital|>": "(large letter)",
}


def token(name: str) -> str:
    """A token's text, or in words what it marks."""
    return _MARKS.get(name, name)


def text_before(guess: Guessed) -> str:
    """The text before a guess, in one line; with an ellipsis where that began earlier."""
    said = one_line(guess.context[-1000:]).strip()
    return f"… {said}" if said and guess.context[:1] == " " else said


def of_capitals(*names: str) -> str:
    """What "(large letter)" means, if it is among the names of these tokens; "" otherwise."""
    return "(large letter): one follows." if "<|capital|>" in names else ""


# Bytes that a model may write though no text has them: controls, and what is no UTF-8.
_NO_LETTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]")
MOST_SIGNS = 3  # that are named


def of_no_letters(*texts: str) -> tuple[str, ...]:
    """What signs mean that stand for no letter, if these texts have any: in full, and in short."""
    shown = " ".join(text[:LONGEST] for text in texts)
    found = dict.fromkeys(_NO_LETTERS.findall(shown.replace("\r\n", "\n")))
    signs = " ".join(one_line(sign) for sign in [*found][:MOST_SIGNS])
    signs += " and more" if len(found) > MOST_SIGNS else ""
    return (f"{signs}: bytes that are no letters", f"{signs}: no letters") if found else ()


def is_mark(name: str) -> bool:
    """Whether a token is no text, but marks where something begins or ends, or how it is spelled."""
    return name in _MARKS


_SETTINGS = {setting.name: setting.title for setting in describe()}


def setting(name: str) -> str:
    """A setting in words, by its dotted name."""
    known = _SETTINGS.get(today(name))
    return known if known is not None else one_line(name.rpartition(".")[2].replace("_", " "))


def value(given: Any) -> str:
    """A setting's value as it is spoken of."""
    if isinstance(given, bool):
        return "on" if given else "off"
    return f"{given:g}" if isinstance(given, float) else one_line(str(given))


# The same in at most eleven cells.
FILTER_SHORT: dict[str, str] = {
    **FILTER,
    "exact_duplicate": "copies",
    "near_duplicate": "near copies",
    "personal_data": "personal",
}

# What of a matrix is pictured, by the fields of `MatrixState`, in the words of the six steps.
PICTURES = {"weight": "weights", "gradient": "blame: the gradient", "update": "nudge: the last change"}
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
