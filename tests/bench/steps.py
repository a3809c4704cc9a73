"""Training and sampling of the demo model, tokens a second, against another checkout and `transformers`.

    python tests/bench/steps.py [--against CHECKOUT] [--rounds 5] [--threads 2] [--window 1.5]

CHECKOUT is a folder with another state of this repository (`git worktree add`); commit 60c6459 is the oldest
that is understood. The sides are processes of their own that take turns of some seconds, so that what else
the machine does falls on all alike. Prints the median and the range over the rounds of each figure, and of
each ratio, which is taken within a round. All weights are new ones: what they say costs the same.

- train: a demo step of 8 rows of 128 tokens: forward, back, Muon and AdamW.
- peak: the share of it that is arithmetic (`Shape.flops_per_token`), over the speed of a product of two
  1,024 x 1,024 matrices in the same number type, measured in the same round.
- sample N: N texts side by side, 12 tokens to read and 64 to write, drawn from the model's distribution.
- transformers: `generate` on the same weights as `tests/model/nanochat.py` exports them, in float32 or in
  bfloat16, whichever is the faster there.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
VOCABULARY, LAYERS, WIDTH, HEADS, CONTEXT, BATCH = 2048, 3, 192, 4, 128, 8
READ, WRITTEN = 12, 64
MANY = 64
PRODUCT = 1024

# -- one side: a process that does what it is told, a line of JSON each way ---------------------------------


def paced(action: Callable[[], object], units: float, window: float) -> float:
    """Units a second, over as many goes as fill the window."""
    begun = time.perf_counter()
    goes = 0
    while goes < 2 or time.perf_counter() - begun < window:
        action()
        goes += 1
    return units * goes / (time.perf_counter() - begun)


def serve(kind: str, threads: int, window: float) -> None:
    """Measure what each line of stdin names."""
    import torch

    torch.set_num_threads(threads)
    actions = transformers_actions() if kind == "transformers" else own_actions()
    for action, _ in actions.values():
        action()  # warm
    for line in sys.stdin:
        action, units = actions[line.strip()]
        print(json.dumps(paced(action, units, window)), flush=True)


def own_actions() -> dict[str, tuple[Callable[[], object], float]]:
    """What a checkout's own code does, and how many tokens, or operations, that is."""
    import torch
    from torch.nn import functional as F

    from tui_trainer.learning.optimizer import Optimizer
    from tui_trainer.model.precision import compute_dtype
    from tui_trainer.model.sampling import generate
    from tui_trainer.model.transformer import Shape, Transformer
    from tui_trainer.settings import Model

    dtype = compute_dtype(Model())
    model = Transformer(Shape(VOCABULARY, LAYERS, WIDTH, HEADS, CONTEXT), 0, dtype)
    optimizer = Optimizer(model)
    draws = torch.Generator().manual_seed(0)
    square = torch.randn(PRODUCT, PRODUCT, generator=draws).to(dtype)

    def loss(inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        if hasattr(model, "score"):
            return model.score(inputs, targets).loss
        return F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())  # 60c6459

    def train() -> None:
        rows = torch.randint(VOCABULARY, (BATCH, CONTEXT + 1), generator=draws)
        loss(rows[:, :-1], rows[:, 1:]).backward()
        optimizer.step(1e-4, 1e-4, 1e-4)

    def sample(count: int) -> Callable[[], object]:
        prompts = torch.randint(VOCABULARY, (count, READ), generator=draws).tolist()
        return lambda: generate(model, prompts, WRITTEN, end=None, temperature=1.0, generator=draws)

    tokens = BATCH * CONTEXT
    return {
        "train": (train, tokens),
        "flops": (train, tokens * float(model.shape.flops_per_token)),
        "product": (lambda: square @ square, 2 * PRODUCT**3),
        "sample 1": (sample(1), WRITTEN),
        f"sample {MANY}": (sample(MANY), MANY * WRITTEN),
    }


def transformers_actions() -> dict[str, tuple[Callable[[], object], float]]:
    """The same of `transformers`."""
    import torch
    from transformers import NanoChatConfig, NanoChatForCausalLM

    from tui_trainer.model.transformer import Shape, Transformer

    sys.path.insert(0, str(HERE / "tests" / "model"))
    from nanochat import as_nanochat

    config, tensors = as_nanochat(Transformer(Shape(VOCABULARY, LAYERS, WIDTH, HEADS, CONTEXT)))
    draws = torch.Generator().manual_seed(0)

    def sample(count: int, dtype: torch.dtype) -> Callable[[], object]:
        peer = NanoChatForCausalLM(NanoChatConfig(**config)).eval()
        peer.load_state_dict(tensors, strict=False)
        peer.to(dtype)
        read = torch.randint(VOCABULARY, (count, READ), generator=draws)
        seen = torch.ones_like(read)
        chosen: dict[str, Any] = {"do_sample": True, "top_k": 0, "pad_token_id": 0, "eos_token_id": None}
        return lambda: peer.generate(
            read, attention_mask=seen, min_new_tokens=WRITTEN, max_new_tokens=WRITTEN, **chosen
        )

    return {
        f"sample {count} {name}": (sample(count, dtype), count * WRITTEN)
        for count in (1, MANY)
        for name, dtype in (("float32", torch.float32), ("bfloat16", torch.bfloat16))
    }


# -- all sides -----------------------------------------------------------------------------------------------


class Side:
    """A process that measures."""

    def __init__(self, kind: str, checkout: Path, threads: int, window: float) -> None:
        # -P: the folder of this script is not looked in, and PYTHONPATH goes before what is installed.
        arguments = [sys.executable, "-P", __file__, "--serve", kind]
        arguments += ["--threads", str(threads), "--window", str(window)]
        environment = {**os.environ, "PYTHONPATH": str(checkout), "OMP_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            arguments, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def measure(self, what: str) -> float:
        assert self.process.stdin is not None and self.process.stdout is not None
        print(what, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("a side has ended")
        return float(json.loads(answer))

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def told(what: str, values: Sequence[float], digits: int = 0) -> None:
    print(
        f"{what:<42}{statistics.median(values):>10,.{digits}f}   "
        f"{min(values):,.{digits}f}-{max(values):,.{digits}f}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--against", type=Path, metavar="CHECKOUT")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--window", type=float, default=1.5, help="seconds of one measurement")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.threads, options.window)
        return
    own = ["train", "sample 1", f"sample {MANY}"]
    sides = {"ours": Side("own", HERE, options.threads, options.window)}
    if options.against:
        sides["theirs"] = Side("own", options.against.resolve(), options.threads, options.window)
    sides["transformers"] = Side("transformers", HERE, options.threads, options.window)
    seen: dict[tuple[str, str], list[float]] = {}
    for _ in range(options.rounds):
        for what in own:
            for name in ("ours", "theirs"):
                if name in sides:
                    seen.setdefault((name, what), []).append(sides[name].measure(what))
            if what != "train":
                best = max(sides["transformers"].measure(f"{what} {t}") for t in ("float32", "bfloat16"))
                seen.setdefault(("transformers", what), []).append(best)
        # The step's arithmetic and the product take turns as well, side by side.
        for what in ("flops", "product"):
            seen.setdefault(("ours", what), []).append(sides["ours"].measure(what))
    for side in sides.values():
        side.close()
    print(f"{options.rounds} rounds, {options.threads} threads; medians and ranges; tokens/s")
    for what in own:
        for name in sides:
            if (name, what) in seen:
                told(f"{what}, {name}", seen[name, what])
    told("product of 1,024^3, GFLOP/s", [value / 1e9 for value in seen["ours", "product"]])
    for what in own:
        for name in ("theirs", "transformers"):
            if (name, what) in seen:
                pairs = zip(seen["ours", what], seen[name, what], strict=True)
                told(f"{what}, ours / {name}", [a / b for a, b in pairs], 2)
    pairs = zip(seen["ours", "flops"], seen["ours", "product"], strict=True)
    told("share of the peak in a step", [a / b for a, b in pairs], 3)


if __name__ == "__main__":
    main()
