"""What can happen in a run: the one vocabulary between the learning, the log and the screen.

The stages yield events, `run.log` appends them to `events.jsonl` inside a `Record`, and everything that is
drawn is a fold over those records. Two rules keep a resumed run identical to one never interrupted:

- an event holds no clock reading, except in a field whose name ends in `_seconds`;
  wall-clock time and compute time stand in the `Record` around it;
- whatever a person does that changes numbers (`Picked`, `PromptsEdited`, `KnobTurned`) is an event of its
  own, logged at the place where it took effect, so that resuming can apply it there again.

Tensors travel as `Picture`s: 8-bit, down-sampled, with their scale.
"""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

VERSION = 1

StageName = Literal["data", "pretrain", "finetune", "feedback", "frozen"]
STAGES: tuple[StageName, ...] = ("data", "pretrain", "finetune", "feedback", "frozen")

WeightsName = Literal["base", "tuned", "aligned"]
# "undo" takes the pick before it back: that pair is offered again, and the one on offer later. "own" is an
# answer of the rater's own, better than both. "enough" picks nothing: the rater wants to go on. The last
# three answer `TasteTested` where no taste was found: go on picking, turn the model anyway, leave it be.
Choice = Literal["a", "b", "tie", "both_bad", "skip", "undo", "own", "enough", "more", "anyway", "leave"]
ANSWERS: tuple[Choice, ...] = ("more", "anyway", "leave")


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class Event(Struct, frozen=True, tag_field="type", tag=_snake, omit_defaults=True):
    """Base of all events; its tag is the class's name in snake_case."""


# -- the run ---------------------------------------------------------------------------------------------


class RunStarted(Event, frozen=True):
    """First event of every log."""

    run: str  # the run's id, also the name of its folder
    seed: int
    preset: str
    settings: dict[str, Any]  # the whole of settings.Settings
    data: tuple[str, ...]  # paths of the user's own text; empty: the tiny world
    software: dict[str, str]  # package versions: tui-trainer, torch, python
    machine: dict[str, str]  # cpu, threads, precision


class Forked(Event, frozen=True):
    """First event of a run's own that goes on from another one; the events before are the other's, as it
    logged them."""

    run: str  # this run's id
    source: str  # the other's
    stage: StageName  # the first that is this run's own
    settings: dict[str, Any]  # the whole of settings.Settings from here on
    changes: dict[str, Any]  # those of them that were changed, by dotted name
    weights: WeightsName | None  # that were taken over; None: there were none yet
    sha256: str
    picks: int  # of the other run that are to be made again
    software: dict[str, str]
    machine: dict[str, str]


class SpeedMeasured(Event, frozen=True):
    """The machine's speed, and what it makes of the plan; measured before the first stage, or, with a text of
    the user's own, before the second."""

    step_seconds: float  # one pretraining step of this model on this machine
    planned_seconds: dict[str, float]  # an estimate for each stage


class ThreadsChosen(Event, frozen=True):
    """From here on the numbers are computed on so many CPU threads, the fastest as the machine is now."""

    threads: int


class StageStarted(Event, frozen=True):
    stage: StageName
    steps: int  # how many steps it will take; 0 if unknown


class StageSkipped(Event, frozen=True):
    stage: StageName
    reason: str  # one line for people


class StageEnded(Event, frozen=True):
    stage: StageName


class Noticed(Event, frozen=True):
    """Something a person should know: a file skipped, a loss that diverged."""

    text: str
    level: Literal["info", "warning", "error"] = "info"
    mendable: bool = True  # of an error that ended the trainer: whether the run could be resumed from there


class KnobTurned(Event, frozen=True):
    """A person changed a setting while the run went on; it holds from the next step."""

    name: str  # dotted name of the setting
    value: float


class Paused(Event, frozen=True):
    held: bool = False  # before the first step of all, until somebody says go


class Continued(Event, frozen=True):
    steps: int | None = None  # pause again after so many steps; None: go on
    pace: float = 0.0  # seconds from one step to the next at the least; 0: full speed


class RunEnded(Event, frozen=True):
    """Last event of a run that went through all its stages."""


# -- data ------------------------------------------------------------------------------------------------


class SourceRead(Event, frozen=True):
    """All documents of one source, before any filter."""

    source: str
    documents: int
    bytes: int


class CrawlRead(Event, frozen=True):
    """The pages of a WARC file. What came is counted as it is read; what did not is what the crawl says of
    itself in the file, if it says so."""

    file: str
    pages: int
    bytes: int  # of the pages, as they were sent
    text: int  # bytes of text in them
    refused: int | None = None  # by robots.txt
    duplicates: int | None = None
    limited: int | None = None  # left: too deep, too large, too slow
    failed: int | None = None
    frontier: int | None = None  # known, and not asked for


class FilterApplied(Event, frozen=True):
    """What one filter threw out, of what the filters before it had left."""

    filter: str  # also the class it names: spam, gibberish, boilerplate, exact_duplicate, ...
    documents_in: int
    dropped: int
    bytes_dropped: int
    example: str = ""  # the start of a dropped document
    reason: str = ""  # why that one was dropped
    masked: int = 0  # documents that it kept, with addresses and numbers in them masked


class CorpusReady(Event, frozen=True):
    """The text as training will read it."""

    vocabulary: int
    tokens_train: dict[str, int]  # by source, one reading of each kept document
    tokens_validation: int
    mixture: dict[str, float]  # readings, by source
    bytes_per_token: float
    copied: bool = False  # the tiny world was written and filtered before this run, and its files are copied


# -- pretraining and fine-tuning -------------------------------------------------------------------------


class Stepped(Event, frozen=True):
    """One optimizer step."""

    stage: StageName
    step: int  # 1 is the first
    loss: float  # nats per token, over the targets of this batch
    lr: float  # of the matrices
    gradient_norm: float  # over all parameters; nothing is clipped
    tokens: int  # read in this stage so far
    flops: float  # floating-point operations of this stage so far (6 x parameters x tokens, an estimate)


class Guessed(Event, frozen=True):
    """One position of the batch just learnt from, before the nudge: what was expected, what came."""

    stage: StageName
    step: int
    context: str  # the text before, or its end, from a space on; of an answer, what has been said of it
    truth: str
    probability: float  # given to the truth
    top: tuple[tuple[str, float], ...]  # the likeliest tokens
    asked: str = ""  # the question that is being answered; an older log has it within the context


class Validated(Event, frozen=True):
    """Loss on documents held back from training; see `learning.validation` for what they share with it."""

    stage: StageName
    step: int
    nats: float  # per token
    bits_per_byte: float
    chance_nats: float  # ln V: a uniform guess


class OwnAnswersScored(Event, frozen=True):
    """Loss on the user's own held-out answers while fine-tuning goes on."""

    stage: StageName
    step: int
    nats: float  # per token, the mean of the questions'
    questions: int


class Overfitting(Event, frozen=True):
    """What is held out costs more than it did before, by more than its noise, or than a blind guess: from now
    on the model learns its text by heart. Told once a stage."""

    stage: StageName
    step: int
    nats: float
    best_step: int
    best_nats: float
    own: bool = False  # held-out answers of the user's own; else validation text


class BestKept(Event, frozen=True):
    """The stage ends, and its weights go back to where what is held out cost least."""

    stage: StageName
    step: int  # of these weights
    nats: float  # of what is held out, with them
    last_step: int
    last_nats: float
    own: bool = False  # as in `Overfitting`


class Sample(Struct, frozen=True, omit_defaults=True):
    prompt: str
    text: str
    right: bool | None = None  # held to the world; None: nobody knows, or an older log


class Sampled(Event, frozen=True):
    """The same prompts, continued by the model as it is now."""

    stage: StageName
    step: int
    samples: tuple[Sample, ...]


class ShownPair(Struct, frozen=True):
    """A pair that is learned from: its question is read, its answer is what is scored."""

    question: str
    answer: str
    ends: tuple[int, ...]  # how many characters of the answer have been said at the end of each token
    losses: tuple[float, ...]  # nats, of each token of the answer, its end included
    said: str  # the model's own likeliest answer, as it is now
    right: bool | None = None  # that, held to the world; None: nobody knows


class PairsShown(Event, frozen=True):
    """Some pairs, always the same, as the model takes them now; at step 0, as it did before fine-tuning."""

    stage: StageName
    step: int
    pairs: tuple[ShownPair, ...]


class Picture(Struct, frozen=True):
    """A matrix, down-sampled by the signed largest of each block, in 8 bits."""

    rows: int
    columns: int
    scale: float  # the absolute value that 127 stands for
    cells: bytes  # rows * columns signed bytes, row-major


class MatrixState(Struct, frozen=True):
    """One parameter matrix at one moment."""

    name: str
    shape: tuple[int, int]
    weight_rms: float
    gradient_rms: float
    update_rms: float  # of the last step's change
    weight: Picture
    gradient: Picture
    update: Picture


class WeightsPictured(Event, frozen=True):
    stage: StageName
    step: int
    matrices: tuple[MatrixState, ...]


class Blamed(Struct, frozen=True):
    """A matrix's part in being wrong, and the cell of it that was blamed most."""

    name: str
    share: float  # of the sum of all squared gradients
    row: int
    column: int
    gradient: float  # at that cell
    before: float  # the weight there, before and after the nudge
    after: float


class StepExplained(Event, frozen=True):
    """A step that a person asked for singly: a guess of it again, after the nudge."""

    stage: StageName
    step: int
    probability_after: float  # now given to the truth
    top_after: tuple[tuple[str, float], ...]
    loss_before: float  # nats per token, of this step's batch
    loss_after: float
    loss_foreseen: float  # by the gradient, to first order
    blamed: tuple[Blamed, ...]  # every matrix, the most blamed first
    guess: Guessed | None = None  # the one it is about; None, in an older log: that of the same step


# -- feedback --------------------------------------------------------------------------------------------


class PairOffered(Event, frozen=True):
    """Two answers to rate, in the order in which they are shown."""

    pair: int  # 0 is the first
    prompt: str
    a: str
    b: str
    swapped: bool  # sides were exchanged by the seed
    predicted_a: float  # the reward model's probability that A is picked, before the pick
    predicted_ci95: tuple[float, float] | None = None  # of that, by what the picks so far leave open
    repeats: int | None = None  # the pair that this one shows again, sides exchanged
    # One answer is the tuned model's and one the aligned model's: "before or after?". Unless swapped, A is
    # the tuned one's. Nothing is learnt from it.
    blind: bool = False
    blind_pairs: int = 0  # of the blind test, in all; 0 in an older log


class Picked(Event, frozen=True):
    pair: int
    choice: Choice
    rater: str  # "person", or the simulated taste's name
    simulated: bool
    text: str = ""  # the rater's own answer


class PromptsEdited(Event, frozen=True):
    """A person changed the list of prompts: one came, one went, or one was put in another's place."""

    added: str = ""
    removed: str = ""


class PromptsListed(Event, frozen=True):
    """The prompts that a person will see answers to."""

    prompts: tuple[str, ...]


class Valued(Struct, frozen=True):
    """An answer by its score: how far above the mean of the tuned model's answers, in their standard
    deviations or in nats of log-odds, whichever is the larger unit."""

    prompt: str
    answer: str
    score: float


class TasteTested(Event, frozen=True):
    """Whether the picks show a taste, or could be a coin's; see `learning.preferences.chance`."""

    pair: int  # the number that an answer to it goes by
    reason: Literal["", "few", "ties", "side", "random"]  # why no taste was found; "": one was found
    picks: int  # that were held against chance: of pairs that were fixed before the first pick
    decided: int = 0  # of them, for a side
    predicted: int = 0  # of these, by what the others taught
    raters: int = 0  # who pick at random, simulated
    share: float = 1.0  # of these, this one counted, who are predicted as well: this decides
    level: float = 0.0  # a taste is found where that is at most this; 0 in an older log
    asks: bool = False  # waits for one of `ANSWERS`: nothing is turned before


class RewardModelFitted(Event, frozen=True):
    """The posterior after so many picks."""

    picks: int  # that say something: ties count, skips do not, a pair shown twice counts once
    features: dict[str, tuple[float, float]]  # weight: mean, standard deviation
    agreement: float | None  # prequential: picks predicted right before they were made
    agreement_ci95: tuple[float, float] | None
    recent: tuple[int, int] = (0, 0)  # of the last decided picks: predicted right, and how many
    expected: float | None = None  # share of the pairs never shown that it expects to predict
    enough: bool = False  # by the rule in learning.preferences.statistics, and a taste is found
    tested: TasteTested | None = None  # as it would be by now, once that rule holds; None in an older log
    alike: tuple[int, int] = (0, 0)  # pairs shown twice: picked alike, and how many
    left: tuple[int, int] = (0, 0)  # a person's picks of a side: of the left one, and how many
    best: tuple[Valued, ...] = ()  # the answers that it likes best
    least: tuple[Valued, ...] = ()


class RewardModelsCompared(Event, frozen=True):
    """Of runs of an earlier version, which made a fine-tuned reward model of many picks."""

    comparisons: int  # decided ones, in order of time
    later: int  # of them, to be predicted by both from those before
    frozen: int  # predicted right by the head on frozen features
    fine_tuned: int
    difference: float  # of the shares
    difference_ci95: tuple[float, float]
    chosen: Literal["frozen", "fine_tuned"]  # this one rewards


class Reinforced(Event, frozen=True):
    """One reinforcement step."""

    step: int
    reward: float  # the reward model's, mean over the samples: the proxy
    gold: float | None  # the simulated rater's own; None when a person rates
    kl: float  # nats a sequence, exact over the vocabulary, to the tuned model
    length: float  # tokens an answer
    entropy: float  # nats a token
    skipped_groups: int  # groups whose rewards were all equal; the name is from when they were skipped
    truncated: int  # answers that did not end
    facts: float | None  # recall on the probe set, when it was measured at this step
    facts_before: float | None = None  # with that: the tuned model's
    leash: float | None = None  # reward lost a nat of KL, at this step; None in an older log


class ScoredAnswer(Struct, frozen=True):
    """One of several answers to a prompt, and what a step of reinforcement did to it."""

    text: str
    reward: float  # the reward model's score
    kl: float  # nats to the tuned model, over the whole answer
    log_probability: float  # nats, of the whole answer, before the step
    change: float  # of that, by the step


class AnswersScored(Event, frozen=True):
    """The answers to one prompt of a reinforcement step: of all prompts, the one they differ most on."""

    step: int
    prompt: str
    answers: tuple[ScoredAnswer, ...]
    leash: float  # reward lost a nat of KL


class BestOfN(Event, frozen=True):
    """The best of n answers of the tuned model by the reward model, for growing n, out of one pool."""

    n: tuple[int, ...]
    kl: tuple[float, ...]  # nats to the tuned model
    proxy: tuple[float, ...]  # the reward model's, mean over prompts
    gold: tuple[float, ...] | None  # the simulated rater's own; None when a person rates
    prompts: int
    answers: int  # to each


class BeforeAfter(Event, frozen=True):
    """One prompt as the tuned and the aligned model answer it."""

    prompt: str
    before: str
    after: str
    before_right: bool | None = None  # held to the world; None: nobody knows, or an older log
    after_right: bool | None = None


Purpose = Literal["exam", "pool", "best_of", "guard", "blind", "compared"]


class Answering(Event, frozen=True):
    """Answers are being written, and nothing else is to be told until they are."""

    stage: StageName
    purpose: Purpose  # what they are for
    done: int  # of them; 0 when it begins
    total: int


# -- measurements and results ----------------------------------------------------------------------------


class Measured(Event, frozen=True):
    """One figure of `report.json`."""

    name: str
    value: float
    ci95: tuple[float, float] | None = None
    n: int | None = None
    baseline: float | None = None  # chance, or the majority answer
    note: str = ""  # where it is from: "estimate" with its source; "" of what was measured just so


class WeightsFrozen(Event, frozen=True):
    """A stage's weights, hashed and written."""

    weights: WeightsName
    sha256: str  # over parameters and buffers, by name
    parameters: int
    bytes: int
    file: str  # relative to the run's folder
    file_sha256: str = ""  # of the file itself, as `sha256sum` prints it; "" in an older log


# -- experiments -----------------------------------------------------------------------------------------


class Line(Struct, frozen=True, omit_defaults=True):
    """One line, or one row of points, of a picture."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    points: bool = False


class Plotted(Event, frozen=True):
    """A picture of an experiment as it is by now; a later one of the same title takes its place."""

    title: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]


class Showed(Event, frozen=True):
    """One thing that is said or done in front of whoever watches an experiment."""

    who: str  # "asked", "model", "tool", ...: one word
    text: str
    right: bool | None = None  # None: nobody judges it


AnyEvent = (
    RunStarted
    | Forked
    | SpeedMeasured
    | ThreadsChosen
    | StageStarted
    | StageSkipped
    | StageEnded
    | Noticed
    | KnobTurned
    | Paused
    | Continued
    | RunEnded
    | SourceRead
    | CrawlRead
    | FilterApplied
    | CorpusReady
    | Stepped
    | Guessed
    | Validated
    | OwnAnswersScored
    | Overfitting
    | BestKept
    | Sampled
    | PairsShown
    | WeightsPictured
    | StepExplained
    | PairOffered
    | Picked
    | PromptsEdited
    | PromptsListed
    | RewardModelFitted
    | TasteTested
    | RewardModelsCompared
    | Reinforced
    | AnswersScored
    | BestOfN
    | BeforeAfter
    | Answering
    | Measured
    | WeightsFrozen
    | Plotted
    | Showed
)


class Record(Struct, frozen=True):
    """One line of `events.jsonl`."""

    v: int  # VERSION
    seq: int  # 0, 1, 2, ...: also the line's number
    t: float  # seconds since the epoch
    busy: float  # seconds of computing in this run so far: without pauses and waiting for picks
    event: AnyEvent
    crc: int | UnsetType = UNSET  # see `run.log`; absent in a log of an earlier version


encoder = msgspec.json.Encoder()
decoder = msgspec.json.Decoder(Record)
