"""Some of the inputs of bench/hostile_inputs.py, in this process: one harmless line, and a right status."""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PLACES = [str(TESTS / folder) for folder in ("ui", "serving")]  # as pytest finds what their tests share
sys.path += [place for place in PLACES if place not in sys.path]

import hostile  # noqa: E402
from hostile import Case  # noqa: E402

from tui_trainer import cli  # noqa: E402
from tui_trainer.console import output  # noqa: E402
from tui_trainer.errors import UserError  # noqa: E402
from tui_trainer.run.storage.folder import RunFolder  # noqa: E402


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunFolder]:
    yield hostile.made_run(tmp_path_factory.mktemp("whole"))


def status(case: Case) -> int:
    try:
        if case.call is None:
            cli.main(case.arguments)
        else:
            case.call(Path.cwd())
    except UserError as error:
        output.complain(str(error))
        return 2
    except SystemExit as exit:
        return exit.code if isinstance(exit.code, int) else 98
    return 0


@pytest.mark.parametrize("seed", range(4))
def test_a_hostile_input_is_told_of_in_one_harmless_line(
    seed: int,
    whole: RunFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("tui_trainer.files.PIPE_SECONDS", 0)
    for number, case in enumerate(hostile.cases(100 + seed, 0.03, whole)):
        work = tmp_path / str(number)
        work.mkdir()
        hostile.furnish(work, case)
        with monkeypatch.context() as patch:
            patch.chdir(work)
            patch.setenv("HOME", str(work))
            patch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(case.stdin)))
            for name, value in case.environment.items():
                patch.setitem(os.environ, name, value)
            code = status(case)
        shown = capsys.readouterr()
        wrong = hostile.wrong(case, code, shown.out, shown.err)
        assert not wrong, (wrong, case, shown.err[-500:])
