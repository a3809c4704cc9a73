"""nanoGPT's recipe for a laptop's processor, written anew from its description: the race's opponent.

    python tests/bench/nanogpt.py TEXT [--seed 0] [--steps 2000] [--threads 2] [--every 100]

A GPT-2 of 4 layers, 4 heads and width 128 in float32: LayerNorm without bias, GELU, learned positions, the
head tied to the embedding, no dropout. Batches of 12 random windows of 64 characters. AdamW at 1e-3, down to
1e-4 along a cosine after a warm-up of 100 steps; betas .9 and .99, weight decay .1 on matrices, gradients
clipped to a norm of 1. The last tenth of the characters is held out.

Prints one JSON line: seconds of training (drawing a batch, forward, back, step), parameters, losses as
[step, seconds, nats a character over the whole held-out text], and ten times the last as nanoGPT estimates
it, by 20 random batches: its published 1.88 is such a figure.
"""

import argparse
import json
import math
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

LAYERS, HEADS, WIDTH, CONTEXT, BATCH = 4, 4, 128, 64, 12
RATE, LOWEST, WARMUP, DECAY = 1e-3, 1e-4, 100, 0.1


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.before_attention, self.before_mlp = (nn.LayerNorm(WIDTH, bias=False) for _ in range(2))
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH, bias=False)
        self.mixed = nn.Linear(WIDTH, WIDTH, bias=False)
        self.up = nn.Linear(WIDTH, 4 * WIDTH, bias=False)
        self.down = nn.Linear(4 * WIDTH, WIDTH, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        rows, positions, _ = x.shape
        parts = self.qkv(self.before_attention(x)).view(rows, positions, 3, HEADS, -1)
        query, key, value = parts.permute(2, 0, 3, 1, 4)
        attended = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.mixed(attended.transpose(1, 2).reshape(x.shape))
        out: Tensor = x + self.down(F.gelu(self.up(self.before_mlp(x))))
        return out


class GPT(nn.Module):
    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, WIDTH), nn.Embedding(CONTEXT, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.last = nn.LayerNorm(WIDTH, bias=False)
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                onto_residual = name.endswith(("mixed.weight", "down.weight"))
                nn.init.normal_(parameter, 0, 0.02 / math.sqrt(2 * LAYERS) if onto_residual else 0.02)

    def forward(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """Mean loss of (rows, positions)."""
        x = self.tokens(inputs) + self.positions(torch.arange(inputs.shape[1]))
        for block in self.blocks:
            x = block(x)
        logits = F.linear(self.last(x), self.tokens.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def rate(step: int, steps: int) -> float:
    if step < WARMUP:
        return RATE * (step + 1) / (WARMUP + 1)
    done = (step - WARMUP) / max(1, steps - WARMUP)
    return LOWEST + 0.5 * (1 + math.cos(math.pi * done)) * (RATE - LOWEST)


@torch.inference_mode()
def held_out_loss(model: GPT, ids: Tensor) -> float:
    """Nats a character over all of it, in windows of the context, every position once."""
    rows = (len(ids) - 1) // CONTEXT
    inputs = ids[: rows * CONTEXT].view(rows, CONTEXT)
    targets = ids[1 : rows * CONTEXT + 1].view(rows, CONTEXT)
    total = sum(
        float(model(inputs[i : i + 128], targets[i : i + 128])) * len(inputs[i : i + 128])
        for i in range(0, rows, 128)
    )
    return total / rows


@torch.inference_mode()
def estimates(model: GPT, ids: Tensor, count: int = 10, batches: int = 20) -> list[float]:
    """Nats a character, each over so many random batches."""
    return [sum(float(model(*batch(ids))) for _ in range(batches)) / batches for _ in range(count)]


def batch(ids: Tensor) -> tuple[Tensor, Tensor]:
    at = torch.randint(len(ids) - CONTEXT, (BATCH,)).tolist()
    return (
        torch.stack([ids[i : i + CONTEXT] for i in at]),
        torch.stack([ids[i + 1 : i + 1 + CONTEXT] for i in at]),
    )


def train(text: str, seed: int, steps: int, every: int) -> dict[str, Any]:
    """What is printed."""
    torch.manual_seed(seed)
    characters = sorted(set(text))
    index = {c: i for i, c in enumerate(characters)}
    ids = torch.tensor([index[c] for c in text])
    border = int(0.9 * len(ids))
    known, held_out = ids[:border], ids[border:]
    model = GPT(len(characters))
    matrices = [p for p in model.parameters() if p.dim() == 2]
    gains = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": DECAY}, {"params": gains, "weight_decay": 0.0}],
        lr=RATE,
        betas=(0.9, 0.99),
    )
    seconds, losses = 0.0, []
    for step in range(steps):
        began = time.perf_counter()
        for group in optimizer.param_groups:
            group["lr"] = rate(step, steps)
        model(*batch(known)).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        seconds += time.perf_counter() - began
        if (step + 1) % every == 0 or step + 1 == steps:
            losses.append([step + 1, seconds, held_out_loss(model, held_out)])
    return {
        "seconds": seconds,
        "parameters": sum(p.numel() for p in model.parameters()),
        "losses": losses,
        "estimates": estimates(model, held_out),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("text", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--every", type=int, default=100, help="steps between two evaluations")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    text = options.text.read_text("utf-8")
    print(json.dumps(train(text, options.seed, options.steps, options.every)))


if __name__ == "__main__":
    main()
