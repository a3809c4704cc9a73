"""A slow or busy machine breaks no test: none asks how long something took, none waits for a time to pass.

Figures are the benches'. What has to come is waited for (`waiting`), what must not is counted.
"""

import ast
from pathlib import Path

HERE = Path(__file__).parent
WAITING = ("waiting.py", "watching.py", "pseudo_terminal.py")  # they give up in the end
CLOCKS = {"monotonic", "perf_counter", "thread_time", "process_time"}
PAUSE = 0.02  # seconds, at most, between two looks


def breaches(source: str) -> list[str]:
    """Assertions that ask a clock, and sleeps of a fixed time."""
    nodes = ast.walk(ast.parse(source))
    return [ast.unparse(node) for node in nodes if _asks_a_clock(node) or _sleeps(node)]


def _asks_a_clock(node: ast.AST) -> bool:
    if not isinstance(node, ast.Assert):
        return False
    return any(isinstance(part, ast.Attribute) and part.attr in CLOCKS for part in ast.walk(node.test))


def _sleeps(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(attr="sleep" | "pause"), args=[ast.Constant(value=float(seconds))]):
            return seconds > PAUSE
        case ast.Call(func=ast.Attribute(attr="sleep"), args=[ast.Constant(value=int(seconds))]):
            return seconds > 0
    return False


def test_no_test_asserts_on_seconds_or_sleeps() -> None:
    files = [path for path in HERE.rglob("*.py") if path.name not in WAITING and "bench" not in path.parts]
    assert len(files) > 50
    found = {path.name: breaches(path.read_text("utf-8")) for path in files}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_what_it_finds() -> None:
    found = [
        "assert time.monotonic() - begun < 2.0",
        "time.sleep(0.1)",
        "time.sleep(3)",
        "await pilot.pause(0.2)",
    ]
    fine = [
        "time.sleep(0)",
        "time.sleep(seconds)",
        "await pilot.pause()",
        "end = time.monotonic() + PATIENCE",
    ]
    assert [bool(breaches(line)) for line in (*found, *fine)] == [True] * len(found) + [False] * len(fine)
