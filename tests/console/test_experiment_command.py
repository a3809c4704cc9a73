"""`tui-trainer experiment`: what it begins from, what it says and to whom, what it keeps."""

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from tui_trainer import cli
from tui_trainer.console import experiment
from tui_trainer.experiments import worlds
from tui_trainer.experiments.catalog import CATALOG, NAMES, Experiment, named
from tui_trainer.messages import events as e
from tui_trainer.messages.results import Metric, Result
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage import results
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.settings import Settings, load

Capture = pytest.CaptureFixture[str]
Finds = Callable[[float], None]

PICTURE = e.Plotted("loss", "step", "nats", (e.Line("filtered", (1.0, 2.0), (3.0, 2.5)),))


def status(*arguments: str) -> int:
    """The exit status of a command."""
    with pytest.raises(SystemExit) as done:
        cli.main(arguments)
    return int(done.value.code or 0)


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    settings = load("quick", (), environ={})
    return folders.create(tmp_path / "runs", plans.make(settings, seed=3, preset="quick"))


@pytest.fixture
def finds(monkeypatch: pytest.MonkeyPatch) -> Finds:
    """Puts a trial in the place of `filters` that finds so many facts more."""

    def put(gain: float) -> None:
        def trial(settings: Settings, seed: int, folder: Path) -> Iterator[e.Event]:
            assert list(folder.iterdir()) == [] and seed == 5 and settings.run.threads == 1
            yield e.Noticed("begins\x1b[2J")
            yield replace(PICTURE, lines=())
            yield PICTURE
            yield e.Showed("model", "Paris", right=False)
            for arm, facts in (("filtered", 0.5 + gain), ("unfiltered", 0.5)):
                for name in ("completion_heldout", "completion_seen"):
                    yield e.Measured(f"{arm}/{name}", facts, (facts - 0.1, facts + 0.1), 100, 0.1)
                yield e.Measured(f"{arm}/bits_per_byte", 1.0 - facts)

        monkeypatch.setattr(worlds, "filtered_or_not", trial)

    return put


def experimenting(run: RunFolder, *more: str) -> int:
    asked = ["experiment", "filters", run.id, "--runs", str(run.path.parent), "--seed", "5"]
    return status(*asked, "--set", "run.threads=1", *more)


def test_what_is_found_is_kept_in_the_run(run: RunFolder, finds: Finds, capsys: Capture) -> None:
    finds(0.2)
    before = signal.getsignal(signal.SIGTERM)
    assert experimenting(run) == 0
    shown = capsys.readouterr()
    claim = named("filters").claim
    assert shown.out.startswith(claim.text) and shown.out.endswith("It holds.\n")
    assert f"{claim.asks}\n  {claim.predictions[0]}" in shown.out
    assert "begins" in shown.err and "\x1b" not in shown.err
    assert signal.getsignal(signal.SIGTERM) is before

    found = results.load(run, "filters")
    assert found is not None
    assert (found.claim, found.holds, found.came_true) == (claim.text, True, claim.predictions[0])
    assert (found.run, found.seed, found.preset, found.machine["threads"]) == (run.id, 5, "demo", "1")
    assert found.software["tui-trainer"] and found.plots == (PICTURE,)
    assert found.metrics["filtered/completion_seen"] == Metric(0.7, (0.6, pytest.approx(0.8)), 100, 0.1)
    assert found.metrics["filtered/bits_per_byte"].note  # why it has no interval
    assert run.result("filters").parent.stat().st_mode & 0o077 == 0


def test_a_claim_that_does_not_hold_is_a_failure(run: RunFolder, finds: Finds, capsys: Capture) -> None:
    finds(-0.2)
    assert experimenting(run, "--json") == 1
    shown = capsys.readouterr()
    result = json.loads(shown.out)
    assert result["holds"] is False and result["came_true"] == named("filters").claim.predictions[1]
    assert shown.err.splitlines()[-1] == "tui-trainer: the claim does not hold in this run"


def test_events_are_lines_with_the_result_last(
    run: RunFolder, finds: Finds, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    finds(0.2)
    stepped_back: list[bool] = []
    monkeypatch.setattr(experiment.machine, "step_back", lambda: stepped_back.append(True))
    assert experimenting(run, "--events") == 0
    shown = capsys.readouterr()
    *lines, last = shown.out.splitlines()
    said = [msgspec.json.decode(line, type=e.AnyEvent) for line in lines]
    assert said[2:4] == [PICTURE, e.Showed("model", "Paris", right=False)]
    assert len(said) == 4 + 6 and shown.err == "" and stepped_back
    assert msgspec.json.decode(last, type=e.AnyEvent | Result) == results.load(run, "filters")


def test_all_are_listed_with_what_was_found(run: RunFolder, finds: Finds, capsys: Capture) -> None:
    finds(0.2)
    experimenting(run, "--json")
    capsys.readouterr()
    assert status("experiment", "--runs", str(run.path.parent), "--json") == 0
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert tuple(listed) == NAMES
    assert (listed["filters"]["run"], listed["filters"]["holds"]) == (run.id, True)
    assert listed["pretraining"]["run"] is None
    run.result("filters").write_text("no JSON")
    assert status("experiment", "--runs", str(run.path.parent)) == 0
    shown = capsys.readouterr().out
    assert all(f"{x.name}: never done\n  {x.claim.text}" in shown for x in CATALOG)


def test_what_can_t_be_kept_is_said(run: RunFolder, finds: Finds, capsys: Capture) -> None:
    finds(0.2)
    run.result("filters").parent.write_text("in its way")
    assert experimenting(run) == 0
    shown = capsys.readouterr()
    assert "It holds." in shown.out and "can't be kept" in shown.err


@pytest.mark.parametrize(("name", "lacks"), [("taste", "no tuned weights")])
def test_a_run_that_lacks_what_is_needed_is_refused(
    run: RunFolder, name: str, lacks: str, capsys: Capture
) -> None:
    assert status("experiment", name, run.id, "--runs", str(run.path.parent)) == 2
    said = capsys.readouterr().err
    assert lacks in said and said.count("\n") == 1


@pytest.mark.parametrize("one", CATALOG, ids=NAMES)
def test_each_asks_with_short_answers(one: Experiment) -> None:
    claim = one.claim
    assert 2 <= len(claim.predictions) <= 4 and claim.asks.endswith("?") and claim.text.endswith(".")
    assert all(len(answer) <= 64 for answer in claim.predictions)
    module, _, function = one.run.partition(":")
    assert callable(getattr(__import__(module, fromlist=[function]), function))


def test_the_readme_has_all_experiments() -> None:
    begins = {"tuned": "tuned weights", "aligned": "aligned or tuned weights", "run": "a finished run"}
    rows = ["| name | the claim | begins from |", "|---|---|---|"]
    rows += [f"| `{x.name}` | {x.claim.text} | {begins.get(x.begins_from, 'nothing')} |" for x in CATALOG]
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert "\n".join(["<!-- experiments: begin -->", *rows, "<!-- experiments: end -->"]) in readme


def test_arms_stand_beside_each_other() -> None:
    metrics = {"with/sums": Metric(0.9), "without/sums": Metric(0.1), "with/format": Metric(1.0)}
    result = Result("filters", "It helps.", True, "the one", metrics)
    lines = experiment.text(result).splitlines()
    assert lines[0] == "It helps."
    assert lines[2].split() == ["with", "without", "chance"]
    assert lines[3].split() == ["sums", "of", "unseen", "numbers", "0.900", "0.100", "-"]
    assert lines[-1] == "It holds."
    assert "does not hold" in experiment.text(replace(result, holds=False))
