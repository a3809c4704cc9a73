"""Batches: every document is read, dialogues stay whole, and only answers carry loss."""

from collections import Counter
from itertools import chain, pairwise

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Pair
from tui_trainer.learning.batches import (
    FOLLOWS,
    IGNORED,
    SUM_AFTER_SUM,
    DialogueReader,
    DocumentReader,
    apart,
    cursor_tensors,
    packed_dialogues,
    restore_cursor,
)
from tui_trainer.model.transformer import Shape, Transformer


def test_an_epoch_reads_every_token_of_a_source_once(corpus: Corpus) -> None:
    corpus.mixture = {"web": 1.0, "books": 0.0}
    reader = DocumentReader(corpus, context=16, seed=0)
    rows_in_epoch = (len(corpus.train["web"]) - 1) // 16
    read = Counter(reader.rows(rows_in_epoch, step=0)[:, :-1].flatten().tolist())
    missing = Counter(corpus.train["web"].tolist()) - read
    assert sum(missing.values()) < 17  # the tail that fills no row
    assert not read - Counter(corpus.train["web"].tolist())


def test_sources_are_drawn_by_tokens_times_weight(corpus: Corpus) -> None:
    reader = DocumentReader(corpus, context=16, seed=0)
    for step in range(300):
        reader.rows(8, step)
    web, books = len(corpus.train["web"]) * 1.0, len(corpus.train["books"]) * 2.0
    assert abs(reader.taken["web"] / 2400 - web / (web + books)) < 0.04


def test_the_cursor_goes_on_with_the_same_rows(corpus: Corpus) -> None:
    whole, resumed = (DocumentReader(corpus, context=16, seed=3) for _ in range(2))
    for step in range(20):
        whole.rows(4, step)
    restore_cursor(resumed, cursor_tensors(whole))
    assert torch.equal(whole.rows(4, 20), resumed.rows(4, 20))


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 6)), min_size=1, max_size=20), st.integers(12, 40)
)
def test_packing_keeps_dialogues_whole_and_loses_no_target(
    lengths: list[tuple[int, int]], context: int
) -> None:
    pad, dialogues, base = 999, [], 0
    for asked, answered in lengths:
        ids = list(range(base, base + asked + answered))
        base += 100
        dialogues.append((ids, [False] * asked + [True] * answered))
    inputs, targets = packed_dialogues(dialogues, context, pad)
    assert inputs.shape == targets.shape and inputs.shape[1] == context
    learnt = [t for t in targets.flatten().tolist() if t != IGNORED]
    assert learnt == [i for ids, flags in dialogues for i, flag in zip(ids, flags, strict=True) if flag]
    scored = targets != IGNORED
    assert (targets[scored] - inputs[scored] == 1).all()  # each answer token follows its own dialogue
    assert pad not in learnt


def test_dialogues_come_reshuffled_every_epoch_and_can_be_sought(corpus: Corpus) -> None:
    reader = DialogueReader(corpus, context=80, seed=0)
    first = [reader.rows(1)[0] for _ in range(40)]
    again = DialogueReader(corpus, context=80, seed=0)
    again.seek(reader.epoch, reader.row)
    assert torch.equal(again.rows(3)[0], reader.rows(3)[0])
    assert len({tuple(row.flatten().tolist()) for row in first}) > 4


def test_some_dialogues_go_on_from_the_one_before(corpus: Corpus) -> None:
    """Each is read once an epoch, whole, and learnt as if it stood alone; some begin no text of their own."""
    reader, epochs, begun = DialogueReader(corpus, context=80, seed=0), 50, 0
    learnt = sum(sum(flags) for _, flags in reader.dialogues)
    for epoch in range(epochs):
        reader.seek(epoch, 0)
        inputs, targets = reader._packed
        begun += int((inputs == corpus.tokenizer.document).sum())
        assert int((targets != IGNORED).sum()) == learnt
    # The first of an epoch follows none.
    assert (1 - 2 * FOLLOWS) * len(corpus.pairs) * epochs < begun < len(corpus.pairs) * epochs


def test_a_sum_often_goes_on_from_a_sum(corpus: Corpus) -> None:
    corpus.pairs = [Pair(f"{a}+{a}", f"{a + a}.", "sum") for a in range(10)] * 20
    reader = DialogueReader(corpus, context=80, seed=0)
    begun = int((reader._packed[0] == corpus.tokenizer.document).sum())
    assert abs(begun / len(corpus.pairs) - (1 - SUM_AFTER_SUM)) < 0.15


def test_a_batch_of_one_long_document_comes_from_all_over_it(corpus: Corpus) -> None:
    text = np.arange(64 * 16 + 1, dtype=np.uint16)
    text[0] = corpus.tokenizer.document
    corpus.train, corpus.mixture = {"books": text}, {}
    reader = DocumentReader(corpus, context=16, seed=0)
    starts = [int(row[1]) // 16 for row in reader.rows(64, 0)]
    assert sorted(starts) == list(range(64))
    neighbors = sum(b == a + 1 for a, b in pairwise(starts))
    assert neighbors < 8
    assert starts != [int(row[1]) // 16 for row in reader.rows(64, 1)]


def test_the_texts_of_a_row_are_read_as_if_each_stood_alone() -> None:
    document = 30
    model = Transformer(Shape(vocabulary=31, layers=2, width=16, heads=2, context=12), seed=1)
    torch.nn.init.normal_(model.blocks[0].mlp.fc2.weight, generator=torch.Generator().manual_seed(2))
    texts = [[document, 3, 4, 5], [document, 6], [document, 7, 8, 9, 10]]
    rows = torch.tensor(
        [list(chain.from_iterable(texts)), [2, 9, 4, document, 1, 1, 1, 1, document, 5, 5, 5][:11]]
    )
    mask = apart(rows, document, torch.float32)
    hidden = model.hidden(rows, mask)
    at = 0
    for text in texts:
        alone = model.hidden(torch.tensor([text]))[0]
        torch.testing.assert_close(hidden[0, at : at + len(text)], alone)
        at += len(text)
    torch.testing.assert_close(hidden[1, :3], model.hidden(rows[1:, :3])[0])  # begun in the row before


def test_a_row_of_one_text_needs_no_mask() -> None:
    assert apart(torch.tensor([[9, 1, 2], [1, 2, 3]]), 9, torch.float32) is None


def test_a_source_can_be_given_a_share_of_the_rows(corpus: Corpus) -> None:
    corpus.train["letters"], corpus.mixture = (
        corpus.train["books"],
        {"web": 1.0, "books": 1.0, "letters": 1.0},
    )
    reader = DocumentReader(corpus, context=16, seed=0)
    for step in range(200):
        reader.rows(8, step, "letters", 0.75)
    assert abs(reader.taken["letters"] / 1600 - 0.75) < 0.05
    others = len(corpus.train["web"]) + len(corpus.train["books"])
    assert abs(reader.taken["web"] / 400 - len(corpus.train["web"]) / others) < 0.1


def test_where_there_is_no_such_source_the_mixture_stands(corpus: Corpus) -> None:
    with_share, without = (DocumentReader(corpus, context=16, seed=0) for _ in range(2))
    assert torch.equal(with_share.rows(8, 0, "letters", 0.75), without.rows(8, 0))
