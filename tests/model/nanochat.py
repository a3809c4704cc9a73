"""The model in the words of the field's tools, as a reference: a configuration and tensors that they load."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from tui_trainer.model.operations import ROPE_BASE
from tui_trainer.model.transformer import Transformer


@torch.no_grad()
def as_nanochat(model: Transformer) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """For `transformers`' `NanoChatForCausalLM`: its configuration's values, and all tensors in float32.

    It normalizes what it looks up in the embedding, and takes the head as it is: so the embedding's rows are
    the normalized ones, times the head's gain, and tied.
    """
    shape = model.shape
    config = {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.width,
        "intermediate_size": 4 * shape.width,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.heads,
        "max_position_embeddings": shape.context,
        "rope_theta": ROPE_BASE,
        "final_logit_softcapping": None,
        "tie_word_embeddings": True,
    }
    tensors = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
    gain = tensors.pop("head_gain")
    # The mean square of a row is 1, and the head is divided by the root of the width.
    tensors["model.embed_tokens.weight"] = gain * F.normalize(tensors["model.embed_tokens.weight"], dim=1)
    return config, tensors
