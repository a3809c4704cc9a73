"""The laws of the house, held to by reading the source and by importing it in fresh processes; who may import
whom is held by the contracts in pyproject.toml."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from waiting import PATIENCE

import tui_trainer

PACKAGE = Path(tui_trainer.__file__).parent
ROOT = PACKAGE.parent
FILES = sorted(PACKAGE.rglob("*.py"))


def part(path: Path) -> str:
    """The folder or file of the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0]


def test_what_a_command_prints_goes_through_one_gate() -> None:
    """All that is printed is sanitized in console/output.py."""
    writes = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.func)}"
        for path in FILES
        if part(path) in ("console", "cli.py", "__main__.py") and path.name != "output.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2]
        in ("print", "print_exception", "echo", "secho", "write", "writelines", "showwarning")
    ]
    assert writes == []


def test_no_file_is_ever_run_as_code() -> None:
    calls = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node)}"
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and _unsafe(node)
    ]
    assert calls == []


def _unsafe(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    keywords = {k.arg: ast.unparse(k.value) for k in call.keywords}
    if name in ("np.load", "numpy.load"):
        return keywords.get("allow_pickle", "False") != "False"  # NumPy's own default
    return name in ("torch.load", "torch.save", "eval", "exec") or "True" in (
        keywords.get("allow_pickle"),
        keywords.get("shell"),
    )


def loaded_by(code: str, *arguments: str) -> set[str]:
    """The top-level modules that a fresh process has loaded after `code`."""
    code = f"{code}\nimport sys; print('\\n' + ' '.join({{m.partition('.')[0] for m in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_help_loads_neither_torch_nor_textual() -> None:
    code = "from tui_trainer.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass"
    assert not loaded_by(code) & {"torch", "textual", "numpy", "tokenizers", "pyarrow", "rich"}


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("tui_trainer.settings", {"torch", "textual", "numpy"}),
        ("tui_trainer.messages.events", {"torch", "textual", "numpy"}),
        ("tui_trainer.console.headless", {"torch", "textual", "numpy"}),
        ("tui_trainer.console.corpus", {"torch", "textual"}),
        ("tui_trainer.run.client", {"torch", "textual", "numpy"}),
        ("tui_trainer.ui.start", {"torch", "safetensors"}),
        ("tui_trainer.learning.feedback", {"textual", "click"}),
    ],
)
def test_what_a_module_brings_along(module: str, unwanted: set[str]) -> None:
    assert not loaded_by(f"import {module}") & unwanted


def test_one_package_is_tested() -> None:
    """Processes that the tests start, wherever they run, import the files that were read here."""
    code = "import tui_trainer; print(tui_trainer.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd="/", timeout=PATIENCE, check=True
    )
    assert Path(done.stdout.strip()).parent == PACKAGE
