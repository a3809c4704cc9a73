"""What an installed copy has, and needs."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import tui_trainer

PACKAGE = Path(tui_trainer.__file__).parent
ROOT = PACKAGE.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
FILES = sorted(PACKAGE.rglob("*.py"))
EXTRAS = PROJECT["project"]["optional-dependencies"]

# Not imported, and yet named: textual-plotext uses privates that plotext 6 moved.
PINNED_FOR_ANOTHER = {"plotext"}


def named(requirements: list[str]) -> set[str]:
    """The distributions that requirements name, in the form in which names are compared."""
    return {re.split(r"[^A-Za-z0-9_.-]", r)[0].lower().replace("_", "-") for r in requirements}


def imported() -> set[str]:
    """The top-level modules that the package imports, its own and Python's left out."""
    names = set()
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
    return {name.replace("_", "-") for name in names - sys.stdlib_module_names - {"tui_trainer"}}


def test_dependencies_are_what_is_imported() -> None:
    declared = named([*PROJECT["project"]["dependencies"], *EXTRAS["crawl"]])
    assert declared - PINNED_FOR_ANOTHER == imported() - PINNED_FOR_ANOTHER


def test_the_tests_have_all_extras() -> None:
    assert EXTRAS.keys() == {"test", "crawl"} and "tui-trainer[crawl]" in EXTRAS["test"]


def test_every_dependency_has_an_exact_version() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin) for pin in pins)
    needed = named([*PROJECT["project"]["dependencies"], *EXTRAS["crawl"], *EXTRAS["test"]])
    assert needed - named(pins) == {"tui-trainer"}  # itself, with its extras


def test_an_installed_copy_has_all_its_files() -> None:
    patterns = PROJECT["tool"]["setuptools"]["package-data"]["tui_trainer"]
    shipped = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    others = {
        path
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and "__pycache__" not in path.parts
    }
    assert others - shipped == set()
    folders = {path.parent for path in FILES}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []
