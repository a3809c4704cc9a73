"""Every setting of a run: its name, type, range, unit, default and help, declared once.

Values come, weakest first, from the preset, a TOML file, the environment
(`TUI_TRAINER_PRETRAIN_STEPS=300`) and `--set pretrain.steps=300`.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_type_hints

import msgspec
from msgspec import Meta, Struct

from tui_trainer.errors import UserError, foreign
from tui_trainer.files import read_toml

Preset = Literal["quick", "demo", "full", "sprint"]
Taste = Literal["polite", "short", "example", "cautious"]
Culture = Literal[  # of learning/preferences/raters.toml
    "ceremonious", "plain-spoken", "scholarly", "decided", "comforter", "list-maker"
]
Tasteless = Literal["random", "ties", "left"]  # simulated raters without a taste, to see that none is found
Topic = Literal["everyday", "upset"]


# In the order in which a document meets them; what `data.filters_off` can name.
FILTERS = (
    "exact_duplicate",
    "gibberish",
    "boilerplate",
    "spam",
    "harmful",
    "personal_data",
    "near_duplicate",
)


# The last year that documents of a tiny world tell of, in its first version, and in the last that there are
# names for.
FIRST_CUTOFF, LAST_CUTOFF = 2019, 2023


class SettingsError(UserError):
    """One line that says which setting is wrong and what it takes."""


def _said(title: str, help: str, unit: str = "") -> Meta:
    """What a setting is called, and what it is, for people."""
    return Meta(title=title, description=help, extra={"unit": unit})


MOST_STEPS = 1_000_000  # a week and more on a laptop
MOST_ROWS = 1024  # in one step: more would take all memory there is, and not be a step to watch
Count = Annotated[int, Meta(ge=1, le=MOST_STEPS)]
Steps = Annotated[int, Meta(ge=0, le=MOST_STEPS)]
Rows = Annotated[int, Meta(ge=1, le=MOST_ROWS)]
Weight = Annotated[float, Meta(ge=0, le=100)]
Rate = Annotated[float, Meta(gt=0, le=1)]


class Mixture(Struct, frozen=True, forbid_unknown_fields=True):
    """How often a document of each source is read, relative to one reading per epoch."""

    web: Annotated[Weight, _said("readings of web", "web pages", "readings")] = 1.0
    books: Annotated[Weight, _said("readings of books", "books", "readings")] = 1.5
    code: Annotated[Weight, _said("readings of code", "programs and sums", "readings")] = 1.0
    papers: Annotated[Weight, _said("readings of papers", "papers", "readings")] = 1.5
    forum: Annotated[Weight, _said("readings of forum", "forum talk", "readings")] = 1.5
    letters: Annotated[Weight, _said("readings of letters", "letters about strangers", "readings")] = 1.0


class Data(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the text comes from and what is thrown away."""

    tokenizer: Annotated[
        Literal["bpe", "char"], _said("tokenizer", "byte-level BPE, or one token a character")
    ] = "bpe"
    vocabulary: Annotated[
        int, Meta(ge=300, le=32768), _said("vocabulary", "size of the vocabulary", "tokens")
    ] = 2560
    documents: Annotated[
        int,
        Meta(ge=200, le=1_000_000),
        _said("documents written", "documents of the tiny world", "documents"),
    ] = 9300
    cutoff: Annotated[
        int,
        Meta(ge=FIRST_CUTOFF, le=LAST_CUTOFF),
        _said(
            "cutoff year",
            "last year that the tiny world's documents tell of; a year more brings winners and newcomers",
            "year",
        ),
    ] = FIRST_CUTOFF
    sum_digits: Annotated[
        int,
        Meta(ge=2, le=3),
        _said("digits of sums", "most digits of the numbers added, in documents and pairs", "digits"),
    ] = 2
    filters: Annotated[bool, _said("filters", "throw out what the filters name")] = True
    filters_off: Annotated[
        str,
        Meta(pattern=rf"^(?:(?:{'|'.join(FILTERS)})(?:, *(?:{'|'.join(FILTERS)}))*)?$"),
        _said(
            "filters left out",
            "names of filters not to use, with commas between; personal_data masks as well as drops",
        ),
    ] = ""
    held_out: Annotated[
        Literal["documents", "end"],
        _said(
            "held out for validation",
            "documents of chance; or the last tenth of your own text, which is then read as one, unfiltered",
        ),
    ] = "documents"
    max_bytes: Annotated[
        int,
        Meta(ge=10_000, le=10_000_000_000),
        _said("most bytes read", "user text kept at most; of more, an even sample of documents", "bytes"),
    ] = 32_000_000
    mixture: Mixture = Mixture()


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """The transformer's shape."""

    layers: Annotated[int, Meta(ge=1, le=24), _said("layers", "transformer blocks", "blocks")] = 2
    width: Annotated[int, Meta(ge=32, le=1024, multiple_of=8), _said("width", "residual width")] = 240
    heads: Annotated[int, Meta(ge=1, le=32), _said("heads", "attention heads; must divide the width")] = 4
    context: Annotated[int, Meta(ge=32, le=2048), _said("context", "tokens seen at once", "tokens")] = 128
    precision: Annotated[
        Literal["auto", "float32", "bfloat16"],
        _said("precision", "of the matrix products; auto is bfloat16 where the CPU multiplies it natively"),
    ] = "auto"


class Pretrain(Struct, frozen=True, forbid_unknown_fields=True):
    """Guess the next token."""

    steps: Annotated[Steps, _said("pretraining steps", "optimizer steps", "steps")] = 1450
    batch: Annotated[Rows, _said("texts a step", "rows a step", "rows")] = 8
    matrix_lr: Annotated[
        Rate,
        _said("pretraining learning rate", "how large a nudge of the matrices is, by the rule called Muon"),
    ] = 0.02
    embedding_lr: Annotated[
        Rate,
        _said(
            "pretraining rate, embedding", "how large a nudge of the embeddings is, by the rule called AdamW"
        ),
    ] = 0.02
    head_lr: Annotated[
        Rate,
        _said(
            "pretraining rate, head's gain",
            "how large a nudge of the head's gain is, by the rule called AdamW",
        ),
    ] = 0.05
    momentum: Annotated[
        float,
        Meta(ge=0, le=0.999),
        _said("momentum", "share of a nudge's momentum (Muon's) that a step leaves; fewer steps want less"),
    ] = 0.9
    warmup: Annotated[Steps, _said("warm-up steps", "steps of linear warm-up", "steps")] = 10
    cooldown: Annotated[
        float, Meta(ge=0, le=1), _said("cool-down", "last part of the steps in which the rate falls linearly")
    ] = 0.8
    measure_every: Annotated[
        Count,
        _said("pretraining steps an evaluation", "steps between validation, samples and pictures", "steps"),
    ] = 40
    letters_first: Annotated[
        float,
        Meta(ge=0, le=1),
        _said(
            "letters at first",
            "of the texts in the first fifth of the steps, the share that are letters, where there are any",
        ),
    ] = 0.7
    sums_last: Annotated[
        float,
        Meta(ge=0, le=1),
        _said(
            "sums at last",
            "of the texts in the last three tenths of the steps, the share that are programs and sums",
        ),
    ] = 0.3
    target_loss: Annotated[
        float,
        Meta(ge=0, le=100),
        _said(
            "loss to stop at",
            "pretraining ends once the whole validation text costs no more than this; 0: it never does",
            "nats a token",
        ),
    ] = 0.0


class Finetune(Struct, frozen=True, forbid_unknown_fields=True):
    """Learn to answer, from question-and-answer pairs."""

    steps: Annotated[Steps, _said("fine-tuning steps", "optimizer steps", "steps")] = 1300
    pair_rows: Annotated[Rows, _said("rows of pairs a step", "rows of packed pairs a step", "rows")] = 6
    document_rows: Annotated[
        int,
        Meta(ge=0, le=MOST_ROWS),
        _said("rows of documents a step", "rows of documents replayed a step", "rows"),
    ] = 3
    sums_read: Annotated[
        float,
        Meta(ge=0, le=1),
        _said("sums read along", "of the rows of documents, the share that are programs and sums"),
    ] = 0.35
    pairs: Annotated[int, Meta(ge=100, le=10**6), _said("pairs", "pairs written", "pairs")] = 10000
    sums: Annotated[
        float, Meta(ge=0, le=50), _said("share of sums", "of the pairs, how many are sums", "%")
    ] = 14.0
    matrix_lr: Annotated[
        Rate,
        _said("fine-tuning learning rate", "how large a nudge of the matrices is, by the rule called Muon"),
    ] = 0.012
    # Low: every row of the head that is not said moves too, and with it what the word means in a question.
    embedding_lr: Annotated[
        Rate,
        _said(
            "fine-tuning rate, embedding", "how large a nudge of the embeddings is, by the rule called AdamW"
        ),
    ] = 0.001
    head_lr: Annotated[
        Rate,
        _said(
            "fine-tuning rate, head's gain",
            "how large a nudge of the head's gain is, by the rule called AdamW",
        ),
    ] = 0.004
    measure_every: Annotated[
        Count,
        _said("fine-tuning steps an evaluation", "steps between validation, samples and pictures", "steps"),
    ] = 40


class Feedback(Struct, frozen=True, forbid_unknown_fields=True):
    """Learn a rater's taste, then turn the model to it."""

    rater: Annotated[
        Literal["person", Taste, Culture, Tasteless],
        _said("rater", "who picks: the person at the keyboard, or a program: by a taste, a culture, or none"),
    ] = "person"
    topic: Annotated[
        Topic, _said("topic", "whose prompts are rated: anybody's, or those of people who are upset")
    ] = "everyday"
    algorithm: Annotated[
        Literal["rloo", "grpo", "dpo"],
        _said("algorithm", "how answers are made likelier; dpo learns from the picked pairs alone"),
    ] = "rloo"
    picks: Annotated[
        int,
        Meta(ge=4, le=1000),
        _said("picks", "picks of a simulated rater; a person says when it is enough", "picks"),
    ] = 24
    steps: Annotated[Steps, _said("reinforcement steps", "reinforcement steps", "steps")] = 36
    prompts: Annotated[Rows, _said("prompts a step", "prompts a step", "prompts")] = 6
    num_generations: Annotated[
        int, Meta(ge=2, le=64), _said("answers to a prompt", "answers sampled a prompt", "answers")
    ] = 8
    answer_tokens: Annotated[int, Meta(ge=8, le=512), _said("longest answer", "longest answer", "tokens")] = (
        64
    )
    beta: Annotated[
        float,
        Meta(ge=0, le=10),
        _said("leash (KL)", "the leash at first: reward lost a nat of KL to the tuned model"),
    ] = 0.1
    kl_target: Annotated[
        float,
        Meta(ge=0, le=100),
        _said(
            "aim of the leash",
            "beyond this the leash shortens, and then lengthens when within it; 0: it stays",
            "nats",
        ),
    ] = 2.0
    lr: Annotated[
        Rate,
        _said(
            "reinforcement learning rate",
            "first learning rate, which falls to none; gradient descent, last block only",
        ),
    ] = 0.2
    rehearsal_coef: Annotated[
        float,
        Meta(ge=0, le=1000),
        _said("weight of rehearsal", "a second leash, on what the tuned model was sure of in other text"),
    ] = 5.0
    reward_bound: Annotated[
        float,
        Meta(gt=0, le=1000),
        _said(
            "bound on the reward",
            "scores beyond it are worth little more; 1000 is no bound",
            "standard deviations",
        ),
    ] = 2.0
    missing_eos_penalty: Annotated[
        bool,
        _said(
            "answers must end",
            "an answer that does not end is worth -1; else what the reward model says of it",
        ),
    ] = True
    noise: Annotated[
        float,
        Meta(ge=0, le=100),
        _said(
            "noise of the rater",
            "how often a simulated rater slips: what an answer must be worth more to be safe",
        ),
    ] = 0.25
    turn_anyway: Annotated[
        bool,
        _said(
            "turn it without a taste",
            "reinforce even where the picks could be a coin's: else a person is asked, a program's are left",
        ),
    ] = False
    wage: Annotated[
        float, Meta(ge=0, le=1000), _said("wage", "pay for picking, in the ledger alone", "dollars an hour")
    ] = 7.25
    best_of: Annotated[
        int,
        Meta(ge=0, le=1024),
        _said(
            "best of how many",
            "answers to a prompt of which the best of n is measured, to compare; 0: it is not",
            "answers",
        ),
    ] = 0
    facts_limit: Annotated[
        float,
        Meta(ge=0, le=1),
        _said(
            "facts that may be lost",
            "the guard: share of the facts on its probe that a taste may cost; 1 is off",
        ),
    ] = 0.03


class Run(Struct, frozen=True, forbid_unknown_fields=True):
    """The process."""

    threads: Annotated[
        int,
        Meta(ge=0, le=256),
        _said("threads", "CPU threads; 0: the fastest number, by trying", "threads"),
    ] = 0
    device: Annotated[
        Literal["auto", "cpu", "cuda", "mps"],
        _said("device", "makes the gradient steps; auto is a CUDA GPU if there is one, else the CPU"),
    ] = "auto"
    checkpoint_every: Annotated[
        Count, _said("steps between checkpoints", "steps between checkpoints", "steps")
    ] = 50


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of one run."""

    data: Data = Data()
    model: Model = Model()
    pretrain: Pretrain = Pretrain()
    finetune: Finetune = Finetune()
    feedback: Feedback = Feedback()
    run: Run = Run()


# What a preset changes of the defaults above; `demo` is the defaults.
PRESETS: dict[Preset, dict[str, Any]] = {
    "quick": {
        "data.documents": 2000,
        "data.vocabulary": 1024,
        "model.width": 128,
        "model.layers": 2,
        "pretrain.steps": 150,
        "finetune.steps": 80,
        "finetune.pairs": 1500,
        "feedback.steps": 12,
    },
    "demo": {},
    "full": {
        "data.documents": 16000,
        "data.mixture.code": 4.0,
        "data.sum_digits": 3,
        "model.width": 256,
        "model.layers": 4,
        "model.context": 160,  # half of it has room for the steps of a sum of three digits
        "pretrain.steps": 2000,
        "pretrain.batch": 12,
        "finetune.steps": 2000,
        "finetune.pairs": 16000,
        "feedback.answer_tokens": 80,
        "feedback.steps": 48,
    },
    # The quickest to a loss on one running text with a token a character: tests/bench/LOG.md says how found.
    "sprint": {
        "data.tokenizer": "char",
        "data.held_out": "end",
        "model.layers": 2,
        "model.width": 176,
        "model.context": 64,
        "pretrain.steps": 285,
        "pretrain.batch": 16,
        "pretrain.matrix_lr": 0.03,
        "pretrain.head_lr": 0.03,
        "pretrain.cooldown": 0.6,
        "pretrain.measure_every": 10,
        "run.checkpoint_every": 200,
    },
}
# What lets reinforcement go: no KL, guard or bound on the reward, nothing rehearsed, no answer has to end.
UNLEASHED: dict[str, float] = {
    "beta": 0.0,
    "kl_target": 0.0,
    "facts_limit": 1.0,
    "rehearsal_coef": 0.0,
    "reward_bound": 1000.0,
    "missing_eos_penalty": False,
    "lr": 0.05,
}
# By stage, what a person may turn while it runs; a name that ends in a dot stands for all under it.
_RATES = ("matrix_lr", "embedding_lr", "head_lr")
LIVE: dict[str, tuple[str, ...]] = {
    "pretrain": (*(f"pretrain.{rate}" for rate in _RATES), "pretrain.steps", "data.mixture."),
    "finetune": tuple(f"finetune.{rate}" for rate in _RATES),
    "feedback": (
        "feedback.beta",
        "feedback.kl_target",
        "feedback.lr",
        "feedback.rehearsal_coef",
        "feedback.reward_bound",
        "feedback.facts_limit",
        "feedback.picks",
        "feedback.steps",
        "feedback.turn_anyway",
    ),
}
# What earlier versions called a setting: it is still taken by that name, from a person or an old run.
RENAMED = {
    "feedback.samples": "feedback.num_generations",
    "feedback.kl": "feedback.beta",
    "feedback.keep": "feedback.rehearsal_coef",
    "feedback.must_end": "feedback.missing_eos_penalty",
}


class Description(Struct, frozen=True):
    """What a setting is, for help, the palette and errors."""

    name: str
    title: str  # as a person speaks of it
    help: str
    unit: str
    default: Any
    low: float | None
    high: float | None
    choices: tuple[str, ...]


def describe(kind: Any = Settings, prefix: str = "") -> Iterator[Description]:
    """All settings, in the order of their declaration, by their dotted names."""
    defaults = kind()
    hints = get_type_hints(kind, include_extras=True)
    for field in msgspec.structs.fields(kind):
        name = f"{prefix}{field.name}"
        value = getattr(defaults, field.name)
        if isinstance(value, Struct):
            yield from describe(type(value), f"{name}.")
            continue
        metas = [m for m in getattr(hints[field.name], "__metadata__", ()) if isinstance(m, Meta)]
        lows = [low for m in metas for low in (m.ge, m.gt) if low is not None]
        highs = [m.le for m in metas if m.le is not None]
        extra: Mapping[str, Any] = next((m.extra for m in metas if m.extra), {}) or {}
        base = get_args(hints[field.name])[0] if metas else hints[field.name]
        yield Description(
            name=name,
            title=next((m.title for m in metas if m.title), None) or name,
            help=next((m.description for m in metas if m.description), "") or "",
            unit=extra.get("unit", ""),
            default=value,
            low=max(lows, default=None),
            high=min(highs, default=None),
            choices=tuple(str(c) for c in get_args(base)) if not isinstance(value, int | float) else (),
        )


def _nested(flat: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name, value in flat.items():
        node = tree
        *sections, leaf = name.split(".")
        for section in sections:
            node = node.setdefault(section, {})
        node[leaf] = value
    return tree


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def lookup(settings: Any, name: str) -> Any:
    """A setting's value by its dotted name, in settings or in a tree of them; None where there is none."""
    for part in name.split("."):
        settings = settings.get(part) if isinstance(settings, Mapping) else getattr(settings, part, None)
    return settings


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Settings named in the environment: `TUI_TRAINER_` + the name, dots as underscores, in capitals."""
    known = RENAMED | {d.name: d.name for d in describe()}
    names = {f"TUI_TRAINER_{name.replace('.', '_').upper()}": to for name, to in known.items()}
    return {names[key]: value for key, value in environ.items() if key in names}


def today(name: str) -> str:
    """A setting's name of today."""
    return RENAMED.get(name, name)


def of_today(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Settings by section that a run of an earlier version wrote down, by the names of today."""
    return {
        section: {today(f"{section}.{name}").partition(".")[2]: value for name, value in fields.items()}
        if isinstance(fields, Mapping)
        else fields
        for section, fields in tree.items()
    }


def load(
    preset: Preset = "demo",
    assignments: Sequence[str] = (),
    file: Path | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """The settings of a run.

    Raises:
        SettingsError: an unknown name, a value out of range, an unreadable file; one line.
    """
    flat = dict(PRESETS[preset])
    if file is not None:
        what = f"settings file {file}"
        try:
            with foreign(what):
                flat |= {today(name): value for name, value in _flat(read_toml(file, what)).items()}
        except UserError as error:
            raise SettingsError(str(error)) from error
    flat |= environment(os.environ if environ is None else environ)
    return _settings(flat | _assigned(assignments))


def changed(settings: Settings, assignments: Sequence[str]) -> Settings:
    """Settings with some of them assigned anew, as `--set` does. Raises `SettingsError`."""
    return _settings(_flat(msgspec.to_builtins(settings)) | _assigned(assignments))


def with_values(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """Settings with other values, by dotted name. Raises `msgspec.ValidationError`."""
    return msgspec.convert(_nested({**_flat(msgspec.to_builtins(settings)), **values}), Settings)


def differences(old: Settings, new: Settings) -> dict[str, Any]:
    """The values in `new` that are others in `old`, by dotted name."""
    before = _flat(msgspec.to_builtins(old))
    return {name: value for name, value in _flat(msgspec.to_builtins(new)).items() if before[name] != value}


def _assigned(assignments: Sequence[str]) -> dict[str, str]:
    flat = {}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise SettingsError(f"--set takes name=value, not {_shown(assignment)}")
        value = value.strip()
        flat[today(name.strip())] = (
            f"0{value}" if value.startswith(".") else value
        )  # .02 is a number to people
    return flat


def _settings(flat: Mapping[str, Any]) -> Settings:
    known = {d.name: d for d in describe()}
    for name, value in flat.items():
        if name not in known:
            raise SettingsError(f"there is no setting {_shown(name)}; `tui-trainer settings` lists them")
        _validated(name, value, known[name])
    settings = msgspec.convert(_nested(flat), Settings, strict=False)
    if settings.model.width % settings.model.heads or (settings.model.width // settings.model.heads) % 2:
        raise SettingsError(
            f"model.width ({settings.model.width}) must be an even multiple of model.heads "
            f"({settings.model.heads})"
        )
    return settings


def _validated(name: str, value: Any, description: Description) -> None:
    """Raise one line about this setting alone, naming its range, when the value does not fit."""
    try:
        msgspec.convert(_nested({name: value}), Settings, strict=False)
    except Exception as error:  # a number of 5,000 digits, say, is no `ValidationError`
        raise SettingsError(f"{name} takes {takes(description)}, not {_shown(value)}") from error


def takes(description: Description) -> str:
    """What values a setting can have, in words."""
    if description.choices:
        return "one of " + ", ".join(description.choices)
    if isinstance(description.default, bool):
        return "true or false"
    if isinstance(description.default, str):
        return f"names of {', '.join(FILTERS)}, with commas between"
    words = "a whole number" if isinstance(description.default, int) else "a number"
    if description.low is not None:
        words += f" from {description.low}"
    if description.high is not None:
        words += f" to {description.high}"
    return words


def _shown(value: Any) -> str:
    """As much of a wrong value as there is to see in it."""
    if isinstance(value, int) and not -(10**60) < value < 10**60:
        return "a number as long as that"  # beyond some thousand digits Python does not even write it
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:60]}..."
