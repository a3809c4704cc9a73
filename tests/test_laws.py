"""The laws of the house, held to by reading the source and by importing it in fresh processes."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from waiting import PATIENCE

import tui_trainer

PACKAGE = Path(tui_trainer.__file__).parent
ROOT = PACKAGE.parent
FILES = sorted(PACKAGE.rglob("*.py"))

# The learning knows no screen, no process and no clock.
LEARNING = ("corpus", "model", "learning")
FORBIDDEN_TO_LEARNING = (
    "textual",
    "click",
    "subprocess",
    "socket",
    "threading",
    "multiprocessing",
    "signal",
    "time",
    "datetime",
    "tui_trainer.run",
    "tui_trainer.ui",
    "tui_trainer.console",
    "tui_trainer.cli",
    "tui_trainer.serving",
)
# The screen and the front door never load torch, nor the folders that stand on it.
FRONT = (
    "ui",
    "console",
    "cli.py",
    "__main__.py",
    "settings.py",
    "events.py",
    "looks.py",
    "errors.py",
    "sanitize.py",
)
TORCH = ("torch", "safetensors", "transformers")
STANDS_ON_TORCH = ("tui_trainer.model", "tui_trainer.learning", "tui_trainer.serving")
# They run code that stands in a file.
UNSAFE = ("pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal")


def part(path: Path) -> str:
    """The folder or file of the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0]


def imports(path: Path, *, lazy: bool = True) -> Iterator[str]:
    """The modules that a file imports, those under TYPE_CHECKING left out.

    Args:
        lazy: also those imported within functions.
    """
    module = ".".join(("tui_trainer", *path.relative_to(PACKAGE).with_suffix("").parts))
    pending: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            pending += node.orelse
            continue
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not lazy:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                above = module.split(".")[: -node.level]
                origin = ".".join([*above, *([node.module] if node.module else [])])
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in node.names)
        pending += ast.iter_child_nodes(node)


def among(name: str, modules: tuple[str, ...]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def breaches(files: list[Path], forbidden: tuple[str, ...], *, lazy: bool = True) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in imports(path, lazy=lazy)
        if among(name, forbidden)
    ]


def test_the_learning_knows_no_screen_no_process_and_no_clock() -> None:
    files = [path for path in FILES if part(path) in LEARNING]
    assert files
    assert breaches(files, FORBIDDEN_TO_LEARNING) == []


def test_the_corpus_needs_no_torch() -> None:
    assert breaches([path for path in FILES if part(path) == "corpus"], (*TORCH, *STANDS_ON_TORCH)) == []


def test_the_front_never_imports_torch() -> None:
    files = [path for path in FILES if part(path) in FRONT]
    assert {part(path) for path in files} == set(FRONT)
    assert breaches(files, TORCH) == []
    assert breaches(files, STANDS_ON_TORCH, lazy=False) == []


def test_the_screen_reaches_torch_not_even_lazily() -> None:
    files = [path for path in FILES if part(path) == "ui"]
    assert breaches(files, (*TORCH, *STANDS_ON_TORCH)) == []


def test_only_the_screen_imports_textual() -> None:
    files = [path for path in FILES if part(path) != "ui"]
    assert breaches(files, ("textual", "textual_plotext", "plotext")) == []


def test_data_flows_one_way() -> None:
    """Who ties may import who is tied, never the other way round."""
    above = ("tui_trainer.ui", "tui_trainer.console", "tui_trainer.cli")
    files = [path for path in FILES if part(path) in (*LEARNING, "run", "serving")]
    assert breaches(files, above) == []
    assert breaches([p for p in FILES if part(p) == "ui"], ("tui_trainer.cli", "tui_trainer.console")) == []


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
    assert breaches(FILES, UNSAFE) == []
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
        ("tui_trainer.events", {"torch", "textual", "numpy"}),
        ("tui_trainer.console.headless", {"torch", "textual", "numpy"}),
        ("tui_trainer.console.corpus", {"torch", "textual"}),
        ("tui_trainer.run.client", {"torch", "textual", "numpy"}),
        ("tui_trainer.ui.app", {"torch", "safetensors"}),
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
