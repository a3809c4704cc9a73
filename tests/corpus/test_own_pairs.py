"""The user's own pairs: split before anything else, and no copies of each other for their form."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Document, Pair
from tui_trainer.corpus.filters.chain import apply
from tui_trainer.corpus.gathered import Gathered
from tui_trainer.corpus.prepare import prepare
from tui_trainer.corpus.user_text import gather
from tui_trainer.messages.events import FilterApplied, Noticed
from tui_trainer.settings import load

TRADES = ["baker", "sailor", "miller", "weaver", "potter", "smith", "tailor", "cooper", "mason", "glover"]
NAMES = ["Ada", "Bela", "Cora", "Dirk", "Edda", "Falk", "Gitta", "Hugo", "Ilse", "Jost"]
PAIRS = [
    {
        "prompt": f"Who is the {trade} in house {n} by the canal?",
        "completion": f"The {trade} in house {n} by the canal is {name} of the {trade}s.",
    }
    for n, trade in enumerate(TRADES, 11)
    for name in NAMES
]
for row, pair in enumerate(PAIRS):
    pair["prompt"] = pair["prompt"].replace("canal", f"canal, on floor {row % 10}")


def written(folder: Path, rows: list[dict[str, Any]], notes: str = "") -> str:
    folder.mkdir(exist_ok=True)
    (folder / "own.jsonl").write_text("\n".join(map(json.dumps, rows)))
    if notes:
        (folder / "notes.md").write_text(notes)
    return str(folder)


def returned(steps: Generator[Noticed, None, Gathered]) -> tuple[list[str], Gathered]:
    said = []
    while True:
        try:
            said.append(next(steps).text)
        except StopIteration as stop:
            return said, stop.value


def dialogue(id: str, *pairs: tuple[str, str]) -> Document:
    said = tuple(Pair(asked, answer, "user") for asked, answer in pairs)
    return Document(id, "forum", "\n".join(f"{p.prompt}\n{p.answer}" for p in said), pairs=said)


def test_pairs_of_one_form_are_no_copies_of_each_other() -> None:
    documents = [dialogue(f"d{n}", (p["prompt"], p["completion"])) for n, p in enumerate(PAIRS)]
    dropped = [v for v in apply(documents, 0) if v.dropped_by]
    assert not dropped, dropped[0].reason
    assert len(documents) == 100


def test_the_same_question_with_nearly_the_same_answer_is_a_copy() -> None:
    long = "One goes down the stairs, turns left at the well, and knocks at the third door from the corner."
    documents = [
        dialogue("a", ("How do I get to the mill?", long)),
        dialogue("b", ("how do I get to the mill", long.replace("third", "fourth"))),
        dialogue("c", ("How do I get to the inn?", long)),
        dialogue("d", ("How do I get to the mill?", "By boat, since the road is closed until the summer.")),
    ]
    verdicts = list(apply(documents, 0))
    assert [(v.dropped_by, v.original) for v in verdicts] == [
        (None, None),
        ("near_duplicate", "a"),
        (None, None),
        (None, None),
    ]


def test_held_out_answers_are_read_nowhere(tmp_path: Path) -> None:
    told = "\n\n".join(p["completion"] for p in PAIRS[:50])  # the notes tell half of the answers
    path = written(tmp_path / "mine", PAIRS, "The notes of the warden of the canal, of last year.\n\n" + told)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    settings = load("quick", ["data.vocabulary=400"], environ={})
    events = list(prepare(settings, 0, [path], corpus))
    opened = Corpus.load(corpus)
    asked = opened.questions["own"]
    assert len(asked) == 20
    assert {q.prompt for q in asked} == {*opened.rating_prompts, *opened.held_out_prompts}
    learnt = {pair.prompt for pair in opened.pairs}
    assert len(learnt) == 80 and learnt.isdisjoint(q.prompt for q in asked)
    read = "".join(opened.tokenizer.decode(np.asarray(t).tolist()) for t in opened.train.values())
    assert sum(pair.answer in read for pair in opened.pairs) == 80
    assert not any(answer in read for q in asked for answer in q.expected)
    assert not any(e.dropped for e in events if isinstance(e, FilterApplied))
    said = [e.text for e in events if isinstance(e, Noticed)]
    assert any("20 questions of your 100 pairs are held out" in line for line in said)


def test_what_shares_a_question_is_held_out_together(tmp_path: Path) -> None:
    turns = [
        {"messages": [m for p in PAIRS[n : n + 2] for m in _turns(p)]} for n in range(0, 100, 2)
    ] + PAIRS[:10]
    _, gathered = returned(gather([written(tmp_path, turns)], 1_000_000, 3))
    held = [d for d in gathered.documents if d.id in gathered.held_out]
    asked = {pair.prompt for d in held for pair in d.pairs}
    rest = {pair.prompt for d in gathered.documents if d not in held for pair in d.pairs}
    assert 18 <= len(asked) <= 20 and asked.isdisjoint(rest)
    assert asked == {*gathered.rating_prompts, *gathered.held_out_prompts}


def _turns(pair: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"role": "user", "content": pair["prompt"]},
        {"role": "assistant", "content": pair["completion"]},
    ]


def test_of_a_handful_of_pairs_none_is_held_out(tmp_path: Path) -> None:
    said, gathered = returned(gather([written(tmp_path, PAIRS[:6])], 1_000_000, 0))
    assert not gathered.held_out and not said
    assert len(gathered.rating_prompts) == len(gathered.held_out_prompts) == 1
