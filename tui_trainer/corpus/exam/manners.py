"""How people put things to a model, for pairs: frames for each topic, and manners over any of them.

What is asked for, how it is asked and what is said around it are drawn independently, so that no manner
stands for a relation. The tables stand in `manners.toml`. The exam's wordings are others: `wordings.py` keeps
those of the generator, an outsider's stand in their own file.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from random import Random

from msgspec import Struct, convert

from tui_trainer.corpus.common_words import upper
from tui_trainer.corpus.exam import wordings
from tui_trainer.corpus.names import Kind
from tui_trainer.corpus.world import KIND_OF, Entity
from tui_trainer.corpus.writing.sentences import subject_words

# How often each manner is drawn, in proportion, of those that the topic has.
SHARES = {"question": 0.23, "wording": 0.11, "clause": 0.15, "noun": 0.15, "short": 0.16, "bare": 0.2}
SLIPS = 0.1  # of the texts have one
LED = 0.08  # of the questions: the name stands in a sentence before, the question has a pronoun


class Ways(Struct, frozen=True, forbid_unknown_fields=True):
    """How one thing is asked for; phrases and bare forms are everybody's where there are none of its own."""

    questions: tuple[str, ...]
    clauses: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    bare_nouns: tuple[str, ...] = ()  # such as stand alone in no exam
    phrases: tuple[str, ...] = ()
    asking_phrases: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    who: str = "what"
    be: str = "is"


class Tables(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands in `manners.toml`."""

    openers: tuple[str, ...]
    closers: tuple[str, ...]
    reasons: tuple[str, ...]
    indirect: tuple[str, ...]
    wanted: tuple[str, ...]
    phrases: tuple[str, ...]
    asking_phrases: tuple[str, ...]
    bare: tuple[str, ...]
    leads: dict[Kind, tuple[str, ...]]
    asked: dict[str, Ways]  # by relation; request, sum, explain


@cache
def tables() -> Tables:
    """The tables that every question is made of."""
    return convert(tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")), Tables)


@cache
def frames(topic: str, pronoun: bool = False) -> dict[str, tuple[str, ...]]:
    """Every frame that asks for this, by manner; only names, years, numbers and things are slots still.

    Args:
        topic: a relation, "request", "sum" or "explain".
        pronoun: only those in which one can stand for the name.
    """
    return frames_of(tables().asked[topic], _wordings(topic), pronoun)


def frames_of(own: Ways, wordings: tuple[str, ...] = (), pronoun: bool = False) -> dict[str, tuple[str, ...]]:
    """The same of what stands in no table here, and of its wordings."""
    of_all = tables()
    phrases = _filled(own.phrases or of_all.phrases, "{x}", own.nouns)
    asking = _filled(own.asking_phrases or of_all.asking_phrases, "{x}", own.nouns)
    by_manner = {
        "question": own.questions,
        "wording": wordings,
        "clause": _filled(of_all.indirect, "{c}", (*own.clauses, *asking)),
        "noun": _filled(of_all.wanted, "{w}", phrases),
        "short": own.short,
        "bare": _filled(own.bare or of_all.bare, "{x}", own.bare_nouns),
    }
    interrogative = {"{who}": own.who, "{Who}": own.who.capitalize(), "{be}": own.be}
    for manner, its in by_manner.items():
        for slot, word in interrogative.items():
            its = tuple(frame.replace(slot, word) for frame in its)
        by_manner[manner] = tuple(f for f in its if not pronoun or not re.search(r"\{n(ame)?\}", f))
    return {manner: its for manner, its in by_manner.items() if its}


def _filled(given: tuple[str, ...], slot: str, fillings: tuple[str, ...]) -> tuple[str, ...]:
    """Each frame with each of what its slot can hold."""
    return tuple(frame.replace(slot, filling) for frame in given for filling in fillings)


def _wordings(topic: str) -> tuple[str, ...]:
    others = {
        "request": wordings.request_wordings,
        "sum": wordings.sum_wordings,
        "explain": wordings.explain_wordings,
    }
    return wordings.fact_wordings(topic, "pairs") if topic in KIND_OF else others[topic]("pairs")


def wording(topic: str, draw: Random, pronoun: bool = False) -> str:
    """One of the topic's frames, as `drawn`."""
    return drawn(frames(topic, pronoun), draw)


def drawn(by_manner: dict[str, tuple[str, ...]], draw: Random) -> str:
    """A manner by its share, then any frame of it."""
    (manner,) = draw.choices(tuple(by_manner), [SHARES[manner] for manner in by_manner])
    return draw.choice(by_manner[manner])


def asked(
    entity: Entity,
    relation: str,
    year: int | None,
    draw: Random,
    pronoun: bool = False,
    slips: float = SLIPS,
) -> str:
    """A question for a relation of an entity, in any frame and manner.

    Args:
        pronoun: it stands for the name, which an earlier turn has said.
        slips: as for `in_a_manner`.
    """
    led = not pronoun and draw.random() < LED
    slots = slots_of(entity, pronoun or led)
    text = wording(relation, draw, pronoun or led).format(**slots, y=year)
    if led:
        text = _after(upper(draw.choice(tables().leads[entity.kind]).format(**slots)), upper(text))
    return in_a_manner(text, entity.name, draw, slips)


def slots_of(entity: Entity, pronoun: bool = False) -> dict[str, str]:
    """What a frame's slots hold of whom it asks about."""
    subject, whose = subject_words(entity, "pronoun" if pronoun else "name")
    whom = {"she": "her", "he": "him"}.get(subject, subject)
    return {"n": entity.called, "name": entity.name, "s": subject, "o": whom, "p": whose}


def in_a_manner(text: str, name: str, draw: Random, slips: float = SLIPS) -> str:
    """The text as one or another types it: politely, with a reason, without capitals or marks, with a slip.

    Args:
        name: is spared by slips.
        slips: the share of texts with one.
    """
    text = upper(text)
    if draw.random() < 0.1:
        reason = draw.choice(tables().reasons)
        text = _after(reason, text) if draw.random() < 0.5 else _after(text, reason)
    if draw.random() < 0.1:
        text = _after(text, draw.choice(tables().closers))
    if draw.random() < 0.14:
        text = _opened(draw.choice(tables().openers), text, name)
    if draw.random() < slips:
        text = _slip(text, name, draw)
    lower = draw.random() < 0.35
    if lower:
        text = text.lower()
        if draw.random() < 0.5:
            text = re.sub(
                r"\b(?:(what|who|where|there|let|that|it|i)'(s|m|d|ve)|(\w+n)'(t))\b", r"\1\2\3\4", text
            )
    if draw.random() < (0.6 if lower else 0.12):
        text = text.rstrip("?.!")
    return text


def _after(text: str, more: str) -> str:
    """Two sentences; the first may have no mark at its end."""
    return f"{text}{'.' if text[-1].isalnum() else ''} {more}"


def _opened(opener: str, text: str, name: str) -> str:
    """What comes after a comma or a colon begins with a small letter, unless it is a name or I."""
    if opener[-1] not in ".!" and not re.match(r"I\b", text) and not (name and text.startswith(name)):
        text = text[0].lower() + text[1:]
    return f"{opener} {text}"


def _slip(text: str, name: str, draw: Random) -> str:
    """A letter twice; or, in a longer word, two neighbors the wrong way round."""
    spared = set(re.findall(r"\w+", name.lower()))
    words = [m for m in re.finditer(r"[A-Za-z]{4,}", text) if m.group().lower() not in spared]
    if not words:
        return text
    word = draw.choice(words)
    at = draw.randrange(word.start() + 1, word.end() - 1)
    turned = len(word.group()) > 5 and draw.random() < 0.5
    return text[:at] + (text[at + 1] + text[at] + text[at + 2 :] if turned else text[at] + text[at:])
