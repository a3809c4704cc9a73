"""The user's own text, by the same door as the tiny world's: files of any size and content into documents."""

from bisect import bisect_left
from collections.abc import Generator, Iterator, Sequence
from itertools import accumulate

from rich.filesize import decimal

from tui_trainer.corpus.document import Document, Pair
from tui_trainer.corpus.gathered import Gathered
from tui_trainer.corpus.own_pairs import hold_out
from tui_trainer.corpus.reading.content import content
from tui_trainer.corpus.reading.encoding import Encoding
from tui_trainer.corpus.reading.errors import Unreadable
from tui_trainer.corpus.reading.find import Followed, Found, Skipped, find, readable, why
from tui_trainer.corpus.reading.notes import Notes
from tui_trainer.corpus.reading.records import Row
from tui_trainer.corpus.reading.thin import Thinner
from tui_trainer.errors import UserError
from tui_trainer.messages.events import CrawlRead, Noticed

BLOCK = 65_536  # characters of a piece of running text that is sampled
MOST_NOTICES = 20  # lines about single files; the others are only counted
TAKEN = (
    ".txt, .md, code, .html, .warc, mail, .jsonl, .json, .csv or .parquet (a field text, messages, or prompt "
    "and completion), also as .gz, .zip or .tar"
)
DIALOGUES = "forum"
Told = Noticed | CrawlRead


def read(paths: Sequence[str], max_bytes: int, running: bool = False) -> Iterator[Document | Pair | Told]:
    """All text under these paths, or an even sample of about `max_bytes` of it.

    Files are read one at a time and in pieces. Prose and mail come as source `books`, code as `code`, records
    and pages as `web`, dialogues as `forum`, so that the mixture's weights apply. Nothing that a file holds
    raises: what cannot be read gives one `Noticed`, up to `MOST_NOTICES` of them, and a last one with the
    count.

    Args:
        running: the documents of a text, one after the other, are that text, its white space included.
    """
    files: list[Found] = []
    skipped = 0
    messages = parts = 0  # of mail, the parts left out
    guessed: dict[Encoding, list[str]] = {}

    def notices(left_out: Skipped) -> Iterator[Noticed]:
        nonlocal skipped
        skipped += 1
        if skipped <= MOST_NOTICES:
            yield Noticed(f"skipped {left_out.name}: {left_out.reason}", "warning")

    for found in find(paths):
        if isinstance(found, Found):
            files.append(found)
        elif isinstance(found, Followed):
            yield Noticed(f"followed the link {found.name} to {found.to}")
        else:
            yield from notices(found)

    total = sum(file.size for file in files)
    # Small files are taken whole or not at all, so a block should not be much larger than they are.
    block = max(1_024, min(BLOCK, max_bytes // 8, total // max(1, len(files))))
    budgets = _budgets([file.size for file in files], max_bytes, block)
    kept = 0
    for file, budget in zip(files, budgets, strict=True):
        if budget == 0:
            continue
        size, notes = 0, Notes()
        for item in _read_file(file, min(budget, max(block, max_bytes - kept)), block, notes, running):
            if isinstance(item, Skipped):
                yield from notices(item)
                continue
            if isinstance(item, Document):
                size += len(item.text)
            yield item
        kept += size
        if (crawled := notes.crawled).pages:
            yield CrawlRead(file.name, crawled.pages, crawled.bytes, crawled.text, **crawled.said)
        messages += notes.messages
        parts += notes.left_out
        for encoding in notes.guessed:
            name = f"pages of {file.name}" if notes.crawled.pages else file.name
            guessed.setdefault(encoding, []).append(name)
    if parts:
        kinds = "attachment or other part" if parts == 1 else "attachments or other parts"
        yield Noticed(f"{parts:,} {kinds} of {messages:,} message{'s' * (messages > 1)} left out")
    for encoding, names in guessed.items():
        more = f" and {len(names) - 3:,} more" if len(names) > 3 else ""
        yield Noticed(f"read as {encoding.codec}, a guess ({encoding.guessed}): {', '.join(names[:3])}{more}")
    if skipped > MOST_NOTICES:
        yield Noticed(f"... and {skipped - MOST_NOTICES:,} more: {skipped:,} skipped in all", "warning")
    if total > max_bytes:
        yield Noticed(
            f"read {decimal(kept)} of {decimal(total)}, evenly sampled: data.max_bytes is {max_bytes:,}"
        )


def gather(
    paths: Sequence[str], max_bytes: int, seed: int, running: bool = False
) -> Generator[Told, None, Gathered]:
    """`read`, all of it; what is to be told comes as it arises.

    With dialogues, some are held out before anything else: half of their questions to collect feedback on,
    half to measure its effect. Without, feedback is about continuations of held-out text.

    Raises:
        UserError: there is no text.
    """
    gathered = Gathered(documents=[])
    for item in read(paths, max_bytes, running):
        if isinstance(item, Noticed):
            (gathered.skipped if item.level == "warning" else gathered.remarks).append(item.text)
            yield item
        elif isinstance(item, CrawlRead):
            yield item
        elif isinstance(item, Document):
            gathered.documents.append(item)
    if not gathered.documents:
        given = ", ".join(readable(path) or "''" for path in paths)[:200]
        raise UserError(f"no readable text in {given}{gathered.why_less()}; give files or folders of {TAKEN}")
    yield from hold_out(gathered, seed)
    return gathered


def _read_file(
    file: Found, budget: int, block: int, notes: Notes, running: bool
) -> Iterator[Document | Pair | Skipped]:
    """What one file holds, at most about `budget` bytes of it, and why the file or its rest is left out."""
    kept: Thinner[Row] = Thinner(budget)
    refused: str | None = None
    members = 0
    try:
        for row in content(file, budget, block, notes, running):
            if isinstance(row, Skipped):
                members += 1
                yield row
            else:
                kept.add(row, len(row.text.encode()))
    except Unreadable as error:
        refused = str(error)
    except OSError as error:
        refused = why(error)
    if refused is None and not kept.kept and not notes.bad and not members:
        refused = "no text in it"
    if refused is not None:
        yield Skipped(f"the rest of {file.name}" if kept.kept else file.name, refused)
    if notes.bad:
        yield Skipped(f"{notes.bad:,} of {notes.read:,} {notes.unit} of {file.name}", notes.first_bad)
    if notes.roles:
        unknown = ", ".join(f"{readable(role)} {n:,}" for role, n in notes.roles.most_common(4))
        yield Skipped(f"{notes.roles.total():,} turns of {file.name}", f"unknown roles ({unknown})")
    for n, row in enumerate(kept.kept):
        source = DIALOGUES if row.pairs else row.source
        yield Document(f"{file.name}#{n}", source, row.text, pairs=tuple(row.pairs))
        yield from row.pairs


def _budgets(sizes: Sequence[int], max_bytes: int, block: int) -> list[int]:
    """Bytes to take from each file, by laying evenly spaced blocks over all files end to end."""
    total = sum(sizes)
    if total <= max_bytes:
        return [max_bytes] * len(sizes)
    blocks = max(1, max_bytes // block)
    places = [(2 * k + 1) * total // (2 * blocks) for k in range(blocks)]
    ends = list(accumulate(sizes))
    first = [bisect_left(places, end - size) for end, size in zip(ends, sizes, strict=True)]
    return [(bisect_left(places, end) - f) * block for end, f in zip(ends, first, strict=True)]
