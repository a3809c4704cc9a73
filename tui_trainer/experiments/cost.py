"""What a run took, and what published models took, by the same measures.

Nothing is learnt here: a finished run's log is read. Computing is counted as is usual, 6 floating-point
operations a parameter and token (Kaplan et al. 2020, arXiv 2001.08361): 2 forward, 4 backward. Of
reinforcement, where a token is also drawn and read by the model before it, 10.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from tui_trainer.errors import UserError
from tui_trainer.experiments.published import Model, Published, published
from tui_trainer.messages import events as e
from tui_trainer.messages.events import Event, Line, Measured, Noticed, Plotted, Showed, StageName
from tui_trainer.run.storage import resources
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all
from tui_trainer.settings import Settings

KWH = 3.6e6  # joules
YEAR = 365.25 * 24 * 3600.0  # seconds
HOURS = 365.25 * 24  # of a year
REINFORCED = 10  # operations a parameter and token
COUNTED = "counted"
BY_RULE = "counted: 6 operations a parameter and token"


class Price(Struct, frozen=True):
    """What somebody pays for computing."""

    dollars: float
    unit: str  # "kWh" or "h"


def price_of(text: str) -> Price:
    """ "0.30/kWh" or "2.50/h", in dollars. Raises `UserError`."""
    amount, _, unit = text.strip().lstrip("$").partition("/")
    units = {"kwh": "kWh", "h": "h", "hour": "h"}
    try:
        dollars = float(amount)
        if not 0 <= dollars < 1e9 or unit.strip().lower() not in units:
            raise ValueError
    except ValueError:
        raise UserError(f"price {text!r}: dollars a kWh or an hour, as 0.30/kWh or 2.50/h") from None
    return Price(dollars, units[unit.strip().lower()])


@dataclass
class Taken:
    """What a run took, from its log."""

    parameters: int = 0
    tokens: dict[StageName, int] = field(default_factory=dict)
    flops: dict[StageName, float] = field(default_factory=dict)
    seconds: float = 0.0  # computing, pauses and waiting left out
    step_seconds: float = 0.0  # in pretraining's steps alone
    threads: int = 1
    device: str = "cpu"


def taken_by(source: RunFolder) -> Taken:
    """Read a run's log. Raises `UserError`."""
    taken, busy = Taken(), 0.0
    reinforced = 0.0
    feedback = source.plan.settings.feedback
    for record in read_all(source.events):
        event = record.event
        if isinstance(event, e.Stepped | e.Guessed) and event.stage == "pretrain":
            taken.step_seconds += record.busy - busy
        busy = record.busy
        match event:
            case e.Stepped():
                taken.tokens[event.stage], taken.flops[event.stage] = event.tokens, event.flops
            case e.Reinforced():
                reinforced += event.length * feedback.prompts * feedback.num_generations
            case e.WeightsFrozen():
                taken.parameters = event.parameters
            case e.RunStarted(machine=machine) | e.Forked(machine=machine):
                threads = machine.get("threads", "")
                taken.threads = int(threads) if threads.isdecimal() else taken.threads
                taken.device = machine.get("device", taken.device)
            case e.ThreadsChosen(threads=threads):
                taken.threads = threads
    if reinforced:
        taken.tokens["feedback"] = round(reinforced)
        taken.flops["feedback"] = REINFORCED * taken.parameters * reinforced
    taken.seconds = busy
    return taken


def cost(source: RunFolder, settings: Settings, seed: int, price: Price | None = None) -> Iterator[Event]:
    """Count what the run took, and hold the published models against it."""
    known, taken = published(), taken_by(source)
    if not taken.flops.get("pretrain") or not taken.step_seconds:
        raise UserError(f"run {source.id} has no pretraining of its own to count; give one that has")
    yield Noticed(f"reading the log of run {source.id}")
    flops = sum(taken.flops.values())
    yield Measured("cost/this_run/parameters", taken.parameters, note=COUNTED)
    yield Measured("cost/this_run/tokens", sum(taken.tokens.values()), note=COUNTED)
    yield Measured("cost/this_run/flops", flops, note=f"{BY_RULE}; {REINFORCED} in reinforcement")
    yield Measured("cost/this_run/seconds", taken.seconds, note=COUNTED)
    kwh, told = _energy(source, taken, known)
    yield Measured("cost/this_run/kwh", kwh, note=told)
    dollars, told = _money(kwh, taken.seconds, price, known)
    yield Measured("cost/this_run/dollars", dollars, note=told)
    speed = taken.flops["pretrain"] / taken.step_seconds
    yield Measured("cost/this_run/flops_a_second", speed, note="counted, in the steps of pretraining")
    yield Showed("this run", f"{_big(flops)} operations in {taken.seconds / 60:.1f} minutes, {kwh:.2g} kWh")
    for model in known.models:
        yield from _held_against(model, flops, speed, known)
    yield _picture(flops, kwh, dollars, known.models)


def _energy(source: RunFolder, taken: Taken, known: Published) -> tuple[float, str]:
    """Kilowatt-hours, and how they are known."""
    took = resources.load(source)
    without = "" if taken.device == "cpu" else f"; without the {taken.device} device"
    if took.energy_joules:
        told = "measured: RAPL, all that the processors took meanwhile"
        return took.energy_joules / KWH, told + without
    processor = known.processor
    watts = processor.watts_a_core * taken.threads + processor.watts_a_gigabyte * took.peak_memory_bytes / 1e9
    told = f"{processor.source}: {processor.watts_a_core:g} W a core, {taken.threads} busy, and the memory"
    return watts * taken.seconds / KWH, told + without


def _money(kwh: float, seconds: float, price: Price | None, known: Published) -> tuple[float, str]:
    """Dollars, and by which price."""
    if price is None:
        usual = known.price.dollars_a_kwh
        return kwh * usual, f"at {usual:g} $ a kWh: {known.price.source}"
    amount = kwh if price.unit == "kWh" else seconds / 3600
    return amount * price.dollars, f"at {price.dollars:g} $ a {price.unit}, as was asked"


def _held_against(model: Model, flops: float, speed: float, known: Published) -> Iterator[Event]:
    """One published model in proportion, and what it would take here."""
    own = f"cost/{model.key}"
    years = model.flops / speed / YEAR
    yield Measured(f"{own}/flops", model.flops, note=model.flops_source)
    yield Measured(f"{own}/times_this_run", model.flops / flops, note=f"arithmetic; {model.flops_source}")
    yield Measured(f"{own}/years_on_this_machine", years, note=f"arithmetic; {model.flops_source}")
    said = (
        f"{_big(model.flops)} operations ({model.flops_source}), {_big(model.flops / flops)} times this run: "
    )
    yield Showed(model.name, f"{said}{_big(years)} years on this machine")
    yield from _ranged(f"{own}/million_dollars", model.million_dollars, model.dollars_source)
    if model.gwh is None:
        return
    yield from _ranged(f"{own}/gwh", model.gwh, f"{model.gwh_source}: {model.gwh_how}")
    homes = _scaled(model.gwh, 1e6 / known.household.kwh_a_year)
    by = f"arithmetic: over {known.household.kwh_a_year:,.0f} kWh a year ({known.household.source})"
    yield from _ranged(f"{own}/homes_for_a_year", homes, by)
    said = f"{_span(model.gwh)} GWh ({model.gwh_source}): a year of {_span(homes)} U.S. homes"
    if model.days is not None:
        # More days took more energy: the first belongs to the first.
        meanwhile = tuple(h * HOURS / 24 / days for h, days in zip(homes, model.days, strict=True))
        yield from _ranged(f"{own}/homes_meanwhile", (min(meanwhile), max(meanwhile)), by)
        said += f", or a small city of {_span((min(meanwhile), max(meanwhile)))} homes while it was trained"
    yield Showed(model.name, said)


def _ranged(name: str, values: tuple[float, float], note: str) -> Iterator[Measured]:
    low, high = values
    if low == high:
        yield Measured(name, low, note=note)
    else:
        yield Measured(f"{name}_low", low, note=note)
        yield Measured(f"{name}_high", high, note=note)


def _scaled(values: tuple[float, float], by: float) -> tuple[float, float]:
    return values[0] * by, values[1] * by


def _picture(flops: float, kwh: float, dollars: float, models: Sequence[Model]) -> Plotted:
    """Powers of ten, the run first."""
    costs = [(float(at), model) for at, model in enumerate(models, 1)]
    power = math.log10
    least = 1e-9  # of a run that is priced at nothing
    computing = [(0.0, power(flops)), *((at, power(model.flops)) for at, model in costs)]
    energy = [(0.0, power(kwh)), *((at, power(max(m.gwh) * 1e6)) for at, m in costs if m.gwh is not None)]
    money = [
        (0.0, power(max(dollars, least))),
        *((at, power(max(m.million_dollars) * 1e6)) for at, m in costs),
    ]
    names = ", ".join(f"{at} {name}" for at, name in enumerate(["this run", *(m.name for m in models)]))
    lines = (("operations", computing), ("kWh", energy), ("dollars", money))
    return Plotted(
        "This run, and published models",
        names,
        "powers of ten; the highest estimates",
        tuple(
            Line(name, tuple(x for x, _ in points), tuple(y for _, y in points), points=True)
            for name, points in lines
        ),
    )


def _big(value: float) -> str:
    """Three digits: 4,120, 1.23 million, 2.1e25."""
    if value < 1e4:
        return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if size <= value < 1000 * size:
            return f"{value / size:.3g} {word}"
    return f"{value:.2g}"


def _span(values: tuple[float, float]) -> str:
    """Low to high, or the one figure there is."""
    low, high = (f"{value:,.3g}" if value < 100 else f"{round(value, -2):,.0f}" for value in values)
    return low if low == high else f"{low} to {high}"
