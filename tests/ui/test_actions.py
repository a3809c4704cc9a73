"""The one table of actions, and everything that is made from it."""

from pathlib import Path

import recorded

from tui_trainer.messages.events import PairOffered
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui.actions import CONTEXTS, Action, Context
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.chrome.footer import shown_now
from tui_trainer.ui.dashboard import Dashboard
from tui_trainer.ui.keys import ACTIONS, BY_NAME, written
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.help.help import Help
from tui_trainer.view.fold import apply_all
from tui_trainer.view.state import State

WHERE: dict[Context, str] = {
    "anywhere": "anywhere",
    **{context: context for context in CONTEXTS},
    "rater": "rater, while a pair waits",
}


def markdown() -> str:
    """The README's table; an action without a key is found in the palette."""
    rows = ["| where | key | |", "|---|---|---|"]
    for context, where in WHERE.items():
        for action in (action for action in ACTIONS if action.context == context and action.listed):
            keys = " ".join(f"`{key}`" for key in action.shown.split()) or f"`ctrl+p`, {action.label}"
            rows.append(f"| {where} | {keys} | {action.help} |")
            where = ""
    return "\n".join(rows)


def scene_at(records: list[recorded.Record], **fields: object) -> Scene:
    state = State()
    apply_all(state, records)
    scene = Scene(
        RunFolder("/nowhere/run"), "control", state, trainer="alive", loading=False, keys=written({})
    )
    for name, value in fields.items():
        setattr(scene, name, value)
    return scene


def of(context: Context) -> list[Action]:
    return [action for action in ACTIONS if action.context == context]


def test_names_and_keys_are_unique_where_they_meet() -> None:
    assert len(BY_NAME) == len(ACTIONS)
    everywhere = [key for action in (*of("anywhere"), *of("rater")) for key in action.keys]
    assert len(everywhere) == len(set(everywhere))
    pane_contexts: tuple[Context, ...] = ("dataset", "loss", "weights", "chat")
    for context in pane_contexts:
        keys = [key for action in of(context) for key in action.keys]
        assert len(keys) == len(set(keys))
        letters = {key for key in keys if len(key) == 1}
        assert not letters & set(everywhere), context


def test_every_method_that_looks_like_an_action_is_one() -> None:
    owners = (TrainerApp, *(type(pane) for pane in Dashboard(scene_at([]), ACTIONS).panes))
    named = {name for owner in owners for name in dir(owner) if name.startswith("do_")}
    assert named == {f"do_{action.name}" for action in ACTIONS}
    assert all(action.help and action.label for action in ACTIONS)


def test_every_key_is_in_the_help_with_the_pane_at_hand_first() -> None:
    scene = scene_at([])
    rows = [row.text for row in Help(scene, ACTIONS, "weights").rows(100)]
    assert rows[0].startswith("3 Weights")
    text = "\n".join(rows)
    for action in ACTIONS:
        if action.listed:
            assert (action.shown or action.label) in text, action.name


def test_the_footer_shows_what_can_be_done_now() -> None:
    def names(scene: Scene, here: Context = "loss", typing: bool = False) -> list[str]:
        scene.typing = typing
        return [action.name for action in shown_now(ACTIONS, scene, here)]

    records = recorded.records()
    training = scene_at(recorded.until(records, recorded.e.Stepped, 20))
    assert {"pause", "help", "quit"} <= set(names(training))
    assert not {"step", "resume", "slower", "pick_a"} & set(names(training))
    dead = scene_at(recorded.until(records, recorded.e.Stepped, 20), trainer="gone")
    assert names(dead)[0] == "resume" and "pause" not in names(dead)
    asking = scene_at(recorded.until(records, PairOffered))
    assert names(asking, "rater")[:2] == ["pick_a", "pick_b"]
    assert "pick_a" not in names(scene_at(recorded.until(records, PairOffered), mode="view"), "rater")
    assert all(BY_NAME[name].context == "chat" for name in names(training, "chat", typing=True))
    done = scene_at(records)
    assert not BY_NAME["pause"].when(done)


def test_the_readme_has_the_table_of_keys() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert f"<!-- keys: begin -->\n{markdown()}\n<!-- keys: end -->" in readme


def test_contexts_are_in_the_order_of_the_panes() -> None:
    dashboard = Dashboard(scene_at([]), ACTIONS)
    assert [pane.context for pane in dashboard.panes] == list(CONTEXTS)
    assert [pane.number for pane in dashboard.panes] == [1, 2, 3, 4, 5]
