"""The control socket: what strangers send harms nobody else, and one connection steers."""

import contextlib
import os
import queue
import socket
import stat
import threading
import time
from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from waiting import PATIENCE, wait_until

from tui_trainer.messages.commands import (
    MAX_BYTES,
    Continue,
    LookAt,
    Pause,
    Pick,
    Reply,
    Stop,
    TakeControl,
    Turn,
    command_decoder,
    command_encoder,
)
from tui_trainer.messages.inspection import Look
from tui_trainer.run import client
from tui_trainer.run.client import Control
from tui_trainer.run.control import READ_ONLY, ControlServer, Request
from tui_trainer.run.storage.folder import RunFolder


def echo(text: str) -> Turn:
    """A command whose reply says its text."""
    return Turn(text, 0.0)


class Server:
    """A server whose commands are answered at once, or never."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.requests: queue.Queue[Request] = queue.Queue()
        self.silent = False
        self.server = ControlServer(folder, self.submit)

    def submit(self, request: Request) -> None:
        self.requests.put(request)
        if not self.silent:
            text = request.command.name if isinstance(request.command, Turn) else None
            request.respond(Reply(ok=True, error=text))

    def idle(self, seconds: float) -> None:
        """From now on hang up on whoever sends no command for so long; at first longer than a test."""

        def begin() -> None:
            self.server.idle = seconds
            for connection in self.server.connections:
                connection.heard()

        self.server.loop.call_soon_threadsafe(begin)

    def connect(self) -> socket.socket:
        link = socket.socket(socket.AF_UNIX)
        link.settimeout(PATIENCE)
        while True:
            try:
                link.connect(str(client.address(self.folder)))
            except BlockingIOError:  # many at once: the queue of those that wait to be taken is full
                time.sleep(0.01)
            else:
                return link


@pytest.fixture
def server(new_run) -> Iterator[Server]:
    server = Server(new_run())
    yield server
    server.server.close()


def ask(link: socket.socket, *commands: object) -> list[dict]:
    link.sendall(b"".join(command_encoder.encode(command) + b"\n" for command in commands))
    received = b""
    while received.count(b"\n") < len(commands):
        chunk = link.recv(65536)
        assert chunk, "hung up"
        received += chunk
    return [msgspec.json.decode(line) for line in received.splitlines()]


def hung_up(link: socket.socket) -> bool:
    try:
        while link.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return True


def test_only_the_owner_can_open_it(server):
    assert stat.S_IMODE(os.stat(server.folder.control).st_mode) == 0o700
    assert stat.S_IMODE(os.stat(server.folder.socket).st_mode) == 0o600


def test_one_steers_and_others_watch(server):
    first, second = server.connect(), server.connect()
    assert ask(second, Pause()) == [{"ok": False, "error": "read-only: take control first"}]
    assert ask(first, TakeControl(), TakeControl(), Pause()) == [{"ok": True}] * 3
    assert ask(second, TakeControl(), Stop()) == [{"ok": False, "error": READ_ONLY}] * 2
    assert ask(second, LookAt(Look("anybody may"))) == [{"ok": True}]
    first.close()
    with Control(server.folder) as control:
        wait_until(lambda: control.send(TakeControl()).ok)
    assert [request.command for request in list(server.requests.queue)] == [
        Pause(),
        LookAt(Look("anybody may")),
    ]


@pytest.mark.parametrize(
    "message",
    [
        b"\xff\xfe\n",
        b"hello\n",
        b"[]\n",
        b"{}\n",
        b"\n",
        b'{"type":"explode"}\n',
        b'{"type":"pick","pair":"1","choice":"a"}\n',
        b'{"type":"pick","pair":1,"choice":"c"}\n',
        b'{"type":"continue","steps":0}\n',
        b'{"type":"pause","extra":1}\n',
        b'{"type":"prompt","error":"' + b"x" * MAX_BYTES + b'"}\n',
        b"x" * (MAX_BYTES + 1),
        b"\x00" * 10 + b"\n",
        b'{"a":' * 10_000 + b"\n",
        b'{"type":' + b"[" * 20_000 + b"]" * 20_000 + b"}\n",
        b'{"type":"continue","steps":' + b"9" * 5000 + b"}\n",
        b'{"type":"continue","steps":1000001}\n',
    ],
)
def test_what_can_not_be_read_ends_that_connection_only(server, message):
    good, bad = server.connect(), server.connect()
    assert ask(good, TakeControl()) == [{"ok": True}]
    bad.sendall(message)
    assert hung_up(bad)
    assert ask(good, echo("still there")) == [{"ok": True, "error": "still there"}]


@pytest.mark.parametrize("error", [RecursionError(), MemoryError(), RuntimeError("anything")])
def test_whatever_a_command_brings_about_ends_that_connection_only(server, error, monkeypatch):
    def fails(request):
        raise error

    monkeypatch.setattr(server.server, "submit", fails)
    link = server.connect()
    link.sendall(command_encoder.encode(LookAt(Look("a"))) + b"\n")
    assert hung_up(link)
    monkeypatch.undo()
    assert ask(server.connect(), LookAt(Look("a"))) == [{"ok": True}]


def test_who_sends_no_command_for_a_while_is_hung_up_on(server):
    silent, mumbling, controller, waiting = (server.connect() for _ in range(4))
    assert ask(controller, TakeControl()) == [{"ok": True}]
    server.silent = True
    waiting.sendall(command_encoder.encode(LookAt(Look("a"))) + b"\n")
    request = server.requests.get(timeout=PATIENCE)
    mumbling.sendall(b"{")  # what is no whole command keeps nobody
    server.idle(0.1)
    assert hung_up(silent) and hung_up(mumbling)
    request.respond(Reply(ok=True))
    assert waiting.recv(100) == b'{"ok":true}\n'
    assert hung_up(waiting)
    server.silent = False
    assert ask(controller, echo("still there")) == [{"ok": True, "error": "still there"}]


def test_a_screen_that_only_watches_connects_again(server):
    with Control(server.folder) as control:
        assert control.send(LookAt(Look("a"))).ok
        link = control._socket
        assert link is not None
        server.idle(0.1)
        wait_until(lambda: client._hung_up(link, False))
        server.idle(PATIENCE)
        assert control.send(LookAt(Look("b"))).ok


def test_nobody_wakes_for_a_controller_that_is_silent(server):
    """Nothing is to be hung up on, so there is nothing to wait for but the sockets."""
    link = server.connect()
    assert ask(link, TakeControl()) == [{"ok": True}]
    assert [connection.idle for connection in server.server.connections] == [None]


@given(st.lists(st.binary(max_size=300), max_size=4))
@settings(max_examples=60)
def test_noise(server, pieces):
    link = server.connect()
    try:
        for piece in pieces:
            link.sendall(piece)
        link.shutdown(socket.SHUT_WR)
    except (BrokenPipeError, OSError):
        pass
    link.close()
    with Control(server.folder) as control:
        assert _patiently(control, TakeControl()).ok
        assert control.send(echo("é")).error == "é"


def _patiently(control: Control, command: TakeControl) -> Reply:
    """The one before may not have been noticed to be gone."""
    replies: list[Reply] = []
    wait_until(lambda: replies.append(control.send(command)) or replies[-1].ok)
    return replies[-1]


def test_a_message_in_pieces_and_many_in_one(server):
    link = server.connect()
    for byte in command_encoder.encode(TakeControl()):
        link.sendall(bytes([byte]))
    link.sendall(b"\n")
    assert link.recv(100) == b'{"ok":true}\n'
    replies = ask(link, *[echo(str(number)) for number in range(50)])
    assert [reply["error"] for reply in replies] == [str(number) for number in range(50)]


def test_many_connections(server):
    links = [server.connect() for _ in range(100)]
    assert ask(links[-1], TakeControl()) == [{"ok": True}]
    for link in links[:-1]:
        assert ask(link, Pause())[0]["error"] == READ_ONLY
    for link in links:
        link.close()


def test_more_connections_than_are_taken(server):
    links = [server.connect() for _ in range(140)]
    assert hung_up(links[-1])
    for link in links:
        link.close()
    with Control(server.folder) as control:
        assert _patiently(control, TakeControl()).ok


def test_who_does_not_read_blocks_nobody(server):
    slow = server.connect()
    slow.setblocking(False)
    messages = command_encoder.encode(TakeControl()) + b"\n"
    messages += (command_encoder.encode(echo("x" * 60_000)) + b"\n") * 50

    def owed() -> bool:
        """Whether the server has answers that nobody takes: the socket holds no more of them."""
        nonlocal messages
        with contextlib.suppress(BlockingIOError):
            messages = messages[slow.send(messages) :]
        connections = list(server.server.connections)
        return any(each.transport.get_write_buffer_size() > 100_000 for each in connections)

    wait_until(owed)
    assert ask(server.connect(), Pause())[0]["error"] == READ_ONLY


def test_a_path_too_long_for_a_socket(tmp_path, new_run, monkeypatch):
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    (tmp_path / "run").mkdir(mode=0o700)
    short = new_run()
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    folder = RunFolder(short.path.rename(deep / short.id))
    server = Server(folder)
    place = client.address(folder)
    assert place != folder.socket and stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.address.stat().st_mode) == 0o600
    with Control(folder) as control:
        assert control.send(TakeControl()).ok
    server.server.close()
    assert not place.parent.exists() and not folder.address.exists()


def test_nobody_there(new_run):
    folder = new_run()
    with Control(folder) as control:
        assert control.send(Pause()).error == f"no trainer is running; `tui-trainer resume {folder.id}`"


def test_a_socket_left_by_a_killed_trainer(server, new_run):
    folder = new_run()
    folder.control.mkdir(mode=0o700)
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(folder.socket))
    dead.close()
    with Control(folder) as control:
        assert "no trainer is running" in (control.send(Pause()).error or "")
        again = Server(folder)
        assert control.send(TakeControl()).ok
        again.server.close()


def test_a_controller_takes_control_again_after_a_resume(server):
    control = Control(server.folder)
    assert control.send(TakeControl()).ok
    server.server.close()
    assert not control.send(Pause()).ok
    server.server = ControlServer(server.folder, server.submit)
    assert control.send(Pause()).ok
    control.close()


def test_control_that_is_given_back_late_is_waited_for_like_any_answer(server, monkeypatch):
    """Else a busy trainer would get no command from a screen that had to connect again."""
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.05)
    go_on = threading.Event()
    with Control(server.folder) as control:
        assert control.send(TakeControl()).ok
        server.server.close()

        def busy(request: Request) -> None:
            assert go_on.wait(PATIENCE)
            server.submit(request)

        server.server = ControlServer(server.folder, busy)
        other = server.connect()
        other.sendall(command_encoder.encode(LookAt(Look("a"))) + b"\n")
        threading.Timer(0.3, go_on.set).start()
        assert control.send(echo("still there")).error == "still there"
        assert other.recv(100) == b'{"ok":true}\n'


def test_a_late_answer_is_not_taken_for_the_next(server):
    control = Control(server.folder)
    assert control.send(TakeControl()).ok
    server.silent = True
    patience, control.timeout = control.timeout, 0.05
    reply = control.send(echo("first"))
    control.timeout = patience
    assert reply.error == "the trainer is busy and has not answered yet"
    server.silent = False
    late = server.requests.get(timeout=PATIENCE)
    threading.Timer(0.05, late.respond, [Reply(ok=True, error="first")]).start()
    assert control.send(echo("second")).error == "second"
    control.close()


def test_too_long_a_prompt_is_told(server):
    with Control(server.folder) as control:
        assert control.send(TakeControl()).ok
        assert "too long" in (control.send(echo("x" * MAX_BYTES)).error or "")
        assert control.send(echo("short")).error == "short"


def test_the_controller_leaves_while_its_command_waits(server):
    server.silent = True
    link = server.connect()
    assert ask(link, TakeControl()) == [{"ok": True}]
    link.sendall(command_encoder.encode(Pause()) + b"\n")
    request = server.requests.get(timeout=PATIENCE)
    link.close()
    request.respond(Reply(ok=True))
    with Control(server.folder) as control:
        assert _patiently(control, TakeControl()).ok


@pytest.mark.parametrize(
    "command",
    [
        Continue(),
        Continue(3),
        Turn("feedback.beta", 0.5),
        Pick(0, "both_bad"),
        LookAt(Look("é")),
        Stop(),
    ],
)
def test_commands_survive_the_wire(command):
    assert command_decoder.decode(command_encoder.encode(command)) == command
