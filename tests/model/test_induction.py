"""Two heads know where to look before anything is learnt; what they find, nobody has learnt to use."""

import pytest
import torch

from tui_trainer.model.transformer import Shape, Transformer

VOCABULARY = 300


@pytest.mark.parametrize("shape", [(2, 240, 4), (2, 128, 4), (4, 256, 4), (2, 176, 4), (3, 64, 2)])
def test_one_looks_at_the_token_before_and_one_at_what_followed(shape: tuple[int, int, int]) -> None:
    model = Transformer(Shape(VOCABULARY, *shape, context=128), seed=3)
    draw = torch.Generator().manual_seed(1)
    once = torch.stack([torch.randperm(VOCABULARY, generator=draw)[:12] for _ in range(8)])
    with torch.no_grad():
        before = model.attention(torch.cat((once, once), dim=1), layer=0)[:, 0]
        followed = model.attention(torch.cat((once, once), dim=1), layer=1)[:, 0]
    assert before[:, 1:].diagonal(dim1=1, dim2=2).mean() > 0.5  # keys 0.. of queries 1..
    found = followed[:, 12:-1].argmax(dim=-1)
    assert (found == torch.arange(1, 12)).float().mean() > 0.5  # by chance: a twentieth


def test_what_is_guessed_is_still_nothing() -> None:
    model = Transformer(Shape(VOCABULARY, 2, 128, 4, context=64), seed=3)
    tokens = torch.randint(0, VOCABULARY, (4, 32), generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        chances = model(tokens).softmax(dim=-1)
    entropy = -(chances * chances.log()).sum(dim=-1)
    assert entropy.min() > 0.95 * torch.tensor(VOCABULARY).log()


def test_heads_too_narrow_and_a_single_layer_begin_as_all_others() -> None:
    for shape in (Shape(97, 2, 32, 4, 32), Shape(97, 1, 128, 4, 32)):
        query = Transformer(shape, seed=3).blocks[0].self_attn.q_proj.weight.detach()
        width = shape.head_width
        assert query[:width].std() == pytest.approx(float(query[width:].std()), rel=0.2)
