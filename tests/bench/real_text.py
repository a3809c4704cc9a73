"""How much good text that nobody here wrote the filters keep: `python tests/bench/real_text.py [SEED]`.

Prints, for each language and kind of text that this machine has, how many documents were judged, the share
that every filter but those of copies kept, and which filters dropped how many. The text is what Linux and
Python bring along: translations of programs, manuals, changelogs, licences, source code, test mails. A file
of messages, one JSON object {"spam": [...], "ham": [...]}, can be named as well: --messages FILE.
"""

import argparse
import gettext
import glob
import json
import random
import sysconfig
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tui_trainer.corpus.document import Document
from tui_trainer.corpus.filters.chain import COPIES, filters
from tui_trainer.corpus.user_text import read

MOST = 300  # documents of a kind
LANGUAGES = (
    *("cs", "da", "de", "el", "es", "fi", "fr", "hu", "id", "it", "ja"),
    *("ko", "nl", "pl", "pt_BR", "ro", "ru", "sv", "tr", "uk", "vi", "zh_CN"),
)
STDLIB = sysconfig.get_paths()["stdlib"]
KINDS = {
    "manuals": [
        "/usr/share/doc/**/*.rst",
        "/usr/share/vim/vim9*/doc/*.txt",
    ],
    "readmes": ["/usr/share/doc/**/README*", "/usr/share/doc/**/NEWS*", "/usr/share/doc/**/*.txt"],
    "changelogs": ["/usr/share/doc/*/changelog*"],
    "licences": ["/usr/share/common-licenses/*", "/usr/share/doc/*/copyright"],
    "python": [f"{STDLIB}/*.py", f"{STDLIB}/email/*.py"],
    "c": ["/usr/include/*.h", "/usr/include/linux/*.h"],
    "shell": ["/usr/share/bash-completion/completions/*", "/etc/init.d/*"],
    "mail": [f"{STDLIB}/test/test_email/data/*.txt"],
}


def documents(paths: list[str]) -> list[str]:
    """What the reader makes of these files, whatever they are called."""
    with tempfile.TemporaryDirectory() as name:
        for n, path in enumerate(paths):
            suffix = "".join(s for s in Path(path).suffixes[-2:] if s in (".gz", ".py"))
            kind = ".txt" if ".py" not in suffix else ""
            target = Path(name, f"{n}{kind}{suffix}")
            target.write_bytes(Path(path).read_bytes())
        return [item.text for item in read([name], 20_000_000) if isinstance(item, Document)]


def translations(language: str) -> list[str]:
    """Long messages of programs in a language, a few to a document."""
    messages = []
    for path in sorted(glob.glob(f"/usr/share/locale/{language}/LC_MESSAGES/*.mo")):
        with open(path, "rb") as file:
            try:
                catalog = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
            except (OSError, UnicodeError):
                continue
        messages += [text for key, text in catalog.items() if key and text != key and len(text) > 60]
    random.Random(0).shuffle(messages)
    return ["\n\n".join(messages[n : n + 4]) for n in range(0, min(len(messages), 4 * MOST), 4)]


def kinds() -> Iterator[tuple[str, list[str]]]:
    draw = random.Random(0)
    for language in LANGUAGES:
        yield language, translations(language)
    for kind, patterns in KINDS.items():
        paths = sorted({p for pattern in patterns for p in glob.glob(pattern, recursive=True)})
        paths = [p for p in paths if Path(p).is_file() and Path(p).stat().st_size < 500_000]
        texts = documents(draw.sample(paths, min(150, len(paths))))
        yield kind, draw.sample(texts, min(MOST, len(texts)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seed", nargs="?", type=int, default=0)
    parser.add_argument("--messages", type=Path)
    parser.add_argument("--show", default="", help="print what was dropped of this kind, and why")
    arguments = parser.parse_args()
    chain = [judge for judge in filters(arguments.seed) if judge.name not in COPIES]

    def dropped(kind: str, text: str) -> str | None:
        for judge in chain:
            if (fault := judge.fault(text, "")) is not None:
                if kind == arguments.show:
                    print(f"--- {judge.name}: {fault.reason}\n{text[:300]}")
                return judge.name
        return None

    found = dict(kinds())
    if arguments.messages:
        found |= json.loads(arguments.messages.read_text())
    for kind, texts in found.items():
        if texts:
            by = Counter(name for text in texts if (name := dropped(kind, text)))
            kept = 1 - by.total() / len(texts)
            print(f"{kind:12} {len(texts):5} kept {kept:.3f}  {dict(by)}", flush=True)


if __name__ == "__main__":
    main()
