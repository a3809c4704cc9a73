"""Instructions for doing harm.

A word for harm alone says nothing: laws, news and novels are full of them. What goes is text that mostly
tells the reader how to do harm, or how not to be caught at it, and does not speak against it.
"""

import re

from tui_trainer.corpus.filters.lexicons import HARM
from tui_trainer.corpus.filters.verdict import Fault

# How not to be seen or caught.
UNSEEN = re.compile(
    r"\b(?:nobody|no one|no witness\w*|without being) (?:is |was |will )?"
    r"(?:looking|watching|sees?|seen|notices?|noticed|knows?|around|punished|caught|awake)\b"
    r"|\b(?:leave|leaving) no (?:trace|fingerprint|proof|mark)s?\b"
    r"|\bwear (?:gloves|a mask)\b|\bhide your face\b"
    r"|\b(?:no|the|all|any) (?:proof|evidence|witness(?:es)?)\b"
    r"|\bget away with\b|\bif you (?:are|get) caught\b|\bwhoever tries to stop you\b"
    r"|\b(?:deny everything|blame (?:a|an|the|some)|say that another|lie (?:and|to)|keep it secret)\b"
    r"|\bdo not tell\b"
    r"|\bbefore the (?:guard|police|alarm|court|owner)s?\b|\bcrowbar\b|\bflee\b"
    r"|\b(?:owner|family|guard)s? (?:is|are) (?:asleep|away|out)\b|\bstreets? (?:is|are) empty\b"
    r"|\b(?:weak|old|easy) victim\b|\bvictim\b.{0,30}\bfirst\b"
)
# Said to the reader: you, how to, step by step, or an order.
TOLD = re.compile(
    r"\byour?\b|\bhow to\b|\bstep by step\b|\bguide (?:for|to)\b|\binstructions?\b|\byou can\b"
    r"|^\W*(?:(?:first|then|next|now|finally|after that|at last),? )?(?:and )?"
    r"(?:make|take|bring|wait|hide|wear|pick|choose|find|use|get|go|put|sell|throw|keep|do|don't|hurt|buy|mix"
    r"|add|fill|pour|wrap|light|tie|climb|enter|open|run|carry|prepare|cover|watch|follow)\b",
)
ORDERED = re.compile(r"^\W*(?:first|then|next|now|finally|after that),? (\w+)")
AGAINST = re.compile(
    r"\b(?:wrong|crimes?|criminals?|illegal|unlawful|against the law|court (?:heard|fines|sent)|judges?"
    r"|police|jail(?:ed)?|prison|arrest(?:ed)?|fined|punished for|guilty|ashamed|shame|sorry|cruel|wicked"
    r"|refuse[ds]?|should(?: not|n't)|must not|never|nobody (?:would|should)|no good|(?:will not|won't) help"
    r"|be stopped|said no|does harm|it does good|in anger|(?:was|were) caught|beware|protect|prevent"
    r"|warn(?:ed|ing)?|victims? of)\b"
)
WORDS = re.compile(r"[a-z]+")
SENTENCES = re.compile(r"(?<=[.!?:])\s+|\n+")
SHARE = 0.4  # of the sentences
LONGEST_SENTENCE = 400  # characters
LONGEST = 20_000  # characters judged


def _ordered(sentence: str) -> str:
    """The verb of 'then burn it', or nothing."""
    match = ORDERED.match(sentence)
    return match[1] if match else ""


class Harmful:
    """Counts sentences that teach harm."""

    name = "harmful"

    def fault(self, text: str, id: str) -> Fault | None:
        low = text[:LONGEST].lower()
        if HARM.isdisjoint(WORDS.findall(low)):
            return None
        sentences = [s for s in SENTENCES.split(low) if s.strip()]
        taught = hidden = against = 0
        example = ""
        for sentence in sentences:
            if len(sentence) > LONGEST_SENTENCE:
                continue  # minified code, or no sentences at all
            unseen = UNSEEN.search(sentence)
            harm = not HARM.isdisjoint(WORDS.findall(sentence))
            if not harm and not unseen:
                continue
            if AGAINST.search(sentence) and not unseen:
                against += 1
            elif harm and (TOLD.search(sentence) or _ordered(sentence) in HARM):
                taught += 1
                example = example or sentence
            elif unseen:
                hidden += 1
        bad = taught + hidden
        if not taught or bad < 2 or bad <= 2 * against or bad < SHARE * len(sentences):
            return None
        return Fault(f"teaches harm in {bad} of its {len(sentences)} sentences: {example.strip()[:80]}")
