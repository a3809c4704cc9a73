"""People who are upset, and what can be said to them: a kind word, a list of what helps, or both.

There is no right answer; whether it is a list or a kind word is the rater's to say.
"""

from random import Random

from tui_trainer.corpus.exam.wordings import Wording

# {f} how they feel, {w} why; the first four are for pairs.
_WORDINGS = (
    "I am so {f}, because {w}.",
    "I feel {f}: {w}.",
    "I am {f} today. You see, {w}.",
    "{W}. I am so {f}.",
    "It makes me {f} that {w}.",
    "{W}, and I feel so {f}.",
)
_WHY: dict[str, tuple[str, ...]] = {
    "sad": (
        "I lost the race",
        "my goat ran away",
        "my friend moved to the coast",
        "the fair is over",
        "my garden dried up",
        "nobody came to my feast",
    ),
    "angry": (
        "my neighbour took my cart",
        "the miller sold me wet flour",
        "my brother broke my lamp",
        "they laughed at my hat",
        "the baker forgot my bread",
        "a stranger shouted at me",
    ),
    "afraid": (
        "there is a storm coming",
        "I have to speak at the fair",
        "the road goes through the dark wood",
        "my tooth must come out",
        "the river rises",
        "I sail for the first time",
    ),
    "tired": (
        "the baby cried all night",
        "the harvest took all week",
        "I carried stones since dawn",
        "I could not sleep for the noise",
        "the walk home was so long",
        "I washed clothes all day",
    ),
}
_SORRY = "I am sorry to hear that."
_KIND: dict[str, str] = {
    "sad": "That is hard.",
    "angry": "It hurts when people are unfair.",
    "afraid": "There is no shame in that.",
    "tired": "You did so much.",
}
_HELPS: dict[str, str] = {
    "sad": "rest, a walk and a warm meal",
    "angry": "wait a day, talk calmly and listen",
    "afraid": "breathe slowly, light a lamp and sing",
    "tired": "drink water, lie down and sleep early",
}


def upset_prompts(use: Wording) -> list[tuple[str, str]]:
    """All that people say who are upset, each with how they feel."""
    wordings = _WORDINGS[:4] if use == "pairs" else _WORDINGS[4:]
    return [
        (wording.format(f=feeling, w=why, W=why[0].upper() + why[1:]), feeling)
        for wording in wordings
        for alike in zip(*_WHY.values(), strict=True)
        for feeling, why in zip(_WHY, alike, strict=True)
    ]


def upset_answer(feeling: str, draw: Random) -> str:
    """A kind word, a list of what helps, or one behind the other."""
    kindly, listed = f"{_SORRY} {_KIND[feeling]}", f"Three things help: {_HELPS[feeling]}."
    return draw.choice((kindly, listed, f"{kindly} {listed}", f"{listed} {_SORRY}"))
