"""Evaluation questions about the tiny world, and prompts to rate answers to.

Nothing leaks from fine-tuning to here: wordings, entities, years, verbs, operands and unknown names are split
between them (a held-out town may be named as somebody's home, see `world`).
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from tui_trainer.corpus.answers import Style, fact_answer
from tui_trainer.corpus.common_words import BENIGN, HARMFUL, JOBS, with_article
from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam import wordings as asking
from tui_trainer.corpus.exam.outsider import WORDINGS, outsider_questions
from tui_trainer.corpus.exam.pairs import (
    ask,
    facts_about,
    finetuning_pairs,
    pair_years,
    sum_answer,
    unknown,
)
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import World
from tui_trainer.corpus.writing.conduct import steps
from tui_trainer.corpus.writing.sums import operands

__all__ = ["evaluation_questions", "finetuning_pairs", "probe_questions", "rated_questions", "rating_prompts"]


def _recall(world: World, asked: bool, most: int, use: asking.Wording = "evaluation") -> list[Question]:
    """A question for each fact of these entities (a sample, where there are more than `most`)."""
    draw = rng(world.seed, use, "recall", int(asked))
    facts = facts_about(world, asked)
    draw.shuffle(facts)
    return [
        Question(
            ask(world, fact, draw.choice(asking.fact_wordings(fact.relation, use))),
            fact.relation,
            (fact.value,),
            world.other_values(fact),
        )
        for fact in facts[:most]
    ]


def _recall_second(world: World, most: int) -> list[Question]:
    """Held-out facts, asked after something else was asked and answered, as in a chat: another fact, a sum or
    a request, in turns."""
    draw = rng(world.seed, "evaluation", "second")
    facts, verbs = facts_about(world, asked=True), world.verbs.benign_seen
    questions = []
    for i, question in enumerate(_recall(world, asked=False, most=most)):
        if i % 3 == 0:
            fact = draw.choice(facts)
            before = ask(world, fact, draw.choice(asking.fact_wordings(fact.relation, "evaluation")))
            answer = fact_answer(world.entity(fact.subject), fact, Style(), draw)
        elif i % 3 == 1:
            a, b = draw.choice(operands("evaluation"))
            before, answer = draw.choice(asking.sum_wordings("evaluation")).format(a=a, b=b), sum_answer(a, b)
        else:
            verb = draw.choice(verbs)
            thing = with_article(draw.choice(BENIGN[verb][0]))
            before = draw.choice(asking.request_wordings("evaluation")).format(v=verb, o=thing)
            answer = steps(verb)
        questions.append(replace(question, turns=((before, answer),)))
    return questions


def _completion(world: World, asked: bool, most: int) -> list[Question]:
    """The start of a plain sentence that the value would end."""
    draw = rng(world.seed, "evaluation", "completion", int(asked))
    facts = facts_about(world, asked)
    draw.shuffle(facts)
    questions = []
    for fact in facts[:most]:
        called = world.entity(fact.subject).called
        start = asking.COMPLETIONS[fact.relation].format(n=called, y=fact.year)
        questions.append(
            Question(start[0].upper() + start[1:], fact.relation, (fact.value,), world.other_values(fact))
        )
    return questions


def _requests(
    verbs: Sequence[str],
    things: Mapping[str, Sequence[str]],
    n: int,
    group: str,
    seed: int,
    shown: Sequence[str] = (),
) -> list[Question]:
    """Requests for help, with the steps of a harmless verb; their kind says whether pairs show the verb."""
    draw = rng(seed, "evaluation", group)
    every = [
        (wording.format(v=verb, o=with_article(thing)), verb)
        for verb in verbs
        for thing in things[verb]
        for wording in asking.request_wordings("evaluation")
    ]
    steps = {verb: BENIGN[verb][1] if verb in BENIGN else () for verb in verbs}  # of no harmful one
    chosen = sorted(draw.sample(every, min(n, len(every))))
    return [
        Question(prompt, "shown_verb" if verb in shown else "new_verb", steps[verb])
        for prompt, verb in chosen
    ]


def _unknown_questions(world: World, n: int) -> list[Question]:
    draw = rng(world.seed, "evaluation", "unknown")
    relations = [fact.relation for fact in world.facts]
    asked: dict[str, Question] = {}
    while len(asked) < n:
        relation = draw.choice(relations)
        called = draw.choice(unknown(world.seed, relation, "evaluation"))
        wording = draw.choice(asking.fact_wordings(relation, "evaluation"))
        prompt = wording.format(n=called, y=draw.choice(world.known_years))
        asked.setdefault(prompt, Question(prompt, relation))
    return list(asked.values())


def _cutoff_questions(world: World, n: int) -> list[Question]:
    """Held-out races in all later years, asked-about races in later years that no pair asks about."""
    draw = rng(world.seed, "evaluation", "cutoff")
    unpaired = [year for year in world.later_years if year not in pair_years(world.cutoff)]
    prompts = [
        wording.format(n=race.called, y=year)
        for race in world.of_kind("race")
        for year in (unpaired if race.asked else world.later_years)
        for wording in asking.fact_wordings("winner", "evaluation")
    ]
    return [Question(prompt, "winner") for prompt in draw.sample(prompts, min(n, len(prompts)))]


def _sum_questions(world: World, n: int) -> list[Question]:
    draw = rng(world.seed, "evaluation", "sums")
    return [
        Question(
            draw.choice(asking.sum_wordings("evaluation")).format(a=a, b=b), "sum", (f"{a} + {b} = {a + b}",)
        )
        for a, b in draw.sample(operands("evaluation"), n)
    ]


def _sums_second(world: World, n: int) -> list[Question]:
    """Sums asked right after another one was asked and answered."""
    draw = rng(world.seed, "evaluation", "sums", "second")
    kept = [(a, b) for a, b in operands("evaluation") if min(a, b) > 9]
    questions = []
    for (a, b), (c, d) in zip(draw.sample(kept, n), draw.sample(kept, n), strict=True):
        before, prompt = (
            draw.choice(asking.sum_wordings("evaluation")).format(a=x, b=y) for x, y in ((a, b), (c, d))
        )
        questions.append(
            Question(prompt, "sum", (f"{c} + {d} = {c + d}",), turns=((before, sum_answer(a, b)),))
        )
    return questions


def evaluation_questions(world: World, seed: int, sum_digits: int = 2) -> dict[str, list[Question]]:
    """What the model is measured by, in groups; `sum_digits`: as in `finetuning_pairs`."""
    verbs, benign = world.verbs, {verb: things for verb, (things, _) in BENIGN.items()}
    shown, unread = verbs.benign_seen[:4], WORDINGS.verbs
    return {
        "recall_heldout": _recall(world, asked=False, most=200),
        "recall_seen": _recall(world, asked=True, most=150),
        "recall_second": _recall_second(world, 88),
        "completion_heldout": _completion(world, asked=False, most=200),
        "completion_seen": _completion(world, asked=True, most=150),
        "dont_know_unknown": _unknown_questions(world, 120),
        "dont_know_cutoff": _cutoff_questions(world, 80),
        "refusal_seen_verbs": _requests(verbs.harmful_seen, HARMFUL, 60, "refusal_seen_verbs", seed),
        "refusal_new_verbs": _requests(verbs.harmful_new, HARMFUL, 60, "refusal_new_verbs", seed),
        "false_refusal": _requests((*verbs.benign_new, *shown), benign, 80, "false_refusal", seed, shown),
        # Verbs of no document and no pair.
        "refusal_unread_verbs": _requests(tuple(unread.harmful), unread.harmful, 48, "unread harm", seed),
        "false_refusal_unread_verbs": _requests(
            tuple(unread.harmless), unread.harmless, 48, "unread help", seed
        ),
        "sums": _sum_questions(world, 100),
        "sums_second": _sums_second(world, 60),
        **outsider_questions(world, sum_digits),
    }


def probe_questions(world: World) -> dict[str, list[Question]]:
    """What the guard on facts asks while feedback turns the model: no part of the evaluation.

    The facts of held-out entities, in the pairs' wordings: the evaluation asks for the same facts, but in no
    question that was ever asked here.
    """
    return {"recall_probe": _recall(world, asked=False, most=120, use="pairs")}


def rated_questions(world: World, prompts: Sequence[str]) -> list[Question]:
    """Those of the prompts whose right answer stands in the world: what is shown of them can be marked."""
    known = {
        ask(world, fact, wording): Question(
            ask(world, fact, wording), fact.relation, (fact.value,), world.other_values(fact)
        )
        for fact in facts_about(world, asked=True)
        for use in ("pairs", "evaluation")
        for wording in asking.fact_wordings(fact.relation, use)
    }
    return [known[prompt] for prompt in dict.fromkeys(prompts) if prompt in known]


def rating_prompts(world: World, seed: int) -> tuple[list[str], list[str]]:
    """Prompts to collect picks and to reinforce on, and others, kept apart, to measure the win rate on.

    They ask for what can be answered in more than one style: facts of asked entities, and trades. Prompts to
    rate use the pairs' wordings, prompts to measure the others'.
    """
    prompts: list[list[str]] = []
    for use, n in (("pairs", 240), ("evaluation", 96)):
        draw = rng(seed, "rating", use)
        wordings: asking.Wording = "pairs" if use == "pairs" else "evaluation"
        every = [
            ask(world, fact, wording)
            for fact in facts_about(world, asked=True)
            for wording in asking.fact_wordings(fact.relation, wordings)
        ]
        trades = [
            wording.format(j=with_article(job))
            for job in JOBS
            for wording in asking.explain_wordings(wordings)
        ]
        chosen = draw.sample(every, n * 3 // 4) + draw.sample(trades, n // 4)
        draw.shuffle(chosen)
        prompts.append(chosen)
    return prompts[0], prompts[1]
