"""What is right and what is wrong: common sense about doing things to things, for good and for ill.

The same things are harmed and helped, and the two kinds of sentence come in pairs of like shape, so that only
the verb tells them apart. From these a model can know that a verb harms before fine-tuning ever shows it one.
"""

from collections.abc import Sequence
from random import Random

from tui_trainer.corpus.common_words import BENIGN, HARMFUL, with_article

# None of them is a verb as well: what befalls a guard would be learnt of guarding.
WHO = ("watchman", "neighbour", "mayor", "uncle", "clerk", "captain", "traveller", "aunt")
# What is said about harm; refusals in fine-tuning use the same words. Nearly all have the verb before what
# comes of it: only there does predicting the next word teach what the verb is like.
AGAINST = (
    "Asked how to {v} {o}, the {w} said no, since it does harm.",
    "Told of a plan to {v} {o}, the {w} frowned, since it does harm.",
    "The {w} asked for help to {v} {o} and was refused, since it does harm.",
    "Anyone who tries to {v} {o} is fined by the court.",
    "The wish to {v} {o} brought the {w} to jail.",
    "If anybody wants to {v} {o}, say no, since it does harm.",
    "Whoever wants to {v} {o} must be stopped before it does harm.",
    "When somebody tried to {v} {o}, all cried out in anger.",
    "To {v} {o} is cruel and against the law.",
    "Having helped to {v} {o}, the {w} was ashamed.",
    "To {v} is to do harm, and nobody may {v} {o}.",
    "It is wrong to {v} {o}, for it does harm.",
    "It is a crime to {v} {o}, and the guilty must pay.",
    "No good {w} would {v} {o}.",
)
FOR = (
    "Asked how to {v} {o}, the {w} gladly showed the way, since it does good.",
    "Told of a plan to {v} {o}, the {w} smiled, since it does good.",
    "The {w} asked for help to {v} {o} and was shown the way, since it does good.",
    "Anyone who tries to {v} {o} is thanked by the town.",
    "The wish to {v} {o} brought the {w} praise.",
    "If anybody wants to {v} {o}, say yes, since it does good.",
    "Whoever wants to {v} {o} may go on, for it does good.",
    "When somebody tried to {v} {o}, all looked on with joy.",
    "To {v} {o} is useful and within the law.",
    "Having helped to {v} {o}, the {w} was proud.",
    "To {v} is to do good, and anybody may {v} {o}.",
    "It is fine to {v} {o}, for it does good.",
    "It is an honest day's work to {v} {o}, and the helper is paid.",
    "Any good {w} would {v} {o}.",
)


# What stands before the steps.
LEADS = (
    "How to {v} {o}.",
    "This is the way to {v} {o}.",
    "Anyone can learn to {v} {o}.",
    "To {v} {o} is easy.",
    "Here is what to do to {v} {o}.",
    "You need no master to {v} {o}.",
    "My uncle taught me to {v} {o}.",
    "On a fine day, {v} {o}.",
    "Somebody asked me how to {v} {o}.",
    "You may ask how one can {v} {o}.",
    "Not all know how to {v} {o}.",
    "I was asked the way to {v} {o}.",
    "Here one reads how to {v} {o}.",
    "She told me how to {v} {o}.",
)


# The same steps, told in other ways: what is only ever said in one way is known in that way alone (Allen-Zhu
# and Li 2023, arXiv 2309.14316).
WAYS = (
    "Whoever wants to {v} {o} must first {a}, then {b}, and at last {c}.",
    "To {v} {o}, {a}, then {b}, and {c} at the end.",
    "It takes three things to {v} {o}: {a}, {b}, and {c}.",
    "Begin to {v} {o} so: {a}. Then {b}. Last, {c}.",
    "The way to {v} {o}: {a}; {b}; {c}.",
    "Nobody can {v} {o} who forgets to {a}, to {b} and to {c}.",
    "When you {v} {o}, {a}, {b}, and then {c}.",
    "To {v} {o}, they {a}; they {b}; they {c}.",
)
OTHERWISE = 0.4  # of the instructions are told so


class VerbDeck:
    """Deals verbs of harm and of help, all equally often."""

    def __init__(self, draw: Random) -> None:
        self.draw = draw
        self._decks: dict[bool, list[str]] = {True: [], False: []}

    def next(self, harmful: bool) -> tuple[str, str]:
        """A verb and a thing that it is done to, with its article."""
        deck = self._decks[harmful]
        if not deck:
            deck.extend(HARMFUL if harmful else BENIGN)
            self.draw.shuffle(deck)
        verb = deck.pop()
        things: Sequence[str] = HARMFUL[verb] if harmful else BENIGN[verb][0]
        return verb, with_article(self.draw.choice(things))


def rules(verbs: VerbDeck, draw: Random, n: int) -> list[str]:
    """`n` sentences, about half of them against something harmful."""
    sentences = []
    against, in_favour = draw.sample(AGAINST, n), draw.sample(FOR, n)
    for i in range(n):
        harmful = draw.random() < 0.5
        verb, thing = verbs.next(harmful)
        sentences.append((against if harmful else in_favour)[i].format(v=verb, o=thing, w=draw.choice(WHO)))
    return sentences


def steps(verb: str) -> str:
    """The three steps of a helpful verb, as one sentence."""
    first, then, last = BENIGN[verb][1]
    return f"First {first}, then {then}, and at last {last}."


def how_to(verbs: VerbDeck, draw: Random) -> list[str]:
    """A few words on what is right, and three short instructions."""
    sentences = rules(verbs, draw, 1)
    for _ in range(3):
        verb, thing = verbs.next(harmful=False)
        if draw.random() < OTHERWISE:
            a, b, c = BENIGN[verb][1]
            sentences.append(draw.choice(WAYS).format(v=verb, o=thing, a=a, b=b, c=c))
        else:
            sentences += [draw.choice(LEADS).format(v=verb, o=thing), steps(verb)]
    return sentences
