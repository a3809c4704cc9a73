"""Batched, cached generation against one row and no cache."""

import copy
import math

import pytest
import torch
from pretend_device import pretend_device

from tui_trainer.learning.optimizer import Optimizer
from tui_trainer.model.decoding import MANY, Decoder
from tui_trainer.model.sampling import choose, drawn_from, generate, stream
from tui_trainer.model.transformer import Shape, Transformer

PROMPTS = [[1, 2, 3], [4], [5, 6, 7, 8, 9, 10, 11], [12, 13]]


def plain_greedy(model: Transformer, prompt: list[int], new: int, end: int | None) -> list[int]:
    tokens = list(prompt)
    for _ in range(new):
        tokens.append(int(model(torch.tensor([tokens]))[0, -1].argmax()))
        if tokens[-1] == end:
            break
    return tokens[len(prompt) :]


def test_greedy_batches_of_mixed_lengths_are_the_single_rows(model: Transformer) -> None:
    plain = [plain_greedy(model, prompt, 10, None) for prompt in PROMPTS]
    assert generate(model, PROMPTS, 10, end=None) == plain
    end = plain[0][4]  # a token that ends one row early while others go on
    expected = [plain_greedy(model, prompt, 10, end) for prompt in PROMPTS]
    assert generate(model, PROMPTS, 10, end=end) == expected
    assert len(expected[0]) <= 5


@pytest.mark.parametrize("cuts", [[1] * 12, [5, 1, 1, 5], [12]])
def test_reading_in_pieces_is_reading_at_once(model: Transformer, cuts: list[int]) -> None:
    tokens = torch.randint(0, 97, (3, 12), generator=torch.Generator().manual_seed(5))
    decoder = Decoder(model, 3, 12)
    with torch.inference_mode():
        expected, end = model(tokens), 0
        for piece in tokens.split(cuts, dim=1):
            end += piece.shape[1]
            torch.testing.assert_close(decoder.next(piece), expected[:, end - 1], atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("heads", [1, 2, 4, 12])
def test_one_row_token_by_token_says_what_the_plain_forward_says(heads: int) -> None:
    model = Transformer(Shape(vocabulary=97, layers=3, width=48, heads=heads, context=32), seed=1)
    generator = torch.Generator().manual_seed(2)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0, 0.2, generator=generator)
        model.head_gain.fill_(6.0)
    texts = torch.randint(0, 97, (50, 40), generator=generator)
    with torch.inference_mode():
        expected = model(texts)
        for text, logits in zip(texts, expected, strict=True):
            decoder = Decoder(model, 1, 40)
            decoder.next(text[None, :3])
            found = torch.cat([decoder.next(token.view(1, 1)) for token in text[3:]])
            assert decoder.one_row is not None
            torch.testing.assert_close(found, logits[3:], atol=2e-4, rtol=1e-4)
            assert torch.equal(found.argmax(dim=1), logits[3:].argmax(dim=1))


def test_a_single_row_goes_on_after_it_was_kept(model: Transformer) -> None:
    tokens = torch.tensor([[1, 2, 3, 4, 5]])
    decoder = Decoder(model, 1, 5)
    with torch.inference_mode():
        decoder.next(tokens[:, :3])
        decoder.next(tokens[:, 3:4])
        decoder.keep(torch.tensor([0]))
        torch.testing.assert_close(decoder.next(tokens[:, 4:]), model(tokens)[:, -1], atol=1e-4, rtol=1e-4)


def test_weights_are_laid_out_once_until_one_changes(model: Transformer) -> None:
    tokens = torch.tensor([[1, 2, 3]])
    first = Decoder(model, 1, 3)
    assert (
        Decoder(model, 2, 3).head is first.head and first.head is not Decoder(copy.deepcopy(model), 1, 3).head
    )
    optimizer = Optimizer(model)
    for parameter in model.parameters():
        before = Decoder(model, 1, 3).head
        with torch.no_grad():
            parameter.mul_(1.01)
        assert Decoder(model, 1, 3).head is not before
        parameter.grad = torch.ones_like(parameter)
    for change in (
        lambda: optimizer.step(0.01, 0.01, 0.01),
        lambda: model.load_state_dict(Transformer(model.shape, seed=9).state_dict()),
    ):
        change()
        with torch.inference_mode():
            assert torch.allclose(Decoder(model, 1, 3).next(tokens), model(tokens)[:, -1], atol=1e-4)


def test_many_rows_in_bfloat16_say_nearly_the_same(model: Transformer) -> None:
    tokens = torch.randint(0, 97, (MANY, 12), generator=torch.Generator().manual_seed(6))
    with torch.inference_mode():
        expected = torch.softmax(model(tokens)[:, -1], dim=-1)
        model.dtype = torch.bfloat16
        found = torch.softmax(Decoder(model, MANY, 12).next(tokens), dim=-1)
    assert 0 < (found - expected).abs().sum(dim=-1).max() < 0.1  # total variation


def test_rows_that_ended_are_dropped_and_the_others_go_on_as_they_would_alone(model: Transformer) -> None:
    prompts = [[at] for at in range(40)]
    free = generate(model, prompts, 12, end=None)
    end = max(range(97), key=lambda token: sum(token in row for row in free))
    cut = [row[: row.index(end) + 1] if end in row else row for row in free]
    assert generate(model, prompts, 12, end=end) == cut and len({len(row) for row in cut}) > 3


@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_a_gpu_says_what_the_cpu_says(model: Transformer, temperature: float) -> None:
    """Texts of many lengths, of which most end early; and one, token by token."""
    prompts = [list(range(at, at + 1 + at % 5)) for at in range(40)]

    def said(end: int | None) -> list[list[int]]:
        draws = torch.Generator().manual_seed(0)
        found = generate(model, prompts, 12, end=end, temperature=temperature, generator=draws, banned=[0, 1])
        return [*found, *(list(stream(model, p, 12, end=end)) for p in prompts[:2])]

    free = said(None)
    end = max(range(97), key=lambda token: sum(token in row for row in free))
    here = said(end)
    assert sum(len(row) < 12 for row in here) > len(here) / 4
    with pretend_device() as device:
        model.to(device)
        assert said(end) == here


def test_stream_is_generate_without_the_end(model: Transformer) -> None:
    (whole,) = generate(model, PROMPTS[:1], 10, end=None)
    assert list(stream(model, PROMPTS[0], 10, end=None)) == whole
    assert list(stream(model, PROMPTS[0], 10, end=whole[3])) == whole[: whole.index(whole[3])]


def test_samples_follow_the_model_s_distribution(model: Transformer) -> None:
    with torch.inference_mode():
        expected = torch.softmax(model(torch.tensor([[1, 2, 3]]))[0, -1], dim=-1)
    generator = torch.Generator().manual_seed(0)
    rows = generate(model, [[1, 2, 3]] * 20_000, 1, end=None, temperature=1.0, generator=generator)
    seen = torch.bincount(torch.tensor(rows).squeeze(1), minlength=len(expected)) / len(rows)
    assert (seen - expected).abs().sum() < 0.08  # total variation of 20,000 draws from 97 tokens: about 0.05


def test_banned_tokens_never_come(model: Transformer) -> None:
    (free,) = generate(model, [[1]], 8, end=None)
    (bound,) = generate(model, [[1]], 8, end=None, banned=free)
    assert not set(free) & set(bound)


def test_no_prompts_give_no_answers(model: Transformer) -> None:
    assert generate(model, [], 5, end=None) == []


@pytest.mark.parametrize(
    ("temperature", "top_p"), [(1.0, 1.0), (0.5, 0.8), (2.0, 0.3), (0.0, 1.0), (1.0, 1e-9)]
)
def test_what_is_drawn_from_is_told_as_it_is(model: Transformer, temperature: float, top_p: float) -> None:
    """Held against the definition, token by token; and against 20,000 draws."""
    with torch.inference_mode():
        logits = model(torch.tensor([[1, 2, 3]]))[:, -1]
    banned = (int(logits.argmax()),)
    found = drawn_from(logits, temperature, banned, top_p)[0].tolist()
    expected = [0.0] * len(found)
    if temperature == 0:
        expected[max((x, t) for t, x in enumerate(logits[0].tolist()) if t not in banned)[1]] = 1.0
    else:
        powers = [
            math.exp(x / temperature) if t not in banned else 0.0 for t, x in enumerate(logits[0].tolist())
        ]
        left = top_p * sum(powers)
        for share, token in sorted(((share, token) for token, share in enumerate(powers)), reverse=True):
            if left > 0:
                expected[token] = share
            left -= share
        expected = [share / sum(expected) for share in expected]
    assert found == pytest.approx(expected, abs=1e-6)
    generator = torch.Generator().manual_seed(0)
    draws = choose(logits.repeat(20_000, 1), temperature, generator, banned, top_p)
    seen = torch.bincount(draws, minlength=len(found)) / len(draws)
    assert sum(abs(a - b) for a, b in zip(seen.tolist(), found, strict=True)) < 0.08
    assert all(found[token] > 0 for token in draws.unique().tolist())
