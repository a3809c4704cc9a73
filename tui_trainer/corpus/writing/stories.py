"""Short stories with a trouble, a cause and an end, about people of the world, among true facts of theirs."""

from random import Random

from tui_trainer.corpus.world import Entity, World
from tui_trainer.corpus.writing.deck import Deck
from tui_trainer.corpus.writing.plans import of_person, tell

# Each theme: what happened, why (and what was done), how it ended; {n} full name, {f} first name,
# {h}/{H} he or she, {o} him or her, {p} his or her, {pet} the pet.
THEMES: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (
        (
            "One cold morning the {pet} was gone and {n} could not find it.",
            "When {n} woke up on Sunday, the {pet} had run away.",
            "Then came the day when {n} lost the {pet} in the fog.",
            "It was getting dark, and still the {pet} of {n} had not come home.",
        ),
        (
            "The gate had been left open, because the latch was broken.",
            "It had run off because the thunder had scared it.",
            "Because nobody had closed the door, it had slipped out.",
            "It had followed a cart full of hay, since it was hungry.",
        ),
        (
            "In the end {f} found it asleep under a hedge, and both were happy.",
            "At last a child brought it back, and {f} laughed and cried.",
            "So {f} called until it came, and {h} never left it alone again.",
            "By noon it sat at the door, and {f} gave it a good meal.",
        ),
    ),
    (
        (
            "One night a storm shook the house of {n}.",
            "In the autumn the wind tore at the roof over {n}.",
            "It rained for a week, and water ran into the room of {n}.",
            "A great storm came up while {n} was asleep.",
        ),
        (
            "Because a tile was loose, the rain came through.",
            "The chimney fell, because it was old and cracked.",
            "Since the window did not shut, everything got wet.",
            "The cellar filled up, because the drain was full of leaves.",
        ),
        (
            "The neighbours came to help, so by evening {f} was dry again.",
            "So {f} climbed up and fixed it, and the next storm did nothing.",
            "In the end all was mended, and {f} made tea for everyone.",
            "After that {f} looked at the sky every night before going to bed.",
        ),
    ),
    (
        (
            "One day {n} was late for the most important meeting of the year.",
            "For once {n} missed the early train.",
            "On a Monday {n} did not come to work on time.",
            "Nobody knew where {n} was, and the whole street began to worry.",
        ),
        (
            "The clock had stopped, because nobody had wound it.",
            "Because the bridge was closed, the road was twice as long.",
            "There had been so much snow that no cart could pass.",
            "An old man had fallen, and {f} had stayed to help.",
        ),
        (
            "When {f} told what had happened, nobody was angry any more.",
            "In the end {h} arrived at noon, and all was well.",
            "So {f} bought a louder clock, and was never late again.",
            "Everyone clapped when {h} came in at last.",
        ),
    ),
    (
        (
            "Last spring {n} found a purse full of silver in the street.",
            "On the way home {n} found a gold ring on the road.",
            "One evening a stranger left a heavy bag with {n}.",
            "Under a bench {n} found an old box with a map in it.",
        ),
        (
            "Since it was not {p} own, {h} asked from door to door.",
            "Because {f} is honest, {h} took it straight to the mayor.",
            "It belonged to a widow, who had lost it because her pocket was torn.",
            "The owner had dropped it, because his horse had shied.",
        ),
        (
            "The owner wept for joy and gave {o} a reward.",
            "So the thing went back to where it belonged, and {f} slept well.",
            "In the end {f} got nothing but thanks, and that was enough.",
            "The whole town spoke of it, and trusted {f} from that day.",
        ),
    ),
    (
        (
            "For the winter feast {n} wanted to bake the biggest cake of all.",
            "The guests were at the door when {n} looked into the oven.",
            "To please an aunt, {n} tried to cook a dinner.",
            "At the market {n} bought flour and sugar for a cake.",
        ),
        (
            "It burnt, because {h} had fallen asleep by the fire.",
            "Because {f} took salt for sugar, it tasted of the sea.",
            "It would not rise, since the oven was too cold.",
            "The bowl broke, because it was too full.",
        ),
        (
            "Everyone laughed, and in the end they ate bread and cheese.",
            "So {f} began again, and the second one was perfect.",
            "The birds got the rest, and {f} learned to read the recipe first.",
            "But the guests were kind, and asked for more.",
        ),
    ),
    (
        (
            "As a child {n} was afraid of the dark.",
            "For years {n} did not dare to swim.",
            "There was a time when {n} and a friend did not speak.",
            "Long ago {n} wanted to leave and see the world.",
        ),
        (
            "It began because of one careless word.",
            "That was because of a story that somebody had told too well.",
            "The reason was an accident on the river.",
            "It came from being alone too much.",
        ),
        (
            "Then a friend took {o} by the hand, and the fear went away.",
            "With time it passed, and now {f} smiles about it.",
            "In the end {f} said what was wrong, and so it was put right.",
            "One summer day {h} simply tried, and it was easy.",
        ),
    ),
)


def story(world: World, deck: Deck, person: Entity, draw: Random) -> list[str]:
    """A story about this person: facts, trouble, a fact, cause, end, facts."""
    facts = tell(world, of_person(deck, person), draw)
    linked = [
        f for f in world.facts if f.value == person.name or f.subject == world.value(person.name, "town")
    ]
    more = tell(world, deck.least(linked, 2), draw)
    happened, why, ended = (draw.choice(beat) for beat in draw.choice(THEMES))
    words = {
        "n": person.name,
        "f": person.first,
        "h": "she" if person.female else "he",
        "H": "She" if person.female else "He",
        "o": "her" if person.female else "him",
        "p": "her" if person.female else "his",
        "pet": world.value(person.name, "pet"),
    }
    beats = [beat.format(**words) for beat in (happened, why, ended)]
    cut = draw.randint(1, 3)
    # No pronoun may refer across the beats: what comes after them starts with the name again.
    return [*facts[:cut], *beats, *_renamed(facts[cut:], person), *more]


def _renamed(sentences: list[str], person: Entity) -> list[str]:
    """The first sentence with the first name in place of a pronoun at its start."""
    if sentences:
        start, space, rest = sentences[0].partition(" ")
        if start in ("She", "He", "Her", "His"):
            start = person.first if start in ("She", "He") else f"{person.first}'s"
            sentences = [start + space + rest, *sentences[1:]]
    return sentences
