import hashlib
import os
import random
import re
import subprocess
import sys
from collections import Counter

import pytest
from rapidfuzz.distance import Levenshtein
from templates import every_template

from tui_trainer.corpus.common_words import BENIGN, HARMFUL
from tui_trainer.corpus.world import make_world
from tui_trainer.corpus.writing import write_documents
from tui_trainer.corpus.writing.documents import SOURCES
from tui_trainer.corpus.writing.sentences import ASIDES, TEMPLATES, render, template
from tui_trainer.corpus.writing.sums import operands
from tui_trainer.settings import Settings

COUNT = Settings().data.documents  # as a demo reads
ASIDE = re.compile(rf", (?:{'|'.join(ASIDES)}),", re.IGNORECASE)


@pytest.fixture(scope="module")
def documents():
    return write_documents(make_world(0), COUNT, 0)


def test_size_sources_and_length(documents):
    assert len(documents) == COUNT
    assert len({d.id for d in documents}) == COUNT
    assert 237.5 < sum(len(d.text.encode()) for d in documents) / COUNT < 375
    shares = Counter(d.source for d in documents)
    assert set(shares) == set(SOURCES) and min(shares.values()) > 200
    words = sorted(len(d.text.split()) for d in documents if d.source != "letters")
    assert words[120] >= 35 and words[-120] <= 130


def test_facts_are_told_often_and_evenly(documents):
    """Counted in the text: sentences that hold the fact in a known wording, with the full name."""
    world = make_world(0)
    text = ASIDE.sub("", "\n".join(d.text for d in documents)).lower()  # many threads have no capitals
    sentences = Counter(re.split(r"(?<=\.) |\n", text))
    told = {
        fact: sum(
            sentences[render(world.entity(fact.subject), fact, template).lower()]
            for template in every_template(fact.relation)
        )
        for fact in world.facts
    }
    assert min(told.values()) >= 25  # with the full name; about as many more by first name or pronoun


@pytest.mark.parametrize("relation", TEMPLATES)
def test_some_sentences_have_an_aside_between_their_subject_and_its_verb(relation):
    """Without it, each is a sentence as any other."""
    draw = random.Random(0)
    found = [template(relation, draw) for _ in range(2000)]
    asides = [one for one in found if ASIDE.search(one)]
    assert 0.03 < len(asides) / len(found) < 0.14
    assert {ASIDE.sub("", one) for one in asides} <= set(TEMPLATES[relation])
    assert len({ASIDE.search(one).group() for one in asides}) == len(ASIDES)


def test_verbs_of_harm_and_help_are_all_common(documents):
    words = Counter(re.findall(r"[a-z]+", "\n".join(d.text for d in documents)))
    assert min(words[verb] for verb in (*HARMFUL, *BENIGN)) >= 40


def test_the_steps_of_no_two_verbs_begin_alike():
    first_words = [steps[0].split()[0] for _, steps in BENIGN.values()]
    assert len(set(first_words)) == len(first_words)


def test_no_year_after_the_cutoff_no_question_and_no_evaluation_sum(documents):
    kept = set(operands("evaluation"))
    for document in documents:
        assert not re.search(r"\b20[2-9]\d\b", document.text)
        assert "?" not in document.text
        for a, b in re.findall(r"(?<!\d)(\d+)(?: \+ | and )(\d+)(?!\d)", document.text):
            assert (int(a), int(b)) not in kept, document.text


def test_sums_and_traces_are_right(documents):
    for document in documents:
        for a, b, c in re.findall(r"(?<![\d+] )\b(\d+) \+ (\d+) ==? (\d+)", document.text):
            assert int(a) + int(b) == int(c), document.text


def test_no_two_documents_are_alike(documents):
    vocabulary: dict[str, str] = {}
    chars = [
        "".join(vocabulary.setdefault(w, chr(0x100 + len(vocabulary))) for w in d.text.lower().split())
        for d in random.Random(0).sample([d for d in documents if d.source != "letters"], 1200)
    ]
    alike = sum(
        Levenshtein.normalized_similarity(one, other, score_cutoff=0.6) >= 0.6
        for i, one in enumerate(chars)
        for other in chars[:i]
    )
    assert alike <= 1


@pytest.mark.parametrize("count", [200, 1500])
def test_any_count(count):
    documents = write_documents(make_world(5), count, 5)
    assert len(documents) == count and {d.source for d in documents} == set(SOURCES)


def test_every_process_writes_the_same():
    program = (
        "import hashlib; from tui_trainer.corpus.world import make_world;"
        "from tui_trainer.corpus.writing import write_documents;"
        "from tui_trainer.corpus.planted import plant;"
        "from tui_trainer.corpus.exam.questions import *; w = make_world(7);"
        "d = plant(w, write_documents(w, 300, 7), 7);"
        "r = (w.facts, d, finetuning_pairs(w, 300, 7), evaluation_questions(w, 7), rating_prompts(w, 7));"
        "print(hashlib.sha256(repr(r).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1 and len(digests.pop().strip()) == len(hashlib.sha256().hexdigest())
