"""Hostile inputs for every door but the files of data and preferences and the keyboard, drawn from a seed.

A grammar makes them of what has broken programs before: controls and bidi marks, bytes that are no
UTF-8, names of 5,000 characters, numbers of thousands of digits, nesting without an end, other types,
files that are none.
"""

import json
import os
import random
import shutil
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import recorded
from frozen_run import freeze

from tui_trainer import cli, settings
from tui_trainer.corpus import summary
from tui_trainer.corpus.summary import Summary
from tui_trainer.corpus.tokenizer import train_bpe
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.preferences import of_log
from tui_trainer.view.fold import apply

EVIL = "\x1b]52;c;eA==\x07\x9b2J‮⁦\x85\u2028\u200b"
ATOMS = (
    *("", " ", EVIL, "\x1b[31m", "‮txt", "\x9b", os.fsdecode(b"caf\xe9\xff"), "a" * 5000, "é" * 300),
    *("~nobody-at-all", "~", "/dev/zero", "/dev/full", "/no/such/thing", "pipe", "folder", "plain", "link"),
    *("-1", "nan", "inf", "1e999", "9" * 5000, "0x" + "f" * 3000, "1_0", "0", "true", "{}", "None", "'", '"'),
    *(
        "\n",
        "\t",
        "a\nb",
        "%s%n",
        "${HOME}",
        "[bold]x[/",
        "漢字" * 40,
        "👩‍👩‍👧🏽",
        "latest",
        "-",
        "--",
        "=",
        ",",
        "#",
        "[" * 900,
    ),
)
NAMES = tuple(d.name for d in settings.describe())
OPTIONS = ("--runs", "--config", "--set", "--seed", "--preset", "--data", "--tokenizer", "--from", "--stage")
OPTIONS += ("--theme", "--record", "--speed", "--form", "--on", "--raters", "--noise", "--rater", "--prompt")
OPTIONS += ("--json", "--headless", "--keep-picks", "--read-only", "--ascii", "--no-such", "-h", "--cultures")


@dataclass
class Case:
    """One input: a command as it is typed, or a function, in a folder with these files."""

    door: str
    arguments: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    call: Callable[[Path], object] | None = None  # in place of a command
    prepare: Callable[[Path], object] | None = None


def raw(output: str) -> set[str]:
    """The characters in it that a terminal obeys, or that hide or reorder others."""
    kinds = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    return {c for c in set(output) if c != "\n" and unicodedata.category(c) in kinds}


def wrong(case: Case, status: int, out: str, err: str) -> str:
    """What is wrong with a command's way out; "" for nothing."""
    if found := raw(out + err):
        return f"raw {sorted(found)!r}"
    if "Traceback" in out + err:
        return "a traceback"
    if "a fault of tui-trainer" in err:
        return "an unexpected exception"
    if status not in (0, 1, 2):
        return f"status {status}"
    told = [line for line in err.splitlines() if line.startswith("tui-trainer: ")]
    also = case.arguments[:1] == ["runs"]  # it lists what is whole, and names what isn't
    if len(told) != (status != 0) and not (also and len(told) > (status != 0)):
        return f"status {status}, and {len(told)} lines that say what is wrong"
    if status and out:
        return f"status {status}, and a result"
    return ""


# -- the doors -------------------------------------------------------------------------------------------


def arguments(draw: random.Random) -> Case:
    """The command line of every command. None begins a training: a setting that there isn't sees to it."""
    name = draw.choice([*cli.app.commands, "preferences export", "preferences import", "preferences room"])
    given = name.split()
    for _ in range(draw.randrange(4)):
        given += [draw.choice(OPTIONS)] + [draw.choice(ATOMS)] * (draw.random() < 0.8)
    given += draw.choices(ATOMS, k=draw.randrange(2))
    if name in ("run", "train", "experiment", "data"):
        given += ["--set", "no.such=1"]
    if name == "crawl":
        given += ["--depth", "-1"]  # nor a crawl of whatever those are names of
    if draw.random() < 0.1:
        given = draw.choices([*ATOMS, *OPTIONS], k=3)
    return Case("arguments", [part.replace("\0", "") for part in given])


def environment(draw: random.Random) -> Case:
    """Settings, folders, and what the platform says of itself."""
    names = [f"TUI_TRAINER_{name.replace('.', '_').upper()}" for name in draw.sample(NAMES, 2)]
    names += draw.sample(
        ["TUI_TRAINER_RUNS", "HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "COLUMNS", "TERM"], 2
    )
    values = {name: draw.choice(ATOMS) for name in names}
    command = draw.choice(
        [["settings"], ["settings", "--json"], ["runs"], ["runs", "latest"], ["runs", "--json"]]
    )
    return Case("environment", command, values)


def assignments(draw: random.Random) -> Case:
    """--set."""
    given = [
        draw.choice(
            [draw.choice(ATOMS), f"{draw.choice(NAMES)}={draw.choice(ATOMS)}", f"{draw.choice(ATOMS)}=1"]
        )
        for _ in range(draw.randrange(1, 3))
    ]
    return Case("--set", ["settings", *(part for one in given for part in ("--set", one))])


def toml(draw: random.Random, names: tuple[str, ...]) -> bytes:
    """Something like TOML."""
    values = (
        *("1", "-1", "nan", "-inf", "true", '"x"', json.dumps(EVIL), "2020-01-01", "07:32:00", "9" * 1900),
        *(
            "0x" + "f" * 1900,
            "[" * 900,
            "[1]",
            "{a = 1}",
            "1e999",
            '"""a\nb"""',
            "'",
            "é",
            EVIL,
            "",
            "{" * 700,
        ),
    )
    lines = []
    for _ in range(draw.randrange(6)):
        name = draw.choice(
            [*names, draw.choice(ATOMS)[:900], json.dumps(EVIL), "a." * draw.randrange(1, 900) + "b"]
        )
        lines.append(draw.choice([f"{name} = {draw.choice(values)}", f"[{name}]", f"[[{name}]]", name]))
    content = "\n".join(lines).encode("utf-8", "surrogateescape")
    return draw.choice([b"", b"", b"", b"\xef\xbb\xbf", b"\xff\xfe", b"\0", b"#" * 70_000]) + content


def config(draw: random.Random) -> Case:
    """A file of settings."""
    return Case("--config", ["settings", "--config", "own.toml"], files={"own.toml": toml(draw, NAMES)})


def screen(draw: random.Random) -> Case:
    """screen.toml."""
    from tui_trainer.ui import keys
    from tui_trainer.ui import screen_settings as preferences

    names = ("theme", "ascii", "keys", *(f"keys.{action.name}" for action in keys.ACTIONS))

    def call(folder: Path) -> None:
        keys.written(preferences.load(folder / "screen.toml").keys)

    return Case("screen.toml", files={"screen.toml": toml(draw, names)}, call=call)


def layout(draw: random.Random) -> Case:
    """layout.json, of which nothing is told: what can't be read is not remembered."""
    from tui_trainer.ui import screen_settings as preferences

    memory = {"caption": True, "widths": {"1": 17}, "upper": 17, "toured": False}
    content = mutated(draw, json.dumps(memory).encode())
    return Case(
        "layout.json",
        files={"layout.json": content},
        call=lambda folder: preferences.load_layout(folder / "layout.json"),
    )


def raters(draw: random.Random) -> Case:
    """A file of raters."""
    from tui_trainer.learning.preferences.raters import read

    names = ("mine.about", "mine.weights.polite", "mine.weights", "other.weights.brief", "weights")
    content = toml(draw, names)
    if draw.random() < 0.3:
        content = mutated(draw, b'[mine]\nabout = "x"\n[mine.weights]\npolite = 2.0\n')
    return Case("--raters", files={"r.toml": content}, call=lambda folder: read(folder / "r.toml"))


def message(draw: random.Random) -> bytes:
    """Something like a line over the control socket, which does not ask to stop."""
    kinds = (
        "take_control",
        "pause",
        "continue",
        "turn",
        "pick",
        "edit_prompts",
        "simulate",
        "prompt",
        "look_at",
    )
    body: dict[str, Any] = {"type": draw.choice(kinds)}
    for name in draw.sample(
        ("name", "value", "pair", "choice", "text", "steps", "added", "removed", "rater", "look"), 3
    ):
        body[name] = value(draw)
    if draw.random() < 0.4:
        body |= {
            "type": "turn",
            "name": draw.choice(NAMES),
            "value": draw.choice([0, -1, 1e9, 1e300, 3, 0.5]),
        }
    content = json.dumps(body, ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")
    return mutated(draw, content).replace(b"stop", b"halt") + b"\n"


def value(draw: random.Random) -> Any:
    """A value of JSON that is seldom what was meant."""
    return draw.choice(
        [
            None,
            True,
            -1,
            0,
            10**30,
            1e300,
            float("nan"),
            "",
            EVIL,
            "x" * 3000,
            [],
            {},
            [EVIL],
            {EVIL: EVIL},
            "latest",
        ]
    )


def mutated(draw: random.Random, content: bytes) -> bytes:
    """A file's content, damaged or with other values in it."""
    at = draw.randrange(len(content) + 1)
    match draw.randrange(9):
        case 0:
            return content[:at]
        case 1:
            return content[:at] + draw.randbytes(draw.randrange(1, 20)) + content[at + 1 :]
        case 2:
            return content[:at] + b'{"a":' * 20_000 + content[at:]
        case 3:
            return content[:at] + b"9" * 5000 + content[at:]
        case 4:
            return content[:at] + EVIL.encode() + content[at:]
        case 5:
            return draw.choice(
                [b"", b"\n", b"null\n", b"[]", b"{}\n", b"\0" * 5000, b"\xff" * 99, b"[" * 99_999]
            )
        case _:
            return _other_values(draw, content)


def _other_values(draw: random.Random, content: bytes) -> bytes:
    """One value in one line of JSON, or two, are others; without the checksum that would tell."""
    lines = content.split(b"\n")
    at = draw.randrange(len(lines))
    try:
        tree = json.loads(lines[at])
    except (ValueError, RecursionError):
        return content[::-1]
    for _ in range(draw.randrange(1, 3)):
        node = tree
        while isinstance(node, dict | list) and node:
            key = draw.choice(list(node) if isinstance(node, dict) else range(len(node)))
            if not isinstance(node[key], dict | list) or not node[key] or draw.random() < 0.3:
                node[key] = value(draw)
                break
            node = node[key]
    if isinstance(tree, dict):
        tree.pop("crc", None)
    lines[at] = json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return b"\n".join(lines)


def made_run(runs: Path) -> RunFolder:
    """A finished run of hostile texts, with a log, documents, picks and weights, made without training."""
    records = recorded.records()
    folder = recorded.write_run(runs / "a-run", records)
    preferences = [p for p in of_log(records) if p.chosen is not None]
    lines = [json.dumps({"prompt": EVIL, "chosen": p.chosen, "rejected": EVIL}) + "\n" for p in preferences]
    folder.preferences.write_text("".join(lines))
    tokenizer = train_bpe(["Ada lives in Oster and keeps a heron. " * 20], 320)
    tokenizer.save(folder.corpus / "tokenizer.json")
    (folder.corpus / "pairs.jsonl").write_text('{"prompt":"Who?","answer":"Ada.","kind":"fact"}\n')
    summary.write(folder.corpus, Summary({}, 0, [], [], []))
    for seed, weights in enumerate(("base", "tuned")):
        freeze(folder, weights, Transformer(Shape(tokenizer.size, 1, 32, 2, 32), seed=seed))  # type: ignore[arg-type]  # a name of weights
    (folder.path / "trainer.log").write_text(f"stopped {EVIL}\n")
    folder.control.mkdir()
    folder.address.write_text("/tmp/nowhere\n")
    (folder.path / "resources.json").write_text('{"peak_memory_bytes": 1}')
    return folder


def _read_as_a_screen(folder: Path) -> None:
    """What `attach` and `replay` know of a run."""
    from tui_trainer.console.progress import told
    from tui_trainer.run.storage.log import LogReader
    from tui_trainer.ui.run_files.documents import Documents
    from tui_trainer.view.state import State

    run, state = RunFolder(folder / "runs" / "a-run"), State()
    run.plan  # noqa: B018 - raises what is wrong
    for record in LogReader(run.events).poll():
        apply(state, record)
        if line := told(state, record.event):
            assert not raw(line)
    documents = Documents(run.corpus / "documents.jsonl").index()
    for number in range(len(documents)):
        documents.read(number)


def run_files(draw: random.Random, whole: RunFolder) -> Case:
    """Each file of a run, as each command reads it."""
    paths = sorted(p.relative_to(whole.path) for p in whole.path.rglob("*") if p.is_file())
    path = draw.choice(paths)
    strange = draw.choice(["folder", "pipe", "link", "zero"]) if draw.random() < 0.2 else ""
    content = mutated(draw, (whole.path / path).read_bytes())

    def prepare(folder: Path) -> None:
        run = folder / "runs" / "a-run"
        shutil.copytree(whole.path, run)
        (run / path).unlink()
        match strange:
            case "folder":
                (run / path).mkdir()
            case "pipe":
                os.mkfifo(run / path)
            case "link":
                (run / path).symlink_to(folder / "plain")
            case "zero":
                (run / path).symlink_to("/dev/zero")
            case _:
                (run / path).write_bytes(content)

    as_json = ["--json"] * (draw.random() < 0.5)
    commands = ("runs", "runs a-run", "preferences export a-run --form", "chat a-run", "eval a-run")
    commands += ("attach a-run", "replay a-run", "resume a-run")
    given = draw.choice(commands).split()
    if given[0] in ("runs", "eval"):
        given += as_json
    if given[0] == "preferences":
        given.append(draw.choice(["trl", "messages", "hh"]))
    case = Case(
        "a run's files", [*given, "--runs", "runs"], stdin=f"Who is {EVIL}?\n".encode(), prepare=prepare
    )
    if given[0] in ("attach", "replay") and draw.random() < 0.8:
        case.arguments, case.call = [], _read_as_a_screen
    return case


DOORS: dict[Callable[[random.Random], Case], int] = {
    arguments: 450,
    environment: 200,
    assignments: 200,
    config: 250,
    screen: 150,
    layout: 100,
    raters: 150,
}


def cases(seed: int, part: float, whole: RunFolder) -> Iterator[Case]:
    """Of each door its part of the 2,000, less those of the socket."""
    for door, count in DOORS.items():
        draw = random.Random(f"{seed} {door.__name__}")
        yield from (door(draw) for _ in range(round(count * part)))
    draw = random.Random(f"{seed} run")
    yield from (run_files(draw, whole) for _ in range(round(300 * part)))


def furnish(folder: Path, case: Case) -> None:
    """The folder in which a case takes place."""
    (folder / "folder").mkdir()
    (folder / "plain").write_text("plain")
    (folder / "link").symlink_to("plain")
    os.mkfifo(folder / "pipe")
    for name, content in case.files.items():
        (folder / name).write_bytes(content)
    if case.prepare is not None:
        case.prepare(folder)
