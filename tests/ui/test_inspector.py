"""What the model makes of the texts on the screen: asked when it is due, drawn as it is."""

from pathlib import Path

import pytest
import recorded
from hypothesis import given
from hypothesis import strategies as st
from test_actions import scene_at
from watching import FakeLooks, opened, text_of, until

from tui_trainer.messages import events as e
from tui_trainer.messages.inspection import Look, Looked
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.connection.inspector import Answer
from tui_trainer.ui.renderers import surprise
from tui_trainer.view.fold import apply
from tui_trainer.view.inspections import Looks, Saw

TRAINING = recorded.until(recorded.records(), e.Guessed, 60)


@given(st.text(max_size=60), st.lists(st.integers(1, 5), max_size=20), st.integers(8, 40))
def test_every_character_is_drawn_once_whatever_the_tokens(text: str, sizes: list[int], width: int) -> None:
    ends = tuple(sum(sizes[: i + 1]) for i in range(len(sizes)))
    looked = Looked(ends, tuple(float(size) for size in sizes), ())
    scene = scene_at([])
    plain = surprise.board(scene, text, Looked((), (), ()), width, 99)
    colored = surprise.board(scene, text, looked, width, 99)
    assert "".join("".join(piece for piece, _ in surprise.pieces(text, looked)).split()) == "".join(
        "".join(row.text for row in colored).split()
    )
    if text.isascii() and text.isprintable():
        assert [row.text for row in colored] == [row.text for row in plain]


def test_each_token_has_the_color_of_its_loss() -> None:
    scene = scene_at([])
    looked = Looked(ends=(3, 8, 12), losses=(0.1, 5.0, float("nan")), top=())
    row = surprise.board(scene, "The crown fell", looked, 40, 5)[0]
    found = [(text, style) for text, style, _ in row]
    assert found == [
        ("The", scene.ink.surprise[0]),
        (" crow", scene.ink.surprise[3]),
        ("n fe", scene.ink.surprise[4]),
        ("ll", scene.ink.surprise[0]),
    ]
    assert [surprise.level(x) for x in (0.0, 0.69, 2.3, 4.6, 6.9, float("inf"))] == [0, 1, 2, 3, 4, 4]


def test_the_last_two_weights_that_read_a_text_are_kept() -> None:
    looks = Looks()
    first, second = (
        Saw(Look("a"), Looked((1,), (loss,), (), step=step)) for loss, step in ((3.0, 1), (2.0, 2))
    )
    looks.take("sentence", first)
    looks.take("sentence", first)
    assert "sentence" not in looks.before
    looks.take("sentence", second)
    assert looks.before["sentence"] is first and looks.seen["sentence"] is second
    looks.take("sentence", Saw(Look("b"), Looked((1,), (1.0,), (), step=2)))
    assert "sentence" not in looks.before


async def test_the_open_document_is_read_by_the_trainer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        await until(pilot, lambda: app.dashboard.dataset.documents is not None)
        await until(pilot, lambda: "document" in app.scene.looks.seen)
        app.tick()
        pane = app.dashboard.dataset
        assert "loss <.7 <2.3 <4.6 <6.9 more" in text_of(pane)
        styles = {style for row in pane._shown for _, style, _ in row}
        assert len(styles & set(app.scene.ink.surprise)) >= 4
        asked = len(FakeLooks.latest.asked)
        await pilot.press("1", "d")
        await until(pilot, lambda: len(FakeLooks.latest.asked) > asked)
        assert "Mira Tolan" in FakeLooks.latest.asked[0].text
        assert FakeLooks.latest.asked[-1].text == pane._text and "kites" in pane._text


async def test_without_news_nothing_is_asked_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        await until(pilot, lambda: "document" in app.scene.looks.seen and not app.inspector.busy)
        now = app.inspector.clock() + 100.0
        app.inspector.clock = lambda: now
        count = len(FakeLooks.latest.asked)
        for _ in range(3):
            app.tick()
            await pilot.pause()
        assert len(FakeLooks.latest.asked) == count  # the weights have not moved
        apply(
            app.scene.now,
            next(r for r in recorded.records()[len(TRAINING) :] if isinstance(r.event, e.Stepped)),
        )
        app.tick()
        await until(pilot, lambda: len(FakeLooks.latest.asked) == count + 1)


def at(app: TrainerApp) -> object:
    return app.scene.saw("document", Look(app.dashboard.dataset._text))


async def test_another_moment_is_not_colored_by_todays_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        await until(pilot, lambda: at(app) is not None)
        await pilot.press("[")
        await until(pilot, lambda: app.scene.past is not None)
        assert at(app) is None
        await until(pilot, lambda: "no weights now" in text_of(app.dashboard.dataset))
        await pilot.press("0")
        assert at(app) is not None


async def test_frozen_weights_read_it_when_nobody_trains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    async with opened(tmp_path, monkeypatch, recorded.records(), alive=False) as (app, pilot):
        await until(pilot, lambda: app.dashboard.dataset.documents is not None)

        async def look(look: Look, weights: e.WeightsName, hear: object) -> None:
            asked.append(weights)
            app.post_message(Answer("document", look, Looked((3,), (1.0,), (), weights=weights)))

        monkeypatch.setattr(app.dashboard.chat.process, "look", look)
        path = app.scene.folder.weights("aligned")
        for file in path.parent.iterdir():
            file.unlink()
        app.tick()
        assert not asked  # there is no such file
        path.touch()
        app.tick()
        assert not asked  # no process is started for a pane that nobody has chosen
        await pilot.press("1")
        await until(pilot, lambda: at(app) is not None)
        assert asked == ["aligned"]
