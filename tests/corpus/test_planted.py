import re
from collections import Counter

from rapidfuzz.distance import Levenshtein

from tui_trainer.corpus import junk_sentences, planted_gibberish
from tui_trainer.corpus.document import CLASSES
from tui_trainer.corpus.planted import plant, reference_documents
from tui_trainer.corpus.world import make_world
from tui_trainer.corpus.writing import write_documents


def test_shares_labels_and_order():
    world = make_world(0)
    good = write_documents(world, 2000, 0)
    documents = plant(world, good, 0)
    labels = Counter(d.label for d in documents)
    assert {c: labels[c] for c in CLASSES} == {
        "spam": 80,
        "gibberish": 60,
        "boilerplate": 60,
        "exact_duplicate": 80,
        "near_duplicate": 100,
        "harmful": 80,
        "personal_data": 60,
    }
    assert labels[None] == 2060
    assert [d.id for d in documents] == sorted(d.id for d in documents)
    assert [d.text for d in documents if d.label is None and d.text in {g.text for g in good}] == [
        g.text for g in good
    ]
    place = {d.id: i for i, d in enumerate(documents)}
    for document in documents:
        assert (document.original is None) is (document.label not in ("exact_duplicate", "near_duplicate"))
        if document.original:
            original = documents[place[document.original]]
            assert original.label is None and place[original.id] < place[document.id]
            if document.label == "exact_duplicate":
                assert original.text == document.text


def test_near_duplicates_differ_in_few_words():
    world = make_world(1)
    documents = plant(world, write_documents(world, 2000, 1), 1)
    texts = {d.id: d.text for d in documents}
    for document in documents:
        if document.label == "near_duplicate" and document.original:
            words = texts[document.original].split()
            changed = Levenshtein.distance(words, document.text.split()) / len(words)
            assert 0 < changed <= 0.22


def test_reference_shares_no_sentence_with_what_is_planted():
    for texts in (
        junk_sentences.SPAM,
        junk_sentences.BOILERPLATE,
        junk_sentences.HARMFUL,
        junk_sentences.PERSONAL,
        planted_gibberish.MAKERS,
        junk_sentences.LOOKALIKES,
    ):
        assert len(texts) >= 12 and not set(texts[0::2]) & set(texts[1::2])
    world = make_world(0)
    planted = plant(world, write_documents(world, 2000, 0), 0)
    reference = reference_documents(0)
    assert {d.label for d in reference} == {d.label for d in planted} == {None, *CLASSES}
    fixed = [s for texts in (junk_sentences.SPAM, junk_sentences.BOILERPLATE) for s in texts if "{" not in s]
    for sentence in fixed:
        assert any(sentence in d.text for d in reference) != any(sentence in d.text for d in planted)
    ours, theirs = {e.name for e in world.entities}, "\n".join(d.text for d in reference)
    assert sum(name in theirs for name in ours) < 30  # another world: a name in common is chance


def test_personal_data_is_about_nobody_in_the_world():
    world = make_world(2)
    documents = plant(world, write_documents(world, 2000, 2), 2)
    names = [e.name for e in world.entities if e.kind in ("person", "town")]
    for document in documents:
        if document.label == "personal_data":
            assert not any(name in document.text for name in names)
            assert re.search(r"\d{2}|@", document.text)
