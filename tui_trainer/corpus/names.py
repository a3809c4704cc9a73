"""Invented names, made of syllables: of the world, and of people and places that nobody ever wrote about.

All names a kind can have are shuffled by the seed and cut into slices, one a use, so that no name of one use
can turn up in another: a name asked about as unknown occurs in no document and in no pair.
"""

from functools import lru_cache
from random import Random
from typing import Literal

from tui_trainer.corpus.common_words import words
from tui_trainer.corpus.randomness import rng

Kind = Literal["person", "town", "animal", "invention", "race"]
Use = Literal["world", "planted", "evaluation", "letters", "pairs"]

# Starts and ends of each kind of name.
SYLLABLES: dict[str, tuple[str, str]] = {
    "first": (
        "Ma Be To Li Ka Ru Se No Fi Da Jo Wi Pe Ha Ga Ze Al Or Em Ul Bra Tri Kle Flo Sta Qui Va Ny Cor Hel",
        "ra lin rick na vo sel mund lia dor nik wen bel thas mira ko ris ta van del mo rin sa len dric tia "
        "bert vi ron la gan",
    ),
    "last": (
        "Vel Tam Corb Bran Hol Wes Gar Lind Mor Pel Ras Sten Dun Fal Kir Nor Ost Pur Quil Thal Ved Wyn Yar "
        "Zam Bel Cas Dor Eck Fen Gris",
        "den ber gard win sen mar ley tor vik ard ell mere hart ridge berg man low ner nas tin",
    ),
    "town": (
        "Dorn Vel Ash Mil Cran Bex Thorn Hals Lun Perl Rav Sund Tarn Ulm Wend Yex Zorn Brim Colm Esk Fros "
        "Gild Ister Jor Kest Lorn Mast Nev Orl Prim",
        "by ford ton ham mouth wick stead low dale bury",
    ),
    "animal": (
        "glim brun torv plin wump sno frab drem mog quib zil hul larn nub pog skiv tamb vor wib yol",
        "ock indle et aroo ander ibou ark ipel ula ebex omer affin",
    ),
    "invention": (
        "brindo volka selo tristo mara kepo luni ferro hexo polo drimo quello zeno arbo corvo delto fluma "
        "grano jolo wisto",
        "scope graph meter phone wheel press mill clock lamp pump loom kite",
    ),
    "race": (
        "Ald Bor Cren Drov Elm Fel Gorm Hask Ing Jund Kel Lyn Mold Nax Orm Pav Quen Rud Sval Trem",
        "el in ow ash er ick an ora",
    ),
    "river": (
        "An Bre Cal Del Ely Fen Gar Hes Ivo Jar Lor Myr Ner Oss Pra Sil Tal Uld Ves Wye",
        "sel wen ra ude isk no",
    ),
}

# Names that syllables happen to make and that mean something to the reader.
TAKEN = frozenset(words("Stalin Data Tota Nora Almond Elmer Inger Milton Ashford Denver Casino Ruta"))

# How many of each kind's names each use gets; `pairs` gets what is left. Letters call people and towns by
# `fresh` names.
SLICES: dict[str, tuple[int, int, int, int]] = {
    # kind: world, planted, evaluation, letters
    "first": (80, 120, 160, 0),
    "last": (80, 120, 160, 0),
    "town": (32, 24, 60, 0),
    "animal": (40, 4, 40, 60),
    "invention": (36, 4, 40, 70),
    "race": (20, 4, 40, 50),
    "river": (24, 0, 0, 0),
}
USES: tuple[Use, ...] = ("world", "planted", "evaluation", "letters")


@lru_cache(maxsize=1)
def _possible() -> dict[str, list[str]]:
    """All names of each kind; one that two kinds could have belongs to the first."""
    taken = set(TAKEN)
    possible = {}
    for part, (starts, ends) in SYLLABLES.items():
        every = dict.fromkeys(start + end for start in starts.split() for end in ends.split())
        possible[part] = [name for name in every if name not in taken]
        taken.update(possible[part])
    return possible


@lru_cache(maxsize=64)
def _shuffled(seed: int, part: str) -> tuple[str, ...]:
    names = list(_possible()[part])
    if part == "race":
        names = [f"{name} {what}" for name in names for what in ("Race", "Fair")]
        # A race and a fair of one name would be told apart by one word only: each name gets one of them.
        chosen = rng(seed, "names", part, "what")
        names = [names[i + chosen.randrange(2)] for i in range(0, len(names), 2)]
    rng(seed, "names", part).shuffle(names)
    return tuple(names)


def _slice(seed: int, part: str, use: Use) -> tuple[str, ...]:
    names, sizes = _shuffled(seed, part), SLICES[part]
    if use == "pairs":
        return names[sum(sizes) :]
    at = USES.index(use)
    return names[sum(sizes[:at]) : sum(sizes[: at + 1])]


def rivers(seed: int) -> tuple[str, ...]:
    """River names; only the world has any."""
    return _slice(seed, "river", "world")


def fresh(part: str, draw: Random) -> str:
    """A name of three syllables, which no use above has: of some 30,000 first and 18,000 last names and of
    9,000 towns.
    """
    starts, ends = (syllables.split() for syllables in SYLLABLES[part])
    return draw.choice(starts) + draw.choice(starts).lower() + draw.choice(ends)


@lru_cache(maxsize=64)
def names(seed: int, kind: Kind, use: Use) -> tuple[str, ...]:
    """All names of this kind for this use, in an order that the seed shuffles.

    People have a first and a last name; in the world both are unique to one person.
    """
    if kind != "person":
        return _slice(seed, kind, use)
    firsts, lasts = _slice(seed, "first", use), _slice(seed, "last", use)
    if use in ("world", "planted", "evaluation"):
        return tuple(f"{first} {last}" for first, last in zip(firsts, lasts, strict=False))
    draw = rng(seed, "names", "person", use)
    return tuple(f"{first} {draw.choice(lasts)}" for first in firsts for _ in range(12))
