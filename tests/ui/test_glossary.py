"""The glossary: complete, in two languages, each term with a way to its pane."""

from pathlib import Path

import pytest
import recorded
from rich.cells import cell_len
from test_actions import scene_at
from watching import opened, shown, until

from tui_trainer.sanitize import sanitize
from tui_trainer.ui.screens.help.glossary import Glossary
from tui_trainer.view.glossary import TERMS

# The quick reference table of the article on the three stages of training.
TABLE = {
    "Pretraining": "Tiền huấn luyện",
    "Fine-tuning": "Tinh chỉnh",
    "RLHF": "Học từ phản hồi người",
    "Reward model": "Model phần thưởng",
    "Human rater": "Người chấm điểm",
    "Training cutoff": "Ngày cắt hạn",
    "Web crawling": "Thu thập dữ liệu web",
}


def test_the_articles_table_is_in_it() -> None:
    assert TABLE.items() <= {term.english: term.vietnamese for term in TERMS}.items()
    assert {term.pane for term in TERMS} == {1, 2, 3, 4, 5}
    for term in TERMS:
        assert sanitize(term.vietnamese) == term.vietnamese  # composed: drawn as it stands here


@pytest.mark.parametrize("width", [54, 72, 106])
def test_it_fits(width: int) -> None:
    rows = [row.text for row in Glossary(scene_at([])).rows(width)]
    assert all(cell_len(row) <= width for row in rows)
    for term in TERMS:
        assert any(term.english in row and term.vietnamese in row for row in rows), term


async def test_a_number_goes_to_the_pane(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(tmp_path, monkeypatch, recorded.records()[:40]) as (app, pilot):
        await pilot.press("1", "g")
        await until(pilot, lambda: "Từ vựng" in shown(app))
        await pilot.press("3")
        await until(pilot, lambda: app.screen is app.dashboard and app.dashboard.current == 3)
