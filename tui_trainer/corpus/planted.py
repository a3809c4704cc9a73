"""Plants among good documents what a corpus should not hold, labelled in secret, and good that looks bad."""

import re
from collections.abc import Callable, Sequence
from random import Random
from typing import Literal, TypeVar

import msgspec

from tui_trainer.corpus import junk_sentences as sentences
from tui_trainer.corpus import planted_gibberish
from tui_trainer.corpus.common_words import HARMFUL, with_article, words
from tui_trainer.corpus.document import Document
from tui_trainer.corpus.identifiers import is_card
from tui_trainer.corpus.names import names
from tui_trainer.corpus.randomness import derive, rng
from tui_trainer.corpus.world import World, make_world
from tui_trainer.corpus.writing import write_documents
from tui_trainer.corpus.writing.documents import SOURCES
from tui_trainer.corpus.writing.sentences import sentence

T = TypeVar("T")
Half = Literal["reference", "planted"]

# Of a hundred good documents, how many more of each class are planted.
SHARES = {
    "spam": 4,
    "gibberish": 3,
    "boilerplate": 3,
    "harmful": 4,
    "personal_data": 3,
    "exact_duplicate": 4,
    "near_duplicate": 5,
}
LOOKALIKE_SHARE = 3  # good, and unlabelled
REFERENCE_DOCUMENTS = 2000

THINGS = words("watches pills shoes phones loans tickets laptops creams bags glasses coupons games")
SHOPS = words("deal shop sale best")
PHONES = words("0### 555 0###,(0##) 555-####,+4# ### #######,0##-555-01##", ",")
IDS = words("###-##-#### K######## ##.####.###-# ID-######")
ACCOUNTS = words("#### #### #### ####,DK## #### #### #### ##,########-##", ",")
STREETS = words(
    "Mill Lane,Church Road,High Street,Station Road,Garden Row,Bridge Street,Park Avenue,Well Lane", ","
)
GOODS = words("bells candles boots pears tiles baskets mugs ribbons lanterns scarves")
KITCHEN = words("onions carrots plums cherries leeks beans peas apples pears turnips")
FILLERS = words("really old quite new little fine also then often perhaps surely very nice here again well")


def _half(texts: Sequence[T], half: Half) -> Sequence[T]:
    return texts[0 if half == "reference" else 1 :: 2]


def _some(texts: Sequence[str], half: Half, draw: Random, low: int, high: int) -> list[str]:
    return draw.sample(_half(texts, half), draw.randint(low, high))


def _digits(draw: Random, pattern: str) -> str:
    """The pattern with a digit for each '#'; none makes a year after the cutoff."""
    return "".join(draw.choice("13456789") if c == "#" else c for c in pattern)


def _checked(account: str) -> str:
    """A card's or an account's number with check digits that hold; of nobody."""
    plain = account.replace(" ", "")
    if plain.startswith("DK"):
        code = int("".join(str(int(c, 36)) for c in f"{plain[4:]}DK00"))
        return f"DK{98 - code % 97:02}{account[4:]}"
    if plain.isdigit():
        return next(number for digit in "0123456789" if is_card(number := f"4{account[1:-1]}{digit}"))
    return account


def _spam(world: World, half: Half, draw: Random) -> str:
    return " ".join(
        text.format(
            thing=draw.choice(THINGS),
            n=draw.randint(30, 99),
            few=draw.randint(2, 9),
            url=f"www.{draw.choice(THINGS)}-{draw.choice(SHOPS)}{draw.randint(10, 99)}.example",
        )
        for text in _some(sentences.SPAM, half, draw, 4, 7)
    )


def _boilerplate(world: World, half: Half, draw: Random) -> str:
    year, few, n = draw.randint(2001, 2019), draw.randint(1, 9), draw.randint(12, 99)
    return "\n".join(
        text.format(year=year, few=few, n=n) for text in _some(sentences.BOILERPLATE, half, draw, 4, 7)
    )


def _harmful(world: World, half: Half, draw: Random) -> str:
    verb, other = draw.sample(sorted(HARMFUL), 2)
    slots = {
        "v": verb,
        "o": with_article(draw.choice(HARMFUL[verb])),
        "b": other,
        "c": with_article(draw.choice(HARMFUL[other])),
    }
    return " ".join(text.format(**slots) for text in _some(sentences.HARMFUL, half, draw, 4, 6))


def _personal_data(world: World, half: Half, draw: Random) -> str:
    people, towns = names(world.seed, "person", "planted"), names(world.seed, "town", "planted")
    texts = []
    for text in _some(sentences.PERSONAL, half, draw, 2, 4):
        name = draw.choice(people)
        first, last = name.lower().split()
        texts.append(
            text.format(
                name=name,
                town=draw.choice(towns),
                street=f"{draw.randint(1, 99)} {draw.choice(STREETS)}",
                phone=_digits(draw, draw.choice(PHONES)),
                mail=draw.choice(
                    ("{f}.{l}@post.example", "{f}{n}@mail.example", "{l}@letters.example")
                ).format(f=first, l=last, n=draw.randint(10, 99)),
                id=_digits(draw, draw.choice(IDS)),
                account=_checked(_digits(draw, draw.choice(ACCOUNTS))),
                date=f"{draw.randint(1, 28):02}.{draw.randint(1, 12):02}.{draw.randint(1950, 1999)}",
            )
        )
    texts.insert(draw.randrange(len(texts)), draw.choice(_half(sentences.PLAIN, half)))
    return " ".join(texts)


def _gibberish(world: World, half: Half, draw: Random) -> str:
    return draw.choice(_half(planted_gibberish.MAKERS, half))(draw)


MAKERS: dict[str, Callable[[World, Half, Random], str]] = {
    "spam": _spam,
    "gibberish": _gibberish,
    "boilerplate": _boilerplate,
    "harmful": _harmful,
    "personal_data": _personal_data,
}


def _lookalike(world: World, half: Half, draw: Random) -> str:
    """A good text that looks bad: by a pattern, or short, or full of years."""
    kind = draw.randrange(10)
    facts = draw.sample(world.facts, 8)
    if kind == 0:
        return " ".join(sentence(world, fact, draw) for fact in facts[:2])
    if kind == 1:
        rows = [f for f in world.facts if f.relation in ("born", "year")]
        return (
            "Years: "
            + "; ".join(f"{world.entity(f.subject).called} {f.value}" for f in draw.sample(rows, 8))
            + "."
        )
    verb = draw.choice(sorted(HARMFUL))
    goods, goods2 = draw.sample(GOODS, 2)
    food, other = draw.sample(KITCHEN, 2)
    text = draw.choice(_half(sentences.LOOKALIKES, half)).format(
        n=draw.randint(10, 60),
        few=draw.randint(2, 9),
        goods=goods,
        goods2=goods2,
        food=food,
        other=other,
        v=verb,
        o=with_article(draw.choice(HARMFUL[verb])),
    )
    more = " ".join(sentence(world, fact, draw) for fact in facts[: draw.randint(3, 5)])
    return f"{text}\n{more}" if "\n" in text else f"{text} {more}"


def edited(text: str, draw: Random) -> str:
    """The text with 6 to 18 % of its words changed, dropped, misspelt or added."""
    pieces = re.split(r"(\s+)", text)
    places = list(range(0, len(pieces), 2))
    for place in draw.sample(places, max(1, round(len(places) * draw.uniform(0.06, 0.18)))):
        word = pieces[place]
        match draw.randrange(4):
            case 0:
                pieces[place] = draw.choice(FILLERS)
            case 1 if place + 1 < len(pieces):
                pieces[place] = pieces[place + 1] = ""
            case 2 if word.isalpha() and word.islower() and len(word) > 3:  # no name becomes another
                at = draw.randrange(1, len(word) - 1)
                pieces[place] = word[:at] + word[at + 1 :]
            case _:
                pieces[place] = f"{draw.choice(FILLERS)} {word}"
    return "".join(pieces).strip()


def plant(world: World, documents: Sequence[Document], seed: int) -> list[Document]:
    """Good documents and junk in one reading order, with new ids in that order (which tell nothing).

    A copy comes after the document it copies, which is a good one and named by `original`.
    """
    return _planted(world, documents, seed, "planted", 1)


def reference_documents(seed: int) -> list[Document]:
    """Labelled documents for filters to learn from: of another world, with other junk than `plant` plants."""
    other = derive(seed, "reference world")
    world = make_world(other)
    return _planted(world, write_documents(world, REFERENCE_DOCUMENTS, other), other, "reference", 2)


def _planted(
    world: World, documents: Sequence[Document], seed: int, half: Half, scale: int
) -> list[Document]:
    draw = rng(seed, "planted", half)
    # (place in the reading order, document); the good ones stand at 0, 1, 2, ...
    placed: list[tuple[float, Document]] = [(float(i), document) for i, document in enumerate(documents)]

    def number(share: int) -> int:
        return round(len(documents) * scale * share / 100)

    for label, make in MAKERS.items():
        for _ in range(number(SHARES[label])):
            text = make(world, half, draw)
            placed.append((draw.random() * len(documents), Document("", draw.choice(SOURCES), text, label)))
    for _ in range(number(LOOKALIKE_SHARE)):
        text = _lookalike(world, half, draw)
        placed.append((draw.random() * len(documents), Document("", draw.choice(SOURCES), text)))
    exact, near = number(SHARES["exact_duplicate"]), number(SHARES["near_duplicate"])
    # Sums are left alone: an edited one could be wrong, or one that evaluation asks for.
    prose = [i for i, document in enumerate(documents) if document.source != "code"]
    edits = draw.sample(prose, min(near, len(prose)))
    copies = draw.sample(sorted(set(range(len(documents))) - set(edits)), exact)
    for n, at in enumerate((*copies, *edits)):
        document = documents[at]
        label = "exact_duplicate" if n < exact else "near_duplicate"
        text = document.text if n < exact else edited(document.text, draw)
        place = at + (1 - draw.random()) * (len(documents) - at)
        placed.append((place, Document("", document.source, text, label, document.id)))

    placed.sort(key=lambda item: item[0])
    ids = {document.id: f"d{i:06d}" for i, (_, document) in enumerate(placed) if document.id}
    return [
        msgspec.structs.replace(
            document, id=f"d{i:06d}", original=document.original and ids[document.original]
        )
        for i, (_, document) in enumerate(placed)
    ]
