"""What a run took, counted from its log, and published models in proportion: held to arithmetic by hand."""

import json
from pathlib import Path

import pytest

from tui_trainer import cli
from tui_trainer.errors import UserError
from tui_trainer.experiments.claims.cost import COST
from tui_trainer.experiments.cost import Price, cost, price_of, taken_by
from tui_trainer.experiments.published import published
from tui_trainer.messages import events as e
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage import resources
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogWriter
from tui_trainer.settings import load

PARAMETERS = 1_000_000
# (seconds computed by then, event): 20 s in pretraining's steps, 10 s of it spent elsewhere.
EVENTS: tuple[tuple[float, e.Event], ...] = (
    (0.0, e.RunStarted("r", 0, "demo", {}, (), {}, {"threads": "2"})),
    (5.0, e.StageStarted("pretrain", 2)),
    (15.0, e.Stepped("pretrain", 1, 7.0, 0.02, 1.0, 1000, 6e9)),
    (20.0, e.Validated("pretrain", 1, 6.0, 3.0, 7.6)),
    (30.0, e.Stepped("pretrain", 2, 6.0, 0.02, 1.0, 2000, 12e9)),
    (30.0, e.WeightsFrozen("base", "ab" * 32, PARAMETERS, 4, "weights/base.safetensors")),
    (40.0, e.Stepped("finetune", 1, 5.0, 0.02, 1.0, 500, 3e9)),
    (50.0, e.Reinforced(1, 0.1, 0.2, 0.3, 10.0, 1.0, 0, 0, None)),
    (60.0, e.RunEnded()),
)


def run_of(path: Path, events: tuple[tuple[float, e.Event], ...] = EVENTS) -> RunFolder:
    settings = load("demo", ["feedback.prompts=3", "feedback.num_generations=4"], environ={})
    folder = folders.create(path, plans.make(settings, preset="demo"))
    writer = LogWriter(folder.events, 0, 0)
    for busy, event in events:
        writer.append(event, busy)
    writer.close()
    return folder


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return run_of(tmp_path / "runs")


def counted(run: RunFolder, price: Price | None = None) -> dict[str, e.Measured]:
    found = cost(run, run.plan.settings, 0, price)
    return {event.name: event for event in found if isinstance(event, e.Measured)}


def test_a_run_is_counted(run: RunFolder) -> None:
    drawn = 10.0 * 3 * 4  # tokens an answer, answers to a prompt, prompts
    taken = taken_by(run)
    assert taken.tokens == {"pretrain": 2000, "finetune": 500, "feedback": drawn}
    assert taken.flops == {"pretrain": 12e9, "finetune": 3e9, "feedback": 10 * PARAMETERS * drawn}
    assert (taken.seconds, taken.step_seconds, taken.threads) == (60.0, 20.0, 2)
    found = counted(run)
    assert found["cost/this_run/flops"].value == 12e9 + 3e9 + 1.2e9
    assert found["cost/this_run/flops_a_second"].value == 12e9 / 20


def test_energy_is_an_estimate_where_the_machine_tells_nothing(run: RunFolder) -> None:
    resources.record(run, 2_000_000_000)
    processor = published().processor
    watts = 2 * processor.watts_a_core + 2 * processor.watts_a_gigabyte
    kwh = counted(run)["cost/this_run/kwh"]
    assert kwh.value == pytest.approx(watts * 60 / 3600 / 1000)
    assert kwh.note.startswith("estimate") and "12 W a core, 2 busy" in kwh.note


def test_energy_that_was_measured_is_said_to_be(run: RunFolder) -> None:
    resources.record(run, 1, 1.8e6)
    resources.record(run, 1, 1.8e6)  # a second process of the same run
    kwh = counted(run)["cost/this_run/kwh"]
    assert kwh.value == pytest.approx(1.0) and kwh.note.startswith("measured")


def test_money_is_by_the_price_that_was_asked_for(run: RunFolder) -> None:
    resources.record(run, 1, 3.6e6)
    assert counted(run)["cost/this_run/dollars"].value == pytest.approx(published().price.dollars_a_kwh)
    assert counted(run, Price(0.5, "kWh"))["cost/this_run/dollars"].value == pytest.approx(0.5)
    assert counted(run, Price(3.0, "h"))["cost/this_run/dollars"].value == pytest.approx(3.0 / 60)


def test_published_models_stand_in_proportion(run: RunFolder) -> None:
    found, flops, speed = counted(run), 16.2e9, 6e8
    for model in published().models:
        own = f"cost/{model.key}"
        assert found[f"{own}/times_this_run"].value == pytest.approx(model.flops / flops)
        assert found[f"{own}/years_on_this_machine"].value == pytest.approx(
            model.flops / speed / (365.25 * 86400)
        )
    figures = {name: m.value for name, m in found.items()}
    assert COST.holds(figures) and COST.outcome(figures) == COST.predictions[3]
    # As one would work it out: 51.8 GWh over 10,715 kWh, and four times as many homes for a quarter as long.
    assert figures["cost/gpt-4/homes_for_a_year_low"] == pytest.approx(51.8e6 / 10715)
    assert figures["cost/gpt-4/homes_meanwhile_low"] == pytest.approx(51.8e6 / 10715 * 365.25 / 90)


def test_everything_says_where_it_is_from(run: RunFolder) -> None:
    assert all(measured.note for measured in counted(run).values())
    for model in published().models:
        pairs = [(model.flops, model.flops_source), (model.gwh, model.gwh_source)]
        pairs.append((model.million_dollars, model.dollars_source))
        assert all(source.startswith(("estimate: ", "published: ")) for value, source in pairs if value)
        assert all(low <= high for low, high in filter(None, (model.gwh, model.days, model.million_dollars)))


def test_the_rule_that_runs_are_counted_by_gives_what_was_published() -> None:
    """6 operations a parameter and token, where all three are known."""
    known = [model for model in published().models if model.parameters and model.tokens]
    assert len(known) >= 2
    for model in known:
        assert model.parameters is not None and model.tokens is not None
        assert 6 * model.parameters * model.tokens == pytest.approx(model.flops, rel=0.01)


@pytest.mark.parametrize("text", ["", "0.3", "x/kWh", "1/day", "-1/h", "nan/h", "1e10/kWh", "1/h/h"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(UserError, match=r"as 0\.30/kWh"):
        price_of(text)


def test_prices_as_people_write_them() -> None:
    assert price_of(" $0.30/kWh ") == Price(0.3, "kWh") and price_of("2/hour") == Price(2.0, "h")


def test_a_run_without_pretraining_of_its_own_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no pretraining of its own"):
        counted(run_of(tmp_path, EVENTS[:2]))


def test_the_command(run: RunFolder, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["experiment", "cost", "--runs", str(run.path.parent), "--price", "3/h", "--set", "run.threads=1"]
    with pytest.raises(SystemExit) as done:
        cli.main([*asked, "--json"])
    assert not done.value.code
    result = json.loads(capsys.readouterr().out)
    assert result["holds"] and result["metrics"]["cost/this_run/dollars"]["value"] == pytest.approx(0.05)
    assert run.result("cost").exists()
    with pytest.raises(SystemExit):
        cli.main(asked)
    shown = capsys.readouterr().out
    assert "gpt-4" in shown and "estimate: Epoch AI:" in shown and "2.1e+25" in shown
    with pytest.raises(SystemExit) as done:
        cli.main(["experiment", "taste", "--price", "3/h"])
    assert done.value.code == 2


def test_a_run_that_goes_on_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = run_of(tmp_path, EVENTS[:-1])
    for asked in (["cost", run.id], ["cost"]):
        with pytest.raises(SystemExit) as done:
            cli.main(["experiment", *asked, "--runs", str(tmp_path)])
        said = capsys.readouterr().err
        assert done.value.code == 2 and said.count("\n") == 1
