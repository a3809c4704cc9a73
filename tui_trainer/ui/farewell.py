"""The line that stands in the terminal after the screen has closed: what goes on, and how to see it again."""

from tui_trainer.sanitize import one_line
from tui_trainer.ui.scene import Scene


def farewell_of(scene: Scene) -> str:
    """Empty where there is nothing to say."""
    run = scene.folder.id
    if scene.trouble:
        return scene.trouble
    if scene.mode == "replay":
        return ""
    if scene.now.ended:
        return f"The run is finished. Talk to it: tui-trainer chat {run}"
    if scene.trainer == "gone" and scene.now.unmendable:
        return f"The run can't be trained: {one_line(scene.now.notices[-1].text)}"
    if scene.trainer == "gone":
        return f"The trainer is not running. Go on: tui-trainer resume {run}"
    paused = ", paused," if scene.now.paused else ""
    return f"Training goes on{paused} without this screen. See it again: tui-trainer attach {run}"
