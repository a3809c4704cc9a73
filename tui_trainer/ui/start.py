"""The app: keys in, commands out; records in, a picture out."""

import gc
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from tui_trainer.errors import UserError
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.sanitize import one_line
from tui_trainer.ui import screen_settings as preferences
from tui_trainer.ui.terminal.abilities import choose_colors


def run_app(
    folder: RunFolder,
    mode: Literal["control", "view", "replay"],
    speed: float = 1.0,
    *,
    launch: bool = False,
    record: Path | None = None,
    likes: Mapping[str, object] | None = None,
    greeting: str = "",
    notes: Path | None = None,
    loaded: Callable[[], None] = lambda: None,
) -> int:
    """Show a run until the person quits; returns the exit status.

    Closing the screen leaves the trainer running, and a last line says so.

    Args:
        launch: start a trainer on the run once the first frame stands: loading its libraries takes a core.
        likes: preferences that hold for this time only.
        greeting: a line for the person when the first frame stands.
        notes: a folder of the person's own notes, which the chat looks in from the first.
        loaded: called when all is loaded, before anything is drawn.
        record: a file to write what the terminal is sent to, as an asciicast.

    Raises:
        UserError: it is no run, no trainer could be started, or the recording not written.
    """
    gc.disable()  # until the first frame: nothing that is imported is garbage
    # So long an escape is waited for to become a sequence: 100 ms if nobody says otherwise, which is felt.
    # Terminals send a sequence in one piece; tmux waits as long.
    os.environ.setdefault("ESCDELAY", "10")
    # What a key changes is painted within 1/120 s instead of 1/60; nothing is painted that has not changed.
    os.environ.setdefault("TEXTUAL_FPS", "120")
    chosen = choose_colors(os.environ)
    if chosen is not None:
        os.environ["TEXTUAL_COLOR_SYSTEM"] = chosen
    # After the choice of colors: Textual reads it when it is imported.
    from tui_trainer.ui.app import TrainerApp
    from tui_trainer.ui.crash import told
    from tui_trainer.ui.panes.conversation import Turn
    from tui_trainer.ui.run_files.run_list import home

    liked = preferences.load(overrides=likes)
    recorder = None
    if record is not None:
        from tui_trainer.ui.terminal.recording import Recorder

        recorder = Recorder(record)
    before: RunFolder | None = None  # the run shown before this one
    over: TrainerApp | None = None  # its app, whose last frame stands until the next one draws
    farewells: list[str] = []
    said: dict[Path, list[Turn]] = {}  # to the models of each run that has been shown
    while True:
        try:
            folder.plan  # noqa: B018 - read now, while it can be, for as long as the screen stands
            app = TrainerApp(
                folder, mode, speed, launch=launch, recorder=recorder, preferences=liked, notes=notes
            )
            app.scene.home = home(folder, before)
        except BaseException:
            if over is not None:
                over.give_back()
            raise
        app.greeting, app.draws_over = greeting, over is not None
        conversation = app.dashboard.chat.conversation
        conversation.take_up(said.get(folder.path, []))
        app.watch_threads()
        following = None
        loaded()
        try:
            following = app.run()
        except Exception as error:
            app.give_back()
            app.crashed = error
        failed = app.crashed is not None or bool(app.failure)
        over = app if app.stands and following is not None and not failed else None
        if over is None:
            if app.stands:
                app.give_back()
            print("".join(f"{line}\n" for line in farewells), end="")
            farewells.clear()
        said[folder.path] = conversation.turns
        liked = app.preferences  # with the colors that the person has taken
        if app.crashed is not None:
            print(f"tui-trainer: {told(app.crashed, folder)}", file=sys.stderr)
            return 1
        if app.failure:
            raise UserError(app.failure)
        if app.farewell and over is not None:
            farewells.append(one_line(app.farewell))  # said now, it would be drawn over
        elif app.farewell:
            print(one_line(app.farewell))
        if following is None:
            if recorder is not None and not recorder.close():
                print(f"tui-trainer: {recorder.failed}", file=sys.stderr)
                return 1
            return app.return_code or int(bool(app.scene.trouble))
        before, folder, launch, greeting = folder, following, False, app.onward
        mode = "view" if mode == "view" else "control"  # who asked to look on does so everywhere
        sys.stdout.flush()
