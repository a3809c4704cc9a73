"""Noise in an answer: words that its model has never read, and nobody has said to it."""

import json
from pathlib import Path

import pytest
import recorded
from test_actions import scene_at

from tui_trainer.corpus.common_words import words
from tui_trainer.messages.events import AnswersScored, PairOffered, ScoredAnswer
from tui_trainer.ui.renderers import scored_answers, two_answers
from tui_trainer.ui.run_files.vocabulary import vocabulary
from tui_trainer.view import noise
from tui_trainer.view.noise import Vocabulary

READ = Vocabulary(frozenset(words("a potter makes bowls of clay don t i know the town is velm")))


@pytest.mark.parametrize(
    ("text", "heard", "ended", "found"),
    [
        ("A potter makes bowls of clay.", (), True, ()),
        ("I don't know.", (), True, ()),
        ("A potter makes sadd of claYbowls", (), True, ("sadd", "claYbowls")),
        ("A potter makes sadd", (), False, ()),  # which may have become a word
        ("A potter makes sadd.", (), False, ("sadd",)),
        ("The town is Zürich.", ("Where is ZÜRICH?",), True, ()),  # a word of the question is no noise
        ("The town is Zürich.", (), True, ("Zürich",)),
        ("7 + 4 = 11", (), True, ()),
        ("", (), False, ()),
    ],
)
def test_noise_is_what_stands_nowhere_in_what_was_read(
    text: str, heard: tuple[str, ...], ended: bool, found: tuple[str, ...]
) -> None:
    assert READ.noise(text, heard, ended=ended) == found
    assert Vocabulary().noise(text, heard, ended=ended) == ()  # whose words are not known


def test_the_first_word_of_a_text_gone_on_with_may_be_the_end_of_one() -> None:
    assert READ.noise("en, a potter makes bowls", goes_on=True) == ()
    assert READ.noise("en, a potter makes sadd.", goes_on=True) == ("sadd",)
    assert READ.noise(" sadd makes bowls", goes_on=True) == ("sadd",)  # a word of its own


def test_noise_is_named_and_no_more_of_it_than_is_read() -> None:
    assert noise.told(()) == ()
    assert noise.told(("sadd",))[0] == "noise: “sadd” stands nowhere in what it read"
    assert noise.told(("li", "tilen"))[0] == "noise: “li” and “tilen” stand nowhere in what it read"
    assert noise.told("abcd")[:2] == (
        "noise: “a”, “b” and 2 more stand nowhere in what it read",
        "noise: “a”, “b” and 2 more",
    )
    said = noise.strange(READ, ("sadd \ufffd", "bowls"))
    assert said[0].startswith("noise: “sadd” ") and said[0].endswith("bytes that are no letters")
    assert "no letters" in noise.strange(READ, ("\ufffd",))[0]
    assert noise.strange(READ, ("bowls",)) == ()


def test_the_words_of_what_was_kept_and_of_the_pairs_are_known(tmp_path: Path) -> None:
    folder = recorded.write_run(tmp_path / "run", recorded.records()[:1])
    documents = [{"text": "The Fox.", "dropped_by": None}, {"text": "xq zzv", "dropped_by": "gibberish"}]
    lines = "".join(json.dumps({"id": "1", "source": "web", **one}) + "\n" for one in documents)
    (folder.corpus / "documents.jsonl").write_text(lines)
    pair = {"prompt": "Who?", "answer": "Mira.", "kind": "", "turns": [["And where?", "In Velm."]]}
    assert vocabulary(folder, 2) == Vocabulary()  # there are no pairs yet
    (folder.corpus / "pairs.jsonl").write_text(json.dumps(pair) + "\n")
    assert vocabulary(folder, 2).read == {"the", "fox", "who", "mira", "and", "where", "in", "velm"}
    assert vocabulary(folder, 3) == Vocabulary()  # a sample only


def test_noise_is_said_under_two_answers_and_over_those_that_are_scored() -> None:
    scene = scene_at(recorded.records())
    pair = PairOffered(1, "What does a sadd do?", "A potter makes sadd.", "A potter makes tilen.", False, 0.5)
    for width in (56, 76):
        rows = [row.text.rstrip() for row in two_answers.board(scene, pair, None, width, 9, False)]
        assert not any("noise" in row for row in rows)
    scene.vocabulary = READ
    for width in (56, 76):
        rows = [row.text.rstrip() for row in two_answers.board(scene, pair, None, width, 9, False)]
        assert rows[-1] == "noise: “tilen” stands nowhere in what it read"
    answer = ScoredAnswer("A potter makes tilen", 0.1, 0.1, -9.0, 0.1)
    scene.now.scored = AnswersScored(1, "Who?", (answer,), 0.1)
    assert scored_answers.board(scene, 76, 9)[1].text.rstrip().endswith("answer  noise: “tilen”")
