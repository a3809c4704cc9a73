"""`tui-trainer chat`: a line in, an answer out, and what is said beside it."""

import io
import sys
from pathlib import Path

import pytest
import torch

from tui_trainer import cli
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving.chat import ChatSession
from tui_trainer.serving.frozen import session


@pytest.fixture
def chat(run: RunFolder, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> object:
    """Its exit status, stdout and stderr, for these lines and options."""

    def talk(lines: str, *options: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines.encode())))
        with pytest.raises(SystemExit) as ended:
            cli.main(["chat", run.id, "--runs", str(run.path.parent), *options])
        told = capfd.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return talk


def test_what_is_told_is_kept_and_found_by_notes_alone(run: RunFolder, chat: object) -> None:
    assert callable(chat)
    status, out, err = chat("Ada lives in Oster.\n/notes\nAda lives in Oster.\n/new\nWhat of Ada?\n/notes\n")
    assert status == 0
    told = [line.strip() for line in err.splitlines()]
    assert told[0] == f"notes on, kept in {run.path / 'told-in-chat.txt'}"
    assert told[1:3] == ["kept as a note: Ada lives in Oster.", told[2]] and "a new conversation" in told[2]
    assert told[3].startswith("from told-in-chat.txt, score ") and told[3].endswith(": Ada lives in Oster.")
    assert told[4:] == ["notes off"]
    assert out.startswith(
        "".join(session(run, "tuned").reply("Ada lives in Oster.")).replace("\x00", "␀")[:1]
    )


def test_a_folder_of_notes_is_looked_in_from_the_first(chat: object, tmp_path: Path) -> None:
    assert callable(chat)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "towns.md").write_text("- Ada lives in Oster.\n")
    _, _, err = chat("What of Ada?\n", "--notes", str(tmp_path / "own"))
    assert "from towns.md, score " in err
    status, _, err = chat("What of Ada?\n", "--notes", str(tmp_path / "nowhere"))
    assert status == 2 and "nowhere" in err


def test_the_same_seed_gives_the_same_answers(chat: object) -> None:
    assert callable(chat)
    options = ("--temperature", "1.5", "--top-p", "0.9", "--seed")
    drawn = [chat("Who won?\n", *options, seed)[1] for seed in ("1", "1", "2", "3")]
    assert drawn[0] == drawn[1] and len(set(drawn)) > 1


def test_weights_that_changed_in_memory_end_the_conversation(
    chat: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(chat)
    whole = ChatSession.check

    def flipped(talk: ChatSession) -> str:
        with torch.no_grad():
            talk.model.head_gain.view(torch.int32)[()] ^= 1
        return whole(talk)

    monkeypatch.setattr(ChatSession, "check", flipped)
    status, out, err = chat("Who won?\nWho?\n")
    assert status == 1 and out
    assert "in memory are not the frozen ones any more" in err and err.count("\n") == 1
