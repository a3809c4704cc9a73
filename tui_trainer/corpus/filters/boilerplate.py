"""The furniture of web pages: menus, cookie notices, copyright lines, 'log in to comment'.

After C4's and FineWeb's line rules. A phrase or two of it in a text is nothing; a text that is mostly
furniture goes.
"""

import re

from tui_trainer.corpus.filters.lexicons import words
from tui_trainer.corpus.filters.verdict import Fault

PHRASES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(accept|use[sd]?|our|all|manage|these) cookies?\b"
        r"|\bcookie (policy|settings|notice|preferences)\b",
        r"\ball rights reserved\b|©|\bcopyright\b.{0,12}\b\d{4}\b|\(c\) \d{4}",
        r"\bprivacy (policy|notice|statement)\b|\bimprint\b"
        r"|\bterms (of (use|service)|and conditions|apply)\b",
        r"\b(log|sign)(ged)? ?in\b|\blog ?out\b|\bsign ?up\b|\b(forgot|reset).{0,8}\bpassword\b",
        r"\b(create|register|open) (an? )?(new )?(account|here)\b|\bregister to\b|\byour account\b",
        r"\b(subscribe|sign up).{0,20}\bnewsletter\b|\bfollow us\b|\bsocial media\b|\bRSS\b",
        r"\bshare (this|on)\b|\b(facebook|twitter|instagram|linkedin|pinterest)\b",
        r"\bskip to (the )?(main )?content\b|\btoggle navigation\b"
        r"|\b(open|close) menu\b|\bback to (the )?top\b",
        r"\b(enable|requires?|support|without|turn on) javascript\b|\byour browser\b|\bloading ?(\.\.\.|…)",
        r"\bpage \d+ of \d+\b|\b(previous|next) (page|post|article)\b"
        r"|\bshowing (results )?\d+ (to|-|–) \d+\b",
        r"\b(leave|post|add) a (comment|reply)\b|\bcomments are (closed|off)\b|\breport this (page|post)\b",
        r"\b(last (updated|modified)|posted (on|by|in)|filed under|tags?|categories|views):? ",
        r"\bread more\b|\bclick here\b|\bcopy link\b|\bpowered by\b|\blorem ipsum\b"
        r"|\b404\b.{0,20}\bnot found\b",
        r"\b(site ?map|about us|contact us|home ?page)\b",
    )
]
# Parts of words, one of which stands in every phrase above: most texts have none and are soon done with.
HINTS = sorted(
    words(
        "cookie rights copyright © (c) privacy terms imprint log sign password account register newsletter "
        "follow social rss share facebook twitter instagram linkedin pinterest skip navigation menu back "
        "javascript browser loading page previous next showing comment report updated modified posted filed "
        "tag categories views read click copy powered lorem 404 map about contact | » › • · >"
    )
)
# Home | About | Contact; Home > Shoes > Boots
MENU = re.compile(r"^\W*\w[\w' &-]{0,30}(?:\s+[|»›•·>]\s+\w[\w' &-]{0,30}\.?){1,20}\s*$")
PARTS = re.compile(r"\n+|(?<=[.!?…])\s+")
FEWEST_KINDS = 2  # of furniture in one text
SHARE = 0.4  # of its lines and sentences
LONGEST_PART = 200  # characters; what is longer is no furniture
LONGEST = 20_000  # characters judged


class Boilerplate:
    """Counts lines and sentences of furniture."""

    name = "boilerplate"

    def fault(self, text: str, id: str) -> Fault | None:
        low = text[:LONGEST].lower()
        if sum(hint in low for hint in HINTS) < FEWEST_KINDS:
            return None
        parts = [part for part in PARTS.split(text[:LONGEST]) if part.strip()]
        kinds: set[int] = set()
        found = 0
        for part in parts:
            low = part.lower()
            if len(part) > LONGEST_PART or not any(hint in low for hint in HINTS):
                continue
            here = {i for i, phrase in enumerate(PHRASES) if phrase.search(part)}
            if MENU.match(part):
                here.add(len(PHRASES))
            kinds |= here
            found += bool(here)
        if len(kinds) < FEWEST_KINDS or found < SHARE * len(parts):
            return None
        return Fault(f"{found} of its {len(parts)} lines and sentences are furniture of a web page")
