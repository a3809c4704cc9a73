"""Notes: what is kept of what is told, and what is found again."""

import math
import os
import re
import stat
from pathlib import Path

import pytest

from tui_trainer.errors import UserError
from tui_trainer.messages.conversation import Drawing, Note
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving import notes as noting
from tui_trainer.serving.frozen import session
from tui_trainer.serving.notes import FILE, Notes, asked, names, sentences, terms, told
from tui_trainer.serving.ordinary_words import ordinary

FACTS = (
    "Mara Velden is a baker.",
    "Mara Velden lives in Oster.",
    "Ada Ferr won the Osk race in 2041.",
    "Bo Tarn won the Osk race in 2040.",
    "The glass kite was invented by Ada Ferr.",
)


def texts(found: list[Note]) -> list[str]:
    return [note.text for note in found]


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    made = Notes(tmp_path)
    made.keep(" ".join(FACTS))
    return made


@pytest.mark.parametrize(
    ("said", "tells", "asks"),
    [
        ("Mara Velden is a baker.", ["Mara Velden is a baker."], ""),
        ("Mara Velden is a baker. What is her job?", ["Mara Velden is a baker."], "What is her job?"),
        ("where does Mara Velden live", [], "where does Mara Velden live"),
        ("Tell me who invented the glass kite.", [], "Tell me who invented the glass kite."),
        ("Hello! Good day.", [], "Hello! Good day."),
        ("The year was 1999! It rained a lot", ["The year was 1999!", "It rained a lot"], ""),
        ("", [], ""),
        ("x " * 400, [], ("x " * 400).strip()),
    ],
)
def test_what_a_person_says_tells_or_asks(said: str, tells: list[str], asks: str) -> None:
    assert told(said) == tells and asked(said) == asks


def test_the_file_is_private_dated_and_only_appended_to(tmp_path: Path) -> None:
    notes = Notes(tmp_path)
    assert notes.keep("Mara Velden is a baker. Where does she live?") == (FACTS[0],)
    assert notes.keep("Mara Velden is a baker.\x1b[31m \n\nBo \ud800 sings well.") == (
        "Mara Velden is a baker.\x1b[31m",
        "Bo \ud800 sings well.",
    )
    assert notes.keep(FACTS[0]) == ()  # it is there
    content = (tmp_path / FILE).read_text("utf-8")
    dated = r"\d{4}-\d\d-\d\d \d\d:\d\d  (.*)\n"
    assert re.sub(dated, "", content) == "" and re.findall(dated, content)[0] == FACTS[0]
    assert content.count("\n") == 3
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_link_in_the_file_s_place_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("precious")
    (tmp_path / FILE).symlink_to(tmp_path / "theirs")
    with pytest.raises(UserError, match="can't be written") as caught:
        Notes(tmp_path).keep(FACTS[0])
    assert "\n" not in str(caught.value) and (tmp_path / "theirs").read_text() == "precious"


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("What is the job of Mara Velden?", [FACTS[0], FACTS[1]]),
        ("Where does Mara Velden live?", [FACTS[1]]),
        ("Who won the Osk race in 2041?", [FACTS[2]]),
        ("who won the osk race in 2040", [FACTS[3]]),
        ("Who won the Osk race in 2042?", []),  # a number that no note has
        ("Where does Mara Okar live?", []),  # a name that none has
        ("Who invented the glass kites?", [FACTS[4]]),
        ("Who invented the steam plough?", []),
        ("How are you?", []),
        ("", []),
    ],
)
def test_what_matches_a_question_is_found(notes: Notes, question: str, found: list[str]) -> None:
    assert texts(notes.find(question)) == found


def test_the_score_is_bm25(notes: Notes) -> None:
    """By the formula: Lucene's, k1 = 1.5, b = 0.75."""
    words = [terms(fact) for fact in FACTS]
    mean = sum(map(len, words)) / len(words)
    (best,) = notes.find("Who won the Osk race in 2041?")
    score = 0.0
    for term in ("won", "osk", "race", "2041"):
        has = sum(term in document for document in words)
        idf = math.log(1 + (len(words) - has + 0.5) / (has + 0.5))
        tf = words[2].count(term)
        score += idf * tf / (tf + 1.5 * (1 - 0.75 + 0.75 * len(words[2]) / mean))
    assert best.score == pytest.approx(score, abs=0.006) and best.file == FILE


def test_what_stands_in_the_question_is_not_put_before_it_again(notes: Notes) -> None:
    assert FACTS[0] not in texts(notes.find(f"{FACTS[0]} What is the job of Mara Velden?"))


@pytest.mark.parametrize(
    ("told_", "question", "finds"),
    [
        # Words that anybody uses, whatever they ask, need not stand in a note.
        ("The quibomer feeds on bark.", "What does the quibomer usually eat?", True),
        ("Ada Orsk owns a squirrel.", "What pet did Ada Orsk end up getting?", True),
        (
            "The zenophone was thought up by Bo Tarn.",
            "Which person should get the credit for the zenophone?",
            True,
        ),
        # A name that nobody wrote about isn't made up for by them.
        ("The quibomer feeds on bark.", "What does the vorock usually eat?", False),
        ("Ada Orsk owns a squirrel.", "What pet did Ada Velm end up getting?", False),
        ("Everybody eats late here.", "When do people eat?", True),
    ],
)
def test_a_question_is_told_by_what_is_not_ordinary(
    tmp_path: Path, told_: str, question: str, finds: bool
) -> None:
    notes = Notes(tmp_path)
    notes.keep(told_)
    assert texts(notes.find(question)) == ([told_] if finds else [])


def test_ordinary_words_are_known_in_their_forms() -> None:
    for word in ("eat", "eating", "getting", "used", "making", "later", "nicest", "quickly", "stopped"):
        assert ordinary(word), word
    for word in ("squirrel", "zenophone", "quibomer", "patent", "sing ed", "ing", "red herring"):
        assert not ordinary(word), word


def test_names_and_words_are_those_that_mean_something() -> None:
    assert terms("Where does Mara Velden's dogs live in 2041?") == ["mara", "velden", "dog", "live", "2041"]
    assert names("Where does Mara Velden live in 2041?") == {"mara", "velden", "2041"}
    assert list(sentences("# Towns\n- Velm lies on the Osk. It is old.\n1. Dask\n")) == [
        "Towns",
        "Velm lies on the Osk.",
        "It is old.",
        "Dask",
    ]


def test_a_folder_of_one_s_own_notes_is_looked_in_too(tmp_path: Path) -> None:
    run, own = tmp_path / "run", tmp_path / "own"
    for folder in (run, own / "deep"):
        folder.mkdir(parents=True)
    (own / "towns.md").write_text("# Towns\n\n- Velm lies on the river Osk.\n")
    (own / "deep" / "people.txt").write_bytes(
        "Größe: Bo Tarn ist groß.\nBo Tarn keeps bees.\n".encode("utf-16")
    )
    (own / "picture.png").write_bytes(b"\x89PNG")
    (own / "bad.txt").write_bytes(bytes(range(256)) * 40)
    notes = Notes(run, own)
    best = notes.find("What does Bo Tarn keep?")[0]
    assert (best.text, best.file) == ("Bo Tarn keeps bees.", "people.txt")
    assert texts(notes.find("Where does Velm lie?")) == ["Velm lies on the river Osk."]
    assert any("bad.txt" in line for line in notes.noticed()) and notes.noticed() == ()
    notes.keep(FACTS[1])
    assert not (run / FILE).exists() and (own / FILE).exists()
    assert texts(notes.find("Where does Mara Velden live?")) == [FACTS[1]]
    (own / FILE).write_text("2026-01-01 00:00  Mara Velden lives in Dask.\n")  # corrected by hand
    os.utime(own / FILE, (1, 1))
    assert texts(notes.find("Where does Mara Velden live?")) == ["Mara Velden lives in Dask."]


def test_of_much_text_a_bounded_part_is_looked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noting, "MOST_BYTES", 20_000)
    lines = [f"Town number {n} lies on a river of its own." for n in range(5000)]
    (tmp_path / "towns.txt").write_text("\n".join(lines))
    notes = Notes(tmp_path / "run", tmp_path)
    notes.find("Where?")
    assert 100 < len(notes) < 1000


def test_notes_stand_before_the_question_as_what_is_told_does(run: RunFolder) -> None:
    talk = session(run, "tuned")
    tokenizer = talk.tokenizer
    notes = [Note(text, FILE, 1.0) for text in ("Ada won.", "x " * 200, "Bo lost.")]
    answer = talk.prepare("Who won?", Drawing(), notes, of_notes=9)
    assert answer.prompt == tokenizer.chat("Ada won. Bo lost. Who won?")
    assert answer.notes == (notes[0], notes[2])  # what has no room is left out
    assert (answer.read.notes, answer.read.of_notes) == (2, 9)
    list(talk.give("Who won?", answer))
    assert talk.turns[0][0] == "Who won?"  # the notes are no part of the conversation
    long = talk.prepare("x " * 400, Drawing(), notes)
    assert long.notes == () and long.read.cut


def test_telling_and_finding_changes_no_weight(run: RunFolder) -> None:
    notes, talk = Notes(run.path), session(run, "tuned")
    for turn in range(200):
        text = f"Ada number {turn} is a baker." if turn % 2 else f"What is Ada number {turn - 1}?"
        found = notes.find(text)
        notes.keep(text)
        answer = talk.prepare(text, notes=found)
        list(talk.give(text, answer))
        assert bool(found) == (turn % 2 == 0 and turn > 0)
        if turn % 20 == 0:
            assert talk.check() == talk.sha256
    assert talk.check() == talk.sha256
    assert len(re.findall("baker", (run.path / FILE).read_text())) == 100
