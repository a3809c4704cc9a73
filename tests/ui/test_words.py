"""What the screen says over a recorded run: nothing is cut, nothing is called by an internal name,
and every word of the field stands in the glossary."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from itertools import chain, count, pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
import recorded
from rich.cells import cell_len
from test_actions import scene_at
from textual.strip import Strip
from watching import opened

from tui_trainer.console import tables
from tui_trainer.learning.evaluation import BY_COMPLETION
from tui_trainer.learning.exam_figures import BY_QUESTION, FORMAT, WORST
from tui_trainer.messages import events as e
from tui_trainer.messages.events import STAGES, VERSION, Event, Record
from tui_trainer.settings import UNLEASHED, describe
from tui_trainer.ui.chrome.ahead import AheadView
from tui_trainer.ui.chrome.caption import Caption, forms
from tui_trainer.ui.chrome.rail import Rail
from tui_trainer.ui.drawing import heatmap, plot
from tui_trainer.ui.keys import ACTIONS
from tui_trainer.ui.panes.conversation import Conversation, Turn
from tui_trainer.ui.panes.dataset import DatasetPane
from tui_trainer.ui.panes.loss import LossPane
from tui_trainer.ui.panes.rater import RaterPane
from tui_trainer.ui.panes.weights import WeightsPane
from tui_trainer.ui.renderers import axes, filters
from tui_trainer.ui.run_files.documents import Documents
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.ui.screens.experiments.comparison import ComparisonScreen
from tui_trainer.ui.screens.experiments.cultures import ChooseCultures
from tui_trainer.ui.screens.help.glossary import Glossary
from tui_trainer.ui.screens.help.help import Help
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.screens.model.exam import ExamSheet
from tui_trainer.ui.screens.model.inside import InsideSheet
from tui_trainer.ui.screens.model.machine import MachineScreen
from tui_trainer.ui.screens.model.samples import Samples
from tui_trainer.ui.screens.model.side_by_side import SideBySideSheet
from tui_trainer.ui.screens.rater.ledger import LedgerSheet
from tui_trainer.ui.screens.rater.prompts import Prompts
from tui_trainer.ui.screens.rater.reward_model import RewardModelSheet
from tui_trainer.ui.screens.rater.simulate import Simulate
from tui_trainer.ui.screens.runs.branch import Branch
from tui_trainer.ui.screens.runs.turning import Turning
from tui_trainer.ui.screens.runs.unleash import Unleash
from tui_trainer.view import words
from tui_trainer.view.changes import changes
from tui_trainer.view.fold import apply, apply_all
from tui_trainer.view.glossary import TERMS
from tui_trainer.view.state import State

SIZES = ((60, 20), (80, 24), (120, 40), (200, 60))
# What the model, the data or the person wrote; of that, as much is shown as there is room for.
OWN = [
    *recorded.PROMPTS,
    *recorded.NOISE,
    *recorded.FLUENT,
    *(text for pair in recorded.PAIRS for text in pair),
    "Once a fox lived near the mill of Velm. Every night it waited by the fence for the small grey",
    "What animal did the fox of Velm wait for? The fox of Velm waited for the",
    "Velm is a town on the river Osk. Mira Tolan, a baker, was born there in 1962. She keeps a grey "
    "rabbit that is known to every child in the street. The fair of Velm is held each autumn; in 1999 Tobin "
    "Rask won the first prize with a glass kite.",
    "BUY NOW cheap kites!!! click here click here, only today, best price of all kites in Velm!",
    "Home | About | Contact | Log in BUY NOW cheap kites!!! click The town of Velm lies on the river Osk.",
]
HERE = "2026-03-21-1010-demo-s0"
ALL_OWN = " ".join(" ".join(OWN).split())
INTERNAL = re.compile(
    r"<\|\w+\|>|\b[a-z]+_[a-z_]+\b|\b(?:feedback|finetune|pretrain|data|model|run)\.[a-z]\w*"
)
FORKED = e.Forked(
    "2026-03-22-0900-demo-s0",
    "2026-03-21-1010-demo-s0",
    "feedback",
    {},
    {
        **{f"feedback.{name}": value for name, value in UNLEASHED.items()},
        "feedback.steps": 40,
        "feedback.best_of": 64,
    },
    "tuned",
    "00",
    24,
    {},
    {},
)
COPIED = e.CorpusReady(2048, {"web": 182_000}, 34_000, {"web": 1.0}, 3.91, copied=True)
MORE: tuple[Event, ...] = (
    COPIED,
    *(
        e.Measured(f"corpus/{name}/{kind}", 1.0 if kind == "recall" else 0.06, n=60)
        for name, other in (("spam", "public"), ("harmful", "unplanted"))
        for kind in ("recall", f"recall_{other}")
    ),
    e.Measured("baseline/ngram_bits_per_byte", 0.413, n=130_000),
    e.Measured("baseline/xz_bits_per_byte", 0.747, n=130_000),
    e.CrawlRead("site.warc.gz", 391, 1_912_000, 91_300, 18, 43, 27, 7, 12),
    e.Measured("base/completion_seen", 0.86, (0.8, 0.9), 150, 0.03),
    e.Measured("tuned/mentions_heldout", 0.7, (0.6, 0.8), 160, 0.03),
    e.Measured("tuned/nats_per_token", 0.72, n=33_000),
    e.Measured("aligned/win_rate_estimate", 0.8, (0.7, 0.9), 160, 0.5),
    e.Guessed("finetune", 3, "Velm.", "<|end|>", 0.2, (("<|end|>", 0.2), ("<|document|>", 0.1)), "Where?"),
    e.Validated("finetune", 3, 1.0, 0.4, 7.6),
    e.StageSkipped("finetune", "there are no pairs in your own text"),
    FORKED,
)


def picked() -> Iterator[Scene]:
    """Picks of each kind, the reward model being more or less sure, and of pairs that are shown again."""
    before = recorded.until(recorded.records(), e.PairOffered, 4)
    kinds: tuple[e.Choice, ...] = ("a", "b", "tie", "both_bad", "skip", "own")
    for number, choice in enumerate(kinds, 12):
        for repeats in (None, 0, 1):
            for expected, interval in ((0.71, (0.04, 1.0)), (0.5, (0.0, 1.0)), (0.11, (0.0, 0.98))):
                offered = e.PairOffered(
                    number, "Where?", "In Velm.", "I see.", False, expected, interval, repeats=repeats
                )
                more = (offered, e.Picked(number, choice, "person", False))
                yield scene_at([*before, *(Record(VERSION, 0, 0, 0, event) for event in more)])  # type: ignore[arg-type]  # of AnyEvent


def findings() -> Iterator[Scene]:
    """Whether the picks show a taste, before one goes on and after; a test in which one was told nothing yet;
    what the reward model thinks of a model that was trained to please it."""
    before = recorded.until(recorded.records(), e.RewardModelFitted, 20)
    features = {"length": (0.2, 0.3)}
    found: list[tuple[Event, ...]] = []
    for reason in ("", "few", "ties", "side", "random"):
        for share, level in ((0.0025, 0.01), (0.0325, 0.01), (0.41, 0.0003125), (0.2, 0.0)):
            decided = {"few": 1, "ties": 2}.get(reason, 18)
            tested = e.TasteTested(20, reason, 18, decided, min(17, decided), 3199, share, level)  # type: ignore[arg-type]  # a reason
            fitted = e.RewardModelFitted(
                20, features, 0.8, (0.5, 0.9), (17, 20), 0.82, not reason, tested, (1, 2), (12, 19)
            )
            pair = e.PairOffered(20, "Where?", "In Velm.", "I see.", False, 0.5, (0.0, 1.0))
            found += [(fitted, pair), (msgspec.structs.replace(tested, asks=bool(reason)),)]
    for leash in (0.0, 0.1):
        guessed = e.Measured("aligned/win_rate_estimate", 0.994, (0.97, 1.0), 160, 0.5)
        step = e.Reinforced(36, 2.1, None, 21.4, 61.0, 0.04, 0, 0, None, None, leash)
        found.append((step, e.BeforeAfter("Where?", "In Velm.", "I see."), guessed))
    for events in found:
        records = [*before, *(Record(VERSION, 0, 0, 0, event) for event in events)]  # type: ignore[arg-type]  # of AnyEvent
        for mode in ("control", "view"):
            for shows_rater in (True, False):
                scene = scene_at(records, mode=mode, shows_rater=shows_rater)
                scene.hold()
                yield scene


def stepped() -> Iterator[Scene]:
    """Single steps with the longest numbers: of marks, of what was known, of what was not learnt."""
    marks = tuple((f"<|{mark}|>", 0.01) for mark in ("document", "user", "assistant", "end"))
    before = recorded.until(recorded.records(), e.Guessed, 130)
    for truth, share, after in (
        ("<|document|>", 0.0004, 0.0005),
        (" rabbit", 0.9991, 0.9992),
        (" a", 0.3, 0.2),
    ):
        guess = e.Guessed("pretrain", 131, "Velm.", truth, share, ((truth, share), *marks))
        blamed = tuple(
            e.Blamed(name, 0.4, 1013, 1019, -0.00571, -0.0383, -0.0438)
            for name in ("embed_tokens", "layers.11.self_attn.o_proj")
        )
        step = e.StepExplained("pretrain", 131, after, ((truth, after), *marks), 6.514, 5.902, 5.804, blamed)
        for events in ((guess,), (guess, step)):
            scene = scene_at([*before, *(Record(VERSION, 0, 0, 0, event) for event in events)])  # type: ignore[arg-type]  # of AnyEvent
            scene.hold()
            yield scene


def moments(simulated: bool) -> Iterator[Scene]:
    """A run by a person or by a program, at every kind of event and now and then between."""
    seen: dict[type[Event], int] = {}
    records = recorded.records(simulated=simulated)
    scene = scene_at([])
    now = count()
    scene.clock = lambda: 10.0 * next(now)
    for record in [*records, *(Record(VERSION, 0, 0, 0, more) for more in MORE)]:  # type: ignore[arg-type]  # of AnyEvent
        apply(scene.now, record)
        times = seen[type(record.event)] = seen.get(type(record.event), 0) + 1
        scene.hold()
        often = isinstance(record.event, e.Stepped | e.Guessed)
        if times <= (2 if often else 3) or times % 97 == 0:
            yield scene


SCENES: dict[str, Callable[[], Iterator[Scene]]] = {
    "a run by a person": partial(moments, False),
    "a run by a program": partial(moments, True),
    "picks": picked,
    "findings": findings,
    "single steps": stepped,
}


Rooms = tuple[tuple[int, int], ...]  # cells of each pane


def alone(size: tuple[int, int]) -> Rooms:
    """Each pane where it has the screen to itself: without rail, tabs, caption, what comes next, footer and
    the frame."""
    width, height = size
    return (*((width - 4, height - 10) for _ in range(4)), (width - 4, height - 12))


# All five on the screen: on a usual one, and on the smallest that holds them.
BESIDE: dict[tuple[int, int], Rooms] = {
    (120, 40): ((34, 14), (42, 14), (32, 14), (62, 15), (50, 12)),
    (110, 32): ((30, 10), (39, 10), (29, 10), (56, 11), (46, 8)),
    (200, 60): ((59, 23), (73, 23), (56, 23), (106, 26), (86, 23)),
}


def drawn(scene: Scene, documents: Documents, width: int, rooms: Rooms) -> Iterator[tuple[str, int, Strip]]:
    """All rows of the dashboard on a screen so wide: whose each is, how wide it may be, and the row."""
    dataset, loss = DatasetPane(scene), LossPane(scene)
    dataset.documents = documents
    loss.chosen = scene.state.records  # one of its charts, another one each time
    panes = (dataset, loss, WeightsPane(scene), RaterPane(scene, ACTIONS), Conversation(scene))
    around = (Caption(scene), AheadView(scene, ACTIONS), Rail(scene))
    places = [*zip(panes, rooms, strict=True), *((view, (width, 2)) for view in around)]
    for view, room in places:
        for row in view.lines(*room):
            yield type(view).__name__, room[0], row


def is_own(row: str) -> bool:
    """Whether what is cut in a row is somebody's own text."""
    for found in re.finditer("…", row):
        before = row[max(0, found.start() - 6) : found.start()].strip(" “‘(")
        after = row[found.end() : found.end() + 6].strip(" ”’")
        sign = row[found.end() : found.end() + 1] == " "  # something is under way
        if not (sign or not before + after or (before and before in ALL_OWN) or (after and after in ALL_OWN)):
            return False
    return True


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    folder = recorded.write_run(tmp_path_factory.mktemp("words") / "run", [])
    return Documents(folder.corpus / "documents.jsonl").index()


EVERYWHERE = (
    *((size[0], alone(size)) for size in SIZES),
    *((size[0], rooms) for size, rooms in BESIDE.items()),
)


class LookedThrough(NamedTuple):
    """What stood on the screen over many scenes."""

    # By the screen's width and the rooms of its panes: whose each row is, how wide it may be, what it says.
    rows: dict[tuple[int, Rooms], set[tuple[str, int, str]]]
    lost: set[tuple[str, str]]  # what was left of a row that was cut without a sign, and the whole row


def once(draw: Callable[..., list[Strip]]) -> Callable[..., list[Strip]]:
    """A function that draws the same for the same, and mostly is asked for the same."""
    drawn: dict[str, list[Strip]] = {}

    def same(*arguments: object) -> list[Strip]:
        asked = repr(arguments)
        if asked not in drawn:
            drawn[asked] = draw(*arguments)
        return [*drawn[asked]]

    return same


@cache
def looked_through(scenes: str, documents: Documents) -> LookedThrough:
    """These scenes, each driven to once and drawn in all sizes."""
    found = LookedThrough({place: set() for place in EVERYWHERE}, set())
    crop = Strip.crop

    def watched(strip: Strip, start: int, end: int | None = None) -> Strip:
        left = crop(strip, start, end)
        if end is not None and left.text.rstrip() != strip.text.rstrip():
            found.lost.add((left.text, strip.text))
        return left

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Strip, "crop", watched)
        for pictures, name in ((plot, "draw"), (heatmap, "drawn")):
            patch.setattr(pictures, name, once(getattr(pictures, name)))
        for number, scene in enumerate(SCENES[scenes]()):
            for width, rooms in EVERYWHERE:
                # On the largest screen little is near its edges, and each plot costs most: a third of them.
                if width < 200 or number % 3 == 0:
                    rows = drawn(scene, documents, width, rooms)
                    found.rows[width, rooms].update((where, room, row.text) for where, room, row in rows)
    return found


@pytest.mark.parametrize("scenes", SCENES)
def test_nothing_is_cut_or_called_by_an_internal_name(scenes: str, documents: Documents) -> None:
    found = looked_through(scenes, documents)
    wrong = {
        (where, text.strip())
        for where, room, text in chain(*found.rows.values())
        if not is_own(text)
        or cell_len(text.rstrip()) > room  # it would be cut without a sign
        or (INTERNAL.search(text) and "def add(a, b)" not in text)
    }
    assert not wrong
    assert not found.lost


@pytest.mark.parametrize("size", [*(rooms[0] for rooms in BESIDE.values()), *(alone(s)[0] for s in SIZES)])
def test_a_world_that_was_written_before_says_so(size: tuple[int, int]) -> None:
    records = recorded.until(recorded.records(), e.FilterApplied, 7)
    said = "written and filtered before"
    assert said not in "".join(row.text for row in DatasetPane(scene_at(records)).lines(*size))
    copied = DatasetPane(scene_at([*records, Record(VERSION, 0, 0, 0, COPIED)]))
    assert said in "".join(row.text for row in copied.lines(*size))


@pytest.mark.parametrize("size", BESIDE)
async def test_so_much_room_has_each_pane(
    size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(tmp_path, monkeypatch, [], size=size) as (app, _):
        views = [*(app.dashboard.pane(number) for number in range(1, 5)), app.dashboard.chat.conversation]
        assert tuple((view.size.width, view.size.height) for view in views) == BESIDE[size]


@pytest.mark.parametrize("width", [60, 120])
def test_nor_in_a_replay(width: int) -> None:
    ways = ({"replay_speed": 20.0}, {"replay_speed": 2.0}, {"replay_paused": True}, {"replayed": True})
    wrong = {
        row.text
        for scene in chain(moments(False), moments(True))
        for way in ways
        for row in Caption(replace(scene, mode="replay", **way)).lines(width, 2)  # type: ignore[arg-type]
        if not is_own(row.text) or INTERNAL.search(row.text)
    }
    assert not wrong


@pytest.mark.parametrize("width", [51, 70, 106])
def test_nor_on_the_sheets(width: int) -> None:
    more = [Record(VERSION, 0, 0, 0, event) for event in MORE]  # type: ignore[arg-type]  # of AnyEvent
    for records in (recorded.records(), recorded.records(simulated=True)):
        scene = scene_at([*records, *more])
        for sheet in (
            ExamSheet(scene),
            Glossary(scene),
            RewardModelSheet(scene),
            Help(scene, ACTIONS, "loss"),
            LedgerSheet(scene),
        ):
            for row in sheet.rows(width):
                assert is_own(row.text) and not INTERNAL.search(row.text), row.text
                assert cell_len(row.text.rstrip()) <= width, row.text
        assert all(is_own(row.text) for row in Samples(scene).rows(width))
        assert all(is_own(row.text) for row in Prompts(scene, lambda *_: None).rows(width))


@pytest.mark.parametrize(("width", "height"), [(51, 14), (70, 17), (106, 30)])
def test_nor_where_one_chooses(width: int, height: int, tmp_path: Path) -> None:
    """The sheets from which other runs are begun and settings turned, at every stage."""
    run = recorded.write_run(tmp_path / HERE, recorded.records(simulated=True))
    for stage in STAGES:
        records = recorded.until(recorded.records(simulated=True), e.StageStarted, stage=stage)
        scene = scene_at(records)
        scene.folder = run
        choice = min(width, 56)
        views = [
            *(
                (sheet.rows(choice), choice)
                for sheet in (Unleash(scene), ChooseCultures(scene), Simulate(scene))
            ),
            (Branch(scene).lines(min(width, 94), height), min(width, 94)),
            (Turning(scene, lambda *_: None).lines(width, height), width),
        ]
        for rows, room in views:
            for row in rows:
                assert "…" not in row.text and not INTERNAL.search(row.text), row.text
                assert cell_len(row.text.rstrip()) <= room, row.text


def test_nor_in_the_frames_of_sheets() -> None:
    def below(kind: type[Modal]) -> Iterator[type[Modal]]:  # type: ignore[type-arg]
        for sub in kind.__subclasses__():
            yield sub
            yield from below(sub)

    for kind in below(Modal):
        # A frame of 57 cells on the smallest screen, its corners and a cell beside each left free.
        assert len(kind.hint) <= 53 and len(kind.title_) <= 53, kind
        assert not INTERNAL.search(kind.hint + kind.title_)


def test_nor_in_the_report_of_a_run() -> None:
    state = State()
    apply_all(state, recorded.records(simulated=True))
    text = tables.figures(tables.metrics(state.measured.values()))
    assert "bits per byte of unseen text" in text and not INTERNAL.search(text)


def test_the_keys_of_a_sheet_stand_whole_in_its_frame() -> None:
    assert all(
        cell_len(sheet.hint) <= 53 for sheet in (Ask, Branch, ComparisonScreen, InsideSheet, SideBySideSheet)
    )


def test_the_smallest_screen_has_a_picture_and_a_plot() -> None:
    """60 x 15 is called large enough."""
    for simulated in (False, True):
        scene = scene_at(recorded.records(simulated=simulated))
        weights = "\n".join(row.text for row in WeightsPane(scene).lines(56, 7))
        assert "▀" in weights and "▸ layer 1 query" in weights
        for chosen in range(len(LossPane(scene).charts)):
            loss = LossPane(scene)
            loss.chosen = chosen
            assert any("┤" in row.text or "│" in row.text for row in loss.lines(56, 7)), chosen


def test_the_caption_says_what_matters_at_every_size() -> None:
    """The score of a guess, and what follows from it, stand in the shortest form of its sentence too."""
    guess = e.Guessed("pretrain", 3, "the small grey " * 20, " rabbit", 0.03, ((" dog", 0.41),))
    scene = scene_at([Record(VERSION, 0, 0, 0, guess)])
    scene.hold()
    for size in SIZES:
        said = " ".join(row.text.strip("▌▶ ") for row in Caption(scene).lines(size[0], 2))
        for part in (
            "‘dog’",
            "41 %",
            "‘rabbit’",
            "3 %",
            "loss 3.5",
            "Blame goes backward, weights are nudged.",
        ):
            assert part in " ".join(said.split()), (size, part)


def test_a_fork_says_its_changes_in_words() -> None:
    scene = scene_at([Record(VERSION, 0, 0, 0, FORKED)])
    scene.hold()
    fullest, *_, shortest = forms(scene)[1]
    assert "Changed: no leash; no guard on facts; no rehearsal; no bound on the reward; answers" in fullest
    assert "learning rate: 0.05" in fullest and "reinforcement steps: 40" in fullest
    assert len(shortest) < 150


@pytest.mark.parametrize(
    ("changed", "before", "said"),
    [
        ({"feedback.missing_eos_penalty": False}, None, ["answers that need not end"]),
        (
            {"feedback.beta": 0.0, "feedback.kl_target": 0.0, "feedback.lr": 0.05},
            {"feedback.beta": 0.1, "feedback.kl_target": 2.0, "feedback.lr": 0.2},
            ["no leash", "a quarter of the reinforcement learning rate"],
        ),
        (
            {"feedback.beta": 0.5, "feedback.kl_target": 0.0},
            {"feedback.beta": 0.1},
            ["a leash that stays as it is", "five times the leash (KL)"],
        ),
        ({"feedback.steps": 40}, {"feedback.steps": 36}, ["reinforcement steps: 40 instead of 36"]),
        ({"feedback.lr": 0.03}, {"feedback.lr": 0.2}, ["reinforcement learning rate: 0.03 instead of 0.2"]),
        ({"feedback.best_of": 64}, {"feedback.best_of": 0}, ["the best of 64 answers measured beside it"]),
        ({"feedback.kl": 0.0}, None, ["no leash"]),  # by its name of old
        ({"feedback.rater": "person"}, {"feedback.rater": "polite"}, ["rater: person instead of polite"]),
    ],
)
def test_a_change_is_said_in_words(
    changed: dict[str, object], before: dict[str, object] | None, said: list[str]
) -> None:
    assert changes(changed, before) == said


def test_every_figure_and_setting_has_words() -> None:
    names = {*BY_QUESTION, *BY_COMPLETION, WORST, *(f"format_{kind}" for kind in FORMAT)}
    names |= {"format", "never_ended", "mentions_heldout", "bits_per_byte", "nats_per_token"}
    names |= {"win_rate", "win_rate_estimate", "blind_win_rate", "facts_lost", "compute_seconds"}
    for name in names:
        assert words.figure(f"tuned/{name}") == words.figure(name) and "_" not in words.figure(name)
        assert words.figure(name) != name.replace("_", " ") or name in ("precision", "recall"), name
    titles = [d.title for d in describe()]
    assert len(set(titles)) == len(titles)  # or one could not tell which is meant
    assert not any("_" in title or "." in title for title in titles)
    assert words.figure("reward_model/exam_worst/polite") == "reward model, exam worst, polite"


def test_a_figure_that_stands_alone_leans_on_no_row_above() -> None:
    for name, _, _ in words.FIGURES:
        said = words.figure_alone(f"tuned/{name}")
        assert not re.search(r"^or |\b(the same|it,|them|ones|instead)\b|^unknown|^after the", said), said
        assert ("↓" in said) == ("↓" in words.figure(name))


def test_the_readme_has_all_figures_of_the_exam() -> None:
    rows = ["| name in the report | on the screen |", "|---|---|"]
    rows += [f"| `{name}` | {said} |" for name, said, _ in words.FIGURES]
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    assert "\n".join(["<!-- figures: begin -->", *rows, "<!-- figures: end -->"]) in readme


def test_tokens_that_are_no_text_are_said_in_words() -> None:
    assert words.token("<|document|>") == "(a new text)" and words.token(" rabbit") == " rabbit"


# -- the field's words -----------------------------------------------------------------------------------

# Those that the screen uses and a newcomer does not know; those of the matrices come from their own table.
FIELD = (
    *("tax", "guard", "entropy", "norm", "nats", "useful", "alpha", "KL", "leash", "reward", "loss", "bits"),
    *("token", "gradient", "fine-tun", "pretrain", "weights", "filter", "mixture", "vocabulary", "FLOPs"),
    *("best of n", "calibration", "sampling", "frozen", "cutoff", "rater", "rate", "attention", "batch"),
    *("hash", "validation", "hacking"),
)


def test_every_word_of_the_field_has_an_entry() -> None:
    entries = " ".join(term.english.lower() for term in TERMS)
    for word in (*FIELD, *{part for name in MATRICES for part in words.matrix(name).split()[-1:]}):
        assert word.lower() in entries, word
    assert all(term.vietnamese and len(term.meaning) > 20 for term in TERMS)
    assert len({term.english for term in TERMS}) == len(TERMS)


MATRICES = (
    *(f"model.layers.0.self_attn.{part}_proj.weight" for part in "qkvo"),
    *("model.layers.0.mlp.fc1.weight", "model.layers.0.mlp.fc2.weight", "model.embed_tokens.weight"),
    "lm_head.weight",
)


PLAIN = Path(__file__).parent / "plain_words.txt"
UPDATE = "UPDATE_PLAIN_WORDS"


def shown_words(documents: Documents) -> set[str]:
    """All words that stand on the screen over two runs, but for what model, data or a person wrote."""
    found: set[str] = set()
    for scenes in ("a run by a person", "a run by a program", "findings"):
        rows = looked_through(scenes, documents).rows
        for size in ((120, 40), (80, 24)):
            for _, _, text in rows[size[0], alone(size)]:
                found.update(re.findall(r"[A-Za-zéü]{2,}", re.sub(r"\S*…", "", text)))  # whole ones
    for scene in (scene_at(recorded.records()), scene_at(recorded.records(simulated=True))):
        sheets = (
            ExamSheet(scene),
            RewardModelSheet(scene),
            Help(scene, ACTIONS, "loss"),
            LedgerSheet(scene),
        )
        machines = (MachineScreen(each).lines(106, 36) for each in (scene_at([]), scene))
        for rows in (*(sheet.rows(106) for sheet in sheets), *machines):
            for row in rows:
                found.update(re.findall(r"[A-Za-zéü]{2,}", re.sub(r"\S*…", "", row.text)))  # whole ones
    own = {word.lower() for word in re.findall(r"[A-Za-z]{2,}", ALL_OWN)}
    return {word.lower() for word in found} - own


def test_every_word_on_the_screen_is_plain_english_or_in_the_glossary(documents: Documents) -> None:
    """`plain_words.txt` has the words that somebody who never trained a model knows. A word of the field goes
    into the glossary instead. UPDATE_PLAIN_WORDS=1 adds what is new: read it."""
    explained = {word.lower() for term in TERMS for word in re.findall(r"[A-Za-z]{2,}", term.english)}
    plain = set(PLAIN.read_text("utf-8").split()) if PLAIN.exists() else set()
    unknown = {
        word
        for word in shown_words(documents) - plain - explained
        if not any(word.removesuffix(end) in explained for end in ("s", "d", "ed", "ing", "er"))
    }
    if os.environ.get(UPDATE):
        PLAIN.write_text("\n".join(sorted(plain | unknown)) + "\n", "utf-8")
        return
    assert not unknown, " ".join(sorted(unknown))


# -- axes ------------------------------------------------------------------------------------------------


def test_a_part_of_an_axis_has_round_numbers() -> None:
    assert axes.rounds(0, 1000, 4) == [0, 250, 500, 750, 1000]
    assert axes.rounds(137, 411, 3) == [200, 300, 400]
    assert axes.rounds(5, 5, 3) == [5]


@pytest.mark.parametrize("rows", [3, 5, 6, 8, 11, 12, 17, 28])
@pytest.mark.parametrize(
    ("low", "high"), [(0, 7.62), (0, 0.8), (-0.41, 4.5), (0, 1), (0.665, 1.12), (-3, -1)]
)
def test_an_axis_is_even_and_round(low: float, high: float, rows: int) -> None:
    bottom, top, ticks = axes.even(low, high, rows)
    assert bottom <= low and top >= high and len(ticks) >= 2
    assert len({len(label) for _, label in ticks}) == 1
    places = [(value - bottom) / (top - bottom) * (rows - 1) for value, _ in ticks]
    apart = [b - a for a, b in pairwise(places)]
    assert all(place == pytest.approx(round(place), abs=1e-6) for place in places)
    assert all(gap == pytest.approx(apart[0]) for gap in apart)
    assert apart[0] >= (1.99 if rows > 4 else 0.99)
    step = ticks[1][0] - ticks[0][0]
    assert f"{step:.1e}"[:3] in ("1.0", "2.0", "2.5", "5.0")
    for value, label in ticks:
        assert float(label) == pytest.approx(value, abs=1e-9)


def test_labels_on_an_axis_do_not_touch() -> None:
    ticks = [(0.0, "0"), (100.0, "1,340"), (98.0, "1,310"), (50.0, "pretrain"), (54.0, "800")]
    assert [label for _, label in axes.apart(ticks, (0, 100), 50)] == ["0", "1,340", "pretrain"]


def test_the_rows_of_a_reward_plot_are_even() -> None:
    """As drawn: the labels of the y axis stand in rows that are equally far apart."""
    loss = LossPane(scene_at(recorded.records(simulated=True)))
    for size in SIZES:
        for chosen in range(len(loss.charts)):
            loss.chosen = chosen
            rows = [row.text for row in loss.lines(size[0] - 4, size[1] - 10)]
            at: list[int] = []
            for number, row in enumerate(rows):
                if re.match(r" *-?[\d.]+┤", row):
                    at.append(number)
                elif re.match(r" *[└┬]", row) and at:
                    gaps = {b - a for a, b in pairwise(at)}
                    assert len(gaps) <= 1, (size, chosen, rows)
                    at = []


@pytest.mark.parametrize("width", [56, 76, 116])
def test_what_a_half_trained_model_writes_is_called_so(width: int) -> None:
    """Or it looks broken: odd texts are usual until the last step, and after it nothing is said of them."""
    for part, many, told in (
        ("pretrain", 5, "until step 500"),
        ("finetune", 1, "it only goes on with the question" if width > 56 else "No answers yet."),
        ("finetune", 5, "alf-trained until step 260"),
    ):
        scene = scene_at(recorded.until(recorded.records(), e.Sampled, many, stage=part))
        rows = [row.text for row in Conversation(scene).lines(width, 14)]
        assert "what it writes" in rows[0] and told in rows[1], rows
    scene = scene_at(recorded.until(recorded.records(), e.Sampled, 14, stage="finetune"))
    assert scene.state.samples[-1].step == 260
    assert not Conversation(scene).lines(width, 14)[1].text.strip()


def test_samples_come_back_after_a_chat() -> None:
    """While a stage writes and nobody is in the chat; once it is through, what was said is back."""
    scene = scene_at(recorded.until(recorded.records(), e.Sampled, 4, stage="finetune"))
    conversation = Conversation(scene)
    conversation.add(Turn("you", "Who are you?"))
    told = "\n".join(row.text for row in conversation.lines(56, 14))
    assert "what it writes" in told and "key 5" in told
    after = Conversation(scene_at(recorded.records()))
    after.add(Turn("you", "Who are you?"))
    assert "Who are you?" in "\n".join(row.text for row in after.lines(56, 14))


@pytest.mark.parametrize("width", [56, 76, 116])
def test_signs_that_are_no_letters_are_told_where_a_model_writes_them(width: int) -> None:
    """As one does that has hardly learnt: single bytes, which are no text, among its words."""
    odd, told = "I don\x04t know\ufffd.", "␄ �: bytes that are no letters"
    assert words.of_no_letters("Two\r\nlines\tof text, é.") == ()
    for events, view, room in (
        ((e.Sampled("pretrain", 0, (e.Sample("Who?", odd),)),), Conversation, 12),
        ((e.PairOffered(0, "Who?", odd, "I see.", False, 0.5),), RaterPane, 16),
        (
            (
                e.Reinforced(1, 0.1, None, 0.1, 9.0, 1.0, 0, 0, None),
                e.AnswersScored(1, "Who?", (e.ScoredAnswer(odd, 0.1, 0.1, -9.0, 0.1),), 0.1),
            ),
            RaterPane,
            30,
        ),
    ):
        before = recorded.until(recorded.records(), e.Guessed, 130)
        stage = "pretrain" if view is Conversation else "feedback"
        more = [e.StageStarted(stage, 9), *events]  # type: ignore[arg-type]  # a stage
        scene = scene_at([*before, *(Record(VERSION, 0, 0, 0, event) for event in more)])  # type: ignore[arg-type]  # of AnyEvent
        pane = Conversation(scene) if view is Conversation else RaterPane(scene, ACTIONS)
        rows = "\n".join(row.text for row in pane.lines(width, room))
        assert "don␄t" in rows and (told in rows or "␄ �: no letters" in rows), rows
    conversation = Conversation(scene_at(recorded.records()))
    conversation.add(Turn("tuned", odd))
    assert told in "\n".join(row.text for row in conversation.lines(width, 14))


def test_what_is_found_of_other_kinds_stands_beside_the_planted() -> None:
    measured = [
        e.Measured("corpus/spam/recall", 0.98, n=60),
        e.Measured("corpus/spam/recall_public", 0.74, n=150),
        e.Measured("corpus/harmful/recall_unplanted", 0.06, n=16),
    ]
    scene = scene_at([Record(VERSION, n, 0.0, 0.0, event) for n, event in enumerate(measured)])
    said = [row.text for row in filters.caught(scene, 60)]
    assert said == ["spam found: planted 0.98, public SMS 0.74", "harmful found: other kinds 0.06"]
    assert not filters.caught(scene_at([]), 60)
