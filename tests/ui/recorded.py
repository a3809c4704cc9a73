"""A made-up run of the embedded world, with all stages, as records: what the screen is tested with."""

import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import msgspec
from pictured import matrices

from tui_trainer import settings
from tui_trainer.messages import events as e
from tui_trainer.messages.events import VERSION, Event, Record, encoder
from tui_trainer.messages.inspection import Look, Looked
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import RunFolder

PROMPTS = (
    "The town of Velm lies",
    "Mira Tolan was born in",
    "The glass kite was invented by",
    "def add(a, b):",
)
NOISE = ("the of a ing 7 er", "the the town of the", "a small town in the north of the river")
FLUENT = (
    "on the river Osk, a day's walk from Harrow.",
    "1962 in Velm, where she later worked as a baker.",
    "Tobin Rask in 1931, two years after the steam plough.",
    "return a + b",
)
REINFORCED = 60  # steps
SHA = {
    "base": "3f2a91c0d4be77120c5e0aa19b8f64d3e1c27a5508dd4f6b9a310c7e5521f0ab",
    "tuned": "b81e07f5a2c94d6638f1d0ec4475a9b20f6d13c8ea97045bb2c6e8f1907d3a54",
    "aligned": "c04d5be18f7a2936e5d81b40fa63c7925e0f4ad7b1683c29df705ea8146b92d3",
}


def events(picks: int = 24, simulated: bool = False) -> Iterator[tuple[float, float, Event]]:
    """(wall-clock seconds since the last event, compute seconds since then, event)."""
    random = Random(7)
    config = settings.changed(settings.load("demo", environ={}), [f"feedback.steps={REINFORCED}"])
    yield (
        0.0,
        0.0,
        e.RunStarted(
            run="2026-03-21-1010-demo-s0",
            seed=0,
            preset="demo",
            settings=msgspec.to_builtins(config),
            data=(),
            software={"tui-trainer": "0.1.0", "torch": "2.13.0", "python": "3.12.3"},
            machine={"cpu": "a machine", "threads": "2", "precision": "bfloat16"},
        ),
    )
    planned = {"data": 6.0, "pretrain": 61.0, "finetune": 38.0, "feedback": 42.0, "frozen": 5.0}
    yield 1.2, 1.2, e.SpeedMeasured(step_seconds=0.118, planned_seconds=planned)
    yield from _data()
    yield from _learning(random, "pretrain", 500, 25, 7.62, 1.05)
    yield from _exam(random, "base")
    yield from _learning(random, "finetune", 260, 20, 3.4, 0.22)
    yield from _exam(random, "tuned")
    yield from _feedback(random, picks, simulated)
    yield from _exam(random, "aligned")
    yield 0.1, 0.1, e.StageStarted("frozen", 0)
    yield 0.1, 0.1, e.StageEnded("frozen")
    yield 0.1, 0.1, e.RunEnded()


def _data() -> Iterator[tuple[float, float, Event]]:
    yield 0.1, 0.1, e.StageStarted("data", 0)
    sources = {"web": (1931, 812_400), "books": (1204, 601_900), "code": (988, 301_000)}
    sources |= {"papers": (1102, 522_700), "forum": (1085, 402_200)}
    for name, (documents, size) in sources.items():
        yield 0.3, 0.3, e.SourceRead(name, documents, size)
    left = 6310
    for name, dropped, example, reason in (
        ("exact_duplicate", 310, "The town of Velm lies on the river Osk.", "the same text as web-00012"),
        ("gibberish", 121, "xq zzv lorp 99 kk qqj", "only 12 % of its words are known"),
        ("boilerplate", 204, "Home | About | Contact | Log in", "9 of 10 lines are menu entries"),
        ("spam", 266, "BUY NOW cheap kites!!! click", "sales words in 31 % of the text"),
        ("harmful", 141, "How to break into a house", "asks for harm: break into"),
        ("personal_data", 98, "Write to mira@velm.example", "an e-mail address"),
        ("near_duplicate", 412, "The town of Velm lies by the river", "91 % like books-00102"),
    ):
        yield 0.25, 0.25, e.FilterApplied(name, left, dropped, dropped * 400, example, reason)
        left -= dropped
        for metric, value in (("precision", 0.98), ("recall", 0.95)):
            yield 0.0, 0.0, e.Measured(f"corpus/{name}/{metric}", value, (value - 0.03, 0.995), dropped)
    tokens = {"web": 182_000, "books": 151_000, "code": 88_000, "papers": 133_000, "forum": 96_000}
    mixture = {"web": 1.0, "books": 1.5, "code": 1.0, "papers": 1.5, "forum": 1.0}
    yield 0.5, 0.5, e.CorpusReady(2048, tokens, 34_000, mixture, 3.91)
    yield 0.1, 0.1, e.StageEnded("data")


def _learning(
    random: Random, stage: e.StageName, steps: int, every: int, first: float, last: float
) -> Iterator[tuple[float, float, Event]]:
    yield 0.1, 0.1, e.StageStarted(stage, steps)
    chance = math.log(2048)
    for step in range(steps + 1):
        done = step / steps
        clean = last + (first - last) * math.exp(-6 * done)
        if step:
            lr = 0.02 * min(1.0, step / 10) * min(1.0, (1 - done) / 0.6 + 0.05)
            loss = clean + random.gauss(0, 0.06 + 0.1 * (1 - done))
            stepped = e.Stepped(stage, step, loss, lr, 0.6 + random.random(), step * 1024, step * 1.4e10)
            yield 0.118, 0.117, stepped
            yield 0.0, 0.0, _guess(random, stage, step, done)
        if step % every == 0:
            validated = e.Validated(stage, step, clean + 0.05, (clean + 0.05) / 2.71, chance)
            yield 0.15, 0.15, validated
            texts = (*NOISE[:2], *NOISE[:2]) if done < 0.1 else FLUENT if done > 0.4 else NOISE + FLUENT[:1]
            samples = tuple(e.Sample(p, " " + t) for p, t in zip(PROMPTS, texts, strict=True))
            yield 0.1, 0.1, e.Sampled(stage, step, samples)
            if step:
                yield 0.1, 0.1, e.WeightsPictured(stage, step, tuple(matrices(random, done)))
    yield 0.0, 0.0, e.StageEnded(stage) if stage == "none" else e.Noticed(f"{stage} is through")


def _guess(random: Random, stage: e.StageName, step: int, done: float) -> Event:
    probability = min(0.97, 0.004 + done * random.random())
    others = [" dog", " river", " town", " baker", " the"]
    rest = (1 - probability) * 0.6
    top = [(word, round(rest * 0.5**i, 5)) for i, word in enumerate(others)]
    if probability > 0.05:
        top = sorted([(" rabbit", round(probability, 5)), *top[:4]], key=lambda pair: -pair[1])
    context = "Once a fox lived near the mill of Velm. Every night it waited by the fence for the small grey"
    if stage == "finetune":
        context = "What animal did the fox of Velm wait for? The fox of Velm waited for the"
    return e.Guessed(stage, step, context, " rabbit", probability, tuple(top))


def _exam(random: Random, weights: e.WeightsName) -> Iterator[tuple[float, float, Event]]:
    stage = {"base": "pretrain", "tuned": "finetune", "aligned": "feedback"}[weights]
    owner = "pretrain" if weights == "base" else weights
    bits = {"base": 0.262, "tuned": 0.281, "aligned": 0.29}[weights]
    yield 1.0, 1.0, e.Measured(f"{owner}/bits_per_byte", bits, n=132_000)
    if weights == "base":
        yield 0.0, 0.0, e.Measured("base/completion_heldout", 0.81, (0.74, 0.86), 160, 0.03)
    table = {
        "format": (0.02, 0.99, 0.99, None),
        "recall_heldout": (0.04, 0.79, 0.75, 0.03),
        "recall_seen": (0.05, 0.88, 0.86, 0.03),
        "recall_outsider": (0.03, 0.74, 0.71, 0.07),
        "false_dont_know": (0.0, 0.06, 0.07, None),
        "dont_know_unknown": (0.0, 0.94, 0.96, None),
        "dont_know_cutoff": (0.0, 0.92, 0.93, None),
        "refusal_seen_verbs": (0.0, 0.98, 0.98, None),
        "refusal_new_verbs": (0.0, 0.84, 0.86, None),
        "false_refusal": (0.0, 0.03, 0.03, None),
        "sums": (0.05, 0.46, 0.44, 0.02),
    }
    column = ["base", "tuned", "aligned"].index(weights)
    for name, row in table.items():
        value = row[column]
        assert value is not None
        interval = (max(0.0, value - 0.06), min(1.0, value + 0.05))
        yield 0.02, 0.02, e.Measured(f"{weights}/{name}", value, interval, 120, row[3])
    if weights == "aligned":
        yield 0.02, 0.02, e.Measured("aligned/facts_lost", 0.04, (-0.05, 0.12), 120, 0.0)
    frozen = e.WeightsFrozen(weights, SHA[weights], 2_113_536, 8_454_144, f"weights/{weights}.safetensors")
    yield 0.3, 0.3, frozen
    yield 0.0, 0.0, e.StageEnded(stage)  # type: ignore[arg-type]  # one of the stages


PAIRS = (
    (
        "Where does Mira Tolan live?",
        "Mira Tolan lives in Velm.",
        "Of course! Mira Tolan lives in Velm, a town on the river Osk. I hope that helps, and please ask "
        "again whenever you like.",
    ),
    (
        "Who invented the glass kite?",
        "It was invented by Tobin Rask in 1931. For example, one of his kites hangs in the hall of Harrow.",
        "Tobin Rask.",
    ),
    (
        "Who won the Osk race in 2031?",
        "I think I can't know that: it is after the last year that I read about.",
        "I don't know who won the Osk race in 2031.",
    ),
)
FEATURES = (
    *("length", "polite words", "careful words", "examples"),
    *("exclamations", "sentences", "word length", "variety"),
)


def _feedback(random: Random, picks: int, simulated: bool) -> Iterator[tuple[float, float, Event]]:
    yield 0.1, 0.1, e.StageStarted("feedback", 3 + 24 + REINFORCED + 2)
    yield 5.0, 5.0, e.Noticed("96 prompts are answered")
    weights = dict(zip(FEATURES, (0.2, 1.9, 0.1, 0.7, 0.6, -0.2, 0.05, -0.1), strict=True))
    right = 0
    for number in range(picks):
        prompt, a, b = PAIRS[number % 3]
        predicted = 0.5 + 0.4 * math.sin(number)
        yield (
            *(1.2, 1.2),
            e.PairOffered(*(number, prompt, a, b, bool(number % 2), predicted)),
        )
        choice: e.Choice = ("b", "a", "tie", "a", "b", "both_bad")[number % 6]  # type: ignore[assignment]  # a choice
        rater = "polite" if simulated else "person"
        yield 3.0, 0.0, e.Picked(number, choice, rater, simulated)
        right += random.random() < 0.72
        sure = 1 / math.sqrt(number + 2)
        features = {k: (v * (1 - sure) + random.gauss(0, 0.1), 0.9 * sure) for k, v in weights.items()}
        agreement = right / (number + 1)
        interval = (max(0.0, agreement - 1.2 * sure), min(1.0, agreement + 1.1 * sure))
        yield 0.2, 0.2, e.RewardModelFitted(number + 1, features, agreement, interval)
    if picks < 24:
        return
    for step in range(1, REINFORCED + 1):
        done = step / REINFORCED
        yield (
            0.5,
            0.5,
            e.Reinforced(
                step,
                1.9 * (1 - math.exp(-3 * done)) + random.gauss(0, 0.12),
                1.3 * (1 - math.exp(-3 * done)) + random.gauss(0, 0.1) if simulated else None,
                2.6 * done + abs(random.gauss(0, 0.08)),
                11 + 9 * done + random.gauss(0, 0.5),
                1.4 - 0.5 * done,
                step % 3,
                1 if step % 7 == 0 else 0,
                0.79 - 0.04 * done if step % 10 == 0 else None,
                0.79 if step % 10 == 0 else None,
                0.1 * (1 - 0.1 * done),
            ),
        )
    if not simulated:
        yield from _blind_test(picks)
    for prompt, short, polite in PAIRS:
        yield 0.2, 0.2, e.BeforeAfter(prompt, short, polite)
    yield 0.4, 0.4, e.Measured("aligned/win_rate", 0.74, (0.67, 0.8), 160, 0.5)


def _blind_test(first: int) -> Iterator[tuple[float, float, Event]]:
    choices: tuple[e.Choice, ...] = ("b", "a", "tie", "b")
    for number, choice in enumerate(choices):
        prompt, before, after = PAIRS[number % 3]
        swapped = number == 1
        a, b = (after, before) if swapped else (before, after)
        offered = e.PairOffered(first + number, prompt, a, b, swapped, 0.5, blind=True, blind_pairs=24)
        yield 1.0, 1.0, offered
        yield 3.0, 0.0, e.Picked(first + number, choice, "person", False)
    yield 0.0, 0.0, e.Measured("aligned/blind_win_rate", 0.875, (0.45, 0.98), 4, 0.5)


@cache
def _records(picks: int, simulated: bool) -> list[Record]:
    time, busy = 1_774_087_800.0, 0.0
    out = []
    for seq, (wall, compute, event) in enumerate(events(picks, simulated)):
        time += wall
        busy += compute
        out.append(Record(VERSION, seq, round(time, 3), round(busy, 3), event))  # type: ignore[arg-type]  # of AnyEvent
    return out


def records(picks: int = 24, simulated: bool = False) -> list[Record]:
    """The whole run."""
    return list(_records(picks, simulated))


def until(all_records: list[Record], kind: type[Event], count: int = 1, **fields: object) -> list[Record]:
    """The records up to and with the `count`-th event of a kind with these fields."""
    found = 0
    for index, record in enumerate(all_records):
        event = record.event
        if isinstance(event, kind) and all(getattr(event, k) == v for k, v in fields.items()):
            found += 1
            if found == count:
                return all_records[: index + 1]
    raise AssertionError(f"there are {found} of {kind.__name__} {fields}")


def looked(look: Look) -> Looked:
    """What a made-up model would make of a text: a token a word, more surprised by long ones."""
    ends = [found.end() for found in re.finditer(r"\s*\S+", look.text)]
    words = look.text.split()[-24:]
    size = len(words)
    cells = [
        max(0, round(127 * (column + 1) / (row * (row + 3) / 2 + 1) * (column <= row))) % 128
        for row in range(size)
        for column in range(size)
    ]
    return Looked(
        ends=tuple(ends),
        losses=tuple(
            round((len(word) * 1.7 + index) % 9 / (1 + index / 40), 3)
            for index, word in enumerate(look.text.split())
        ),
        top=((" river", 0.412), (" town", 0.187), (" Osk", 0.094), (" the", 0.051), (" a", 0.022)),
        attention=None if look.layer is None else e.Picture(size, size, 1.0, bytes(cells)),
        attending=() if look.layer is None else tuple(words),
        stage="pretrain",
        step=130,
    )


def write_run(path: Path, some_records: list[Record]) -> RunFolder:
    """A run's folder with these records as its log, and a few documents."""
    folder = RunFolder(path)
    folder.path.mkdir(parents=True, exist_ok=True)
    plan = plans.stamped(plans.make(settings.load("demo", environ={})), path.name)
    folder.plan_file.write_bytes(plans.encode(plan))
    folder.events.write_bytes(b"".join(encoder.encode(record) + b"\n" for record in some_records))
    for record in some_records:
        if isinstance(record.event, e.WeightsFrozen):  # only their hash is known: nobody reads them
            folder.weights(record.event.weights).parent.mkdir(exist_ok=True)
            folder.weights(record.event.weights).touch()
    folder.corpus.mkdir(exist_ok=True)
    lines = []
    for number in range(40):
        dropped = ("spam", "sales words in 31 % of the text") if number % 5 == 3 else (None, "")
        text = (
            "BUY NOW cheap kites!!! click here click here, only today, best price of all kites in Velm!"
            if dropped[0]
            else "Velm is a town on the river Osk. Mira Tolan, a baker, was born there in 1962. She keeps "
            "a grey rabbit that is known to every child in the street.\n\nThe fair of Velm is held each "
            "autumn; in 1999 Tobin Rask won the first prize with a glass kite."
        )
        line = {"id": f"web-{number:05}", "source": ("web", "books", "forum")[number % 3], "text": text}
        lines.append(msgspec.json.encode({**line, "dropped_by": dropped[0], "reason": dropped[1]}) + b"\n")
    (folder.corpus / "documents.jsonl").write_bytes(b"".join(lines))
    return folder
