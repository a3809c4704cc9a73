"""The chat pane, by keys: what is asked of the process that answers, and what is shown of what it says."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import recorded
from msgspec.structs import replace
from textual.pilot import Pilot
from watching import opened, shown, text_of, until

from tui_trainer.corpus.exam.truth import of_seed
from tui_trainer.messages import events as e
from tui_trainer.messages.conversation import Ask, Drawing, Note, Read, Said
from tui_trainer.messages.inspection import Candidate, Inside, Layer, Place
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui.app import TrainerApp
from tui_trainer.ui.connection.feed import Arrived
from tui_trainer.ui.handlers.leads import LEADS
from tui_trainer.ui.panes.chat import READ, ChatPane
from tui_trainer.ui.processes.chat import DOING
from tui_trainer.ui.run_files.world import plain_sentence
from tui_trainer.ui.screens.model.inside import InsideSheet
from tui_trainer.ui.screens.model.side_by_side import SideBySideSheet
from tui_trainer.view.noise import Vocabulary
from tui_trainer.view.reading import has_read
from tui_trainer.view.words import QUICK

RECORDS = recorded.records()
SIZES = [(120, 40), (80, 24), (60, 20)]
SHA = recorded.SHA["aligned"]
FACT = "Mara Velden is a baker."


def taken_apart() -> Inside:
    """Of an answer of 40 tokens, each with ten that could have come, and three layers."""
    names = [" word0", " word1", "<|assistant|>", *(f" word{n}" for n in range(3, 10))]
    candidates = tuple(
        Candidate(name, 0.5 / 2**n, 0.6 / 2**n if n < 4 else 0.0) for n, name in enumerate(names)
    )
    places = []
    for at in range(40):
        last = Layer(((f" word{at % 10}", 0.5), (" the", 0.1), ("\x1b[31m", 0.05)), 0.5, 1)
        first = Layer((("<|document|>", 0.2), (" a", 0.1), (" of", 0.05)), 0.0001, 812)
        token = "<|end|>" if at == 39 else f" word{at % 10}"
        places.append(Place(token, 5 * at, 0.5, 0.6, 1, 4, candidates, (first, first, last, last)))
    return Inside(tuple(places), 2048)


class Answering:
    """Stands where the process would be: notes what is asked, and answers as it is told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, chat: ChatPane) -> None:
        self.asked: list[Ask] = []
        self.stops = 0
        self.said: list[Said] = []  # before the end of the next answer
        self.read = Read(12, 128, 0, 0)
        self.holds = False  # the answer does not end by itself
        self.first = "In Velm"  # what it begins with
        self._hear: Callable[[Said], None] | None = None
        monkeypatch.setattr(chat.process, "ask", self.ask)
        monkeypatch.setattr(chat.process, "stop", self.stop)

    async def ask(self, asked: Ask, hear: Callable[[Said], None]) -> None:
        self.asked.append(asked)
        if asked.inside is not None:
            hear(Said(inside=taken_apart()))
            return
        if self.first:
            hear(Said(text=self.first))
        for said in self.said:
            hear(said)
        self.said, self._hear = [], hear
        if not self.holds:
            self.end()

    def end(self, **fields: object) -> None:
        assert self._hear is not None
        done = {"done": True, "sha256": SHA, "read": self.read, "answer": len(self.asked), **fields}
        self._hear(Said(text=".", **done))  # type: ignore[arg-type]  # fields of it

    def said_so(self, said: Said) -> None:
        assert self._hear is not None
        self._hear(said)

    def stop(self) -> None:
        self.stops += 1
        self.end(stopped=True)


@asynccontextmanager
async def chatting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int] = (120, 40)
) -> AsyncIterator[tuple[TrainerApp, Pilot[RunFolder | None], ChatPane, Answering]]:
    async with opened(tmp_path, monkeypatch, RECORDS, size=size) as (app, pilot):
        chat = app.dashboard.chat
        await pilot.press("5")
        yield app, pilot, chat, Answering(monkeypatch, chat)


async def say(pilot: Pilot[RunFolder | None], chat: ChatPane, text: str) -> None:
    """Type it, and wait for the end of the answer."""
    before = len(chat.conversation.turns)
    chat.input.value = text
    await pilot.press("enter")
    await until(pilot, lambda: len(chat.conversation.turns) > before and not chat.scene.answering)


async def test_escape_stops_the_answer_and_then_leaves_the_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (app, pilot, chat, process):
        process.holds = True
        await pilot.press(*"Where", "enter")
        await until(pilot, lambda: "In Velm …" in text_of(chat.conversation))
        app.tick()
        app.dashboard.redraw_frame()
        assert "esc  stop" in shown(app)
        await pilot.press(*"And", "enter")  # too soon: it is said, and nothing is lost
        await until(pilot, lambda: "One answer at a time" in shown(app))
        assert chat.input.value == "And" and len(process.asked) == 1
        await pilot.press("escape")
        assert process.stops == 1 and app.dashboard.typing
        assert "stopped · aligned c04d5be1 unchanged" in " ".join(text_of(chat.conversation).split())
        await pilot.press("escape")
        assert process.stops == 1 and not app.dashboard.typing


async def test_a_new_conversation_is_asked_for_once_and_drawn_as_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (_, pilot, chat, process):
        await pilot.press("ctrl+n")  # there is nothing to forget
        for text in ("Ada", "Bo", "Cy", "Dan"):
            await say(pilot, chat, text)
            if text == "Bo":
                await pilot.press("ctrl+n", "ctrl+n")
        assert [asked.new for asked in process.asked] == [False, False, True, False]
        drawn = "\n".join(row.text for row in chat.conversation.lines(50, 30))
        assert drawn.count("── a new conversation") == 1


async def test_how_tokens_are_drawn_is_turned_by_keys_and_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (app, pilot, chat, process):
        assert "temperature 0 · top-p 1 · seed 0 · notes off" in shown(app)
        await pilot.press("ctrl+g", "ctrl+g", "ctrl+y", "ctrl+r", "ctrl+r", "ctrl+r", *"Hm", "enter")
        await until(pilot, lambda: process.asked)
        assert process.asked[0].drawing == Drawing(0.7, 0.95, 3)
        assert "temperature 0.7 · top-p 0.95 · seed 3" in shown(app)
        await pilot.press(*["ctrl+g"] * 3, *["ctrl+y"] * 3, *["ctrl+r"] * 7)
        assert chat.drawing == Drawing()


async def test_notes_are_switched_by_key_and_shown_with_score_and_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (app, pilot, chat, process):
        await pilot.press("ctrl+o")
        assert "notes on" in shown(app)
        process.said = [Said(told=(FACT,))]
        await say(pilot, chat, FACT)
        assert f"kept as a note: {FACT}" in " ".join(text_of(chat.conversation).split())
        process.said = [Said(notes=(Note(FACT, "told\x1b[2J.txt", 1.234),))]
        process.read = Read(20, 128, 0, 0, notes=1, of_notes=1)
        await say(pilot, chat, "What is Mara Velden?")
        drawn = " ".join(text_of(chat.conversation).split())
        assert f"from told␛[2J.txt, score 1.23: {FACT}" in drawn
        assert "it read 1 note and your words, 20 of 128 tokens" in drawn
        await pilot.press("ctrl+o")
        await say(pilot, chat, "Hm")
        assert [asked.notes for asked in process.asked] == [True, True, False]


async def test_while_a_stage_trains_one_talks_to_the_newest_frozen_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    training = recorded.until(RECORDS, e.Guessed, 60, stage="finetune")
    async with opened(tmp_path, monkeypatch, training) as (app, pilot):
        chat = app.dashboard.chat
        process = Answering(monkeypatch, chat)
        await pilot.press("5", *"Where", "enter")
        await until(pilot, lambda: process.asked)
        assert process.asked[0].weights == "base" and app.scene.state.stage == "finetune"


@pytest.mark.parametrize("size", SIZES)
async def test_asking_takes_no_samples_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    pretraining = recorded.until(RECORDS, e.Guessed, 130)
    async with opened(tmp_path, monkeypatch, pretraining, size=size) as (app, pilot):
        chat = app.dashboard.chat
        await pilot.press("5", "enter", *"Where", "enter")
        await until(pilot, lambda: "Nobody can answer yet" in shown(app))
        assert chat.input.value == "Where" and not chat.conversation.turns
        assert "what it writes" in text_of(chat.conversation)
        tuning = recorded.until(RECORDS, e.Guessed, 60, stage="finetune")
        app.post_message(Arrived(tuning[len(pretraining) :]))
        await until(pilot, lambda: app.scene.now.latest_weights == "base")
        Answering(monkeypatch, chat)
        await pilot.press("enter")
        await until(pilot, lambda: "In Velm." in text_of(chat.conversation))
        await pilot.press("escape")
        await until(pilot, lambda: "what it writes" in text_of(chat.conversation))
        assert "your conversation is kept: enter shows it" in text_of(chat.conversation)
        app.dashboard.go(1)
        chat.conversation.redraw()
        if app.scene.roomy:  # else another pane stands there
            await until(pilot, lambda: "your conversation is kept: key 5" in text_of(chat.conversation))
        await pilot.press("5")
        await until(pilot, lambda: "In Velm." in text_of(chat.conversation))


async def test_a_hash_has_been_seen_once_it_stood_on_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch, (80, 24)) as (app, pilot, chat, process):
        now = [app.scene.clock()]
        app.scene.clock = lambda: now[0]
        await say(pilot, chat, "Who?")
        now[0] += READ
        app.tick()
        assert "same hash" not in app.scene.did  # the same as what?
        process.said = [Said(text=" and so on" * 300)]
        await say(pilot, chat, "Where?")
        await until(pilot, lambda: chat.conversation.turns[-1].seen is not None)
        app.tick()
        assert "same hash" not in app.scene.did
        now[0] += READ
        app.tick()
        assert "same hash" in app.scene.did
        await say(pilot, chat, "When?")
        chat.conversation.turns[-1].seen = None
        chat.conversation.scroll_page(1)
        await say(pilot, chat, "What?")  # which scrolls to the end again
        assert chat.conversation.turns[-1].seen is not None


async def test_the_last_weights_are_talked_to_until_others_are_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned = recorded.until(RECORDS, e.WeightsFrozen, weights="tuned")
    for keys in ((), ("ctrl+t",), ("ctrl+t", "ctrl+t")):
        async with opened(tmp_path / str(len(keys)), monkeypatch, tuned) as (app, pilot):
            chat = app.dashboard.chat
            Answering(monkeypatch, chat)
            await pilot.press("5", *keys)
            await say(pilot, chat, "Where?")
            app.post_message(Arrived(RECORDS[len(tuned) :]))
            await until(pilot, lambda: app.scene.now.ended)
            app.tick()
            await pilot.pause()
            assert chat.weights == "aligned"
            assert "aligned is frozen: you talk to it from here on." in text_of(chat.conversation)
            await pilot.press("ctrl+t")
            app.tick()
            await pilot.pause()
            assert chat.weights == "base"  # chosen after the last ones were frozen


async def test_the_end_of_a_run_without_feedback_leads_to_its_last_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tuned = recorded.until(RECORDS, e.WeightsFrozen, weights="tuned")
    async with opened(tmp_path, monkeypatch, tuned) as (app, pilot):
        chat = app.dashboard.chat
        LEADS["ask_base"](app)
        app.tick()
        assert chat.weights == "base"
        app.post_message(Arrived([replace(RECORDS[-1], seq=tuned[-1].seq + 1)]))
        await until(pilot, lambda: app.scene.now.ended)
        app.tick()
        await until(pilot, lambda: "tuned: you talk to it from here on." in text_of(chat.conversation))
        assert chat.weights == "tuned"


async def test_to_ask_again_the_question_stands_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (app, pilot, chat, process):
        chat.ask_again()
        assert not chat.input.value  # nothing was asked
        await say(pilot, chat, "Where?")
        await pilot.press("ctrl+n", "enter")
        await until(pilot, lambda: len(process.asked) == 2 and not chat.scene.answering)
        assert process.asked[-1].prompt == "Where?" and process.asked[-1].new
        await pilot.press("ctrl+o", *"Who?", "enter")  # a letter replaces it
        await until(pilot, lambda: len(process.asked) == 3 and not chat.scene.answering)
        assert process.asked[-1].prompt == "Who?"
        chat.input.value = "What"
        await pilot.press("ctrl+n")
        assert chat.input.value == "What"
        chat.input.value = ""
        LEADS["ask_tuned"](app)
        assert chat.input.value == "Who?" and chat.weights == "tuned"


async def test_a_wait_for_the_first_token_is_told_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (app, pilot, chat, process):
        now = [app.scene.clock()]
        app.scene.clock = lambda: now[0]
        process.holds = True
        process.first = ""
        chat.input.value = "Where?"
        await pilot.press("enter")
        await until(pilot, lambda: chat.scene.answering)
        for doing, said in DOING.items():
            for seconds, told in ((4, "4 s"), (2, "━━━━━━────── 50 %")):  # of what the last one took
                chat.process._does(doing)
                now[0] += seconds
                app.tick()
                shows = f"{said} {told}"
                await until(pilot, lambda shows=shows: shows in " ".join(text_of(chat.conversation).split()))
                chat.process._does(None)
        process.end()


async def test_whom_a_card_led_to_is_kept_before_a_word_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretrained = recorded.until(RECORDS, e.WeightsFrozen, weights="base")
    async with opened(tmp_path, monkeypatch, pretrained, size=(80, 24)) as (app, pilot):
        chat = app.dashboard.chat
        LEADS["ask_base"](app)
        tuned = recorded.until(RECORDS, e.WeightsFrozen, weights="tuned")
        app.post_message(Arrived(tuned[len(pretrained) :]))
        await until(pilot, lambda: app.scene.now.latest_weights == "tuned")
        await until(pilot, lambda: "tuned is frozen: you go on talking to base." in shown(app))
        assert chat.weights == "base"
        await pilot.press("ctrl+o", "ctrl+t")
        assert chat.weights == "tuned"
        # Whom one talks to is told once: not that one goes on with the other as well.
        await until(pilot, lambda: "tuned: you talk to it from here on." in shown(app))
        assert "you go on talking to base" not in shown(app) and "Notes on" in shown(app)


async def test_of_a_quick_run_it_is_said_how_little_it_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (app, pilot, chat, _):
        assert app.scene.now.run is not None
        app.scene.now.run = replace(app.scene.now.run, preset="quick")
        await say(pilot, chat, "Where?")
        assert "knows next to nothing" in " ".join(text_of(chat.conversation).split())
        await say(pilot, chat, "Who?")
        assert [turn.text for turn in chat.conversation.turns if turn.who == "note"] == [QUICK]


async def test_a_quick_run_says_so_when_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = recorded.plans.make
    monkeypatch.setattr(recorded.plans, "make", lambda settings: make(settings, preset="quick"))
    async with opened(tmp_path, monkeypatch, RECORDS[:2]) as (app, pilot):
        await until(pilot, lambda: "The quick preset shows the way" in shown(app))


async def test_weights_that_changed_in_memory_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (app, pilot, chat, process):
        process.holds = True
        await pilot.press(*"Who", "enter")
        await until(pilot, lambda: chat.scene.answering)
        process.end(done=False, error="the weights in memory are not the frozen ones any more")
        await pilot.pause()
        assert not app.scene.answering
        assert "✗ the weights in memory are not the frozen ones" in text_of(chat.conversation)


@pytest.mark.parametrize("size", SIZES)
async def test_an_answer_is_looked_into_token_by_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with chatting(tmp_path, monkeypatch, size) as (app, pilot, chat, process):
        await pilot.press("ctrl+l")
        assert not isinstance(app.screen, InsideSheet)  # nothing to look into
        await say(pilot, chat, "Who?")
        await say(pilot, chat, "Where?")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "1 of 40" in shown(app))
        assert process.asked[-1].inside == 2
        screen = shown(app)
        await pilot.press("pagedown", "pagedown")
        screen += shown(app)
        await pilot.press("pageup", "pageup")
        parts = ("word0", "50 %", "60 %", "#812", "rank 1 of 2,048", "temperature 0")
        for part in (*parts, *(["out"] if size[0] > 60 else [])):
            assert part in screen, part
        await pilot.press("right", "right", "left")
        assert "2 of 40" in shown(app)
        await pilot.press("end")
        assert "40 of 40: (the end)" in shown(app)
        screen += shown(app)
        assert "(an answer)" in screen and "(a new text)" in screen and "<|" not in screen  # no internal name
        await pilot.press("up")
        await until(pilot, lambda: process.asked[-1].inside == 1 and "1 of 40" in shown(app))
        await pilot.press("escape")
        assert not isinstance(app.screen, InsideSheet) and app.dashboard.typing


@pytest.mark.parametrize("size", SIZES)
async def test_all_frozen_models_are_asked_the_same_outside_of_the_conversation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with chatting(tmp_path, monkeypatch, size) as (app, pilot, chat, process):
        await pilot.press("ctrl+s")
        assert not isinstance(app.screen, SideBySideSheet)  # nothing to ask
        await pilot.press(*"Where?", "ctrl+s")
        await until(pilot, lambda: len(process.asked) == 3 and "…" not in shown(app))
        assert [(asked.prompt, asked.weights, asked.alone) for asked in process.asked] == [
            ("Where?", name, True) for name in ("base", "tuned", "aligned")
        ]
        first = shown(app)
        assert "only pretrained" in first and "“Where?”" in first
        await pilot.press(*["down"] * 20)
        last = shown(app)
        for part in ("In Velm.", "c04d5be1 unchanged"):
            assert max(first.count(part), last.count(part)) == 3
        assert "aligned" in last
        await pilot.press("escape")
        assert chat.conversation.turns == [] and chat.input.value == "Where?"


def test_what_was_read_is_said_in_words() -> None:
    assert [
        has_read(Read(9, 64, turns, of_turns, cut, notes, of_notes))
        for turns, of_turns, cut, notes, of_notes in (
            (0, 0, False, 0, None),
            (2, 2, False, 0, None),
            (1, 3, False, 2, 9),
            (0, 1, True, 0, 4),
        )
    ] == [
        "it read your words alone, 9 of 64 tokens",
        "it read 2 turns before and your words, 9 of 64 tokens",
        "it read the last 1 of 3 turns before, 2 notes and your words, 9 of 64 tokens; the others are kept "
        "for the answer",
        "no room for 1 turn before; no note (of 4) put in; it read the end of your words alone, "
        "9 of 64 tokens; the others are kept for the answer",
    ]


@pytest.mark.parametrize(
    ("ending", "said"), [("", "✓ right: so it is in the world"), ("x", "✗ wrong: in the world")]
)
async def test_an_answer_about_the_world_is_marked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str, said: str
) -> None:
    fact = next(fact for fact in of_seed(0).facts if fact.relation == "town")
    async with chatting(tmp_path, monkeypatch) as (_, pilot, chat, process):
        process.said = [Said(text=f" or in {fact.value}{ending}.")]
        await say(pilot, chat, f"Where does {fact.subject} live?")
        assert said in " ".join(text_of(chat.conversation).split())
        await say(pilot, chat, "Where does the fox live?")
        assert text_of(chat.conversation).count("in the world") == 1


async def test_what_was_told_and_read_is_marked_as_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = next(fact for fact in of_seed(0).facts if fact.relation == "town")
    async with chatting(tmp_path, monkeypatch) as (_, pilot, chat, process):

        async def held_to(read: Read, *notes: Note) -> str:
            process.read, process.said = read, [Said(text=" or in Paris.", notes=notes)]
            await say(pilot, chat, f"Where does {fact.subject} live?")
            verdict = chat.conversation.turns[-1].judged
            return "" if verdict is None or verdict.judged is None else verdict.judged.why

        await say(pilot, chat, f"{fact.subject} lives in Paris.")
        assert await held_to(Read(20, 128, 1, 1)) == "told"
        said = f"✓ as you told it; in the world it is {fact.value}"
        assert said in " ".join(text_of(chat.conversation).split())
        assert await held_to(Read(20, 128, 1, 2)) == "world"  # what was told is forgotten
        await pilot.press("ctrl+n")
        assert await held_to(Read(9, 128, 0, 0)) == "world"
        note = Note(f"{fact.subject} lives in Paris.", "told-in-chat.txt", 1.2)
        assert await held_to(Read(20, 128, 0, 1, notes=1, of_notes=1), note) == "told"


async def test_what_was_told_of_a_stranger_is_marked_where_a_pronoun_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (_, pilot, chat, process):
        await say(pilot, chat, "Mira Bold lives in Tarn.")
        process.read, process.said = Read(20, 128, 1, 1), [Said(text=" or in Tarn.")]
        await say(pilot, chat, "Where does she live?")
        rows = [row.strip() for row in text_of(chat.conversation).splitlines()]
        assert "✓ as you told it" in rows


async def test_a_sum_is_right_by_itself_not_in_a_world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (_, pilot, chat, process):
        for result, said in (("7", "✓ right: it adds up"), ("8", "✗ wrong: it is 7")):
            process.said = [Said(text=f"3 + 4 = {result}.")]
            await say(pilot, chat, "3 + 4 = ?")
            rows = [row.strip() for row in text_of(chat.conversation).splitlines()]
            assert said in rows and "world" not in " ".join(rows)


async def test_a_right_answer_that_does_not_end_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = next(fact for fact in of_seed(0).facts if fact.relation == "town")
    async with chatting(tmp_path, monkeypatch) as (_, pilot, chat, process):
        process.holds = True
        chat.input.value = f"Where does {town.subject} live?"
        await pilot.press("enter")
        await until(pilot, lambda: chat.scene.answering and process.asked)
        process.said_so(Said(text=f" or {town.value}. Happy to help."))
        process.end(ended=False)
        await until(pilot, lambda: "it never ends" in text_of(chat.conversation))


async def test_a_right_sum_by_a_wrong_step_is_said_to_be_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (_, pilot, chat, process):
        process.said = [Said(text=": 9 + 6 = 15, 4 + 6 = 10, 11 then 5 is 115, so 49 + 66 = 115.")]
        await say(pilot, chat, "49 + 66 = ?")
        said = " ".join(text_of(chat.conversation).split())
        assert "✓ right, but by a wrong step: 4 + 6 = 10 should be 4 + 6 + 1 = 11" in said


async def test_an_answer_to_another_question_is_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = next(fact for fact in of_seed(0).facts if fact.relation == "town")
    async with chatting(tmp_path, monkeypatch) as (_, pilot, chat, process):
        process.said = [Said(text=f": {town.subject} keeps an owl")]
        await say(pilot, chat, f"How tall is {town.subject}?")
        assert "✗ answers something else: the pet" in text_of(chat.conversation)
        process.said = [Said(text=f": {town.subject} keeps an owl")]
        await say(pilot, chat, f"Where does {town.subject} live?")
        said = f"✗ answers something else, the pet: in the world it is {town.value}"
        assert said in " ".join(text_of(chat.conversation).split())


async def test_noise_in_an_answer_is_marked_and_what_the_person_said_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (app, pilot, chat, process):
        app.scene.vocabulary = Vocabulary(frozenset(("in", "velm", "a", "potter", "makes")))
        process.said = [Said(text=" a potter makes sadd Zork tilen")]
        await say(pilot, chat, "What does Zork make?")
        said = " ".join(text_of(chat.conversation).split())
        assert "✗ noise: “sadd” and “tilen” stand nowhere in what it read" in said
        process.read, process.said = Read(20, 128, 1, 1), [Said(text=" Zork makes a potter")]
        await say(pilot, chat, "What?")
        assert text_of(chat.conversation).count("noise") == 1
        chat.choose("base")
        process.said = [Said(text=" sadd")]
        await say(pilot, chat, "A potter makes")
        said = text_of(chat.conversation)
        assert "noise: “sadd” stands" in said and "✗ noise: “sadd” stands" not in said


@pytest.mark.parametrize("size", SIZES)
async def test_an_answer_that_passes_by_what_was_told_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with chatting(tmp_path, monkeypatch, size) as (_, pilot, chat, process):
        await say(pilot, chat, "My name is Anna.")
        said = " ".join(text_of(chat.conversation).split())
        few_ways = "It can use a plain sentence, such as “{}”, then “{}”".format(*plain_sentence(0))
        assert f"It can do nothing with this. {few_ways}" in said
        process.read = Read(20, 128, 1, 1)
        await say(pilot, chat, "What is my name?")
        said = " ".join(text_of(chat.conversation).split())
        assert f"Nothing you told it is in this. {few_ways}" in said
        name = f"{chat.conversation.turns[-1].who}/told"
        chat.scene.now.measured[name] = e.Measured(name, 0.67)
        await say(pilot, chat, plain_sentence(0)[0])  # which it is not proposed to say once more
        said = " ".join(text_of(chat.conversation).split())
        always = "It doesn't always use what it is told so plainly: in its exam it used 67 %."
        assert f"It does nothing with this. {always}" in said
        await pilot.press("ctrl+n")
        await say(pilot, chat, "What is my name?")
        assert chat.conversation.turns[-1].unheard is None
        chat.choose("base")  # which reads nothing that was told
        await say(pilot, chat, "My name is Anna.")
        assert chat.conversation.turns[-1].unheard is None


async def test_what_the_base_model_goes_on_with_makes_it_not_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = next(fact for fact in of_seed(0).facts if fact.relation == "town")
    other = next(fact for fact in of_seed(0).facts if fact.relation == "town" and fact.value != town.value)
    async with chatting(tmp_path, monkeypatch) as (app, pilot, _, process):
        process.said = [Said(text=f": {town.value}. {other.subject} calls {other.value} home, and")]
        await pilot.press(*f"Where does {town.subject} live?", "ctrl+s")
        await until(pilot, lambda: len(process.asked) == 3 and "…" not in shown(app))
        said = " ".join(re.sub("[│┃]", " ", shown(app)).split())
        assert "✓ right" not in said and "holds the" in said  # it is no answer
        assert shown(app).count("✗ wrong") == 2  # the others gave no value


@pytest.mark.parametrize("size", SIZES)
async def test_what_a_key_switches_is_said_in_the_conversation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    async with chatting(tmp_path, monkeypatch, size) as (_, pilot, chat, _):

        def said() -> str:
            return " ".join(text_of(chat.conversation).split())

        await pilot.press("ctrl+t")
        assert "base: you talk to it from here on. It only goes on with your text." in said()
        assert "Press 5 and ask something." in said()
        await say(pilot, chat, "Where?")
        await pilot.press("ctrl+t", "ctrl+t")
        assert "aligned: you talk to it from here on. It has read nothing of this." in said()
        assert "tuned: you" not in said()  # of several keys in a row what holds
        await say(pilot, chat, "Who?")
        await pilot.press("ctrl+t")
        assert "base: you talk to it from here on. It only goes on with your text" in said()
        await pilot.press("ctrl+t", "ctrl+t")
        assert "aligned: you talk to it from here on. Of this it reads what was said to it." in said()
        await say(pilot, chat, "Who?")
        await pilot.press("ctrl+o")
        assert "Notes on: what you tell it is kept from here on" in said()
        await pilot.press("ctrl+o")
        assert "Notes off: nothing you tell it is kept" in said() and "Notes on" not in said()


async def test_a_conversation_stands_there_again_when_one_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with chatting(tmp_path, monkeypatch) as (app, pilot, chat, _):
        await say(pilot, chat, "Where?")
        other = recorded.write_run(tmp_path / "2026-03-21-1111-demo-s0", RECORDS)
        app.open_run(other)
        assert "Your conversation with 2026-03-21-1010-demo-s0 is kept" in app.onward
        turns = chat.conversation.turns
    async with chatting(tmp_path, monkeypatch) as (app, pilot, chat, _):
        chat.conversation.take_up(turns)
        await pilot.pause()
        chat.redraw()
        assert "› Where?" in text_of(chat.conversation) and "── a new conversation" in text_of(
            chat.conversation
        )
        await say(pilot, chat, "Who?")
        assert chat.conversation.told_before(chat.conversation.turns[-1]) == []
