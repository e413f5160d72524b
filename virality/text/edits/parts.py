"""What the operations share: where a post's last links begin, its sentences in place, and capitals of what moves."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import resources
from typing import Any

from virality.text.normalise import sentences
from virality.text.vocabulary import vocabulary

Edit = Callable[[str], str | None]
"""One operation: the text changed, None where it does not apply."""
Edits = Callable[[str], Iterator[str]]
"""An operation that applies at several places, or in several ways: each answer is the text changed once."""


@lru_cache(maxsize=64)
def data(name: str) -> Any:
    """What `data/NAME.json` beside this file holds."""
    return json.loads(resources.files("virality").joinpath("text", "edits", "data", f"{name}.json").read_bytes())


def listed(name: str) -> frozenset[str]:
    """One list of `data/small_words.json`; '_' stands for a blank inside an entry."""
    return vocabulary(*data("small_words")[name])


_TAIL = re.compile(r"(?:\s*(?:https?://\S+|<link\d+>|[@#][\w.]+))+\s*$")
_MENTION = re.compile(r"https?://\S+|<link\d+>|[@#][\w.]+")
_LEADS_IN = re.compile(r"\s*[:\-–—|]+\s*$")
_CLOSING = re.compile(r"^(.*?)((?:\.{3,}|[.!?…؟])*[\"”’')\]]*)$", re.DOTALL)
_CASED_WORD = re.compile(r"(?<![\w@#<])[A-Za-z][\w'’]*")
SMALL = vocabulary("a an and as at but by for from if in into nor of on or over per so than the to up via vs with yet")
_TITLED = 0.75
_QUOTES = (("“", "”"), ("«", "»"), ("(", ")"), ("[", "]"))
THIRD = vocabulary(
    "he she they him her them his hers their theirs himself herself themselves he's she's they're he'll she'll they'll",
    "he'd she'd they'd they've",
)
THINGS = vocabulary("it its it's it'll itself this that that's these those one ones")
"""Words that stand for what was named, mostly just before."""


def tail(text: str) -> tuple[str, str]:
    """The post without the links, handles and hashtags that end it, and those (with the blank before them).

    A handle or hashtag in the last place of an open sentence ('the crisis in #Oslo') belongs to the sentence.
    """
    found = _TAIL.search(text)
    for one in _MENTION.finditer(text, found.start()) if found else ():
        before = text[: one.start()]
        if before.strip() and (one[0][0] not in "@#" or before.rstrip()[-1] in _ENDS):
            return before.rstrip(" \n\t"), text[len(before.rstrip(" \n\t")) :]
    return text, ""


_ENDS = '.!?…:؟"”)'


def lead_in(text: str) -> tuple[str, str]:
    """As `tail`, and the colon or dash that leads over to it belongs to it."""
    body, rest = tail(text)
    found = _LEADS_IN.search(body)
    return (body[: found.start()], found[0] + rest) if found and rest else (body, rest)


def closing(sentence: str) -> tuple[str, str]:
    """A sentence without its last marks, and those."""
    found = _CLOSING.match(sentence)
    if found is None or (found[1] and not balanced(found[1])):
        return sentence, ""
    return found[1], found[2]


def in_sentences(text: str, change: Edits) -> Iterator[str]:
    """The post with one of its sentences changed: each answer for each sentence, but for those that end in ':'."""
    body, rest = lead_in(text)
    at = 0
    for one in sentences(body):
        start = body.index(one, at)
        at = start + len(one)
        if not one.endswith(":") and balanced(one):
            yield from (f"{body[:start]}{new}{body[at:]}{rest}" for new in change(one) if new != one)


def balanced(text: str) -> bool:
    """Whether each quotation and bracket that opens here closes here."""
    if text.count('"') % 2 or text.count("‘") > text.count("’"):
        return False
    singles = len(re.findall(r"(?<![\w])['‘](?=\w)", text)) - len(re.findall(r"(?<=[\w.,!?])['’](?!\w)", text))
    return singles <= 0 and all(text.count(left) == text.count(right) for left, right in _QUOTES)


@lru_cache(maxsize=4096)
def titled(text: str) -> bool:
    """Whether it is in Title Case: three quarters of its heavier words begin with a capital."""
    heavy = [word for word in _CASED_WORD.findall(text) if len(word) > 3 and word.lower() not in SMALL][1:]
    return len(heavy) >= 2 and sum(word[0].isupper() for word in heavy) >= _TITLED * len(heavy)


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """English words that are no names: in running text they stand in small letters."""
    return vocabulary(*data("common_words"))


def is_common(word: str) -> bool:
    """Whether a word, in any case and with an ending such as 's or -ly, is one that begins in small letters."""
    plain = word.lower().replace("’", "'")
    bare = plain.removesuffix("'s")
    if plain in common_words() or bare in common_words() or bare in SMALL:
        return True
    if bare.endswith(("ing", "ly", "ness", "ment", "tion", "ful", "less")) and len(bare) > 6:
        return True
    return any(
        bare.endswith(ending) and len(bare) - len(ending) > 2 and bare[: -len(ending)] + instead in common_words()
        for ending, instead in _ENDINGS
    )


_ENDINGS = (
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("ves", "f"),
    ("ed", ""),
    ("ed", "e"),
    ("er", ""),
    ("er", "e"),
    ("est", ""),
    ("y", ""),
)


def lowered(phrase: str, text: str) -> str:
    """`phrase`, which began a sentence of `text`, as it stands inside of one: names, 'I' and titles keep capitals."""
    found = re.match(r"[A-Za-z][\w'’]*", phrase)
    if found is None or found[0].split("'")[0].split("’")[0] == "I" or (len(found[0]) > 1 and found[0].isupper()):
        return phrase
    if titled(text) and found[0].lower() not in SMALL:
        return phrase
    following = re.match(r"\s+([A-Z][a-z]\w*)", phrase[found.end() :])
    named = following is not None and not titled(text) and not is_common(following[1])
    if not is_common(found[0]) or (named and found[0].lower() not in _OPENING):
        return phrase
    return phrase[0].lower() + phrase[1:]


_OPENING = listed("parts_opening")


def raised(phrase: str) -> str:
    """`phrase` as it begins a sentence: its first letter in capitals; a word with capitals inside (iPhone) stays."""
    found = re.match(r"([\"“'‘«(\[]*)([a-z])(\w*)", phrase)
    if found is None or any(letter.isupper() for letter in found[3]):
        return phrase
    return f"{found[1]}{found[2].upper()}{phrase[found.start(3) :]}"


def cased(model: str, words: str, text: str) -> str:
    """`words` in the case of `model`, whose place in `text` they take."""
    if model.isupper() and len(model) > 2:
        return words.upper()
    if not model[:1].isupper():
        return words
    if not titled(text):
        return words[:1].upper() + words[1:]
    first, *rest = words.split(" ")
    return " ".join([first[:1].upper() + first[1:], *(w if w in SMALL else w[:1].upper() + w[1:] for w in rest)])


FINITE = listed("finite")
"""Words that are, in most sentences, a finite verb."""


def is_clause(part: str) -> bool:
    """Whether there is a finite verb in it behind its first word, as far as its words tell."""
    first, *others = tokens(part) or [""]
    return "'" in first or any(word in FINITE or (word.endswith("ed") and len(word) > 4) for word in others)


def tokens(text: str) -> list[str]:
    """The words in small letters, apostrophes straight, without marks."""
    return [word.lower().replace("’", "'") for word in re.findall(r"[\w'’]+", text)]


def refers(phrase: str, other: str) -> bool:
    """Whether `phrase` has a he, she or they whose name may stand in `other`."""
    mine = THIRD.intersection(tokens(phrase))
    return bool(mine) and mine.isdisjoint(tokens(other)[:1])
