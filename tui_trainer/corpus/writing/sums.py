"""Sums worked out step by step, and small programs traced: the 'code' that the model reads.

All operand pairs are split once and for all, by hash, between documents, fine-tuning and evaluation. A worked
sum contains smaller ones, of digits: evaluation asks for none of such form, nor of whole tens.
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


def _home(a: int, b: int) -> SumUse:
    """Which use a pair belongs to, in either order, by hash."""
    lot = derive(0, "sum", min(a, b), max(a, b)) % 10
    return "evaluation" if lot == 0 else "pairs" if lot < 4 else "documents"


@lru_cache(maxsize=8)
def operands(use: SumUse) -> tuple[tuple[int, int], ...]:
    """Operand pairs (both orders of two numbers belong to the same use) from 1 to 99."""
    chosen = []
    for a in range(1, 100):
        for b in range(1, 100):
            if use == ("documents" if _partial(a, b) else _home(a, b)):
                chosen.append((a, b))
    return tuple(chosen)


def three_digits(use: SumUse, draw: Random) -> tuple[int, int]:
    """Two numbers of three digits for this use."""
    while True:
        a, b = draw.randint(100, 999), draw.randint(100, 999)
        if _home(a, b) == use:
            return a, b


def worked(a: int, b: int) -> str:
    """The steps of a + b digit by digit, units first, and the result put together.

    Each step is a sum of digits that can be known by heart, and the result is put together from the last
    digits, side by side: 47 + 38 is 7 + 8 = 15, 4 + 3 + 1 = 8, 8 then 5 is 85. (Without the last step, a
    number of two digits being one token, results went wrong after right steps: 15 + 22: 5 + 2 = 7, 1 + 2 = 3,
    so 38. Sums of whole tens, 40 + 30 = 70, 70 + 15 = 85, a model of this size never learnt.)
    """
    if a < 10 and b < 10:
        return ""
    result, steps, digits, carried = a + b, [], [], 0
    while a or b:
        digits.append(a % 10 + b % 10 + carried)
        steps.append(f"{a % 10} + {b % 10}{' + 1' if carried else ''} = {digits[-1]}")
        a, b, carried = a // 10, b // 10, digits[-1] // 10
    side_by_side = " then ".join(str(digit) for digit in (digits[-1], *(d % 10 for d in digits[-2::-1])))
    return f"{', '.join(steps)}, {side_by_side} is {result}"


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
THREE_DIGITS = 0.4  # of the others, where any are


def _sum(draw: Random, digits: int = 2) -> str:
    a, b = draw.choice(operands("documents"))
    if draw.random() < ONE_DIGIT:
        a, b = draw.randint(1, 9), draw.randint(1, 9)
    elif digits > 2 and draw.random() < THREE_DIGITS:
        a, b = three_digits("documents", draw)
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


CARRIED = 0.3  # of the sums of one digit: with one more, as tens are added where the units made ten


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


def sums(draw: Random, digits: int) -> str:
    """A page of worked sums of numbers of up to two or three digits."""
    opener = [draw.choice(OPENERS)] if draw.random() < 0.5 else []
    return "\n".join([*opener, *(_sum(draw, digits) for _ in range(draw.randint(3, 4)))])


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
