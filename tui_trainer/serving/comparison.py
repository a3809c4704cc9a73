"""Two models on the same prompts: what each answers, and which of them a rater prefers.

`python -m tui_trainer.serving.comparison` reads one JSON object, an `Order`, from its input and prints a
`Compared`: the screen's other end, so that it needs no torch.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import torch

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.errors import UserError
from tui_trainer.learning.answering import Answer, Asker
from tui_trainer.learning.preferences.comparison import Preferred, repeated
from tui_trainer.learning.preferences.raters import Weights, read, weights_of, worth
from tui_trainer.learning.randomness import generator
from tui_trainer.messages.comparison import Answers, Compared, Comparison, Order, Side, Verdict
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.run.storage import history
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import read_all
from tui_trainer.run.storage.preferences import of_log
from tui_trainer.serving.frozen import choose, opened

SHOWN = 6  # prompts, if none are given


def compare(order: Order) -> Comparison:
    """Ask both, and let the raters judge.

    Raises:
        UserError: a run has no such weights, was never taught to answer, or there is no such rater.
    """
    runs = RunFolder(order.first), RunFolder(order.second)
    sides, models, askers = [], [], []
    corpora = [Corpus.load(run.corpus) for run in runs]
    for run, corpus, wanted in zip(runs, corpora, (order.first_weights, order.second_weights), strict=True):
        weights = choose(run, wanted)
        if not corpus.pairs:
            raise UserError(f"run {run.id} was never taught to answer")
        model = opened(run, weights, corpus.tokenizer)
        models.append(model)
        askers.append(Asker(corpus, model.shape.context, run.plan.settings.feedback.answer_tokens))
        rater = _rater(run) if weights == "aligned" else None
        sha256, tuned = weights_sha256(model), history.frozen(run).get("tuned")
        as_tuned = weights == "aligned" and tuned is not None and tuned.sha256 == sha256
        sides.append(Side(run.id, weights, sha256, rater, turned=not as_tuned))
    # What neither was rated on, of the topic that it was rated on.
    turned = [run for run, side in zip(runs, sides, strict=True) if side.weights == "aligned"]
    topics = {run.plan.settings.feedback.topic for run in turned}
    _, unrated = corpora[0].prompts(topics.pop() if len(topics) == 1 else "everyday")
    held_out = [p for p in unrated if all(asker.fits(p) for asker in askers)]
    prompts = order.prompts or tuple(held_out[:SHOWN])
    for prompt in prompts:
        if not all(asker.fits(prompt) for asker in askers):
            raise UserError(f"the prompt is too long for these models: {prompt[:60]}...")
    raters = _raters(order, [side.rater for side in sides])
    likeliest = [asker.ask(model, prompts) for asker, model in zip(askers, models, strict=True)]
    answers = tuple(Answers(p, a.text, b.text) for p, a, b in zip(prompts, *likeliest, strict=True))
    judged = order.prompts or tuple(held_out)
    # At temperature 1: what is compared is all that a model may say, not one answer.
    asked = repeated(judged)
    sampled = [
        asker.ask(model, asked, generator(0, "compare", str(at)))
        for at, (asker, model) in enumerate(zip(askers, models, strict=True))
    ]
    verdicts = tuple(_verdict(name, weights, asked, *sampled) for name, weights in raters.items())
    return Comparison(sides[0], sides[1], answers, verdicts)


def _rater(run: RunFolder) -> str | None:
    """The simulated rater who made all of a run's picks, if one did."""
    made = of_log(read_all(run.events))
    raters = {(pick.rater, pick.simulated) for pick in made}
    return made[0].rater if len(raters) == 1 and made[0].simulated else None


def _raters(order: Order, makers: Sequence[str | None]) -> dict[str, Weights]:
    own = read(Path(order.file)) if order.file is not None else None
    names = order.raters or tuple(own or dict.fromkeys(m for m in makers if m is not None))
    found: dict[str, Weights] = {}
    for name in names:
        try:
            found[name] = own[name].weights if own is not None and name in own else weights_of(name)
        except ValueError as error:
            raise UserError(str(error)) from error
    return found


def _verdict(
    name: str, weights: Weights, prompts: Sequence[str], first: Sequence[Answer], second: Sequence[Answer]
) -> Verdict:
    mine, others = ([worth(weights, answer.text) for answer in said] for said in (first, second))
    found = Preferred.of(prompts, mine, others)
    return Verdict(name, found.share, found.ci95, found.prompts)


def answer(line: bytes) -> bytes:
    """One order's answer, as JSON."""
    try:
        torch.set_num_threads(1)
        return msgspec.json.encode(Compared(compare(msgspec.json.decode(line, type=Order))))
    except (UserError, ValueError, OSError) as error:
        return msgspec.json.encode(Compared(error=str(error)))


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read()) + b"\n")
