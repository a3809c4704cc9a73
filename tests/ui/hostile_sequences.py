"""What no keyboard sends: random bytes, broken UTF-8, sequences cut short or out of bounds, odd pastes."""

from random import Random

NUMBERS = (
    *("", "0", "1", "2", "5", "97", "113", "255", "1000", "55296", "57399", "65536", "1114111", "1114112"),
    *("4294967296", "99999999999999999999", "-1", "-999999999", "1:2:3", "1::2", "200", "201", "²", "٣"),
)
STARTS = (
    "\x1b[",
    "\x1b[<",
    "\x1b[?",
    "\x1b[>",
    "\x1bO",
    "\x1b]",
    "\x1bP",
    "\x1b_",
    "\x1b",
    "\x1b\x1b[",
    "\x9b",
)
ENDS = (*"uMmRtABCDEFHIOPQScnhlpq~", "$y", "", "\x07", "\x1b\\", "$p")
BEGIN, END = "\x1b[200~", "\x1b[201~"


def sequence(random: Random) -> bytes:
    """One of many kinds, up to a few hundred bytes."""
    return b"".join(_piece(random) for _ in range(random.randint(1, 4)))


def _piece(random: Random) -> bytes:
    match random.randrange(9):
        case 0:
            return random.randbytes(random.randint(1, 40))
        case 1:  # a character cut in the middle
            whole = random.choice("é漢🙂Ω").encode()
            return whole[: random.randint(0, len(whole))] + random.choice((b"", b"a", b"\xff", b"\x1b"))
        case 2 | 3:  # keys, also of kitty, the mouse, answers, sizes
            numbers = ";".join(random.choices(NUMBERS, k=random.randint(0, 6)))
            return (random.choice(STARTS) + numbers + random.choice(ENDS)).encode()
        case 4:  # one of those cut short
            return _piece(random)[: random.randint(1, 12)]
        case 5:  # a paste, of anything, closed or not
            inside = b"".join(_piece(random) for _ in range(random.randint(0, 2)))
            return BEGIN.encode() + inside + random.choice((END.encode(), b"", BEGIN.encode()))
        case 6:
            x, y = random.choices((-5, 0, 1, 40, 119, 120, 500, 10**9), k=2)
            kind = random.choice((0, 1, 2, 3, 32, 35, 64, 65, 66, 67, 127, 10**9))
            return f"\x1b[<{kind};{x};{y}{random.choice('Mm')}".encode()
        case 7:
            return bytes([random.randrange(32)]) * random.randint(1, 30)
        case _:  # plain keys, which open and close everything there is
            return bytes(
                random.choices(b"12345zmjgTFKCDUrev[]0+-?/ \t\r{}<>.cSPRMLO", k=random.randint(1, 12))
            )
