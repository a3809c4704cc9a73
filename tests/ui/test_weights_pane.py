"""The weights pane: heads, orders, and where a head looks."""

from pathlib import Path

import msgspec
import pytest
import recorded
from test_actions import scene_at
from watching import opened, text_of, until

from tui_trainer.messages import events as e
from tui_trainer.messages.events import Picture
from tui_trainer.messages.inspection import Look
from tui_trainer.ui.panes.weights import WeightsPane, layer_of, part, side_of_heads
from tui_trainer.ui.renderers import attention

TRAINING = recorded.until(recorded.records(), e.Guessed, 130)


def test_a_head_is_its_part_of_a_matrix() -> None:
    picture = Picture(4, 4, 1.0, bytes(range(16)))
    assert part(picture, "rows", 1, 2) == Picture(2, 4, 1.0, bytes(range(8, 16)))
    assert part(picture, "columns", 1, 2) == Picture(4, 2, 1.0, bytes([2, 3, 6, 7, 10, 11, 14, 15]))
    assert part(picture, "rows", 1, 3) == picture
    assert side_of_heads("layers.0.self_attn.o_proj", 4) == "columns"
    assert side_of_heads("layers.0.self_attn.q_proj", 4) == "rows"
    assert side_of_heads("layers.0.mlp.fc1", 4) == side_of_heads("layers.0.self_attn.q_proj", 1) == ""
    assert layer_of("layers.2.mlp.fc1") == 2 and layer_of("lm_head") == 0


@pytest.mark.parametrize("size", [(34, 13), (64, 20), (40, 5)])
def test_attention_says_who_looks_at_whom(size: tuple[int, int]) -> None:
    scene = scene_at(TRAINING)
    looked = recorded.looked(Look("The town of Velm lies on the river Osk in the north", 0, 0))
    rows = [row.text for row in attention.board(scene, looked, *size)]
    assert len(rows) <= size[1] and all(len(row) <= size[0] for row in rows)
    assert rows[-1].startswith("‘north’ looks at ") and "%" in rows[-1]
    assert rows[-2].startswith("share ") and rows[-2].endswith("≥50 %")
    assert rows[-3].startswith("north")


def test_figures_stand_apart_and_a_title_is_whole_or_short() -> None:
    scene = scene_at(TRAINING)
    for name, matrix in scene.state.matrices.items():
        scene.state.matrices[name] = msgspec.structs.replace(matrix, gradient_rms=0.000242)
    pane, matrix = WeightsPane(scene), next(iter(scene.state.matrices.values()))
    for width in (45, 46, 60):
        head, *rows = [row.text for row in pane._overview(matrix, width, 9)]
        assert head.split() == ["in", "this", "step", "weight", "blame", "moved", "by"]
        for row in rows:
            assert len(row) == width and float(row[17:].split()[0]) and row[17:].split()[1] == "0.000242"
    assert "weight" not in pane._overview(matrix, 44, 9)[0].text
    rows = " ".join(" ".join(row.text for row in pane._overview(matrix, 33, 40)).split())
    assert "Moved by: in this step, as a share of the matrix's own size." in rows
    titles = [pane._picture(matrix, 1, width, 8)[1].text.split() for width in (24, 40)]
    assert titles == [["blame", "step", "125"], ["blame:", "the", "gradient", "step", "125"]]


async def test_the_size_of_a_matrix_gives_way_to_the_head_that_is_pictured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, _):
        pane = app.dashboard.pane(3)
        matrix = next(iter(app.scene.now.matrices.values()))
        narrow, wide = (pane._heading(matrix, " head 4 of 4", width).text for width in (32, 48))
        assert "×" not in narrow and "×" in wide
        assert all("…" not in row and row.endswith(" head 4 of 4") for row in (narrow, wide))


async def test_keys_of_the_pane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        pane = app.dashboard.pane(3)
        await pilot.press("3")
        await until(pilot, lambda: pane.has_focus)
        assert "moved by" in text_of(pane)
        await pilot.press("o")
        assert "norm" in text_of(pane) and "moved by" not in text_of(pane)
        await pilot.press("o", "h")
        assert "blame" in text_of(pane)
        heads = app.scene.state.setting("model.heads")
        assert f"head 1 of {heads}" in text_of(pane)
        await pilot.press("left")
        await until(pilot, lambda: "looks at" in text_of(pane))
        assert f"layer 1 head 1 of {heads}" in text_of(pane)
        await pilot.press("h")
        await until(pilot, lambda: f"head 2 of {heads}" in text_of(pane) and "looks at" in text_of(pane))
        await pilot.press(*["h"] * (heads - 1), "right")
        assert "head" not in text_of(pane)
