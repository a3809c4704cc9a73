"""How long the chat's first token takes, and each further one, without and with every token looked into.

    python tests/bench/chat_latency.py [RUN] [--answers 60]

Prints p50 and p95 in ms, in the process that answers: of the first token (from the question to its text), of
each further one, and of a whole answer; the same with the distribution and the logit lens of each token
computed after the answer, in turns within one run; their ratio; and how many messages a whole answer takes to
the screen. RUN is a run's folder; without, a model of the size of `demo` with random weights. One thread, as
in the chat.
"""

import argparse
import io
import itertools
import json
import random
import tempfile
import time
from statistics import quantiles

import torch

from tui_trainer.corpus.tokenizer import train_bpe
from tui_trainer.messages.conversation import Drawing
from tui_trainer.model.transformer import Shape, Transformer
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving import worker
from tui_trainer.serving.chat import ChatSession
from tui_trainer.serving.frozen import choose, session
from tui_trainer.serving.inside import inside
from tui_trainer.settings import load

QUESTIONS = ("Where does Mira Tolan live?", "Who invented the glass kite?", "How do I plant a tree?")


def made() -> ChatSession:
    """Random weights of the size of `demo`; answers are as long as they may be."""
    settings = load("demo", environ={})
    letters = random.Random(0)
    words = ("".join(letters.choices("abcdefghilmnorstu", k=6)) for _ in range(4000))
    tokenizer = train_bpe([" ".join(words)] * 2, settings.data.vocabulary)
    of = settings.model
    shape = Shape(tokenizer.size, of.layers, of.width, of.heads, of.context)
    model = Transformer(shape).requires_grad_(False).eval()
    torch.set_num_threads(1)
    return ChatSession(model, tokenizer, answer_tokens=settings.feedback.answer_tokens, name="random")


def timed(talk: ChatSession, question: str, seed: int, look: bool) -> tuple[float, list[float], float]:
    """Seconds to the first token, of each further one, and in all."""
    talk.forget()
    begun = time.perf_counter()
    given = talk.prepare(question, Drawing(1.0, 1.0, seed))
    came = [begun]
    for _ in talk.give(question, given):
        came.append(time.perf_counter())
    if look:
        inside(talk.model, talk.tokenizer, given)
    gaps = [b - a for a, b in itertools.pairwise(came)]
    return gaps[0], gaps[1:], time.perf_counter() - begun


def messages(talk: ChatSession) -> tuple[int, int]:
    """Messages of one answer, and pieces that it came in."""
    out = io.BytesIO()
    answering = worker.Worker(RunFolder(tempfile.gettempdir()), out)
    answering._sessions["tuned"] = talk
    worker.choose = lambda run, wanted: "tuned"
    talk.forget()
    answering.answer(worker.Ask(prompt=QUESTIONS[0]), lambda: False)
    talk.forget()
    return len(out.getvalue().splitlines()), len(list(talk.reply(QUESTIONS[0])))


def row(name: str, seconds: list[float]) -> dict[str, float]:
    cuts = quantiles([1e3 * s for s in seconds], n=20)
    print(f"{name:38} p50 {cuts[9]:7.2f} ms   p95 {cuts[18]:7.2f} ms   of {len(seconds):,}")
    return {"p50_ms": round(cuts[9], 3), "p95_ms": round(cuts[18], 3), "n": len(seconds)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?")
    parser.add_argument("--answers", type=int, default=60)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    talk = made() if asked.run is None else session(RunFolder(asked.run), choose(RunFolder(asked.run), None))
    for look in (False, True):
        timed(talk, QUESTIONS[0], 0, look)  # what is done once is done
    figures: dict[str, object] = {}
    times: dict[bool, list[tuple[float, list[float], float]]] = {False: [], True: []}
    for at in range(asked.answers):  # in turns: whatever else the machine does, both meet it
        for look in (False, True):
            times[look].append(timed(talk, QUESTIONS[at % 3], at, look))
    for look, found in times.items():
        name = "looked into" if look else "plain"
        figures[name] = {
            "first": row(f"{name}: first token", [first for first, _, _ in found]),
            "further": row(f"{name}: each further token", [s for _, rest, _ in found for s in rest]),
            "answer": row(f"{name}: whole answer", [whole for *_, whole in found]),
        }
    both = [sum(whole for *_, whole in times[look]) for look in (True, False)]
    figures["ratio"] = round(both[0] / both[1], 3)
    figures["messages"], figures["pieces"] = messages(talk)
    print(f"looked into / plain, whole answers: {figures['ratio']}")
    print(f"messages to the screen for one answer of {figures['pieces']} pieces: {figures['messages']}")
    if asked.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
