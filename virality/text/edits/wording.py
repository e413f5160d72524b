"""Operations on single words: a plain one for a heavy one, another for the same, figures and number words. English.

The table is checked by hand; a word goes in only where both mean the same in nearly every sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from virality.text.edits.parts import cased, data, lead_in, titled

_TABLES = tuple(f"same_{kind}_en" for kind in ("words", "verbs", "nouns", "phrases", "common"))
_START = re.compile(r"(?<![\w@#/.'-])[a-z0-9][\w']*")
_FIRST = re.compile(r"[a-z0-9][\w']*")
_GOES_ON = re.compile(r"[\w'/-]|\.\w")
"""What stands behind a word that has not ended."""
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


@lru_cache(maxsize=1)
def _plain() -> tuple[re.Pattern[str], dict[str, tuple[str, ...]]]:
    """The table of heavy words: a pattern of them all, the longest first, and what stands for each."""
    instead = _instead(data("same_words_en")["plain"])
    joined = "|".join(re.escape(word).replace("'", "['’]") for word in sorted(instead, key=len, reverse=True))
    return re.compile(rf"(?<![\w@#/.-])(?:{joined})(?![\w'’/-]|\.\w)", re.IGNORECASE), instead


@lru_cache(maxsize=1)
def _same() -> dict[str, dict[str, tuple[str, ...]]]:
    """First word -> phrases that begin with it -> what stands for each; of all tables."""
    instead = _instead(row for table in _TABLES for row in data(table)["same"])
    for word, others in _plain()[1].items():
        instead[word] = (*instead.get(word, ()), *others)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for phrase, others in instead.items():
        first = _FIRST.match(phrase)
        found.setdefault(first[0] if first else phrase, {})[phrase] = others
    return found


def _instead(rows: Iterable[str]) -> dict[str, tuple[str, ...]]:
    instead: dict[str, dict[str, None]] = {}
    for one, other in (row.split(">") for row in rows):
        instead.setdefault(one.lower(), {})[other] = None
    return {one: tuple(others) for one, others in instead.items()}


def exchanges() -> Iterator[tuple[str, str]]:
    """What stands in the tables and what for it, in small letters."""
    return ((one, other.lower()) for begun in _same().values() for one, others in begun.items() for other in others)


def plain_words(text: str) -> str | None:
    """Each heavy or loud word of the table gives way to a plain one: utilize -> use."""
    pattern, instead = _plain()
    body, rest = lead_in(text)
    out = pattern.sub(lambda found: cased(found[0], instead[_key(found[0])][0], text), body)
    out = re.sub(r"\b([Aa])n (?=[bcdfgjklmnpqrstvwxyz])", r"\1 ", out) if out != body else out
    out = re.sub(r"\b([Aa]) (?=(?:amazing|enormous|awful|additional|epic)\b)", r"\1n ", out) if out != body else out
    return f"{out}{rest}" if out != body else None


def same_words(text: str) -> Iterator[str]:
    """One word or phrase of the tables gives way to another for the same: photos -> pictures."""
    body, rest = lead_in(text)
    small = _key(body)
    for start in _START.finditer(small):
        at = start.start()
        for phrase, others in _same().get(start[0], {}).items():
            end = at + len(phrase)
            if not small.startswith(phrase, at) or _GOES_ON.match(small, end):
                continue
            after, before = _unless(phrase)
            if after.search(small[:at].rstrip()) or before.match(small[end:]):
                continue
            for other in others:
                new = f"{body[:at]}{cased(body[at:end], other, text)}{body[end:]}"
                if not _clashes(new, at):
                    yield f"{new}{rest}"


def _key(text: str) -> str:
    """In small letters, apostrophes straight; letter by letter, so that places stay."""
    return "".join(small if len(small := one.lower()) == 1 else one for one in text).replace("’", "'")


def _clashes(text: str, at: int) -> bool:
    """Whether 'a' or 'an' does not agree with the word that stands at `at`."""
    before, here = text[:at].rstrip().lower(), text[at:].lower()
    if re.search(r"\ba$", before) and re.match(r"[aeio]", here) and not here.startswith(("one", "once")):
        return True
    return bool(re.search(r"\ban$", before) and re.match(r"[^aeiouh\W\d]", here))


@lru_cache(maxsize=4096)
def _unless(word: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands before and behind a word where it is not exchanged, on text in small letters; of all tables."""
    rows = [row for table in _TABLES if (row := data(table)["unless"].get(word))]
    after, before = (
        "|".join(f"(?:{_macros(row[side])})" for row in rows if side in row) or "(?!)" for side in ("after", "before")
    )
    return re.compile(after), re.compile(before)


def _macros(pattern: str) -> str:
    for name, words in _MACROS.items():
        pattern = pattern.replace(f"{{{name}}}", words)
    return pattern


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
