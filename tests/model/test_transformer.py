"""The transformer against an independent implementation of the same architecture."""

import torch
from nanochat import as_nanochat

from tui_trainer.model.transformer import Shape, Transformer

SHAPE = Shape(vocabulary=97, layers=3, width=48, heads=4, context=32)  # as in conftest.py


def test_logits_and_attention_are_those_of_nanochat_in_transformers(model: Transformer) -> None:
    from transformers import NanoChatConfig, NanoChatForCausalLM

    config, tensors = as_nanochat(model)
    settings = NanoChatConfig(**config)
    settings._attn_implementation = "eager"  # the one that can say where it looked
    reference = NanoChatForCausalLM(settings)
    missing, unexpected = reference.load_state_dict(tensors, strict=False)
    assert missing == ["lm_head.weight"] and not unexpected  # tied: it is the embedding
    tokens = torch.randint(0, SHAPE.vocabulary, (3, 29), generator=torch.Generator().manual_seed(3))
    with torch.inference_mode():
        expected = reference.eval()(tokens, output_attentions=True)
        assert (model(tokens) - expected.logits).abs().max() < 1e-4
        for layer, shares in enumerate(expected.attentions):
            assert (model.attention(tokens, layer) - shares).abs().max() < 1e-4


def test_a_new_model_guesses_uniformly_and_is_fixed_by_its_seed() -> None:
    first, second = Transformer(SHAPE, seed=5), Transformer(SHAPE, seed=5)
    assert all(torch.equal(a, b) for a, b in zip(first.parameters(), second.parameters(), strict=True))
    chances = torch.softmax(first(torch.zeros(1, 4, dtype=torch.long)), dim=-1)
    entropy = -(chances * chances.log()).sum(dim=-1)
    assert entropy.min() > 0.97 * torch.tensor(SHAPE.vocabulary).log()


def test_a_new_head_hands_on_what_it_reads() -> None:
    """Values and outputs begin as the identity: what is attended to is added as it is."""
    for block in Transformer(SHAPE, seed=5).blocks:
        product = block.self_attn.o_proj.weight @ block.self_attn.v_proj.weight
        assert product.diagonal().mean() > 5 * (product - product.diagonal().diag()).abs().mean()


def test_the_future_does_not_reach_the_past(model: Transformer) -> None:
    tokens = torch.randint(0, SHAPE.vocabulary, (1, 12), generator=torch.Generator().manual_seed(4))
    changed = tokens.clone()
    changed[0, 8] = (changed[0, 8] + 1) % SHAPE.vocabulary
    before, after = model(tokens), model(changed)
    torch.testing.assert_close(before[:, :8], after[:, :8])
    assert not torch.allclose(before[:, 8:], after[:, 8:])
