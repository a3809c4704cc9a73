"""The chat pane's worker: its lines, its errors, its end."""

import io
import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from waiting import PATIENCE, wait_until

from tui_trainer.model.checkpoint import load
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving import worker as workers
from tui_trainer.serving.chat import ChatSession
from tui_trainer.serving.frozen import session
from tui_trainer.serving.worker import serve


def answers(run: RunFolder, *lines: bytes) -> list[dict[str, Any]]:
    out = io.BytesIO()
    serve(run, io.BytesIO(b"".join(line + b"\n" for line in lines)), out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_answers_in_pieces_then_with_the_hash(run: RunFolder) -> None:
    *pieces, done = answers(run, b'{"prompt": "Who won?", "weights": "base"}')
    talk = session(run, "base")
    said = "".join(piece["text"] for piece in pieces) + done.pop("text", "")
    assert said == "".join(talk.reply("Who won?"))
    read = {"tokens": 6, "context": 64, "turns": 0, "of_turns": 0, "cut": False}
    read |= {"notes": 0, "of_notes": None}
    assert done.pop("read") | {"tokens": 6} == read
    assert done == {"done": True, "weights": "base", "sha256": weights_sha256(talk.model), "answer": 1}
    assert done["sha256"] == load(run.weights("base"))[1]["sha256"]


def test_an_answer_that_does_not_end_by_itself_is_told(run: RunFolder) -> None:
    for number in range(4):
        (*_, done) = answers(run, f'{{"prompt": "Who won {number}?", "weights": "tuned"}}'.encode())
        talk = session(run, "tuned")
        prepared = talk.prepare(f"Who won {number}?")
        list(talk.give(f"Who won {number}?", prepared))
        ended = prepared.tokens[-1] == talk.tokenizer.end
        assert done.get("ended", True) is ended and (ended or len(prepared.tokens) == talk.answer_tokens)


def test_reads_a_text_without_answering(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "COALESCE_SECONDS", 1e9)  # else the machine's pace cuts answers into pieces
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


def test_what_comes_within_a_twentieth_of_a_second_is_one_message(run: RunFolder) -> None:
    """Of an answer, all at once: the first piece as soon as it is there, and the rest with the end. With a
    token every 0.02 s, every third one sends what there is."""
    for seconds, most in ((0.0, 2), (0.02, 18)):
        out, now = io.BytesIO(), itertools.count()
        clock = lambda now=now, seconds=seconds: next(now) * seconds  # noqa: E731
        workers.serve(run, io.BytesIO(b'{"prompt": "Who won?"}\n'), out, clock=clock)
        got = [json.loads(line) for line in out.getvalue().splitlines()]
        pieces = list(session(run, "tuned").reply("Who won?"))
        assert len(pieces) > 12 and got[0]["text"] == pieces[0]
        assert "".join(message.get("text", "") for message in got) == "".join(pieces)
        assert len(got) <= most


class Stopping(io.BytesIO):
    """An output whose reader asks for a stop when the first piece of an answer comes."""

    def __init__(self, ask: bytes) -> None:
        super().__init__()
        self.stopped, self.ask = threading.Event(), ask

    def lines(self) -> Iterator[bytes]:
        yield self.ask
        self.stopped.wait(PATIENCE)
        yield b'{"stop": true}'
        self.seen = True
        yield b'{"prompt": "Bo"}'

    seen = False

    def flush(self) -> None:
        self.stopped.set()
        if not self.seen:
            wait_until(lambda: self.seen)


def test_a_stop_ends_the_answer_under_way_and_no_other(run: RunFolder) -> None:
    out = Stopping(b'{"prompt": "Who won?"}')
    workers.serve(run, out.lines(), out)  # type: ignore[arg-type]  # lines are all that is read
    got = [json.loads(line) for line in out.getvalue().splitlines()]
    first, second = [message for message in got if message.get("done")]
    whole = "".join(session(run, "tuned").reply("Who won?"))
    assert first["stopped"] and "stopped" not in second
    said = "".join(message.get("text", "") for message in got[: got.index(first) + 1])
    assert 0 < len(said) < len(whole) and whole.startswith(said)
    assert second["read"]["of_turns"] == 1  # what was said is remembered


def test_a_new_conversation_reads_nothing_of_the_last(run: RunFolder) -> None:
    lines = [b'{"prompt": "Ada"}', b'{"prompt": "Bo"}', b'{"prompt": "Bo", "new": true}', b'{"prompt": "Cy"}']
    lines[2:2] = [b'{"prompt": "Hm", "alone": true}']
    reads = [message["read"]["of_turns"] for message in answers(run, *lines) if message.get("done")]
    assert reads == [0, 1, 0, 0, 1]


def test_weights_that_change_in_memory_are_told_and_read_anew(
    run: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def keeping(*arguments: Any) -> ChatSession:
        opened.append(session(*arguments))
        return opened[-1]

    def flipped(chat: ChatSession) -> str:
        if len(opened) == 1:
            with torch.no_grad():
                chat.model.head_gain.view(torch.int32)[()] ^= 1
        return whole(chat)

    whole = ChatSession.check
    monkeypatch.setattr(workers, "session", keeping)
    monkeypatch.setattr(ChatSession, "check", flipped)
    got = answers(run, b'{"prompt": "Ada"}', b'{"prompt": "Ada"}')
    ends = [message for message in got if "error" in message or "done" in message]
    assert "in memory are not the frozen ones any more" in ends[0]["error"] and "\n" not in ends[0]["error"]
    assert ends[1]["sha256"] == load(run.weights("tuned"))[1]["sha256"] and len(opened) == 2


def test_an_answer_is_looked_into_by_its_number(run: RunFolder) -> None:
    got = answers(run, b'{"prompt": "Ada"}', b'{"inside": 1}', b'{"inside": 9}')
    inside = next(message["inside"] for message in got if "inside" in message)
    said = "".join(message.get("text", "") for message in got)
    assert inside["places"][-1]["ends"] in (len(said), len(said) - 1) and len(inside["places"]) > 12
    assert "not at hand" in got[-1]["error"]


def test_what_is_told_is_known_again_by_notes_and_by_nothing_else(run: RunFolder) -> None:
    """What the model reads in the same conversation, in a new one, and in a new one with notes."""
    fact, question = "Ada lives in Oster.", "What of Ada?"

    def ask(prompt: str, **fields: Any) -> bytes:
        return json.dumps({"prompt": prompt, **fields}).encode()

    got = answers(
        run,
        ask(fact, notes=True),
        ask(question),
        ask(question, new=True),
        ask(question, new=True, notes=True),
        ask("What of Cy?", new=True, notes=True),
    )
    reads = [message["read"] for message in got if message.get("done")]
    assert [(read["of_turns"], read["notes"], read["of_notes"]) for read in reads] == [
        *((0, 0, 0), (1, 0, None), (0, 0, None), (0, 1, 1), (0, 0, 1)),
    ]
    assert next(message["told"] for message in got if "told" in message) == [fact]
    (put,) = [message["notes"] for message in got if message.get("notes")]
    assert [(note["text"], note["file"]) for note in put] == [(fact, "told-in-chat.txt")]
    assert len({message["sha256"] for message in got if message.get("done")}) == 1
