"""Text to numbers and back: byte-level BPE, or one token a character.

In BPE a capital is a token of its own, before its letter in lower case: so a name is made of the same tokens
however somebody types it (as fastai's `xxup`, or TokenMonster's capcode). Both kinds are lossless on every
byte string, and both keep the five role and boundary markers outside of the text's vocabulary: they take the
last ids, and no text, whatever it spells, is ever encoded into one.
"""

import json
import os
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import ascii_uppercase

# Set before the import: else a process that forks later gets the library's warning on its stderr.
os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")

import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers, trainers

from tui_trainer.errors import foreign
from tui_trainer.files import read_own

SPECIALS = ("document", "user", "assistant", "end", "pad")
INVALID = re.compile("[\ud800-\udfff]+")
# Four digits, mostly a year, may be one token: a year is a name. So may two, the last two of a longer number
# first ("115" is 1 and 15): then a sum's numbers are looked up, which a small model can, not spelled after.
# From the right, as arithmetic goes: Singh and Strouse 2024, "Tokenization counts".
NUMBERS = r"(?<![0-9])[0-9]{4}(?![0-9])|[0-9]{2}(?=(?:[0-9]{2})*(?![0-9]))"
READ_OFTEN = 5  # so often a number is read that becomes a token; of any other, each digit is one
CAPITAL = "\x0e"  # ASCII's own "shift out", before a letter that is a capital; before itself, the character


class Tokenizer(ABC):
    """Ids 0 to size-6 are pieces of text; the last five are `document`, `user`, `assistant`, `end`, `pad`."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        """Args: pieces: the bytes that each ordinary id stands for, in the order of the ids."""
        self._pieces = list(pieces)
        self.size = len(self._pieces) + len(SPECIALS)
        first = len(self._pieces)
        self.document, self.user, self.assistant, self.end, self.pad = range(first, self.size)
        self.silent = (self.document, self.user, self.assistant, self.pad)  # no answer has one
        byte_ids = {piece: i for i, piece in reversed(list(enumerate(self._pieces))) if len(piece) == 1}
        self._byte_ids = [byte_ids[bytes([b])] for b in range(256)]
        self.capital: int | None = None  # the token that makes the next letter a capital, if there is one
        self.lead = ""  # before a question

    @abstractmethod
    def _encode_valid(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of texts that have no lone surrogates."""

    @abstractmethod
    def to_json(self) -> str:
        """The whole tokenizer as one JSON text that `load` reads."""

    def encode(self, text: str | bytes) -> list[int]:
        """Ids of the text, none of them a special; `decode_bytes` gives back the same bytes.

        Bytes that are not UTF-8 become the ids of single bytes.
        """
        if isinstance(text, str):
            if not INVALID.search(text):
                return self._encode_valid([text])[0]
            text = text.encode("utf-8", "surrogatepass")
        escaped = text.decode("utf-8", "surrogateescape")
        ids: list[int] = []
        at = 0
        for match in INVALID.finditer(escaped):
            ids += self._encode_valid([escaped[at : match.start()]])[0]
            ids += [self._byte_ids[ord(c) - 0xDC00] for c in match.group()]
            at = match.end()
        return ids + self._encode_valid([escaped[at:]])[0]

    def encode_batch(self, texts: Sequence[str]) -> list[list[int]]:
        """`encode` for many texts, in parallel where the library can."""
        if any(INVALID.search(text) for text in texts):
            return [self.encode(text) for text in texts]
        return self._encode_valid(texts)

    def spelling(self) -> "Spelling":
        """Spells a text from its beginning, token by token."""
        return Spelling(self._pieces, self.capital)

    def decode_bytes(self, ids: Iterable[int]) -> bytes:
        """The bytes that the ids stand for; specials stand for none."""
        return b"".join(map(self.spelling().add, ids))

    def decode(self, ids: Iterable[int]) -> str:
        """The text that the ids stand for; what is not UTF-8 shows as U+FFFD."""
        return self.decode_bytes(ids).decode("utf-8", "replace")

    def name(self, token: int) -> str:
        """One token for display: its text, `<|user|>` for a special, `\\xe2` for part of a character."""
        if token == self.capital:
            return "<|capital|>"
        if token >= len(self._pieces):
            return f"<|{SPECIALS[token - len(self._pieces)]}|>"
        return self._pieces[token].decode("utf-8", "backslashreplace")

    def turn(self, prompt: str, answer: str) -> tuple[list[int], list[bool]]:
        """A question with its answer, and which tokens are to be learnt: the answer's and the end."""
        asked = [self.user, *self.encode(self.lead + prompt), self.assistant]
        answered = [*self.encode(answer), self.end]
        return asked + answered, [False] * len(asked) + [True] * len(answered)

    def chat(self, prompt: str, turns: Sequence[tuple[str, str]] = (), room: int | None = None) -> list[int]:
        """A conversation up to the place where the next answer begins; like a document, it has a beginning.

        Args:
            turns: what was asked and answered before.
            room: tokens that there may be; the oldest turns that don't fit whole are forgotten, and of a
                prompt too long by itself the end is read. 4 or more.
        """
        asked = self.encode(self.lead + prompt)
        if room is not None:
            asked = asked[-(room - 3) :]
        tokens = [self.user, *asked, self.assistant]
        for turn in reversed(turns):
            before, _ = self.turn(*turn)
            if room is not None and len(before) + len(tokens) >= room:
                break
            tokens = [*before, *tokens]
        return [self.document, *tokens]

    def dialogue(
        self, prompt: str, answer: str, turns: Sequence[tuple[str, str]] = ()
    ) -> tuple[list[int], list[bool]]:
        """A whole conversation, and which tokens are to be learnt: those of its answers and their ends."""
        ids, learnt = [self.document], [False]
        for turn in (*turns, (prompt, answer)):
            more = self.turn(*turn)
            ids += more[0]
            learnt += more[1]
        return ids, learnt

    def save(self, path: Path) -> None:
        """Write one JSON file; of BPE, the `tokenizers` library's own format."""
        path.write_text(self.to_json(), "utf-8")

    @staticmethod
    def load(path: Path) -> "Tokenizer":
        """The tokenizer that `save` wrote. Raises `UserError`."""
        with foreign(f"{path} can't be read as a tokenizer"):
            return Tokenizer.from_json(read_own(path).decode())

    @staticmethod
    def from_json(text: str) -> "Tokenizer":
        """The tokenizer that `to_json` wrote. Raises `ValueError`, and whatever the library does."""
        tree = json.loads(text)
        if not isinstance(tree, dict):
            raise ValueError("it is no tokenizer")
        if "characters" in tree:
            return CharTokenizer(tree["characters"])
        return BPETokenizer(tokenizers.Tokenizer.from_str(text))


class Spelling:
    """What tokens spell, one after the other; a capital's mark waits for its letter."""

    def __init__(self, pieces: Sequence[bytes], capital: int | None) -> None:
        self._pieces, self._capital = pieces, capital
        self._marked = False

    def add(self, token: int) -> bytes:
        """The bytes that this token adds; a special adds none, nor does a mark that no letter follows."""
        piece = self._pieces[token] if token < len(self._pieces) else b""
        if token == self._capital:
            self._marked = not self._marked
            return b"" if self._marked else piece  # twice, it is the character itself
        if self._marked and piece.strip(b" "):
            self._marked = False
            at = len(piece) - len(piece.lstrip(b" "))
            return piece[:at] + piece[at : at + 1].upper() + piece[at + 1 :]
        return piece


class BPETokenizer(Tokenizer):
    """Byte-level byte-pair encoding (Sennrich et al. 2016, over bytes as in GPT-2).

    One made by an earlier version has no marks of capitals.
    """

    def __init__(self, library: tokenizers.Tokenizer) -> None:
        vocabulary = library.get_vocab(with_added_tokens=False)
        if sorted(vocabulary.values()) != list(range(len(vocabulary))):
            raise ValueError("its ids are not those of a vocabulary: some are missing")
        byte_of = {c: bytes([b]) for b, c in enumerate(_byte_characters())}
        pieces = sorted(vocabulary, key=vocabulary.__getitem__)
        super().__init__([b"".join(byte_of[c] for c in piece) for piece in pieces])
        if library.normalizer is not None:
            self.capital = self._byte_ids[ord(CAPITAL)]
            self.lead = " "  # a question's first word, often a name, is to be the tokens it is within a text
        self._library = library

    def _encode_valid(self, texts: Sequence[str]) -> list[list[int]]:
        encodings = self._library.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def to_json(self) -> str:
        return self._library.to_str(pretty=False)


class CharTokenizer(Tokenizer):
    """One token an ASCII character or byte (ids 0-255), then one for each further character it knows."""

    def __init__(self, characters: Sequence[str]) -> None:
        if not all(isinstance(c, str) and len(c) == 1 for c in characters):
            raise ValueError("its characters are not single ones")
        super().__init__([bytes([b]) for b in range(256)] + [c.encode() for c in characters])
        self._characters = list(characters)
        self._ids = {chr(b): [b] for b in range(128)} | {c: [256 + i] for i, c in enumerate(characters)}

    def _encode_valid(self, texts: Sequence[str]) -> list[list[int]]:
        known = self._ids
        return [[i for c in text for i in known.get(c) or c.encode()] for text in texts]

    def to_json(self) -> str:
        return json.dumps({"characters": self._characters}, ensure_ascii=True)


def train_bpe(texts: Iterable[str], vocabulary: int) -> BPETokenizer:
    """A BPE tokenizer of at most `vocabulary` ids, specials included (fewer when the text is tiny).

    A number is one token or its digits, never parts of it: no merge makes one. So a year that no text has is
    not half of one that it has.
    """
    texts = [INVALID.sub("", text) for text in texts]
    numbers = _numbers(texts, vocabulary // 8)
    library = tokenizers.Tokenizer(models.BPE())
    # Of parts that the library has, so that every tool that loads its files spells and reads the same.
    spelled = [(letter, CAPITAL + letter.lower()) for letter in ascii_uppercase]
    spelled = [(f" {letter}", f"{CAPITAL} {letter.lower()}") for letter in ascii_uppercase] + spelled
    library.normalizer = normalizers.Sequence(
        [normalizers.Replace(CAPITAL, CAPITAL * 2), *(normalizers.Replace(*pair) for pair in spelled)]
    )
    library.pre_tokenizer = _pieces("[0-9]")
    library.decoder = decoders.Sequence(
        [decoders.ByteLevel(), *(decoders.Replace(marked, plain) for plain, marked in spelled)]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary - len(SPECIALS) - len(numbers),
        initial_alphabet=_byte_characters(),
        min_frequency=2,
        show_progress=False,
    )
    library.train_from_iterator(texts, trainer)
    model = json.loads(library.to_str())["model"]
    ids = {**model["vocab"], **{number: len(model["vocab"]) + at for at, number in enumerate(numbers)}}
    library.model = models.BPE(ids, [tuple(merge) for merge in model["merges"]], ignore_merges=True)
    library.pre_tokenizer = _pieces(f"{NUMBERS}|[0-9]")
    return BPETokenizer(library)


def _pieces(numbers: str) -> pre_tokenizers.PreTokenizer:
    """Takes a text apart into what no token reaches beyond: a capital's mark, numbers, and words."""
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(CAPITAL, "isolated"),
            pre_tokenizers.Split(tokenizers.Regex(numbers), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False),
        ]
    )


def _numbers(texts: Iterable[str], most: int) -> list[str]:
    """The numbers of two and four digits that are read often, the commonest first."""
    counts = Counter(number for text in texts for number in re.findall(NUMBERS, text))
    often = [number for number, count in counts.items() if count >= READ_OFTEN]
    return sorted(often, key=lambda number: (-counts[number], number))[:most]


def train_char(texts: Iterable[str], vocabulary: int = 32768) -> CharTokenizer:
    """A character tokenizer; of the non-ASCII characters it knows the commonest that fit."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(c for c in text if ord(c) >= 128 and not INVALID.match(c))
    room = max(0, vocabulary - 256 - len(SPECIALS))
    common = sorted(counts, key=lambda c: (-counts[c], c))[:room]
    return CharTokenizer(sorted(common))


def _byte_characters() -> list[str]:
    """GPT-2's printable stand-in for each byte: itself where it prints, else from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    stand_in = {b: chr(b) for b in printable}
    for b in range(256):
        if b not in stand_in:
            stand_in[b] = chr(0x100 + len(stand_in) - len(printable))
    return [stand_in[b] for b in range(256)]
