"""A crawl of a tiny web of 2,000 pages with traps, served on this machine: whole, and killed and resumed.

    python tests/bench/crawl.py [--documents 1550] [--seed 0] [--kills 5]

Prints, of a crawl undisturbed and of one that is killed with SIGKILL at so many moments drawn from the seed,
how many pages and requests it took, what was asked for twice and against robots.txt, how many of the
planted texts were found and how well they came out of the HTML; and whether both ended with the same pages.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
import urllib.robotparser
from pathlib import Path
from urllib.parse import urlsplit

from fastwarc.warc import ArchiveIterator, WarcRecordType

from tui_trainer.crawling.robots import Rules
from tui_trainer.crawling.tiny_web.measure import measure
from tui_trainer.crawling.tiny_web.server import HERE, NAME, Server, serving
from tui_trainer.crawling.tiny_web.site import TinyWeb

COMMAND = [sys.executable, "-m", "tui_trainer", "crawl", "--pages", "100000", "--delay", "0"]
COMMAND += ["--page-seconds", "1", "--page-bytes", "500000", "--json"]


def crawl(server: Server, out: Path, moments: list[int]) -> tuple[float, int]:
    """Crawl all of it, killed when the server has been asked so often; seconds, and kills that hit."""
    process: subprocess.Popen[bytes] | None = None
    left = sorted(moments, reverse=True)

    def on_request() -> None:
        if left and server.asked.total() >= left[-1] and process is not None:
            left.pop()
            os.kill(process.pid, signal.SIGKILL)

    server.on_request = on_request
    kills = 0
    begun = time.perf_counter()
    while True:
        where = f"http://{HERE}:{server.port}/"
        process = subprocess.Popen(
            [*COMMAND, "--out", str(out), where], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        _, said = process.communicate()
        if process.returncode == -signal.SIGKILL:
            kills += 1
        elif process.returncode:
            raise SystemExit(said.decode())
        else:
            return time.perf_counter() - begun, kills


def paths(out: Path) -> list[str]:
    """Of all pages in an archive, in their order."""
    with out.open("rb") as file:
        records = ArchiveIterator(file, record_types=WarcRecordType.response)
        return [urlsplit(record.headers.get("WARC-Target-URI") or "").path for record in records]


def told(web: TinyWeb, server: Server, out: Path, seconds: float, kills: int) -> None:
    found, kept = measure(web, out, server.asked), paths(out)
    print(
        f"  {len(kept):,} pages by {server.asked.total():,} requests in {seconds:.0f} s, killed {kills} times"
    )
    print(f"  the same address twice in the archive: {len(kept) - len(set(kept))}")
    print(f"  asked for twice: {found.asked_twice} (killed, the request in hand is made again)")
    print(f"  asked for against robots.txt: {found.asked_disallowed}")
    print(f"  texts found: {found.texts_found:,} of {found.texts_planted:,}")
    print(f"  F1 {found.f1:.4f} (precision {found.precision:.4f}, recall {found.recall:.4f})")


def by_the_standard_library(web: TinyWeb, asked: list[str]) -> None:
    rules, parser = Rules(web.robots), urllib.robotparser.RobotFileParser()
    parser.parse(web.robots.splitlines())
    targets = [*asked, "/web/?sort=name", "/cgi/vote.cgi", "/private/a.html", "/private/open/note.html"]
    wrong = {t for t in targets if parser.can_fetch("tui-trainer", t) != rules.allow(f"http://{NAME}{t}")}
    print(f"  the standard library's robots.txt is wrong about {sorted(wrong)[:9]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--documents", type=int, default=1_550)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kills", type=int, default=5)
    options = parser.parse_args()
    web = TinyWeb(options.documents, options.seed)
    with tempfile.TemporaryDirectory(prefix="crawl-") as name:
        whole, parts = Path(name, "whole.warc.gz"), Path(name, "parts.warc.gz")
        with serving(web) as server:
            print("undisturbed")
            told(web, server, whole, *crawl(server, whole, []))
            by_the_standard_library(web, list(server.asked))
            total = server.asked.total()
        draw = random.Random(options.seed)
        with serving(web) as server:
            print("killed and resumed")
            moments = draw.sample(range(2, total), options.kills)
            told(web, server, parts, *crawl(server, parts, moments))
        one, other = paths(whole), paths(parts)
        print(f"the same pages: {sorted(one) == sorted(other)}; in the same order: {one == other}")


if __name__ == "__main__":
    main()
