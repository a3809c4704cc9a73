"""Records the five things to have seen (key A), each where it happens, in a minute and a half.

A person's keys, pressed in the real program on a pseudo-terminal: on a run of the same plan that is begun
anew, for its first steps; on the finished run; on one that goes on from that with picks made here, by the
taste of the finished run's rater; and on the one that K makes of those. What the program sends is kept as it
was sent. What is to be read stands as long as it did; what was waited for takes less time than it did.
"""

import codecs
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "ui"))

from pseudo_terminal import Terminal

from tui_trainer.learning.preferences.raters import TASTES, SimulatedRater
from tui_trainer.messages.events import PairOffered
from tui_trainer.run import client
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader
from tui_trainer.ui.connection.feed import BATCH
from tui_trainer.view.fold import apply_all
from tui_trainer.view.state import State

SIZE, LOWER = (120, 36), (120, 35)
CARD, BLIND = "esc  away", "Before or after?"
HELD, NO_TASTE = "Nothing has been learned yet", "The run waits for you"
PATIENCE = 1800.0  # seconds for anything that is waited for: a machine may be busy
TYPING = 0.03  # seconds between two keys of a sentence
ENTER, ESCAPE, SIDE_BY_SIDE = "\r", "\x1b", "\x13"
PICK_KEYS, ENOUGH = {"a": "a", "b": "b", "tie": "t"}, "G"
TOLD = "My name is Ada. Remember that."
AT_SPEED = 120  # the step up to which one watches the loss fall
READ = (3.5, 1.0)  # seconds that the first pairs stand; the others go by


class Shot(NamedTuple):
    """Keys, what comes of them, and how many seconds that stands."""

    keys: str
    awaited: str  # to be seen; "": nothing is waited for
    stands: float
    wait: float = 1.0  # seconds that the waiting takes at the most, as it is shown
    times: int = 1  # that it is to be seen; 0: that it is gone


class Film:
    """What one terminal after the other was sent, by the time at which it is shown."""

    def __init__(self) -> None:
        self.length = 0.0
        self._sent: list[tuple[float, bytes]] = []
        self.terminal: Terminal

    def take(self, holds: Callable[[], object], most: float, said: str) -> None:
        """Film until the condition holds, for no longer than `most` seconds as it is shown."""
        began, taken = time.monotonic(), list[tuple[float, bytes]]()
        while not holds():
            if time.monotonic() - began > PATIENCE:
                raise TimeoutError(f"{said} did not come:\n{self.terminal.shown()}")
            self.terminal.read(0.03)
            if self.terminal.output:
                taken.append((time.monotonic() - began, self.terminal.output))
                self.terminal.output = b""
        took = time.monotonic() - began
        shown = min(took, most)
        self._sent += [(self.length + shown * at / took, sent) for at, sent in taken]
        self.length += shown

    def stand(self, seconds: float) -> None:
        """Film for so long."""
        end = time.monotonic() + seconds
        self.take(lambda: time.monotonic() >= end, seconds, "")

    def play(self, shots: tuple[Shot, ...]) -> None:
        """Press the keys, and film what comes of them."""
        for shot in shots:
            for key in shot.keys:
                self.terminal.press(key)
                self.stand(TYPING)
            self.wait(shot.awaited, shot.wait, shot.times)
            self.stand(shot.stands)

    def wait(self, awaited: str, most: float, times: int = 1) -> None:
        """Film until this is to be seen, so many times; or, for 0, is gone."""

        def holds() -> bool:
            seen = self.terminal.shown().count(awaited)
            return seen >= times if times else not seen

        self.take(holds, most, awaited)

    def skip(self, awaited: str) -> None:
        """Film nothing until this is to be seen; then the whole screen, which has to grow for that."""
        self.terminal.wait_for(awaited, PATIENCE)
        self.terminal.output = b""
        self.terminal.resize(*SIZE)

    def write(self, path: Path) -> None:
        """As an asciicast, version 2."""
        decoder = codecs.getincrementaldecoder("utf-8")()
        head = {"version": 2, "width": SIZE[0], "height": SIZE[1], "env": {"TERM": "xterm-256color"}}
        shown = [[round(at, 3), "o", decoder.decode(sent)] for at, sent in self._sent]
        shown.append([round(self.length, 3), "o", ""])  # so that the last picture stands
        lines = [json.dumps(one, ensure_ascii=False) + "\n" for one in (head, *shown)]
        path.write_text("".join(lines), encoding="utf-8")


class Followed:
    """A run's state, by its log."""

    def __init__(self, folder: RunFolder) -> None:
        self.state = State()
        self._reader = LogReader(folder.events)

    def now(self) -> State:
        """As far as the log goes."""
        while records := self._reader.poll(limit=BATCH):
            apply_all(self.state, records)
        return self.state


class FilmSet:
    """Where it is filmed: a folder of runs, and settings of the screen that know of nothing seen."""

    def __init__(self, place: Path, run: RunFolder) -> None:
        self.runs, self.config, self.film = place / "runs", place / "config", Film()
        self.config.mkdir()
        shutil.copytree(run.path, self.runs / run.path.name)
        self.run = RunFolder(self.runs / run.path.name)
        self.question = Followed(self.run).now().samples[-1].samples[1].prompt

    def open(self, *words: str, size: tuple[int, int] = SIZE) -> None:
        """Show the screen of this command in place of the one before, which is left unseen."""
        command = [sys.executable, "-m", "tui_trainer", *words, "--runs", str(self.runs)]
        config = str(self.config)
        self.film.terminal = Terminal(self.runs, "", size=size, command=command, XDG_CONFIG_HOME=config)

    def close(self) -> None:
        """Leave the screen, which is not filmed."""
        os.kill(self.film.terminal.process, signal.SIGTERM)
        self.film.terminal.ended()


def one_step(scene: FilmSet) -> None:
    """Guess, score, blame, nudge: two first steps, one in the picture of the model; then full speed."""
    anew = folders.create(scene.runs, scene.run.plan)
    client.launch(anew, held=True)
    scene.open("attach", anew.id, size=LOWER)
    scene.film.play((Shot("", "pretrain", 0.0, 0.0),))
    scene.film.skip(HELD)
    scene.film.play(
        (
            Shot(ESCAPE, CARD, 1.5, times=0),
            Shot("A", "of 5 seen", 4.0),
            Shot("1", "Guess:", 8.0, 0.5),
            Shot("", "Guess:", 0.0, 0.5),
            Shot("8", "The machine", 7.5, 0.5),
            Shot("8++", "full speed", 0.0, 0.5),
        )
    )
    followed = Followed(anew)
    scene.film.take(lambda: followed.now().stages["pretrain"].step >= AT_SPEED, 4.0, f"step {AT_SPEED}")
    scene.close()
    stop = [sys.executable, "-m", "tui_trainer", "stop", str(anew.path)]
    subprocess.run(stop, check=True, stdout=subprocess.DEVNULL)


def base_model(scene: FilmSet) -> None:
    """A base model only continues text: a question to it, and the same one to all three."""
    scene.open("attach", scene.run.id)
    scene.film.play(
        (
            Shot("", "key 5", 0.0),
            Shot("A", "of 5 seen", 1.2),
            Shot("2", "esc  leave", 0.5),
            Shot(scene.question, "", 0.5),
            Shot(ENTER, "unchanged", 4.0),
            Shot(SIDE_BY_SIDE, "unchanged", 4.5, 2.0, times=3),
        )
    )
    scene.close()


def picks(scene: FilmSet) -> None:
    """My picks changed it: the first ones slowly, then the others, and what they did."""
    before = {run.id for run in folders.list_runs(scene.runs)}
    person = ("--from", scene.run.id, "--stage", "feedback", "--set", "feedback.rater=person")
    scene.open("run", *person)
    film = scene.film
    film.play((Shot("", "pick 1: which answer is better?", 0.0), Shot("A", "of 5 seen", 1.2)))
    film.play((Shot("3", "pick 1: which answer is better?", 0.0),))
    mine = next(run for run in folders.list_runs(scene.runs) if run.id not in before)
    followed = Followed(mine)
    feedback = scene.run.plan.settings.feedback
    rater = SimulatedRater(feedback.rater if feedback.rater in TASTES else TASTES[0], noise=0.0)
    while followed.now().reinforced is None:
        waits = followed.state.waits
        if waits is None:
            film.take(lambda: followed.now().waits or followed.state.reinforced, 0.1, "a pair")
        elif isinstance(waits, PairOffered):
            film.wait(f"pick {waits.pair + 1}: which answer", 0.1)
            film.stand(READ[waits.pair] if waits.pair < len(READ) else 0.0)
            film.terminal.press(PICK_KEYS[rater.choose(waits)] if waits.pair < feedback.picks else ENOUGH)
            film.take(lambda waits=waits: followed.now().waits is not waits, 0.1, "the next pair")  # type: ignore[misc]
        else:
            film.play((Shot("", NO_TASTE, 2.0), Shot("Y", NO_TASTE, 0.0, times=0)))
    film.play(
        (
            Shot("", BLIND, 0.0, 3.0),
            Shot(ENOUGH, "Feedback is through", 4.5),
            Shot(ESCAPE, "Feedback is through", 0.0, times=0),
            Shot(ESCAPE, CARD, 0.0, times=0),
            Shot("4", "", 3.0),
        )
    )


def gamed(scene: FilmSet) -> None:
    """It gamed the reward: the same picks with nothing that holds it, by K."""
    scene.film.play(
        (
            Shot("A", "of 5 seen", 1.2),
            Shot("4", "Off the leash", 3.5),
            Shot("1", BLIND, 0.0, 4.0),
            Shot(ENOUGH, "It gamed the reward", 5.0),
            Shot(ESCAPE, "It gamed the reward", 0.0, times=0),
            Shot(ESCAPE, CARD, 0.0, times=0),
            Shot("4", "", 3.0),
        )
    )


def frozen(scene: FilmSet) -> None:
    """Chatting changes nothing: something told and a question, and the hash under both answers."""
    scene.film.play(
        (
            Shot("B", "key 5", 1.0),
            Shot("A", "of 5 seen", 1.2),
            Shot("5", "esc  leave", 0.5),
            Shot(TOLD, "", 0.3),
            Shot(ENTER, "unchanged", 1.5),
            Shot(scene.question, "", 0.3),
            Shot(ENTER, "unchanged", 5.0, times=2),
            Shot(ESCAPE, "zoom", 0.0),
            Shot("A", "5 of 5 seen", 4.0),
        )
    )
    scene.close()


def record(run: RunFolder, path: Path) -> float:
    """The whole film; how many seconds it takes."""
    with tempfile.TemporaryDirectory() as place:
        scene = FilmSet(Path(place), run)
        one_step(scene)
        base_model(scene)
        picks(scene)
        gamed(scene)
        frozen(scene)
        scene.film.write(path)
        return scene.film.length
