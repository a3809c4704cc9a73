"""`tui-trainer preferences`: there and back."""

import json
import tracemalloc
from pathlib import Path

import msgspec
import pytest

from tui_trainer import cli
from tui_trainer.console import preference_exchange as preferences
from tui_trainer.console import rater_panel as panel
from tui_trainer.corpus.preference_file import Comparison, encode
from tui_trainer.errors import UserError
from tui_trainer.messages.events import PairOffered, Picked, Record, encoder
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.log import LogWriter
from tui_trainer.serving import rater_panel as rating
from tui_trainer.settings import load


def _polite_file(path: Path, lines: int) -> None:
    with open(path, "wb") as file:
        for number in range(lines):
            plain = f"{'the mill ' * (number % 4)}stands in town {number}."
            file.write(encode(Comparison("Where?", f"Gladly. {plain}", plain), "trl"))
        file.write(b"{}\n")


def test_a_taste_is_learnt_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "polite.jsonl"
    _polite_file(path, 400)
    imported = preferences.taken_in(path, 0)
    assert (imported.read, imported.broken) == (400, 1)
    assert imported.named[0].line == 401 and "chosen" in imported.named[0].reason
    assert imported.agreement == 1.0 and imported.agreement_n == 200
    assert imported.features["polite words"][0] > 0
    assert "400 preferences read, 1 broken" in preferences.tell(imported)


@pytest.mark.parametrize(
    "lines",
    [
        [("p", "a", "b"), ("p", "b", "a")],  # the same pair both ways
        [("p", "a", "b")],  # one pair again and again, of answers that are alike in all that is looked at
        [("p", "Gladly. It is.", "It is."), ("p", "It is.", "Gladly. It is.")],
    ],
)
def test_what_it_cannot_tell_counts_half(tmp_path: Path, lines: list[tuple[str, str, str]]) -> None:
    path = tmp_path / "contradicting.jsonl"
    path.write_bytes(b"".join(encode(Comparison(*line), "trl") for line in lines * (48 // len(lines))))
    imported = preferences.taken_in(path, 0)
    assert imported.agreement_n == 24
    if lines[0][1] in "ab":  # nothing tells these apart
        assert imported.ties == 24 and imported.agreement == 0.5
        assert "can't tell the two answers apart in any of them" in preferences.tell(imported)
    assert imported.agreement is not None and imported.agreement_ci95 is not None
    low, high = imported.agreement_ci95
    assert low < 0.5 < high


def test_picks_go_out_in_a_form_of_the_field(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = folders.create(tmp_path, plans.make(load("quick", environ={}), preset="quick"))
    with pytest.raises(UserError, match="nobody has picked"):
        list(preferences.export(folder, "trl"))
    writer = LogWriter(folder.events, 0, 0)
    for number, choice in enumerate(("a", "tie")):
        writer.append(PairOffered(number, "Where?", "In Orsa.", "No.", False, 0.5), 0.0)
        writer.append(Picked(number, choice, "person", False), 0.0)
    writer.close()
    with pytest.raises(SystemExit) as ended:
        cli.main(["preferences", "export", folder.id, "--form", "hh", "--runs", str(tmp_path)])
    assert ended.value.code == 0
    assert json.loads(capfdbinary.readouterr().out) == {
        "chosen": "\n\nHuman: Where?\n\nAssistant: In Orsa.",
        "rejected": "\n\nHuman: Where?\n\nAssistant: No.",
    }


def test_a_file_without_any_preference_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "none.jsonl"
    path.write_text("{}\n", "utf-8")
    reason = r"no preference in it \(1 broken line; line 1: there is no 'chosen'\); give lines like \{"
    with pytest.raises(UserError, match=reason):
        preferences.taken_in(path, 0)


def test_memory_is_bounded_by_the_sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "long.jsonl"
    with path.open("wb") as file:
        for number in range(60):
            file.write(encode(Comparison("Where?", f"{number} " + "far " * 50_000, f"{number} near"), "trl"))
    monkeypatch.setattr(preferences, "MOST_HELD", 1_000_000)
    tracemalloc.start()
    imported = preferences.taken_in(path, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert imported.read == 60 and imported.learnt_from < 10 and peak < path.stat().st_size


def test_a_room_rates_the_pairs_of_a_run(tmp_path: Path) -> None:
    pairs = [
        PairOffered(n, f"Who is {n}?", f"Gladly: it is {n}.", f"It is {n}.", False, 0.5) for n in range(6)
    ]
    events = [e for p in pairs for e in (p, Picked(p.pair, "a", "person", False))]
    folder = folders.create(tmp_path, plans.make(load("quick", environ={}), preset="quick"))
    lines = [encoder.encode(Record(1, at, 0.0, 0.0, event)) + b"\n" for at, event in enumerate(events)]  # type: ignore[arg-type]  # of AnyEvent
    folder.events.write_bytes(b"".join(lines))
    found = rating.rated([folder], None, 0.0, 0)
    assert found.pairs == 6 and found.alike["person"]["ceremonious (simulated)"] == 1.0
    assert found.alike["person"]["plain-spoken (simulated)"] == 0.0
    assert "Krippendorff's alpha" in panel.tell(found) and "person" in panel.tell(found)
    raters = tmp_path / "raters.toml"
    raters.write_text('[kind]\nabout = "x"\nweights = { polite = 1.0 }\n')
    assert list(rating.rated([folder], raters, 0.0, 0).alike) == ["person", "kind (simulated)"]
    folder.events.write_bytes(b"")
    with pytest.raises(UserError, match="nobody has picked"):
        rating.rated([folder], None, 0.0, 0)


def test_the_screen_asks_for_a_room_by_json(tmp_path: Path) -> None:
    nowhere = msgspec.json.decode(rating.answer(b'{"runs": ["/nowhere/run"]}'))
    assert "nobody has picked" in nowhere["error"]
    assert "JSON" in msgspec.json.decode(rating.answer(b"nonsense"))["error"]
