"""Some of the hostile files of tests/bench/hostile_files.py, in this process."""

from pathlib import Path
from random import Random

import hostile_grammar as grammar
import pytest

from tui_trainer import cli


@pytest.mark.parametrize("door", grammar.DOORS)
def test_no_file_does_worse_than_be_refused(
    tmp_path: Path, door: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for seed in range(8):
        folder = tmp_path / str(seed)
        folder.mkdir()
        path = grammar.write(folder, door, Random(f"{door} {seed}"))
        with pytest.raises(SystemExit) as ended:
            cli.main(grammar.command(door, path))
        said = capsys.readouterr().err
        assert ended.value.code in (0, 2, None), (seed, said)
        assert "Traceback" not in said
        if ended.value.code == 2:
            assert said.rstrip().split("\n")[-1].startswith("tui-trainer: "), (seed, said)
