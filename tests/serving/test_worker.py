"""The chat pane's worker: its lines, its errors, its end."""

import io
import json
import subprocess
import sys
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from waiting import PATIENCE

from tui_trainer.model.checkpoint import load
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving.frozen import session
from tui_trainer.serving.worker import serve


def answers(run: RunFolder, *lines: bytes) -> list[dict[str, Any]]:
    out = io.BytesIO()
    serve(run, io.BytesIO(b"".join(line + b"\n" for line in lines)), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_answers_in_pieces_then_with_the_hash(run: RunFolder) -> None:
    *pieces, done = answers(run, b'{"prompt": "Who won?", "weights": "base"}')
    talk = session(run, "base")
    assert "".join(piece["text"] for piece in pieces) == "".join(talk.reply("Who won?"))
    assert done == {"done": True, "weights": "base", "sha256": weights_sha256(talk.model)}
    assert done["sha256"] == load(run.weights("base"))[1]["sha256"]


def test_reads_a_text_without_answering(run: RunFolder) -> None:
    first, seen, *rest = (
        b'{"prompt": "Ada", "weights": "base"}',
        b'{"look": {"text": "Ada lives in Oster.", "layer": 1}, "weights": "base"}',
        b'{"prompt": "Ada", "weights": "base"}',
    )
    got = answers(run, first, seen, *rest)
    at = next(index for index, message in enumerate(got) if "looked" in message)
    looked = got[at]["looked"]
    assert looked["weights"] == "base" and looked["ends"][-1] == len("Ada lives in Oster.")
    assert len(looked["losses"]) == len(looked["ends"]) and looked["attention"]["rows"] == len(
        looked["attending"]
    )
    assert got[:at] == answers(run, first) and got[at + 1 :] == answers(run, first, first)[len(got[:at]) :]


def test_keeps_a_conversation_for_each_kind_of_weights(run: RunFolder) -> None:
    ask = b'{"prompt": "Ada"}'
    talk = session(run, "tuned")
    expected = ["".join(talk.reply("Ada")) for _ in range(2)]
    got = answers(run, ask, b'{"prompt": "Ada", "weights": "base"}', ask)
    texts = [""]
    for message in got:
        texts[-1] += message.get("text", "")
        if "done" in message:
            texts.append("")
    assert [texts[0], texts[2]] == expected


def test_bad_lines_are_told_and_cost_nothing_else(run: RunFolder) -> None:
    bad = [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"prompt": 1}',
        b'{"prompt": "x", "weights": "other"}',
        b'{"weights": "base"}',
        b'{"prompt": "x", "look": {"text": "x"}}',
        b'{"look": {"text": "x", "layer": -1}}',
        b'{"prompt": "x", "weights": "aligned"}',
    ]
    got = answers(run, *bad, b'{"prompt": "Ada"}')
    assert [list(message) for message in got[: len(bad)]] == [["error"]] * len(bad)
    assert "aligned" in got[len(bad) - 1]["error"]
    assert got[-1]["done"] is True


@settings(max_examples=30)
@given(line=st.binary(max_size=200).filter(lambda b: b"\n" not in b))
def test_survives_any_line(run: RunFolder, line: bytes) -> None:
    assert answers(run, line)[-1].keys() & {"done", "error"}


def test_as_a_process_ends_with_its_input(run: RunFolder) -> None:
    process = subprocess.run(
        [sys.executable, "-m", "tui_trainer.serving.worker", str(run.path)],
        input=b'{"prompt": "Ada"}\n{"prompt": "Bo"}\n',
        capture_output=True,
        timeout=PATIENCE,
        check=True,
    )
    messages = [json.loads(line) for line in process.stdout.splitlines()]
    assert [message["weights"] for message in messages if message.get("done")] == ["tuned", "tuned"]
    assert process.stderr == b""
