"""Claims about feedback, put to the test on one tuned model.

- `taste`: two dozen picks say what a rater likes, and the model turns to it, for each of four tastes.
- `leash`: without a leash the reward model is gamed (Gao et al. 2022, arXiv 2210.10760): its reward rises,
  and what the rater really likes falls; with the leash alone, it rises as well.
- `cultures`: opposed raters make opposed models of the same one; each likes its own.
- `words`: the same with people who are upset, and raters who would comfort them or list what helps.

What a rater really likes (gold) is known here, because the raters are simulated.
"""

import copy
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from statistics import fmean

import msgspec

from tui_trainer.experiments.curves import Curves, Point
from tui_trainer.experiments.tuned import Tuned
from tui_trainer.formulas.intervals import mean_interval, mean_share_interval, proportion_interval
from tui_trainer.learning.answering import Answer, Asker
from tui_trainer.learning.evaluation import facts_lost
from tui_trainer.learning.exam_figures import gives_the_answer
from tui_trainer.learning.feedback import POOL_PROMPTS, Feedback
from tui_trainer.learning.preferences.agreement import HeldOut, after_picks, draws
from tui_trainer.learning.preferences.comparison import Preferred
from tui_trainer.learning.preferences.pairs import Prompted
from tui_trainer.learning.preferences.raters import TASTES, SimulatedRater, Weights, weights_of, worth
from tui_trainer.learning.randomness import generator
from tui_trainer.messages.events import Event, Measured, Noticed, PairOffered, Reinforced
from tui_trainer.model.transformer import Transformer
from tui_trainer.run.unleashed import LEASH, STEPS
from tui_trainer.settings import UNLEASHED, Settings

DRAWS = 10
ANSWERS = 4  # to a prompt, for the reward model's exam
# How the rater of the reward model's exam slips: never; in a tenth of the picks, however clear they are; and,
# as the simulated raters of a run do, the likelier the closer two answers are. That is the hardest: half of
# the pairs differ by little to a taste, and on those it slips in every third or fourth.
EXAMS: dict[str, tuple[float, float]] = {  # share flipped; noise
    "agreement_24": (0.0, 0.0),
    "agreement_24_noisy": (0.1, 0.0),
    "agreement_24_wavering": (0.0, Settings().feedback.noise),
}
LEASH_SEEDS = 5
LEASH_TASTE = "polite"


def asker_of(tuned: Tuned) -> Asker:
    """Asks as the feedback stage does."""
    return Asker(tuned.corpus, tuned.model.shape.context, tuned.settings.feedback.answer_tokens)


def _with(settings: Settings, **changes: object) -> Settings:
    return msgspec.structs.replace(settings, feedback=msgspec.structs.replace(settings.feedback, **changes))


def reinforced(stage: Feedback, rater: SimulatedRater) -> Iterator[Event]:
    """The whole stage, a simulated rater picking."""
    while stage.step < stage.steps:
        yield from stage.advance()
        if isinstance(stage.pending, PairOffered):
            yield from stage.pick(rater.choose(stage.pending), rater.taste, True)


def _answers(tuned: Tuned, prompts: Sequence[str], seed: int, purpose: str) -> list[Prompted]:
    """Different whole answers of the tuned model to each prompt."""
    asker = asker_of(tuned)
    prompts = [p for p in prompts if asker.fits(p)]
    asked = [p for p in prompts for _ in range(ANSWERS)]
    answers = iter(asker.ask(tuned.model, asked, generator(seed, "experiment", purpose)))
    return [
        Prompted(p, tuple(dict.fromkeys(a.text for a in [next(answers) for _ in range(ANSWERS)] if a.ended)))
        for p in prompts
    ]


# -- taste -------------------------------------------------------------------------------------------------


def taste(tuned: Tuned, seed: int) -> Iterator[Event]:
    """The reward model's exam for every taste, then the whole stage for every taste."""
    yield Noticed("sampling answers")
    pool = _answers(tuned, tuned.corpus.rating_prompts, seed, "pool")
    held_out = HeldOut.of(_answers(tuned, tuned.corpus.held_out_prompts, seed, "held out"))
    chosen = draws(pool, seed, DRAWS, POOL_PROMPTS)
    for name in TASTES:
        for figure, (flipped, noise) in EXAMS.items():
            shares = [
                after_picks(p, held_out, name, at, flipped=flipped, noise=noise)
                for at, p in enumerate(chosen)
            ]
            yield Measured(
                f"reward_model/{figure}/{name}",
                sum(shares) / len(shares),
                mean_share_interval(shares),
                len(shares),
                0.5,
            )
            yield Measured(f"reward_model/{figure}_worst/{name}", min(shares), None, len(shares), 0.5)
    before = _recall(tuned, tuned.model)
    curves = Curves("What the rater really thinks of the answers", "step of reinforcement", "gold")
    for name in TASTES:
        model = copy.deepcopy(tuned.model)
        stage = Feedback(model, tuned.corpus, _with(tuned.settings, turn_anyway=True), seed)
        for event in curves.along(reinforced(stage, SimulatedRater(name, seed=seed)), partial(_liked, name)):
            if isinstance(event, Measured):
                event = msgspec.structs.replace(event, name=f"{event.name}/{name}")
            yield event
        after = _recall(tuned, model)
        if before:
            lost = facts_lost(before, after)
            yield msgspec.structs.replace(lost, name=f"{lost.name}/{name}")


def _recall(tuned: Tuned, model: Transformer) -> list[bool]:
    questions = tuned.corpus.questions.get("recall_heldout") or []
    answers = asker_of(tuned).ask(model, [q.prompt for q in questions]) if questions else []
    return [a.ended and gives_the_answer(a.text, q) for a, q in zip(answers, questions, strict=True)]


# -- leash -------------------------------------------------------------------------------------------------


def leash(tuned: Tuned, seed: int) -> Iterator[Event]:
    """The same picks, reinforced without and with KL, nothing else to hold it; for five seeds."""
    changes: dict[str, list[float]] = {}
    curves = Curves("One seed: the reward, and what the rater really thinks", "step", "reward; gold")
    for at in range(seed, seed + LEASH_SEEDS):
        picked = Feedback(copy.deepcopy(tuned.model), tuned.corpus, tuned.settings, at)
        rater = SimulatedRater(LEASH_TASTE, seed=at)
        yield Noticed(f"seed {at}: sampling answers, and picking")
        while not picked.collected:
            yield from picked.advance()
            if isinstance(picked.pending, PairOffered):
                yield from picked.pick(rater.choose(picked.pending), rater.taste, True)
        state = picked.tensors()
        for arm, beta in (("off", 0.0), ("on", LEASH)):
            settings = _with(
                tuned.settings, **{**UNLEASHED, "beta": beta, "steps": STEPS, "turn_anyway": True}
            )
            stage = Feedback(copy.deepcopy(tuned.model), tuned.corpus, settings, at)
            stage.restore(state)
            stage.state.settings = settings.feedback
            start = _worths(stage, at)
            yield Noticed(f"seed {at}, {'off the leash' if arm == 'off' else 'on it'}")
            points = partial(_gamed, "off the leash" if arm == "off" else "on it")
            yield from curves.along(_to_the_end(stage), points)
            for kind, before, after in zip(("proxy", "gold"), start, _worths(stage, at), strict=True):
                changes.setdefault(f"{arm}/{kind}_gain", []).append(after - before)
    for name, gains in changes.items():
        yield Measured(f"leash/{name}", sum(gains) / len(gains), mean_interval(gains), len(gains), 0.0)
        up = sum(gain > 0 for gain in gains)
        yield Measured(f"leash/{name}_up", up / len(gains), proportion_interval(up, len(gains)), len(gains))


def _to_the_end(stage: Feedback) -> Iterator[Event]:
    while stage.policy_trainer.progress.steps < STEPS:
        yield from stage.advance()


def _gamed(arm: str, event: Event) -> list[Point]:
    """Proxy and gold of a step."""
    if not isinstance(event, Reinforced) or event.gold is None:
        return []
    return [(f"reward, {arm}", event.step, event.reward), (f"rater, {arm}", event.step, event.gold)]


def _liked(name: str, event: Event) -> list[Point]:
    """Gold of a step."""
    if not isinstance(event, Reinforced) or event.gold is None:
        return []
    return [(name, event.step, event.gold)]


def _worths(stage: Feedback, seed: int) -> tuple[float, float]:
    """Mean proxy and gold of answers to held-out prompts."""
    answers = stage.asker.ask(
        stage.policy_trainer.model, stage.held_out, generator(seed, "experiment", "leash", stage.step)
    )
    weights = weights_of(LEASH_TASTE)
    return fmean(stage.proxy(stage.held_out, answers)), fmean(worth(weights, a.text) for a in answers)


# -- cultures ----------------------------------------------------------------------------------------------


def cultures(tuned: Tuned, seed: int, raters: Mapping[str, Weights] | None = None) -> Iterator[Event]:
    """Two raters, two models of the same one, each judged by both raters on the same prompts.

    Args:
        raters: two, by name; ceremonious and plain-spoken, if not given.
    """
    yield from _opposed(tuned, seed, "cultures", raters or _known("ceremonious", "plain-spoken"))


def words(tuned: Tuned, seed: int) -> Iterator[Event]:
    """The same with prompts of people who are upset: who rates says what they will be told."""
    upset = msgspec.structs.replace(tuned, settings=_with(tuned.settings, topic="upset"))
    yield from _opposed(upset, seed, "words", _known("comforter", "list-maker"))


def _known(*raters: str) -> Mapping[str, Weights]:
    return {name: weights_of(name) for name in raters}


def _opposed(tuned: Tuned, seed: int, experiment: str, raters: Mapping[str, Weights]) -> Iterator[Event]:
    said: dict[str, list[Answer]] = {}
    curves = Curves("What each rater really thinks of its own model", "step of reinforcement", "gold")
    asker = asker_of(tuned)
    _, held_out = tuned.corpus.prompts(tuned.settings.feedback.topic)
    prompts = [p for p in held_out if asker.fits(p)]
    for name, weights in raters.items():
        model = copy.deepcopy(tuned.model)
        stage = Feedback(model, tuned.corpus, _with(tuned.settings, turn_anyway=True), seed)
        rater = SimulatedRater(name, seed=seed, weights=weights)
        for event in curves.along(reinforced(stage, rater), partial(_liked, f"{name}'s own model")):
            if not isinstance(event, Measured):
                yield event
        said[name] = asker.ask(model, prompts, generator(seed, "experiment", experiment, name))
    own: list[tuple[float, tuple[float, float]]] = []
    other: list[tuple[float, tuple[float, float]]] = []
    first, second = raters
    for name, rival in ((first, second), (second, first)):
        for judge in (name, rival):
            mine, theirs = ([worth(raters[judge], a.text) for a in said[who]] for who in (name, rival))
            found = Preferred.of(prompts, mine, theirs)
            share, interval = found.share, found.ci95
            (own if judge == name else other).append((share, interval))
            by = "its_own" if judge == name else "the_other"
            yield Measured(f"{experiment}/{name}_by_{by}", share, interval, len(prompts), 0.5)
    for figure, (share, interval) in (("own", min(own)), ("other", max(other))):
        yield Measured(f"{experiment}/{figure}", share, interval, len(prompts), 0.5)
