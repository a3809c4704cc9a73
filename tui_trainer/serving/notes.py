"""Notes: what the person has told, and what they have written themselves, found again by the question.

A model learns nothing from a conversation. With notes switched on, sentences that the person tells are
appended to a plain file, which they can read and edit; before a question is answered, sentences that match
it are looked up in that file, and in a folder of the person's own notes, and are put before the question.
This is all there is to it: retrieval-augmented generation (Lewis et al. 2020). The weights stay as they are.

Sentences are ranked by BM25 (Robertson & Zaragoza 2009). One that ranks first need not match: it is used only
if it has every name and number of the question, and at least half of what tells the question from others: the
words that aren't ordinary, a name counting for three. Of a question in ordinary words alone, half of them. A
second one is used only if it has as many words of the question as the first.
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from tui_trainer.corpus import user_text
from tui_trainer.corpus.document import Document
from tui_trainer.corpus.reading.find import Found, find
from tui_trainer.errors import foreign
from tui_trainer.files import open_own
from tui_trainer.messages.conversation import Note
from tui_trainer.messages.events import Noticed
from tui_trainer.serving.ordinary_words import ordinary
from tui_trainer.serving.ranking import Index

FILE = "told-in-chat.txt"
MOST_BYTES = 4_000_000  # of text that is searched; of more, an even sample
MOST_CHARACTERS = 300  # of a sentence: a longer one has no room before a question
MOST = 2  # sentences put before a question
RANKED = 50  # ... out of so many of the highest score
COVERED = 0.5  # of the question, that must stand in the sentence
NAME = 3  # so many other words does a name count for
_STOP = """
    a an and are as at be been but by can could did do does for from had has have he her him his how i if in
    into is it its just know like me my name no not of on or our please say she so some tell than that the
    their them then there these they this to up us was we were what when where which who whom whose why will
    with would you your
"""
# How a question or a request begins that has no question mark.
_ASKING = """
    who whom whose what when where which why how is are was were do does did can could will would should may
    might tell name give list explain describe say write show help please hello hi thanks thank ok okay
"""
STOP, ASKING = frozenset(_STOP.split()), frozenset(_ASKING.split())
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)]*\s+")
_WORD = re.compile(r"[^\W_]+")
_DATED = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d  ")
_MARKUP = re.compile(r"^(?:[#>*+-]+|\d+[.)])\s+")  # of Markdown, at the beginning of a line


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text; a line's end ends one."""
    for written in text.splitlines():
        plain = _MARKUP.sub("", _DATED.sub("", written.strip()))
        for sentence in _SENTENCE.split(plain):
            yield " ".join(sentence.split())


def told(text: str) -> list[str]:
    """The sentences of what a person says that tell something: neither questions nor requests, nor a word."""
    return [
        sentence
        for sentence in sentences(text)
        if len(found := _WORD.findall(sentence)) >= 3
        and len(sentence) <= MOST_CHARACTERS
        and not sentence.endswith("?")
        and found[0].lower() not in ASKING
    ]


def asked(text: str) -> str:
    """The rest of it."""
    tells = set(told(text))
    return " ".join(sentence for sentence in sentences(text) if sentence and sentence not in tells)


def terms(text: str) -> list[str]:
    """The words that mean something, as they are compared: in small letters, singular and plural alike."""
    words = (word.casefold() for word in _WORD.findall(text))
    return [
        word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
        for word in words
        if word not in STOP and (len(word) > 1 or word.isdigit())
    ]


def names(text: str) -> set[str]:
    """Of the words in a question those that are names or numbers; its first word is written large anyway."""
    words = _WORD.findall(text)
    return set(terms(" ".join(w for at, w in enumerate(words) if w[0].isdigit() or (at and w[0].isupper()))))


class Notes:
    """The file of what was told, and the sentences to look in.

    Args:
        run: the run's folder, where the file stands.
        folder: the person's own; the file stands there then, and all text in it is looked in.
    """

    def __init__(self, run: Path, folder: Path | None = None) -> None:
        self.file = (folder or run) / FILE
        self.place = folder or self.file
        self._notices: list[str] = []
        self._seen: list[tuple[str, int, int]] | None = None
        self._sentences: list[tuple[str, str]] = []  # with the file's name
        self._terms: list[frozenset[str]] = []
        self._index = Index([])

    def __len__(self) -> int:
        return len(self._sentences)

    def noticed(self) -> tuple[str, ...]:
        """What the person should know of how their files were read, told once."""
        notices, self._notices = tuple(self._notices), []
        return notices

    def keep(self, text: str) -> tuple[str, ...]:
        """Append what a text tells to the file, each sentence on a line with the time before it.

        Returns:
            The new ones; what stands in the notes already is not written again.

        Raises:
            UserError: the file can't be written.
        """
        self._read()
        known = dict(self._sentences)
        new = tuple(dict.fromkeys(said for said in told(text) if said not in known))
        if new:
            now = time.strftime("%Y-%m-%d %H:%M")
            lines = "".join(f"{now}  {sentence}\n" for sentence in new)
            with (
                foreign(f"the notes {self.file} can't be written"),
                open(open_own(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "ab") as file,
            ):
                file.write(lines.encode("utf-8", "replace"))
        return new

    def find(self, text: str) -> list[Note]:
        """The sentences that match what a text asks, the best first; none where none does.

        Raises:
            UserError: the index can't be made.
        """
        self._read()
        question = asked(text)
        wanted, named = set(terms(question)), names(question)
        if not wanted:
            return []
        scores = self._index.scores(sorted(wanted))
        telling = {
            word: NAME if word in named else 1 for word in wanted if word in named or not ordinary(word)
        }
        telling = telling or dict.fromkeys(wanted, 1)
        enough = COVERED * sum(telling.values())
        found: list[Note] = []
        most = 0
        for at in (-scores).argsort(kind="stable")[:RANKED].tolist():
            score, (sentence, file), has = float(scores[at]), self._sentences[at], self._terms[at]
            if len(found) == MOST or score <= 0:
                break
            covered = sum(worth for word, worth in telling.items() if word in has)
            if named <= has and covered >= enough and len(wanted & has) >= most and sentence not in text:
                found.append(Note(sentence, file, round(score, 2)))
                most = len(wanted & has)  # of two facts a small model takes the wrong one as often
        return found

    def _read(self) -> None:
        """Read the files again, if one of them has changed."""
        files = [found for found in find([str(self.place)]) if isinstance(found, Found)]
        with foreign(f"the notes in {self.place} can't be read"):
            seen = [(file.name, file.size, file.path.stat().st_mtime_ns) for file in files]
        if seen == self._seen:
            return
        self._seen, self._notices, read = seen, [], dict[str, str]()
        for item in user_text.read([str(self.place)], MOST_BYTES) if files else ():
            if isinstance(item, Document):
                file = Path(item.id.rpartition("#")[0]).name
                for sentence in sentences(item.text):
                    if len(sentence) <= MOST_CHARACTERS and len(terms(sentence)) > 1:
                        read.setdefault(sentence, file)
            elif isinstance(item, Noticed) and item.level == "warning":
                self._notices.append(item.text)
        self._sentences = list(read.items())
        words = [terms(sentence) for sentence in read]
        self._terms = [frozenset(has) for has in words]
        self._index = Index(words)
