"""The screen starts fast: it never imports torch, and the parts that draw import no app."""

import subprocess
import sys


def modules_after(code: str) -> set[str]:
    run = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return {name.split(".")[0] for name in run.stdout.split()} | set(run.stdout.split())


def test_the_screen_imports_no_torch() -> None:
    modules = modules_after("import tui_trainer.ui.start, tui_trainer.ui.app")
    assert not {"torch", "numpy", "tokenizers", "safetensors", "transformers"} & modules


def test_colors_are_chosen_before_textual_is_imported() -> None:
    assert "textual" not in modules_after("import tui_trainer.ui.start")


def test_the_first_frame_waits_for_no_screen_that_a_key_opens() -> None:
    screens = {name for name in modules_after("import tui_trainer.ui.app") if "ui.screens." in name}
    assert screens == {f"tui_trainer.ui.screens.{name}" for name in ("ask", "importing", "modal")}
    after = modules_after("from tui_trainer.ui.screens.importing import import_screens; import_screens()")
    assert {"tui_trainer.ui.screens.help.glossary", "tui_trainer.ui.screens.runs.runs"} <= after
