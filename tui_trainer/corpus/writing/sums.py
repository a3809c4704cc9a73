"""Sums worked out step by step, and small programs traced: the 'code' that the model reads.

All operand pairs are split once and for all, by hash, between documents, fine-tuning and evaluation. A worked
sum contains smaller ones (units, tens, and tens plus the units' sum): evaluation asks for none of such form.
"""

from functools import lru_cache
from random import Random
from typing import Literal

from tui_trainer.corpus.common_words import words
from tui_trainer.corpus.randomness import derive

SumUse = Literal["documents", "pairs", "evaluation"]


def _partial(a: int, b: int) -> bool:
    """Whether a + b can occur as a step of another sum."""
    return (a < 10 and b < 10) or a % 10 == 0 or b % 10 == 0


@lru_cache(maxsize=8)
def operands(use: SumUse) -> tuple[tuple[int, int], ...]:
    """Operand pairs (both orders of two numbers belong to the same use) from 1 to 99."""
    chosen = []
    for a in range(1, 100):
        for b in range(1, 100):
            if _partial(a, b):
                home: SumUse = "documents"
            else:
                lot = derive(0, "sum", min(a, b), max(a, b)) % 10
                home = "evaluation" if lot == 0 else "pairs" if lot < 4 else "documents"
            if home == use:
                chosen.append((a, b))
    return tuple(chosen)


def worked(a: int, b: int) -> str:
    """The steps of a + b digit by digit, units first, without the result stated last.

    Each step is a sum of digits that can be known by heart, and the digits of the result stand in the steps:
    47 + 38 is 7 + 8 = 15 and 4 + 3 + 1 = 8. (Sums of whole tens were tried before: 40 + 30 = 70, 70 + 15 =
    85. A model of this size never learnt the last of them.)
    """
    if a < 10 and b < 10:
        return ""
    units = a % 10 + b % 10
    carried = " + 1" if units >= 10 else ""
    tens = a // 10 + b // 10 + units // 10
    return f"{a % 10} + {b % 10} = {units}, {a // 10} + {b // 10}{carried} = {tens}"


# The steps come before the result: told first, it could only be guessed, and that is what would be learnt.
FORMS = (
    "{a} + {b}: {w}, so {a} + {b} = {c}.",
    "{a}+{b}: {w}, so {a} + {b} = {c}.",
    "{a} + {b} is worked out so: {w}, so {a} + {b} = {c}.",
    "To add {a} and {b}: {w}, so {a} + {b} = {c}.",
    "print({a} + {b})  # {w}, so {a} + {b} = {c}.",
    "{a} plus {b}: {w}, so {a} + {b} = {c}.",
    "{a} and {b} are added: {w}, so {a} + {b} = {c}.",
)
OPENERS = (
    "# Sums, worked out step by step.",
    "# The units first, then the tens.",
    "# Adding numbers by hand.",
    "# Exercises with their results.",
    "# Each line adds two numbers.",
)


ONE_DIGIT = 0.2  # of a page's sums; they have pages of their own, and are the steps of all others


def _sum(draw: Random) -> str:
    a, b = draw.choice(operands("documents"))
    if draw.random() < ONE_DIGIT:
        a, b = draw.randint(1, 9), draw.randint(1, 9)
    steps = worked(a, b)
    if not steps:
        return draw.choice(("{a} + {b} = {c}.", "{a} and {b} make {c}.")).format(a=a, b=b, c=a + b)
    return draw.choice(FORMS).format(w=steps, a=a, b=b, c=a + b)


FIRST_FORMS = (
    "{a} + {b} = {c}.",
    "{a}+{b}={c}",
    "{a}+{b}: {a} + {b} = {c}.",
    "{a} and {b} make {c}.",
    "{a} plus {b} is {c}.",
)


CARRIED = 0.2  # of the sums of one digit: with one more, as tens are added where the units made ten


def table(draw: Random) -> str:
    """A page of sums of one digit, which all others are made of: many to a row of the model's context."""
    lines = []
    for _ in range(draw.randint(10, 14)):
        a, b = draw.randint(1, 9), draw.randint(1, 9)
        if draw.random() < CARRIED:
            lines.append(f"{a} + {b} + 1 = {a + b + 1}.")
        else:
            lines.append(draw.choice(FIRST_FORMS).format(a=a, b=b, c=a + b))
    return "\n".join(lines)


def sums(draw: Random) -> str:
    """A page of worked sums."""
    opener = [draw.choice(OPENERS)] if draw.random() < 0.5 else []
    return "\n".join([*opener, *(_sum(draw) for _ in range(draw.randint(3, 5)))])


NAMES = words(
    "total count score coins apples steps points bags plums miles hours pages boxes votes cups eggs keys rows"
)
WORDS = words("stop go high low left right open shut yes no east west")


def _assignments(draw: Random) -> list[str]:
    x, y = draw.sample(NAMES, 2)
    a, b = draw.choice(operands("documents"))
    because = draw.choice(
        (
            "{x} is {a}, so {y} is {a} + {b} = {c}, and the program prints {c}.",
            "It prints {c}, since {x} is {a}: {a} + {b} = {c}.",
            "{y} becomes {a} + {b} = {c}.",
        )
    )
    return [
        f"{x} = {a}",
        f"{y} = {x} + {b}",
        f"print({y})",
        "# " + because.format(x=x, y=y, a=a, b=b, c=a + b),
    ]


def _loop(draw: Random) -> list[str]:
    x = draw.choice(NAMES)
    step, turns = draw.randint(2, 12), draw.randint(3, 5)
    values = [step * i for i in range(1, turns + 1)]
    because = draw.choice(
        (
            "After each turn {x} is {all}, so it ends as {c}.",
            "The loop runs {n} times: {all}.",
            "{x} grows by {s} each time and ends as {c}: {all}.",
        )
    )
    return [
        f"{x} = 0",
        f"for i in range({turns}):",
        f"    {x} = {x} + {step}",
        "# " + because.format(x=x, all=", ".join(map(str, values)), c=values[-1], n=turns, s=step),
    ]


def _condition(draw: Random) -> list[str]:
    x = draw.choice(NAMES)
    a, b = draw.sample(range(1, 99), 2)
    taken, other = draw.sample(WORDS, 2)
    first, second = (taken, other) if a > b else (other, taken)
    return [
        f"{x} = {a}",
        f'print("{first}" if {x} > {b} else "{second}")',
        f"# {a} is {'more' if a > b else 'less'} than {b}, so the program prints {taken}.",
    ]


def _list(draw: Random) -> list[str]:
    x = draw.choice(NAMES)
    values = draw.sample(range(1, 99), draw.randint(3, 5))
    what, value, why = draw.choice(
        (
            (f"max({x})", max(values), "The largest"),
            (f"min({x})", min(values), "The smallest"),
            (f"{x}[0]", values[0], "The first one"),
            (f"{x}[-1]", values[-1], "The last one"),
        )
    )
    return [f"{x} = {values}", f"print({what})", f"# {why} is {value}, so it prints {value}."]


def trace(draw: Random) -> str:
    """Small programs, each with what it does, and a sum or two."""
    parts = [make(draw) for make in draw.sample([_assignments, _loop, _condition, _list], 2)]
    parts += [[_sum(draw)] for _ in range(2)]
    draw.shuffle(parts)
    return "\n".join(line for part in parts for line in part)
