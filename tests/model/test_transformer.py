"""The transformer against an independent implementation, and its cache against itself without one."""

import pytest
import torch

from tui_trainer.model.transformer import KVCache, Shape, Transformer

SHAPE = Shape(vocabulary=97, layers=3, width=48, heads=4, context=32)  # as in conftest.py


def test_logits_and_attention_are_those_of_nanochat_in_transformers(model: Transformer) -> None:
    from transformers import NanoChatConfig, NanoChatForCausalLM

    config = NanoChatConfig(
        vocab_size=SHAPE.vocabulary,
        hidden_size=SHAPE.width,
        intermediate_size=4 * SHAPE.width,
        num_hidden_layers=SHAPE.layers,
        num_attention_heads=SHAPE.heads,
        max_position_embeddings=64,
    )
    config._attn_implementation = "eager"  # the one that can say where it looked
    reference = NanoChatForCausalLM(config)
    missing, unexpected = reference.load_state_dict(model.state_dict(), strict=False)
    assert not missing and not unexpected
    tokens = torch.randint(0, SHAPE.vocabulary, (3, 29), generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        expected = reference.eval()(tokens, output_attentions=True)
        assert (model(tokens) - expected.logits).abs().max() < 1e-4
        for layer, shares in enumerate(expected.attentions):
            assert (model.attention(tokens, layer) - shares).abs().max() < 1e-4


def test_a_new_model_guesses_uniformly_and_is_fixed_by_its_seed() -> None:
    first, second = Transformer(SHAPE, seed=5), Transformer(SHAPE, seed=5)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    assert first(torch.zeros(1, 4, dtype=torch.long)).abs().max() < 0.1


def test_the_future_does_not_reach_the_past(model: Transformer) -> None:
    tokens = torch.randint(0, SHAPE.vocabulary, (1, 12), generator=torch.Generator().manual_seed(4))
    changed = tokens.clone()
    changed[0, 8] = (changed[0, 8] + 1) % SHAPE.vocabulary
    before, after = model(tokens), model(changed)
    torch.testing.assert_close(before[:, :8], after[:, :8])
    assert not torch.allclose(before[:, 8:], after[:, 8:])


@pytest.mark.parametrize("cuts", [[1] * 12, [5, 1, 1, 5], [12]])
def test_the_cache_changes_nothing(model: Transformer, cuts: list[int]) -> None:
    tokens = torch.randint(0, SHAPE.vocabulary, (2, 12), generator=torch.Generator().manual_seed(5))
    cache = KVCache(SHAPE, 2, 12, torch.float32)
    with torch.inference_mode():
        pieces = [model(piece, cache) for piece in tokens.split(cuts, dim=1)]
        torch.testing.assert_close(torch.cat(pieces, dim=1), model(tokens), atol=1e-4, rtol=1e-4)
