"""Operations on Arabic words: for the same, a light verb, two around 'and', those that say nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from virality.text.edits.parts import data, lead_in, listed
from virality.text.vocabulary import vocabulary

_ARABIC = re.compile("[\u0620-\u064a]{2}")
_NOT_IN_SUBJECT = listed("arabic_not_in_subject")
_SUBJECT_MOST = 7

_THROAT = re.compile(
    r"^(?:عاجل|حصري|خبر عاجل|بيان|تنويه|تذكير)\s*[|:،.!-]+\s*|^(?:في الواقع|في الحقيقة|كما تعلمون|"
    r"بصراحة|الحقيقة)،?\s+"
)
_FILLERS = re.compile(r"\s(?:جدا|حقا|بالفعل|فعلا|وذلك|بالطبع|طبعا|تماما)(?=[\s،.!]|$)")


def plainer(text: str) -> Iterator[str]:
    """Words that say nothing are left out, at the beginning and inside."""
    if not _ARABIC.search(text):
        return
    out = _THROAT.sub("", text, count=1)
    if out != text and len(out.split()) >= 4:
        yield out
    out = _FILLERS.sub("", text)
    if out != text:
        yield out


@lru_cache(maxsize=1)
def _pattern() -> tuple[re.Pattern[str], dict[str, str]]:
    instead = dict(row.split(">") for row in data("same_words_ar")["same"])
    longest = sorted(instead, key=len, reverse=True)
    return re.compile(rf"(?<![\w#@])(و?)({'|'.join(map(re.escape, longest))})(?![\w\u064b-\u0652])"), instead


def exchanges() -> Iterator[tuple[str, str]]:
    """What stands in the table and what for it."""
    return iter(_pattern()[1].items())


def same_words(text: str) -> Iterator[str]:
    """One word or phrase of the table gives way to another for the same."""
    if not _ARABIC.search(text):
        return
    body, rest = lead_in(text)
    pattern, instead = _pattern()
    for found in pattern.finditer(body):
        yield f"{body[: found.start()]}{found[1]}{instead[found[2]]}{body[found.end() :]}{rest}"


@lru_cache(maxsize=1)
def _light() -> dict[str, str]:
    return dict(row.split(">") for row in data("light_verbs_ar")["rows"])


def light_verb(text: str) -> Iterator[str]:
    """'الشركة تنظم كذا' becomes 'الشركة تقوم بتنظيم كذا', and back."""
    if not _ARABIC.search(text):
        return
    body, rest = lead_in(text)
    found = body.split(" ")
    for at, word in enumerate(found[:-1]):
        if 0 < at <= _SUBJECT_MOST and word in _light() and not _NOT_IN_SUBJECT & set(found[:at]):
            if re.match(r"(?:في|من|على|إلى|عن|مع|أن|ب\w|ل\w{0,2}$|،|حتى|كل)", found[at + 1]) is None:
                does = "تقوم" if word.startswith("ت") else "يقوم"
                yield f"{' '.join([*found[:at], does, 'ب' + _light()[word], *found[at + 1 :]])}{rest}"
            return
    done = re.search(r"(?<!\w)(?:ي|ت)قوم ب(\w+)(?= \w)", body)
    if done:
        verb = next((v for v, noun in _light().items() if noun == done[1] and v[0] == done[0][0]), None)
        if verb:
            yield f"{body[: done.start()]}{verb}{body[done.end() :]}{rest}"


_PAIR = re.compile(r"(?<!\w)(\w+) (ال\w{3,}) و(ال\w{3,})(?= |$|[،.؟!])")
_GOVERNS = vocabulary("في من على إلى الى عن بين مع ضد حول عبر نحو")


def and_swapped(text: str) -> Iterator[str]:
    """'بين الدفاع والداخلية' becomes 'بين الداخلية والدفاع': two of one form, or two after a preposition."""
    if not _ARABIC.search(text):
        return
    body, rest = lead_in(text)
    for found in _PAIR.finditer(body):
        before, one, other = found[1], found[2], found[3]
        after = body[found.end() :].split(" ")
        joined = len(after) > 1 and after[1].startswith("ال") and not after[1].startswith(("الذي", "التي"))
        alike = (one[-2:] == other[-2:] and one[-2:] in ("ية", "ات", "ين", "ون")) or (
            one.endswith("ي") and other.endswith("ي")
        )
        if (alike and not joined) or (before in _GOVERNS and not joined):
            yield f"{body[: found.start(2)]}{other} و{one}{body[found.end() :]}{rest}"
