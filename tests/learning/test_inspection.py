"""Looks at a model against other ways to the same numbers."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional as F

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.learning.inspection import ends, look
from tui_trainer.messages.inspection import MOST_ATTENDING, MOST_TOKENS, Look
from tui_trainer.model.transformer import Transformer

TEXT = "The cat sleeps in the barn. "


def test_losses_are_those_of_one_plain_reading(corpus: Corpus, tiny_model: Transformer) -> None:
    tokens = torch.tensor([corpus.tokenizer.document, *corpus.tokenizer.encode(TEXT)])
    assert len(tokens) <= tiny_model.shape.context
    looked = look(tiny_model, corpus.tokenizer, Look(TEXT))
    with torch.inference_mode():
        logits = tiny_model(tokens[None])[0]
        expected = F.cross_entropy(logits[:-1], tokens[1:], reduction="none")
        shares = torch.softmax(logits[-1], dim=-1)
    assert looked.losses == pytest.approx(expected.tolist(), abs=2e-4)
    name, share = looked.top[0]
    assert name == corpus.tokenizer.name(int(shares.argmax()))
    assert share == pytest.approx(float(shares.max()), abs=1e-4)
    assert looked.ends[-1] == len(TEXT) and looked.attention is None


def test_a_long_text_is_scored_with_half_a_context_at_least(corpus: Corpus, tiny_model: Transformer) -> None:
    text = TEXT * 40
    context = tiny_model.shape.context
    tokens = [corpus.tokenizer.document, *corpus.tokenizer.encode(text)[:MOST_TOKENS]]
    looked = look(tiny_model, corpus.tokenizer, Look(text))
    assert len(looked.losses) == len(looked.ends) == len(tokens) - 1 > 3 * context
    step = context - context // 2
    for place in (1, context - 1, context, context + 1, context + step, 3 * context + 5, len(tokens) - 1):
        # The window that scores a token is the first one whose end it lies in front of.
        start = 0 if place <= context else -(-(place - context) // step) * step
        with torch.inference_mode():
            logits = tiny_model(torch.tensor([tokens[start:place]]))[0, -1]
        loss = float(F.cross_entropy(logits, torch.tensor(tokens[place])))
        assert place - start >= min(place, context // 2)
        assert looked.losses[place - 1] == pytest.approx(loss, abs=2e-4), place


def test_attention_looks_back_and_sums_to_one(corpus: Corpus, tiny_model: Transformer) -> None:
    looked = look(tiny_model, corpus.tokenizer, Look(TEXT, layer=99, head=99))
    picture = looked.attention
    assert picture is not None and picture.rows == picture.columns == len(looked.attending) <= MOST_ATTENDING
    assert looked.attending[0] == "<|document|>"
    for row in range(picture.rows):
        cells = picture.cells[row * picture.columns : (row + 1) * picture.columns]
        assert sum(cells) == pytest.approx(127, abs=len(cells) / 2)
        assert not any(cells[row + 1 :])


def test_looking_leaves_no_trace(corpus: Corpus, tiny_model: Transformer) -> None:
    before = {name: value.clone() for name, value in tiny_model.state_dict().items()}
    state = torch.get_rng_state()
    assert look(tiny_model, corpus.tokenizer, Look("")).losses == ()
    look(tiny_model, corpus.tokenizer, Look(TEXT, layer=0))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in tiny_model.state_dict().items())
    assert all(p.grad is None and p.requires_grad for p in tiny_model.parameters())


@settings(max_examples=50)
@given(text=st.text(max_size=60))
def test_ends_are_where_the_characters_are(corpus: Corpus, text: str) -> None:
    found = ends(corpus.tokenizer, corpus.tokenizer.encode(text))
    assert list(found) == sorted(found)
    if text and not any("\ud800" <= c <= "\udfff" for c in text):
        assert found[-1] == len(text)
