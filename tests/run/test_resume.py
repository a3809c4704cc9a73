"""A run killed at any moment and resumed is, event by event and bit by bit, the run that was not."""

import os
import random
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import msgspec
import pytest
from safetensors.torch import save as serialize
from toys import PICKS, lines, state_of, toy_run

from tui_trainer.messages.events import FilterApplied, Noticed, Record, RunEnded, WeightsFrozen
from tui_trainer.model import checkpoint
from tui_trainer.run.interruption import DAMAGED
from tui_trainer.run.storage import report
from tui_trainer.run.storage import start_over as aside
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import comparable, read_all

SLOW = {"TOY_SECONDS": "0.01"}  # a step, so that a kill can come within one


def stream(folder: RunFolder) -> list[dict]:
    return [comparable(record) for record in read_all(folder.events)]


def records(folder: RunFolder) -> list[Record]:
    return list(read_all(folder.events))


@pytest.fixture(scope="module")
def whole(trainers, tmp_path_factory):
    """The stream and the final state of an undisturbed run."""
    folder = toy_run(tmp_path_factory.mktemp("whole"))
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    return stream(folder), state_of(folder)


def test_same_seed_twice(trainers, new_run, whole):
    folder = new_run()
    assert trainers.run(folder) == 0
    assert (stream(folder), state_of(folder)) == whole
    kinds = [type(r.event).__name__ for r in records(folder)]
    assert kinds[:3] == ["RunStarted", "SpeedMeasured", "StageStarted"] and kinds[-1] == "RunEnded"
    assert [r.event.weights for r in records(folder) if isinstance(r.event, WeightsFrozen)] == [
        "base",
        "tuned",
        "aligned",
    ]
    busy = [r.busy for r in records(folder)]
    assert busy == sorted(busy)


def test_killed_at_random_moments(trainers, new_run, whole):
    folder = new_run()
    draw = random.Random(0)
    kills = 0
    while kills < 10:
        if trainers.kill_after(folder, draw.randint(0, 12), draw.uniform(0, 0.02), env=SLOW) == 0:
            break
        kills += 1
    assert kills >= 5
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    assert (stream(folder), state_of(folder)) == whole
    assert [msgspec.json.decode(line)["pair"] for line in lines(folder.preferences)] == list(range(PICKS))
    assert "other data" not in folder.trainer_log.read_text()


def test_the_users_own_text_is_looked_at_before_the_machine_is_measured(trainers, new_run, tmp_path):
    def kinds(folder: RunFolder) -> list[str]:
        return [type(r.event).__name__ for r in records(folder)]

    (tmp_path / "own.txt").write_text("A text.")
    data = (str(tmp_path / "own.txt"),)
    bad = new_run(data=data)
    assert trainers.run(bad, env={"TOY_FAILS": "1"}) == 2
    assert "SpeedMeasured" not in kinds(bad)
    folder = new_run(data=data)
    assert trainers.run(folder) == 0
    seen = kinds(folder)
    at = seen.index("SpeedMeasured")
    assert seen[:2] == ["RunStarted", "StageStarted"] and seen.count("SpeedMeasured") == 1
    assert seen[at - 1 : at + 2] == ["StageEnded", "SpeedMeasured", "StageStarted"]
    killed = new_run(data=data)
    for nth in (2, 4, 2, 3, 2, 1, 1, 1, 5):
        assert trainers.run(killed, die_at_write=nth) == -9
    assert trainers.run(killed) == 0
    assert stream(killed) == stream(folder)
    assert "other data" not in killed.trainer_log.read_text()


def test_a_log_that_has_the_measuring_first_is_followed(trainers, new_run, tmp_path):
    """As an earlier version wrote it also for a text of the user's own."""
    (tmp_path / "own.txt").write_text("A text.")
    own, world = new_run(data=(str(tmp_path / "own.txt"),)), new_run()
    assert trainers.run(world, die_at_write=6) == -9
    shutil.copy(world.events, own.events)
    aside.start_over(own)  # it has no checkpoints
    assert trainers.run(own) == 0
    assert [type(r.event).__name__ for r in records(own)].count("SpeedMeasured") == 1
    assert "other data" not in own.trainer_log.read_text()


def test_two_signals_within_a_step(trainers, new_run, whole):
    """Who asks twice has the trainer end in the middle of a step; half of a step is never saved."""
    moments, draw = int(os.environ.get("MOMENTS", "8")), random.Random(2)
    env = {"TOY_WITHIN_SECONDS": "0.02"}
    made = 0
    while made < moments:
        folder = new_run()
        ended = False
        while made < moments and not ended:
            twice = (signal.SIGTERM, signal.SIGTERM)
            status = trainers.kill_after(folder, draw.randint(1, 30), draw.uniform(0, 0.02), twice, env=env)
            assert status == 0, folder.trainer_log.read_text()
            ended = isinstance(records(folder)[-1].event, RunEnded)
            made += not ended
        assert trainers.run(folder) == 0
        assert (stream(folder), state_of(folder)) == whole
        assert "other data" not in folder.trainer_log.read_text()


def test_what_kills_left_unfinished_is_swept_away(trainers, new_run, whole):
    folder = new_run()
    assert trainers.run(folder, die_at_write=60) == -9
    gone = subprocess.Popen(["true"])
    gone.wait()
    stale = [
        folder.path / f".resources.json.{gone.pid}.tmp",
        folder.checkpoints / f".next.safetensors.{gone.pid}.tmp",
        folder.weights("base").parent / f".base.safetensors.{gone.pid}.tmp",
    ]
    being_written = folder.path / f".report.json.{os.getpid()}.tmp"
    for path in (*stale, being_written):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half of it")
    assert trainers.run(folder) == 0
    assert not any(path.exists() for path in stale) and being_written.exists()
    assert (stream(folder), state_of(folder)) == whole


def test_killed_in_the_middle_of_any_line(trainers, new_run, whole):
    folder = new_run()
    count = 0
    for nth in (1, 2, 3, 4, 7, 20, 31, 44, 5, 3, 2):
        count += trainers.run(folder, die_at_write=nth) == -9
    assert count == 11
    assert trainers.run(folder) == 0, folder.trainer_log.read_text()
    assert (stream(folder), state_of(folder)) == whole


def test_a_spoilt_newest_checkpoint_falls_back(trainers, new_run, whole):
    folder = new_run()
    assert trainers.run(folder, die_at_write=60) == -9
    latest = folder.checkpoints / "latest.safetensors"
    content = bytearray(latest.read_bytes())
    content[-3] ^= 1
    latest.write_bytes(content)
    assert trainers.run(folder) == 0
    assert (stream(folder), state_of(folder)) == whole
    assert "latest.safetensors is left aside" in folder.trainer_log.read_text()


@pytest.mark.parametrize("spoil", ["both", "cut", "none", "folder"])
def test_without_any_checkpoint_the_log_is_enough(trainers, new_run, whole, spoil):
    """Damaged or deleted, when a person says so: it takes as long as the run."""
    folder = new_run()
    assert trainers.run(folder, die_at_write=150) == -9
    for path in folder.checkpoints.iterdir():
        if spoil in ("none", "folder"):
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:40] if spoil == "cut" else b"nothing of the kind")
    if spoil == "folder":
        folder.checkpoints.rmdir()
    gone = spoil in ("none", "folder")
    why = "they are gone" if gone else "latest.safetensors"
    assert_refused(trainers, folder, f"can't go on from its checkpoints ({why}")
    aside.start_over(folder)
    assert trainers.run(folder, die_at_write=2) == -9  # asked once is enough
    assert trainers.run(folder) == 0
    assert (undisturbed(folder), state_of(folder)) == (undisturbed(whole[0]), whole[1])


def assert_refused(trainers, folder: RunFolder, why: str) -> None:
    """The next trainer says why, in trainer.log and to whoever watches, and leaves everything as it was."""
    before = {path: path.read_bytes() for path in files(folder)}
    log = folder.events.read_bytes()
    assert trainers.run(folder) == DAMAGED
    last = records(folder)[-1].event
    assert why in folder.trainer_log.read_text() and isinstance(last, Noticed) and why in last.text
    assert "--start-over" in last.text and "\n" not in last.text
    assert {path: path.read_bytes() for path in files(folder)} == before
    assert folder.events.read_bytes().startswith(log.rpartition(b"\n")[0])


def files(folder: RunFolder) -> list[Path]:
    """What a run has made, and no trainer may spoil."""
    made = (folder.corpus, folder.checkpoints, folder.weights("base").parent)
    return [folder.plan_file, *(path for place in made for path in place.glob("*"))]


def undisturbed(run: RunFolder | list[dict]) -> list[dict]:
    """The events, without the trainers' own errors."""
    events = [r["event"] for r in (stream(run) if isinstance(run, RunFolder) else run)]
    return [e for e in events if e.get("level") != "error"]


@pytest.mark.parametrize("moved", ["renamed", "copied"])
def test_a_run_is_known_by_its_id_and_not_by_its_folder(trainers, new_run, whole, moved):
    folder = new_run()
    assert trainers.run(folder, die_at_write=150) == -9
    there = folder.path.with_name(f"my run, {moved}")
    if moved == "renamed":
        folder.path.rename(there)
    else:
        shutil.copytree(folder.path, there, ignore=shutil.ignore_patterns("control"))
    folder = RunFolder(there)
    assert trainers.run(folder) == 0
    assert (stream(folder), state_of(folder)) == whole
    assert "resumed in feedback" in folder.trainer_log.read_text()


def test_another_run_s_checkpoint_is_refused(trainers, new_run):
    folder, other = new_run(), new_run()
    for run in (folder, other):
        assert trainers.run(run, die_at_write=60) == -9
    for path in folder.checkpoints.iterdir():
        shutil.copyfile(other.checkpoints / path.name, path)
    assert_refused(trainers, folder, "does not belong to this log")


def test_one_bit_in_the_place_of_a_checkpoint_is_noticed(trainers, new_run, whole):
    """It covers the phase's name, too: an unknown one made the run complete, without weights."""
    folder = new_run()
    assert trainers.run(folder, die_at_write=150) == -9
    latest = folder.checkpoints / "latest.safetensors"
    content = latest.read_bytes()
    assert content.count(b'"phase\\":\\"feedback') == 1
    latest.write_bytes(content.replace(b'"phase\\":\\"feedback', b'"phase\\":\\"fefdback'))
    assert trainers.run(folder) == 0
    assert (stream(folder), state_of(folder)) == whole
    assert "latest.safetensors is left aside" in folder.trainer_log.read_text()


def test_a_checkpoint_in_an_unknown_phase_is_refused(trainers, new_run):
    folder = new_run()
    assert trainers.run(folder, die_at_write=150) == -9
    for path in folder.checkpoints.iterdir():
        tensors, metadata = checkpoint.load(path)
        place = metadata["place"].replace('"phase":"feedback"', '"phase":"fefdback"')
        checkpoint.save(path, tensors, {"place": place})
    assert_refused(trainers, folder, "stands in a phase 'fefdback' that is not known here")


def test_a_log_of_an_earlier_version_is_taken(trainers, new_run, whole):
    """Its lines have no checksums."""
    folder = new_run()
    assert trainers.run(folder, die_at_write=150) == -9
    without_checksums(folder)
    assert trainers.run(folder) == 0
    assert (stream(folder), state_of(folder)) == whole
    assert "resumed in feedback" in folder.trainer_log.read_text()


def test_a_checkpoint_of_an_earlier_version_is_told_apart(trainers, new_run):
    """Its checksum, `crc32`, was of the tensors alone; its model is another one anyway."""
    folder = new_run()
    assert trainers.run(folder, die_at_write=150) == -9
    for path in folder.checkpoints.iterdir():
        tensors, metadata = checkpoint.load(path)
        path.write_bytes(serialize(tensors, {"place": metadata["place"], "crc32": "00000000"}))
    assert_refused(trainers, folder, "it is of an earlier version, or damaged")


def without_checksums(folder: RunFolder) -> None:
    """Make the log one of an earlier version."""
    folder.events.write_bytes(re.sub(rb',"crc":\d+', b"", folder.events.read_bytes()))


def test_started_over_after_damage_to_its_log_it_keeps_what_is_whole(trainers, new_run, whole):
    folder = new_run()
    assert trainers.run(folder) == 0
    content = bytearray(folder.events.read_bytes())
    content[content.index(b'"picked"')] ^= 1
    folder.events.write_bytes(content)
    assert trainers.run(folder) == DAMAGED
    assert re.search(r"events\.jsonl is damaged in line \d+; .*--start-over", folder.trainer_log.read_text())
    place = aside.start_over(folder)
    assert (place / "events.jsonl").read_bytes() == content
    assert {p.name for p in place.iterdir()} >= {"checkpoints", "base.safetensors", "preferences.jsonl"}
    assert content.startswith(folder.events.read_bytes()) and records(folder)
    assert trainers.run(folder) == 0
    assert (undisturbed(folder), state_of(folder)) == (undisturbed(whole[0]), whole[1])


def test_a_complete_run_can_be_computed_again(trainers, new_run, whole):
    folder = new_run()
    assert trainers.run(folder) == 0
    aside.start_over(folder)
    assert not folder.weights("aligned").exists()
    assert trainers.run(folder) == 0
    assert (stream(folder), state_of(folder)) == whole


def test_a_checkpoint_that_knows_more_than_the_log_is_left_aside(trainers, new_run, whole):
    folder = new_run()
    assert trainers.run(folder, die_at_write=60) == -9
    content = folder.events.read_bytes()
    folder.events.write_bytes(content[: len(content) // 4])
    assert_refused(trainers, folder, "does not belong to this log")
    aside.start_over(folder)
    assert trainers.run(folder) == 0
    assert (undisturbed(folder), state_of(folder)) == (undisturbed(whole[0]), whole[1])


def test_full_disk(trainers, new_run, whole):
    """The kernel refuses to let a file grow, as a full disk does; later there is room again."""
    folder = new_run()
    assert trainers.run(folder, limit=9000) == 1
    log = folder.trainer_log.read_text()
    assert "failed: File too large; put it right, then" in log
    assert len(records(folder)) > 20
    assert trainers.run(folder) == 0
    # What failed was longer than the line that tells of it, so there may have been room for that one.
    told = [r["event"] for r in stream(folder) if "File too large" not in r["event"].get("text", "")]
    assert (told, state_of(folder)) == ([r["event"] for r in whole[0]], whole[1])


def test_an_ended_run_has_nothing_left_to_do(trainers, new_run):
    folder = new_run()
    assert trainers.run(folder) == 0
    before = folder.events.read_bytes()
    folder.report.unlink()
    assert trainers.run(folder) == 0
    assert folder.events.read_bytes() == before
    assert report.build(folder).run.ended
    assert folder.report.exists()


def test_another_stream_is_said_once_and_not_fatal(trainers, new_run, whole):
    folder = new_run()
    assert trainers.run(folder, die_at_write=60) == -9
    aside.start_over(folder)
    without_checksums(folder)
    folder.events.write_bytes(folder.events.read_bytes().replace(b'"lr":0.02', b'"lr":0.03'))
    assert trainers.run(folder) == 0
    assert folder.trainer_log.read_text().count("is not what was computed again") == 1
    assert state_of(folder) == whole[1]


def test_killed_while_data_is_prepared(trainers, new_run, whole):
    folder = new_run()
    assert trainers.kill_after(folder, 4, env={"TOY_LONG_SECONDS": "1"}) == -9
    assert isinstance(records(folder)[-1].event, FilterApplied)
    assert not folder.corpus.exists()
    assert trainers.run(folder) == 0
    assert (stream(folder), state_of(folder)) == whole


def test_events_and_files_of_a_finished_run(trainers, new_run):
    folder: RunFolder = new_run()
    begun = time.time()
    assert trainers.run(folder) == 0
    result = msgspec.json.decode(folder.report.read_bytes())
    assert set(result) == {"metrics", "weights", "run"}
    assert set(result["weights"]) == {"base", "tuned", "aligned"}
    assert result["metrics"]["run/peak_memory_bytes"]["value"] > 50e6
    assert 0 < result["metrics"]["run/compute_seconds"]["value"] < time.time() - begun
    assert set(result["metrics"]["toy/data"]) == {"value", "ci95", "n", "baseline", "note"}
    assert oct(Path(folder.control).stat().st_mode)[-3:] == "700"
    assert not folder.socket.exists()
