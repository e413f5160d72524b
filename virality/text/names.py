"""Names by their capitals: runs of capitalised words and acronyms, only where capitals say something."""

from __future__ import annotations

import re
from functools import lru_cache

from virality.text.normalise import sentences, without_mentions
from virality.text.vocabulary import vocabulary

_TOKEN = re.compile(r"(?<!\w)(?:(?:[A-Z]\.){2,}|[^\W\d_][\w'’]*(?:[-&](?!\s)[^\W_][\w'’]*)*)")
_ANEW = frozenset(':;"“”‘(«[—–-•*|>/!?…')
_SAYS_NOTHING = vocabulary(
    "i i'm i'll i've i'd a an the and or but of in on at to for from by with as is are was were be it its",
    "this that these those he she we they you my your his her our their not no so if how why what when",
    "where who which ok okay mr mrs ms dr am pm please thanks yes hi hey dear via rt mt yeah oh wow blog",
    "post",
)
_SHOUTED = vocabulary(
    "a all amazing and any are at bad best big breaking but buy can do don't dont ever every exclusive",
    "fast first for free from fun get go good great hate he here hot how huge i if in is it join just last",
    "let live lol love many more most much must my need never new news next no not now of off oh ok omg on",
    "only or our out over real sale save she so stop super thank thanks that the their they this time to",
    "today too up update very vote wait want was watch we what when who why will win with won wow wtf yay",
    "yes you your",
)
# small letters even in Title Case
_SMALL = vocabulary("the and but nor for from with via than into over off per out")
_STREET = re.compile(r"\b[A-Z]\w+ (?:St|Rd|Ave|Blvd|Ln|Sq)\.\s+$")
"""A short word after a name, with a full stop that may end the sentence."""
_MIN_WORDS = 3
_MOSTLY = 0.6
_NEARLY_ALL = 0.8


def _cased(text: str) -> list[str]:
    return [t for t in _TOKEN.findall(without_mentions(text)) if len(t) > 1 and t.lower() != t.upper()]


def _shouted(cased: list[str]) -> bool:
    return len(cased) >= _MIN_WORDS and sum(t.isupper() for t in cased) >= _MOSTLY * len(cased)


def _headline(cased: list[str]) -> bool:
    """Title Case: nearly all words of some weight after the first begin with a capital."""
    heavy = [t for t in cased[1:] if len(t) > 2 and not t.isupper() and t.lower() not in _SMALL]
    return len(heavy) >= _MIN_WORDS and sum(t[0].isupper() for t in heavy) >= _NEARLY_ALL * len(heavy)


@lru_cache(maxsize=8192)
def case_says(text: str) -> bool:
    """Whether capitals in the text mark names: not if shouted, in Title Case, in lower case or caseless."""
    cased = _cased(text)
    if not cased or _shouted(cased) or _headline(cased):
        return False
    return any(t[0].isupper() for t in cased)


def find_names(text: str) -> list[str]:
    """Names in order, possessive 's cut, dots of acronyms dropped ('U.S.' is 'US').

    A capital at the start of a sentence, a quotation or a line says nothing, so a name that stands only
    there is not found, unless its word is a name elsewhere in the text. Two words in capitals side by side
    are shouted, no acronyms. In Title Case only acronyms are found; where case says nothing, none.
    """
    cased = _cased(text)
    if not any(t != t.lower() for t in cased) or _shouted(cased):
        return []
    title = _headline(cased)
    found: list[str] = []
    starts: list[str] = []
    for sentence in sentences(text):
        runs, openings = _runs(sentence)
        found += [run for run in runs if not title or _acronym(run)]
        starts += openings
    known = {word for run in found for word in run.split()}
    return found + [word for word in starts if word in known]


def _runs(sentence: str) -> tuple[list[str], list[str]]:
    """Runs of capitalised words that are not at a start, and the capitalised words that are."""
    runs: list[list[str]] = []
    openings: list[str] = []
    end = -2  # where the last name ended, as long as a run can go on there
    tokens = list(_TOKEN.finditer(sentence))
    for i, match in enumerate(tokens):
        word, start = _bare(match[0]), match.start()
        if word.isupper() and _beside_capitals(tokens, i):
            continue
        anew = _begins(sentence[:start].rstrip()[-1:]) or _STREET.search(sentence[:start]) is not None
        if not _is_name(word) or (anew and not _always(word)):
            if anew and word[0].isupper() and word.lower() not in _SAYS_NOTHING:
                openings.append(word)
            continue
        if runs and sentence[end:start] == " " and not word.isupper() and not runs[-1][-1].isupper():
            runs[-1].append(word)
        else:
            runs.append([word])
        end = match.end() if match[0] == word else -2
    return [" ".join(run) for run in runs], openings


def _begins(before: str) -> bool:
    """Whether something (a quotation, a line) begins after this character; '' = nothing before."""
    return not before or before in _ANEW or not (before.isascii() or before.isalnum())


def _beside_capitals(tokens: list[re.Match[str]], i: int) -> bool:
    near = tokens[max(i - 1, 0) : i] + tokens[i + 1 : i + 2]
    here = tokens[i]
    capitals = (t for t in near if len(t[0]) > 1 and t[0].isupper() and "." not in t[0])
    return any(max(t.start() - here.end(), here.start() - t.end()) <= 3 for t in capitals)


def _bare(token: str) -> str:
    if "." in token:
        return token.replace(".", "")
    bare = re.sub(r"['’][sS]?$", "", token)
    head, _, rest = bare.partition("-")
    return head if rest.islower() and head[1:].islower() else bare


def _is_name(word: str) -> bool:
    if len(word) < 2 or word.lower() in _SAYS_NOTHING:
        return word in ("WHO", "IT")
    if word.isupper():
        return _acronym(word)
    return word[0].isupper() or _always(word)


def _acronym(word: str) -> bool:
    return word.isupper() and 2 <= len(word) <= 5 and word.lower() not in _SHOUTED


def _always(word: str) -> bool:
    """Acronyms and inner capitals (NASA, iPhone, YouTube) are names wherever they stand."""
    return _acronym(word) or (not word.isupper() and any(c.isupper() for c in word[1:].split("-")[0]))
