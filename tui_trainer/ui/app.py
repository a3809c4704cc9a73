"""The app: keys in, commands out; records in, a picture out."""

import os
import sys
from typing import Literal

from tui_trainer.run.folder import RunFolder
from tui_trainer.ui.terminal import choose_colours


def run_app(folder: RunFolder, mode: Literal["control", "view", "replay"], speed: float = 1.0) -> int:
    """Show a run until the person quits; returns the exit status.

    The trainer has been launched by the caller, if the run needs one. Closing the screen leaves it running,
    and a last line says so.
    """
    chosen = choose_colours(os.environ)
    if chosen is not None:
        os.environ["TEXTUAL_COLOR_SYSTEM"] = chosen
    # After the choice of colours: Textual reads it when it is imported.
    from tui_trainer.ui.studio import Studio

    while True:
        app = Studio(folder, mode, speed)
        following = app.run()
        if app.farewell:
            print(app.farewell)
        if following is None:
            return app.return_code or 0
        folder, mode = following, "control"
        sys.stdout.flush()
