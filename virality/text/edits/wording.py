"""Operations on single words: a plain one for a heavy one, another for the same, figures and number words. English.

The table is checked by hand; a word goes in only where both mean the same in nearly every sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from virality.text.edits.parts import cased, data, lead_in, titled

_NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_FIGURE = re.compile(
    r"(?<![\w$£€#@.,:/'’-])(?<!at )(?<!At )(?<!by )(?<!under )(?<!over )([2-9]|1[0-2])(?= [A-Za-z])(?! "
    r"(?:am|pm|a\.m|p\.m|AM|PM|ET|EST|GMT|PT|PST|BST|Jan|Feb|Mar|Apr|May|Jun|"
    r"Jul|Aug|Sep|Oct|Nov|Dec|January|February|March|April|June|July|August|September|October|November|"
    r"December|million|"
    r"billion|percent|per|of|in|on|at|to|out|vs|and|or|for|till|days?|hours?|minutes?|mins?|hrs?|"
    r"seconds?|miles?|km|kg)\b)"
)
_WORDED = re.compile(
    r"\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)(?= [A-Za-z]{3,})(?! (?:of|"
    r"million|billion|percent|and|or|days?|hours?|minutes?)\b)",
    re.IGNORECASE,
)
_BEFORE_NUMBER = re.compile(
    r"\b(over|more than|nearly|almost|about|around|some)(?= [$£€]?\d)(?! \d+ (?:years?|months?|weeks?|days?|hours?)\b)",
    re.IGNORECASE,
)
_INSTEAD = {
    "over": "more than", "more than": "over", "nearly": "almost", "almost": "nearly", "about": "around",
    "around": "about",
}  # fmt: skip


@lru_cache(maxsize=2)
def _pattern(kind: str) -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    instead: dict[str, tuple[str, ...]] = {}
    for one, other in (row.split(">") for row in data("same_words_en")[kind]):
        instead[one.lower()] = (*instead.get(one.lower(), ()), other)
    longest = sorted(instead, key=len, reverse=True)
    joined = "|".join(re.escape(word).replace("'", "['’]") for word in longest)
    return re.compile(rf"(?<![\w@#/.-])(?:{joined})(?![\w'’/-]|\.\w)", re.IGNORECASE), instead


def plain_words(text: str) -> str | None:
    """Each heavy or loud word of the table gives way to a plain one: utilize -> use."""
    pattern, instead = _pattern("plain")
    body, rest = lead_in(text)
    out = pattern.sub(lambda found: cased(found[0], instead[_key(found[0])][0], text), body)
    out = re.sub(r"\b([Aa])n (?=[bcdfgjklmnpqrstvwxyz])", r"\1 ", out) if out != body else out
    out = re.sub(r"\b([Aa]) (?=(?:amazing|enormous|awful|additional|epic)\b)", r"\1n ", out) if out != body else out
    return f"{out}{rest}" if out != body else None


def same_words(text: str) -> Iterator[str]:
    """One word or phrase of the table gives way to another for the same: photos -> pictures."""
    body, rest = lead_in(text)
    for kind in ("same", "plain"):
        pattern, instead = _pattern(kind)
        for found in pattern.finditer(body):
            after, before = _unless(_key(found[0]))
            if after.search(body[: found.start()].rstrip().lower()) or before.match(body[found.end() :].lower()):
                continue
            for other in instead[_key(found[0])]:
                new = f"{body[: found.start()]}{cased(found[0], other, text)}{body[found.end() :]}"
                if not _clashes(new, found.start()):
                    yield f"{new}{rest}"


def _key(word: str) -> str:
    return word.lower().replace("’", "'")


def _clashes(text: str, at: int) -> bool:
    """Whether 'a' or 'an' does not agree with the word that stands at `at`."""
    before, here = text[:at].rstrip().lower(), text[at:].lower()
    if re.search(r"\ba$", before) and re.match(r"[aeio]", here) and not here.startswith(("one", "once")):
        return True
    return bool(re.search(r"\ban$", before) and re.match(r"[^aeiouh\W\d]", here))


@lru_cache(maxsize=512)
def _unless(word: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands before and behind a word where it is not exchanged, on text in small letters."""
    row = data("same_words_en")["unless"].get(word, {})
    after, before = (row.get(side, "(?!)").format(**_MACROS) for side in ("after", "before"))
    return re.compile(after), re.compile(before)


_MACROS = {
    "determiner": (
        r"\b(?:the|a|an|this|my|your|his|her|our|their|its|no|of|and|or|with|for|in|on|at|by|from|live|"
        r"tv)$"
    ),
    "determined": (
        r"\b(?:the|a|an|this|my|your|his|her|our|their|its|no|of|to|and|or|with|for|in|on|at|by|from|"
        r"live|tv)$"
    ),
}


def figures(text: str) -> Iterator[str]:
    """Numbers from two to twelve before a noun, as a figure or in words; 'over 20' and 'more than 20'."""
    body, rest = lead_in(text)
    for found in _FIGURE.finditer(body):
        word = _NUMBERS[int(found[1])]
        at_start = not body[: found.start()].strip() or body[: found.start()].rstrip()[-1:] in ".!?"
        model = "A" if at_start or (titled(body) and body[found.end() :].strip()[:1].isupper()) else "a"
        yield f"{body[: found.start()]}{cased(model, word, text)}{body[found.end() :]}{rest}"
    for found in _WORDED.finditer(body):
        yield f"{body[: found.start()]}{_NUMBERS.index(found[0].lower())}{body[found.end() :]}{rest}"
    for found in _BEFORE_NUMBER.finditer(body):
        if other := _INSTEAD.get(found[0].lower()):
            yield f"{body[: found.start()]}{cased(found[0], other, text)}{body[found.end() :]}{rest}"
