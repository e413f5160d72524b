"""No word of the draft is misspelt: 'rappers' must not become 'rapers'; no 'a' before a vowel, no word twice in a row.

A small writer at a high temperature loses letters, and what is left may be another word, or none.
"""

from __future__ import annotations

import re

from virality.gates import lexicon
from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.gates.wording import language_of
from virality.text.edits.parts import common_words
from virality.text.vocabulary import vocabulary

GATE = "spelling"
_WORD = re.compile(r"(?<![\w@#<'’./-])[A-Za-z]{5,30}(?![\w'’>/-]|\.\w)")
_SPELLED_TWICE = (("our", "or"), ("ll", "l"), ("is", "iz"), ("ys", "yz"), ("ogue", "og"), ("ae", "e"))
"""British and American: the same word."""
_DISAGREES = re.compile(
    r"(?<![\w'’.-])(?:[Aa] (?=[AEIOaeio])(?!(?i:one\b|once\b|eu|ou[io]))[A-Z]?[a-z]{2,}"
    r"|[Aa]n (?=[BCDFGJ-NP-TV-Zbcdfgj-np-tv-z])[A-Z]?[a-z]{3,})(?![\w.])"
)
_TWICE = re.compile(r"(?<![\w'’-])([a-z]+) \1(?![\w'’-])", re.IGNORECASE)
_MAY_STAND_TWICE = vocabulary(
    "had that very so no yes ha bye knock long far many really now well again night there do is"
)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a new word, in no list, that is a word of the draft but for one letter inside; English.

    The draft's word must be gone. What only has another ending is a form of it, and both spellings of a word are one.
    Fails too on 'a apple', 'an pear' and 'the the' where the draft has none of the kind.
    """
    if language_of(draft, rewrite, context.lang) != "en":
        return not_checked(GATE, "words are listed of English alone")
    before = list(dict.fromkeys(word.lower() for word in _WORD.findall(draft)))
    after = list(dict.fromkeys(word.lower() for word in _WORD.findall(rewrite)))
    gone = [word for word in before if word not in after]
    for new in after:
        if _is_listed(new) or any(new.startswith(word) or word.startswith(new) for word in before):
            continue
        meant = next((word for word in gone if _slipped(word, new)), None)
        if meant is not None:
            return failed(GATE, f"{new} looks like {meant} misspelt", new)
    for pattern, what in ((_DISAGREES, "is no English"), (_TWICE, "stands twice in a row")):
        if (slip := _first(pattern, rewrite)) and not _first(pattern, draft):
            return failed(GATE, f"{slip!r} {what}", slip)
    return Verdict(GATE, "pass")


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = (match[0] for match in pattern.finditer(text))
    return next((one for one in found if one.split()[-1].lower() not in _MAY_STAND_TWICE), "")


def _is_listed(word: str) -> bool:
    return word in common_words() or word in lexicon.data("wordnet")["senses"]


def _slipped(word: str, new: str) -> bool:
    """Whether `new` is `word` with one letter lost, added, exchanged or two turned round, other than by an ending."""
    if any(word.replace(one, other) == new.replace(one, other) for one, other in _SPELLED_TWICE):
        return False
    short, long = sorted((word, new), key=len)
    if len(long) == len(short):
        apart = [at for at, (one, other) in enumerate(zip(word, new, strict=True)) if one != other]
        turned = len(apart) == 2 and apart[1] == apart[0] + 1 and word[apart[0]] == new[apart[1]]
        return (len(apart) == 1 and apart[0] < len(word) - 1) or (turned and word[apart[1]] == new[apart[0]])
    if len(long) - len(short) != 1:
        return False
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
