"""One step, slowly, as the rater pane and the caption tell it."""

from pathlib import Path

import pytest
import recorded
from msgspec.structs import replace
from test_actions import scene_at
from watching import opened, shown, text_of, until

from tui_trainer.messages import events as e
from tui_trainer.messages.events import VERSION, Record
from tui_trainer.messages.inspection import Looked
from tui_trainer.ui.connection.inspector import Answer
from tui_trainer.ui.renderers import guess, sentence, slow_step

TRAINING = recorded.until(recorded.records(), e.Guessed, 60)
GUESS = TRAINING[-1].event
assert isinstance(GUESS, e.Guessed)
MATRICES = ("layers.1.mlp.fc1", "layers.0.self_attn.q_proj", "lm_head", "embed_tokens")
EXPLAINED = e.StepExplained(
    GUESS.stage,
    GUESS.step,
    min(1.0, GUESS.probability * 1.4),
    ((" dog", 0.31), (GUESS.truth, GUESS.probability * 1.4)),
    2.8104,
    2.7921,
    2.7899,
    tuple(
        e.Blamed(name, 0.5 / 2**i, 80 + i, 12, -0.0123, 0.03125, 0.03091) for i, name in enumerate(MATRICES)
    ),
)
LOG = [
    *TRAINING,
    Record(VERSION, len(TRAINING), TRAINING[-1].t, TRAINING[-1].busy, EXPLAINED),
    Record(VERSION, len(TRAINING) + 1, TRAINING[-1].t, TRAINING[-1].busy, e.Paused()),
]


@pytest.mark.parametrize("size", [(40, 9), (64, 14), (116, 34)])
def test_all_four_parts_at_every_size(size: tuple[int, int]) -> None:
    scene = scene_at(LOG)
    rows = [row.text for row in slow_step.board(scene, GUESS, EXPLAINED, *size)]
    assert len(rows) <= size[1] and all(len(row) <= size[0] for row in rows)
    text = "\n".join(rows)
    for part in ("guess", "score", "blame", "nudge", "again", "2.810 → 2.792"):
        assert part in text, part
    if size[0] > 60:
        assert "layer 2 up" in text and "truth" in text and "80,12" in text
        assert "-0.018; predicted -0.02" in text and "less wrong" in text


@pytest.mark.parametrize("height", [1, 2, 3, 12])
def test_of_a_long_text_before_a_guess_the_end_is_shown_and_said_to_be_one(height: int) -> None:
    text = " ".join(f"word{n}" for n in range(100, 140))
    long = e.Guessed("pretrain", 1, text, " x", 0.5, ())
    rows = [row.text for row in guess.context(scene_at([]), long, 40, height)]
    said = " ".join(rows)
    assert len(rows) <= height and all(len(row) <= 40 for row in rows) and said.endswith("word139 ?")
    assert said.startswith("…" if height < 12 else "word100") and "word138" in said
    short = replace(long, context=" was born in")
    assert [row.text for row in guess.context(scene_at([]), short, 40, height)] == ["… was born in ?"]
    first = replace(short, context="")
    assert [row.text for row in guess.context(scene_at([]), first, 40, height)] == ["(a new text) ?"]


async def test_a_single_step_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, LOG) as (app, pilot):
        await until(pilot, lambda: "again" in text_of(app.dashboard.pane(4)))
        assert "The same guess after the nudge" in shown(app)
        assert "the gradient predicted" in " ".join(shown(app).split())


async def test_a_typed_sentence_is_watched_over_a_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, LOG) as (app, pilot):
        await pilot.press("T")
        await pilot.press(*"Velm lies", "enter")
        pane = app.dashboard.pane(4)
        await until(pilot, lambda: "the sentence itself: loss" in text_of(pane))
        text = text_of(pane)
        assert app.dashboard.current == 4 and "Velm lies ?" in text and "river" in text and "41 %" in text
        assert "before" not in text
        for part in ("blame", "nudge", "again"):
            assert part in text
        seen = app.scene.looks.seen["sentence"]
        then = Looked(seen.looked.ends, (9.0, 9.0), ((" river", 0.2),), stage="pretrain", step=131)
        app.post_message(Answer("sentence", seen.look, then))
        await until(pilot, lambda: "before" in text_of(pane))
        assert (
            "before    41 %" in text_of(pane) and "→ 9.000" in text_of(pane) and "in 1 step" in text_of(pane)
        )
        await pilot.press("T")
        await pilot.press("ctrl+u", "enter")
        await until(pilot, lambda: "the sentence itself" not in text_of(pane))


@pytest.mark.parametrize(("text", "ends"), [("Velm lies", "Velm lies ?"), ("Hello, how are you? ", "you?")])
def test_no_question_mark_stands_behind_one(text: str, ends: str) -> None:
    scene = scene_at(recorded.records())
    scene.sentence = text.strip()
    assert sentence.board(scene, None, 76, 12)[0].text.rstrip().endswith(ends)
    assert "? ?" not in sentence.board(scene, None, 76, 12)[0].text
    asked = e.Guessed("pretrain", 3, text, " on", 0.5, ((" on", 0.5),))
    rows = guess.context(scene, asked, 76, 2)
    assert rows[-1].text.rstrip().endswith(ends) and "? ?" not in rows[-1].text
