"""What the filters look words up in, and learn from."""

import re
import tomllib
from pathlib import Path


def words(text: str) -> frozenset[str]:
    """The words of a list written as one text."""
    return frozenset(text.split())


def small_words() -> dict[str, tuple[str, ...]]:
    """The languages that each small word is one of: see `small_words.toml`."""
    languages: dict[str, list[str]] = {}
    for language, listed in tomllib.loads(_own("small_words.toml")).items():
        for word in dict.fromkeys(listed.split()):
            if len(word) > 1:
                languages.setdefault(word, []).append(language)
    return {word: tuple(found) for word, found in languages.items()}


def messages(name: str = "messages") -> tuple[list[str], list[str]]:
    """Spam, and messages that are none: `messages` to learn from, `public_messages` to measure on."""
    kinds = tomllib.loads(_own(f"{name}.toml"))
    return kinds["spam"], kinds["ham"]


def other_harm() -> tuple[list[str], list[str]]:
    """Texts that teach harm, and texts that only speak of it: see `other_harm.toml`."""
    kinds = tomllib.loads(_own("other_harm.toml"))
    return kinds["harm"], kinds["harmless"]


def _own(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")


# What one can do to others to their harm.
HARM = words(
    "abduct ambush assault attack beat betray blackmail blind bomb break bribe bully burgle burn "
    "cheat choke contaminate counterfeit cripple crush damage deceive deface defraud demolish "
    "derail destroy drown embezzle explode extort fake flood forge frighten hack harass harm "
    "hijack hit hurt infect injure insult intimidate jam kick kidnap kill loot maim mangle "
    "molest mug murder mutilate pilfer pillage plunder poison pollute punch raid ransack rob ruin "
    "sabotage scam scare scratch shatter shoot sink slander slash smash smuggle snatch spoil stab "
    "stalk starve steal strangle swindle tear threaten torch torment torture trample trap trash "
    "trick vandalise vandalize whip wound wreck "
)
# What advertising is about.
SELLING = words(
    "bargain bonus buy buyer cash cheap cheaper claim click congratulations coupon coupons credit "
    "customer customers deal deals discount dollar dollars earn euro euros exclusive expires fee "
    "fees free gift guarantee guaranteed hurry income instant instantly investment "
    "limited link loan loans lowest million money offer offers online order orders "
    "price prices prize prizes profit promo promotion purchase refund register risk sale sales "
    "satisfaction save selected sell shipping shop special stock stocks subscribe supplies trial "
    "trick trusted unbelievable unsubscribe viagra vip voucher warranty win winner winners "
    "worldwide "
)
# Letters of Chinese, Japanese, Thai, Lao, Burmese, Khmer: no space stands between words there, so what stands
# between two marks is a clause.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
