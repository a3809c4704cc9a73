"""The machine in one picture: what is read from the events, and what of it is lit when."""

from dataclasses import replace as with_other
from pathlib import Path
from random import Random

import msgspec
import pytest
import recorded
from pictured import matrices
from rich.cells import cell_len
from test_actions import scene_at
from test_snapshots import UPDATE
from watching import opened, shown, text_of, until

from tui_trainer.messages import events as e
from tui_trainer.messages.events import VERSION, Record
from tui_trainer.ui.chrome.caption import Caption
from tui_trainer.ui.chrome.card import MOST, CardView
from tui_trainer.ui.drawing.ascii import to_ascii
from tui_trainer.ui.drawing.palettes import PALETTES
from tui_trainer.ui.drawing.styles import make_ink
from tui_trainer.ui.renderers import machine as renderer
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.help.ahas import AhaSheet
from tui_trainer.ui.screens.model.machine import MachineScreen
from tui_trainer.view import slow_motion
from tui_trainer.view.cards import card_of
from tui_trainer.view.machine import Machine, folded, machine_of

TRAINING = recorded.until(recorded.records(), e.WeightsPictured, 3)
STEP = 76
ROOMS = {(200, 60): (176, 55), (120, 40): (109, 36), (80, 24): (70, 21), (60, 20): (51, 17)}
GUESS = e.Guessed("pretrain", STEP, "The town of Velm lies", " on", 0.25, ((" in", 0.5), (" on", 0.25)))
FOLDER = Path(__file__).parent / "snapshots"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_the_last_line_has_the_keys_of_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING, size=size) as (app, pilot):
        for key, said in (("8", "enter opens"), ("?", "esc closes")):
            assert "pause" in shown(app).split("\n")[-1]
            await pilot.press(key)
            await until(pilot, lambda said=said: said in shown(app).split("\n")[-1])
            assert "pause" not in shown(app).split("\n")[-1]
            await pilot.press("escape")
            await until(pilot, lambda: app.screen is app.dashboard)


def of(*events: e.Event) -> list[Record]:
    """Records of the run up to a picture, and these after it."""
    last = TRAINING[-1]
    return [
        *TRAINING,
        *(Record(VERSION, last.seq + n, last.t, last.busy, event) for n, event in enumerate(events, 1)),  # type: ignore[arg-type]  # of AnyEvent
    ]


def pictured(
    stage: e.StageName = "pretrain", step: int = STEP, only: str = "", layers: int = 3, tied: bool = False
) -> e.WeightsPictured:
    """A picture; moved are matrices whose names begin with `only`, if given."""
    found: list[e.MatrixState] = []
    for matrix in matrices(Random(1), 0.4):
        if tied and matrix.name == "lm_head":
            continue
        still = bool(only) and not matrix.name.startswith(only)
        kept = msgspec.structs.replace(matrix, gradient_rms=0.0, update_rms=0.0) if still else matrix
        found.append(kept)
    for layer in range(3, layers):
        more = (m for m in found if m.name.startswith("layers.2."))
        found += [msgspec.structs.replace(m, name=m.name.replace(".2.", f".{layer}.")) for m in [*more]]
    return e.WeightsPictured(stage, step, tuple(found))


def apart(picture: e.WeightsPictured, step: int = STEP) -> e.StepExplained:
    """That step, taken apart."""
    blamed = tuple(
        e.Blamed(m.name, 2.0**-n, 1, 2, -0.01, 0.1, 0.2) for n, m in enumerate(picture.matrices, 1)
    )
    return e.StepExplained("pretrain", step, 0.3, ((" on", 0.3),), 2.8, 2.7, 2.69, blamed, GUESS)


def slowly(seconds: float) -> Scene:
    """The scene so long after a step in slow motion, of which each part is read in two seconds."""
    picture = pictured()
    scene = scene_at([])
    scene.clock = lambda: 0.0
    scene.now = scene_at(of(e.Continued(pace=8.0), picture, apart(picture))).now
    scene.hold()
    scene.reading.seconds = [2.0] * 4
    scene.clock = lambda: seconds
    return scene


def drawn(scene: Scene, size: tuple[int, int] = (70, 21), chosen: int = 0) -> list[str]:
    """The rows; without pictures of matrices that stand beside them."""
    found = machine_of(scene.state, scene.guess)
    left = size[0] - renderer.PICTURED - 3 if size[0] >= renderer.BESIDE else size[0]
    return [row.text[:left] for row in renderer.board(scene, found, chosen, 0, *size)]


def test_parts_are_in_the_order_of_a_token_with_their_sizes() -> None:
    found = machine_of(scene_at(TRAINING).state)
    assert [(p.kind, p.layer) for p in found.parts] == [
        ("embedding", 0),
        *((kind, layer) for layer in range(3) for kind in ("attention", "mlp")),
        ("head", 0),
    ]
    names = [m.name.rpartition(".")[2] for m in found.parts[1].matrices]
    assert names == ["q_proj", "k_proj", "v_proj", "o_proj"]
    assert found.parts[1].count == 4 * 192 * 192 and found.parts[-1].count == 2048 * 192
    assert (found.stage, found.step) == ("pretrain", 75) and found.explained is None


def test_blame_and_nudge_are_those_of_the_matrices() -> None:
    states = scene_at(TRAINING).state.matrices
    found = machine_of(scene_at(TRAINING).state)
    squares = {n: m.gradient_rms**2 * m.shape[0] * m.shape[1] for n, m in states.items()}
    attention = [f"layers.1.self_attn.{part}_proj" for part in "qkvo"]
    part = found.parts[3]
    assert part.blame == pytest.approx(sum(squares[n] for n in attention) / sum(squares.values()))
    assert sum(p.blame or 0.0 for p in found.parts) == pytest.approx(1)
    cells = 192 * 192
    change = sum(states[n].update_rms ** 2 * cells for n in attention)
    size = sum(states[n].weight_rms ** 2 * cells for n in attention)
    assert part.moved == pytest.approx((change / size) ** 0.5)
    assert found.most_blamed is found.parts[-1] and not found.still


def test_a_step_taken_apart_has_its_own_figures_and_its_own_guess() -> None:
    picture = pictured()
    found = machine_of(scene_at(of(picture, apart(picture))).state)
    assert found.step == STEP and found.explained is not None and found.guess == GUESS
    assert found.parts[0].blame == 0.5 and (found.parts[0].moved or 0) > 0
    later = machine_of(scene_at(of(picture, apart(picture, STEP + 1))).state)  # not pictured yet
    assert later.step == STEP + 1 and later.parts[0].blame == 0.5 and later.parts[0].moved is None
    before = machine_of(scene_at(of(apart(picture, 3))).state)  # of an earlier step than the picture
    assert before.step == 75 and before.explained is None


def test_a_head_that_is_the_embedding_is_told_once() -> None:
    found = machine_of(scene_at([Record(VERSION, 0, 0, 0, pictured(tied=True))]).state)  # type: ignore[arg-type]  # of AnyEvent
    assert found.parts[-1].tied and found.parts[-1].matrices == found.parts[0].matrices
    assert found.parts[-1].blame is None and found.parts[-1].moved is None


def test_before_the_first_step_nothing_is_lit() -> None:
    assert machine_of(scene_at([]).state) == Machine()
    still = pictured(step=0, only="none")
    scene = scene_at([Record(VERSION, 0, 0, 0, still)])
    assert machine_of(scene.state).stage is None and len(machine_of(scene.state).parts) == 8
    for size in ROOMS.values():
        assert "Nothing has been measured yet" in " ".join(drawn(scene_at([]), size))
        text = " ".join(drawn(scene, size))
        assert "Nothing has been measured yet" in text and "%" not in text and "◆" not in text


@pytest.mark.parametrize(("rows", "layers"), [(2, 1), (3, 1), (4, 1), (5, 2), (7, 3), (40, 24)])
def test_layers_without_room_are_folded_into_one_line(rows: int, layers: int) -> None:
    parts = machine_of(scene_at([Record(VERSION, 0, 0, 0, pictured(layers=24))]).state).parts  # type: ignore[arg-type]  # of AnyEvent
    assert len(parts) == 50
    shown_ = folded(parts, rows if layers < 24 else 48, 48)
    assert len({p.layer for _, p in shown_ if p.kind == "mlp"}) == layers
    hidden = [p for _, p in shown_ if p.kind == "folded"]
    assert sum(p.layers for p in hidden) == 24 - layers
    assert len(shown_) <= 2 + (48 if layers == 24 else max(rows, 3))
    for number in range(50):
        assert number in [n for n, p in folded(parts, rows, number) if p.kind != "folded"]
    blame = sum(p.blame or 0.0 for _, p in shown_ if not p.tied)
    assert blame == pytest.approx(1)


def beside(rows: list[str]) -> str:
    """The signs on the line through all parts, from the head down."""
    return "".join(
        row[2] for row in rows if row[2:3] in "│◆▲▼" and row[4:10] in ("layer ", "token ", "output")
    )


def test_in_slow_motion_parts_light_up_in_the_order_of_the_step() -> None:
    at = {seconds: drawn(slowly(seconds)) for seconds in (0.0, 1.0, 1.9, 2.5, 4.5, 5.9, 6.5, 9.0)}
    signs = [beside(rows) for rows in at.values()]
    assert signs[:3] == ["│││││││▲", "│││▲▲▲▲▲", "▲▲▲▲▲▲▲▲"]  # the guess comes up
    assert signs[3:6] == ["││││││││", "▼▼▼│││││", "▼▼▼▼▼▼▼▼"]  # the score, above; the blame comes down
    assert signs[6:] == ["◆◆◆◆◆◆◆◆"] * 2  # all weights are nudged at once
    bars = [sum("━" in row or "╸" in row for row in rows) for rows in at.values()]
    assert bars == [0, 0, 0, 0, 3, 8, 8, 8]
    assert [("loss 1.39" in rows[0]) for rows in at.values()] == [False] * 3 + [True] * 5
    assert ["moved by" in " ".join(rows[4:]) for rows in at.values()] == [False] * 6 + [True] * 2
    for seconds, word in ((0.0, "Guess:"), (2.5, "Score:"), (4.5, "Blame"), (6.5, "Nudge:")):
        assert word in " ".join(at[seconds][-3:])


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
def test_a_matrix_that_moved_more_than_any_whole_part_is_named(size: tuple[int, int]) -> None:
    picture = pictured()
    small = [
        msgspec.structs.replace(m, weight_rms=m.update_rms * 3) if m.name == "layers.1.mlp.fc2" else m
        for m in picture.matrices
    ]
    scene = scene_at(of(msgspec.structs.replace(picture, matrices=tuple(small))))
    said = " ".join(" ".join(drawn(scene, ROOMS[size])[-3:]).split())
    assert (
        "Moved most: layer 1 attention, by" in said and "Of single matrices: layer 2 down, by 33.3 %." in said
    )
    assert "single" not in " ".join(drawn(scene_at(of(picture)), ROOMS[size]))


def test_a_token_s_space_is_shown_where_another_differs_by_nothing_else() -> None:
    guess = msgspec.structs.replace(GUESS, truth="d", top=((" d", 0.5), ("d", 0.25), (" on", 0.1)))
    scene = scene_at(of(guess, pictured()))
    scene.guess = guess
    for size in ROOMS.values():
        rows = " ".join(drawn(scene, size)[:6])
        assert "‘␣d’" in rows and "‘d’" in rows and "‘on’" in rows
    assert slow_motion.quoted(" ") == "‘␣’" and slow_motion.quoted(" d") == "‘d’"


def test_a_nudge_that_hardly_shows_is_told_as_such() -> None:
    def told(before: float, after: float) -> str:
        guess = msgspec.structs.replace(GUESS, probability=before)
        return slow_motion._nudge(guess, msgspec.structs.replace(apart(pictured()), probability_after=after))[
            0
        ]

    assert "now gets 0.263 % instead of 0.258 %: a little less wrong." in told(0.00258, 0.00263)
    assert "gets 0.26 % as before: the nudge hardly changed it." in told(0.0026, 0.0026)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_slow_step_and_the_ends_of_stages_name_the_key(width: int) -> None:
    key = "Key 8 shows"
    said = {
        seconds: " ".join(
            " ".join(row.text.strip(" ▌") for row in Caption(slowly(seconds)).lines(width, 2)).split()
        )
        for seconds in (0.5, 2.5, 4.5, 6.5)
    }
    assert [key in text for text in said.values()] == [width > 80, False, True, True]
    assert "…" not in "".join(said.values())
    for stage in ("pretrain", "feedback"):
        scene = scene_at(recorded.records())
        scene.card = card_of(scene.now, stage, {"pretrain": 50, "data": 3, "finetune": 10})
        rows = [row.text for row in CardView(scene).lines(width, MOST)]
        assert any(row.startswith("▌  8  The machine: see the model") for row in rows)
    moved = scene_at(of(e.StageStarted("feedback", 60), pictured("feedback", 10, only="layers.2."))).now
    moved.reinforced = scene_at(recorded.records()).now.reinforced
    card = card_of(moved, "feedback", {})
    assert card is not None and card.machine == "The machine: see which one of its 3 layers moved."


def test_with_more_room_more_is_told() -> None:
    scene = scene_at(TRAINING)
    scene.guess = scene.now.guess
    few, some, most = ("\n".join(drawn(scene, ROOMS[size])) for size in [*ROOMS][2::-1])
    assert "Embedding: the row of numbers" in few and "blame: the gradient" not in few
    assert "blame: the gradient" in some and "─ layer 1 ─" in some and "guess: the text goes up" not in some
    assert "▼ blame: it comes back down" in most and "━" in most.split("output head")[0]  # a bar a guess
    beside = renderer.board(scene, machine_of(scene.state, scene.guess), 0, 0, *ROOMS[200, 60])
    assert "nudge: the last change" in "\n".join(row.text for row in beside)
    before = [*TRAINING, *of(apart(pictured(), STEP + 1))[-1:]]  # the pictures are of an earlier step
    assert "weights, step 75" in "\n".join(drawn(scene_at(before), ROOMS[120, 40]))


def test_in_reinforcement_the_one_block_that_moves_is_seen_to_move() -> None:
    answers = tuple(e.ScoredAnswer(f"a{n}", n / 4 - 0.5, 0.1, -9.0, 0.2) for n in range(4))
    scored = e.AnswersScored(10, "Where does Mira live?", answers, 0.1)
    picture = pictured("feedback", 10, only="layers.2.")
    records = of(e.StageStarted("feedback", 60), scored, picture)
    assert machine_of(scene_at(records).state).still
    for size in ROOMS.values():
        rows = drawn(scene_at(records), size)
        lit = [row for row in rows if row[2:3] == "◆" and "nudge:" not in row]
        assert len(lit) == 2 and all("attention" in row or "MLP" in row for row in lit)
        assert sum("stays" in row and row[2] == "│" for row in rows) == 6
        text = " ".join(" ".join(rows).split())
        assert "Step 10 of feedback. Only layer 3 is moved; the rest stays as it was." in text
        assert "4 answers, scored -0.50 to +0.25" in text and "prompt in Where does Mira live?" in text
    early = " ".join(" ".join(drawn(scene_at(of(e.StageStarted("feedback", 60))))).split())
    assert "Nothing has been measured yet in feedback: this was step 75 of pretrain." in early


def test_a_guess_of_another_step_than_the_blame_says_so() -> None:
    later = msgspec.structs.replace(GUESS, step=90)
    scene = scene_at(of(later))
    scene.guess = later
    assert "at step 90" in drawn(scene)[0] and "Step 75" in " ".join(drawn(scene))
    scene.guess = msgspec.structs.replace(GUESS, step=75)
    assert "at step" not in "".join(drawn(scene))


def test_frozen_weights_are_said_to_move_no_more() -> None:
    text = " ".join(" ".join(drawn(scene_at(of(e.StageStarted("frozen", 0))))).split())
    assert "Frozen: nothing moves any more. This was step 75 of pretrain." in text


@pytest.mark.parametrize("size", [*ROOMS.values(), (51, 12)])
def test_nothing_is_cut_at_any_size_or_depth(size: tuple[int, int]) -> None:
    long = "w" * 40
    guess = msgspec.structs.replace(GUESS, truth=long, top=((long, 0.0004), ("<|document|>", 0.2)))
    deep = pictured(layers=24)
    scenes = [scene_at(TRAINING), scene_at(of(deep)), scene_at(of(deep, apart(deep))), slowly(4.5)]
    for scene in scenes:
        scene.guess = guess
        count = len(machine_of(scene.state).parts)
        for chosen in {0, 1, 2, count // 2, count - 2, count - 1}:
            rows = drawn(scene, size, chosen)
            assert len(rows) <= size[1] and all(cell_len(row.rstrip()) <= size[0] for row in rows), rows
            assert any(row.startswith("▸ ") and row[2] in "│◆▲▼" for row in rows)
            assert "…" not in "".join(rows).replace("w…", "").replace("… w", ""), rows
            assert rows[-1].strip() or rows[-2].strip()
            assert "text in" in "".join(rows), rows


def test_signs_carry_what_colors_carry() -> None:
    """Without colors the text is the same; in ASCII every sign stays another one."""
    plain = drawn(slowly(9.0))
    for mode in ("none", "ansi"):
        scene = slowly(9.0)
        scene.ink = make_ink(mode)  # type: ignore[arg-type]  # a mode
        assert drawn(scene) == plain
    light = slowly(9.0)
    light.ink = make_ink("rich", PALETTES["light"])
    assert drawn(light) == plain
    assert len({to_ascii(sign) for sign in "▲▼◆│▸"}) == 5


async def test_keys_choose_a_part_and_open_its_matrix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: isinstance(app.screen, MachineScreen))
        await pilot.press("up", "up", "right", "enter")
        await until(pilot, lambda: app.screen is app.dashboard)
        pane = app.dashboard.weights
        assert app.dashboard.current == 3 and pane.chosen == "layers.0.mlp.fc2"
        assert "layer 1 down" in text_of(pane)
        await pilot.press("8", "escape")
        await until(pilot, lambda: app.screen is app.dashboard)


async def test_the_five_things_can_be_gone_to_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their key is the same everywhere; what they lead to is not hidden by it."""
    async with opened(tmp_path, monkeypatch, TRAINING, size=(80, 24)) as (app, pilot):
        await pilot.press("8")
        await until(pilot, lambda: isinstance(app.screen, MachineScreen))
        await pilot.press("A")
        await until(pilot, lambda: isinstance(app.screen, AhaSheet))
        await pilot.press("5")
        await until(pilot, lambda: app.screen is app.dashboard and app.dashboard.current == 5)


@pytest.mark.parametrize(
    ("width", "keys"), [(60, "left right stage, up down enter change, esc"), (120, ", k picks, g go, esc")]
)
async def test_in_ascii_keys_on_a_frame_are_no_other_keys(
    width: int, keys: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING, size=(width, 24)) as (app, pilot):
        app.scene.ascii = True
        await pilot.press("8")
        await until(pilot, lambda: "arrows, enter opens, . step, - + pace, esc" in shown(app))
        assert isinstance(app.screen, MachineScreen)
        assert app.screen.spelt("← → stage · ↑ ↓ enter change · k picks · g go · esc").endswith(keys)


@pytest.mark.parametrize("mode", ["view", "replay"])
async def test_it_follows_a_run_that_one_only_watches(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, TRAINING, mode=mode) as (app, pilot):  # type: ignore[arg-type]
        await pilot.press("8")
        await until(pilot, lambda: "Step 75 of pretrain" in shown(app))
        await pilot.press("full_stop", "space", "down", "left")
        assert isinstance(app.screen, MachineScreen) and "token embedding" in shown(app)


@pytest.mark.parametrize("way", ["colors", "ascii"])
@pytest.mark.parametrize("size", ROOMS)
async def test_snapshots(
    size: tuple[int, int], way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a person has looked at and found good; UPDATE_SNAPSHOTS=1 writes them anew: look at them."""
    found: dict[str, str] = {}
    answers = tuple(e.ScoredAnswer(f"a{n}", n / 4 - 0.5, 0.1, -9.0, 0.2) for n in range(4))
    scored = e.AnswersScored(10, "Where does Mira live?", answers, 0.1)
    tuned = (e.StageStarted("feedback", 60), scored, pictured("feedback", 10, only="layers.2."))
    for name, records in {"pretrain": TRAINING, "feedback": of(*tuned)}.items():
        async with opened(tmp_path / name, monkeypatch, records, size=size) as (app, pilot):
            app.scene.ink = with_other(app.scene.ink, signs=way == "ascii")
            app.scene.ascii = way == "ascii"
            await pilot.press("8", "up")
            await until(pilot, lambda app=app: "Step" in shown(app))
            screen = app.screen
            assert isinstance(screen, MachineScreen) and screen.page.size == ROOMS[size]
            frame = screen.frame
            found[name] = f"{frame.border_title}\n{text_of(screen.page)}\n{frame.border_subtitle}\n"
    for name, text in found.items():
        said = to_ascii(text) if way == "ascii" else text
        kept = FOLDER / f"machine-{name}-{size[0]}x{size[1]}{'-ascii' if way == 'ascii' else ''}.txt"
        if UPDATE:
            kept.write_text(said, encoding="utf-8")
        assert said == kept.read_text(encoding="utf-8"), kept.name
