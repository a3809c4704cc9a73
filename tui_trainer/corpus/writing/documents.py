"""Writes the tiny world's documents: clean text in six sources."""

from random import Random

from tui_trainer.corpus.document import CODE, LETTERS, Document
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import World
from tui_trainer.corpus.writing.conduct import VerbDeck, how_to, rules
from tui_trainer.corpus.writing.deck import Deck
from tui_trainer.corpus.writing.letters import LetterWriter
from tui_trainer.corpus.writing.manner import dress
from tui_trainer.corpus.writing.plans import plan
from tui_trainer.corpus.writing.stories import story
from tui_trainer.corpus.writing.sums import sums, table, trace

SOURCES = ("web", "books", CODE, "papers", "forum", LETTERS)

# What is written, where, and how often.
SHARES: tuple[tuple[str, str, int], ...] = (
    ("facts", "web", 170),
    ("conduct", "web", 30),
    ("how-to", "web", 120),
    ("story", "books", 50),
    ("facts", "books", 95),
    ("conduct", "books", 25),
    ("table", CODE, 33),
    ("sums", CODE, 67),
    ("trace", CODE, 5),
    ("facts", "papers", 120),
    ("conduct", "papers", 30),
    ("facts", "forum", 150),
    ("conduct", "forum", 25),
    ("letter", LETTERS, 500),
)
CONDUCT_TOPICS = (
    "right and wrong",
    "the laws of the land",
    "good manners",
    "what one may do",
    "the town court",
)


def write_documents(world: World, count: int, seed: int, sum_digits: int = 2) -> list[Document]:
    """`count` good documents in reading order, each fact of the world in equally many (to within a few).

    Args:
        sum_digits: how many digits the numbers of sums have at most.

    Raises:
        ValueError: fewer than one document.
    """
    if count < 1:
        raise ValueError(f"cannot write {count} documents")
    draw = rng(seed, "documents", "text")
    deck = Deck(world, rng(seed, "documents", "facts"))
    verbs = VerbDeck(rng(seed, "documents", "verbs"))
    letters = LetterWriter(world, rng(seed, "documents", "letters"))
    kinds = _kinds(count, rng(seed, "documents", "kinds"))
    return [
        Document(
            id=f"d{i:06d}",
            source=source,
            text=_text(kind, source, world, deck, verbs, letters, draw, sum_digits),
        )
        for i, (kind, source) in enumerate(kinds)
    ]


def _kinds(count: int, draw: Random) -> list[tuple[str, str]]:
    """(what, where) of each document: the shares met exactly, spread by chance."""
    kinds: list[tuple[str, str]] = []
    total, given = sum(share for *_, share in SHARES), 0
    for kind, source, share in SHARES:
        given += share
        kinds += [(kind, source)] * (round(count * given / total) - len(kinds))
    draw.shuffle(kinds)
    return kinds


def _text(
    kind: str,
    source: str,
    world: World,
    deck: Deck,
    verbs: VerbDeck,
    letters: LetterWriter,
    draw: Random,
    sum_digits: int,
) -> str:
    match kind:
        case "table":
            return table(draw)
        case "sums":
            return sums(draw, sum_digits)
        case "trace":
            return trace(draw)
        case "conduct":
            return dress(source, draw.choice(CONDUCT_TOPICS), rules(verbs, draw, draw.randint(5, 6)), draw)
        case "letter":
            return letters.next()
        case "how-to":
            return dress(source, "useful skills", how_to(verbs, draw), draw)
        case "story":
            facts = [fact for e in world.of_kind("person") for fact in world.facts_of(e.name)]
            least = min(facts, key=lambda fact: (deck.told[fact], deck.draw.random()))
            return " ".join(story(world, deck, world.entity(least.subject), draw))
        case _:
            told = plan(deck)
            return dress(source, told.topic, told.sentences, draw)
