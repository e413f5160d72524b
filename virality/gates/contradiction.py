"""Nothing is turned into its opposite: 'rose' and 'fell', 'opens' and 'closes', 'فاز' and 'خسر'.

Opposites are those of `virality.gates.lexicon`, and a word and its 'un-'. One that goes with a changed denial ('is not
safe', 'is dangerous') is no contradiction, nor is one told from the other side ('A beat B', 'B lost to A'). A text that
keeps all words but those of one place must say the same there. What contradicts in other words is not seen.
"""

from __future__ import annotations

from functools import lru_cache

from virality.gates.accounted import unaccounted
from virality.gates.alignment import LIGHT, is_free, replaced
from virality.gates.lexicon import opposite, same
from virality.gates.negation import NEGATIONS, folded_keys
from virality.gates.verdict import Context, Verdict, failed, not_checked
from virality.gates.wording import KNOWN, STOP_WORDS, language_of, stem
from virality.text.normalise import words
from virality.text.vocabulary import vocabulary

GATE = "contradiction"
_IN_PLACE = ("en",)
"""Languages in which a word that alone has changed in its place must be a synonym; for Arabic the names gate asks."""

_DENIED = (4, 5)
"""Words before and after a word among which a denial is looked for."""

_YET = vocabulary("yet still to never")
_TOO_WIDE = vocabulary("gone went going come came make made ahead behind beat def")
"""Words of so many senses that they are no opposites but in the same place."""

_SPAN = 3
"""Words of the one place that has changed, at most."""

_TOLD_BACK = vocabulary(
    "hand handed hands receive receives received win won wins beat beats lose lost loses defeat defeated buy bought",
    "buys sell sold sells give gave take took lend borrow lead leads trail trails",
    "فاز فازت فازوا خسر خسرت خسروا غلب غلبوا هزم هزمت باع باعت اشتري اشترت اعطي اخذ سلم تسلم",
)
"""Verbs whose opposite tells the same from the other side."""

_UNTIL = vocabulary("until till حتي لغايه لين لحد")
_FROM_TO = vocabulary(
    "open opens opened close closes closed shut start starts started begin begins end ends run runs",
    "يفتح مفتوح فتح يغلق مغلق مسكر يبدا تبدا ينتهي تنتهي مستمر يستمر",
)
"""Words that 'until' turns into their opposite: 'closes at midnight', 'open until midnight'."""

_NO = ("un", "in", "im", "dis", "non", "ir")

LISTS = [sorted(row) for row in (_TOLD_BACK, _UNTIL, _FROM_TO)]


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails where a word of the draft is gone and its opposite is new, beside the same word or where the rest is kept.

    In a text that keeps nearly all of its words, one in another's place must be a synonym, or stand in a row that
    people checked: 'should not' for 'shouldn't'.
    """
    lang = language_of(draft, rewrite, context.lang)
    if lang is None or lang not in KNOWN:
        return not_checked(GATE, f"no opposites for {lang or 'an unknown language'}")
    before, after = _keys(draft), _keys(rewrite)
    free = is_free(draft, rewrite, lang, context.max_free_words)
    if pair := _turned(before, after, lang, free):
        return failed(GATE, f"{pair[0]!r} became {pair[1]!r}", *pair)
    pair = _one_place(before, after, lang)
    if lang in _IN_PLACE and not free:
        pair = pair or replaced(draft, rewrite, lang)
    if pair and (lang != "en" or unaccounted(draft, rewrite, lang) != ((), ())):
        return failed(GATE, f"{pair[0]!r} became {pair[1]!r}, and no list knows them for the same", *pair)
    return Verdict(GATE, "pass")


@lru_cache(maxsize=4096)
def _keys(text: str) -> tuple[str, ...]:
    return tuple(key for word in words(text) for key in folded_keys(word))


def _turned(before: tuple[str, ...], after: tuple[str, ...], lang: str, free: bool) -> tuple[str, str] | None:
    """A word that is gone and its opposite that is new, where they are about the same."""
    there, here = frozenset(before), frozenset(after)
    stems = {stem(key, lang) for key in there}, {stem(key, lang) for key in here}
    gone = [i for i, key in enumerate(before) if key not in here and stem(key, lang) not in stems[1]]
    fresh = [i for i, key in enumerate(after) if key not in there and stem(key, lang) not in stems[0]]
    for i in gone:
        for j in fresh:
            one, other = before[i], after[j]
            if (
                _opposed(one, other, lang)
                and _about_the_same(before, i, after, j, lang, free)
                and _denied(before, i, lang) == _denied(after, j, lang)
                and (not free or not _denied(before, i, lang))
                and not any(_opposed(one, key, lang) and key != other for key in there)
                and not any(_opposed(other, key, lang) and key != one for key in here)
                and not (_open_yet(before, i) or _open_yet(after, j))
                and not ({one, other} & _FROM_TO and bool(there & _UNTIL) != bool(here & _UNTIL))
            ):
                return one, other
    return None


def _opposed(one: str, other: str, lang: str) -> bool:
    if opposite(one, other, lang):
        return True
    return lang == "en" and any(len(a) > 4 and b == f"{no}{a}" for a, b in ((one, other), (other, one)) for no in _NO)


def _open_yet(keys: tuple[str, ...], at: int) -> bool:
    """Whether it is still to be done: 'yet to be checked' is 'unchecked'."""
    return not _YET.isdisjoint(keys[max(at - _DENIED[0], 0) : at])


def _about_the_same(before: tuple[str, ...], i: int, after: tuple[str, ...], j: int, lang: str, free: bool) -> bool:
    """Whether the two words stand in one place, or beside the same word of weight, for verbs told back before it.

    Small words must stand in one place.
    """
    one, other = before[i], after[j]
    if before[i - 1 : i] == after[j - 1 : j] and before[i + 1 : i + 2] == after[j + 1 : j + 2]:
        return True
    if any(key in STOP_WORDS[lang] or key in _TOO_WIDE or (free and key in LIGHT[lang]) for key in (one, other)):
        return False
    (left, right), (left_now, right_now) = _around(before, i, lang), _around(after, j, lang)
    if one in _TOLD_BACK or other in _TOLD_BACK:
        return bool(left) and left == left_now
    return not free or (bool(left) and left == left_now) or (bool(right) and right == right_now)


def _around(keys: tuple[str, ...], at: int, lang: str) -> tuple[str, str]:
    """Stem of the nearest word of weight on each side; '' where there is none."""
    left = next((stem(key, lang) for key in reversed(keys[:at]) if key not in STOP_WORDS[lang]), "")
    right = next((stem(key, lang) for key in keys[at + 1 :] if key not in STOP_WORDS[lang]), "")
    return left, right


def _denied(keys: tuple[str, ...], at: int, lang: str) -> bool:
    near = keys[max(at - _DENIED[0], 0) : at + _DENIED[1]]
    return any(key in NEGATIONS[lang] or (lang == "ar" and key.lstrip("وف") in NEGATIONS[lang]) for key in near)


def _one_place(before: tuple[str, ...], after: tuple[str, ...], lang: str) -> tuple[str, str] | None:
    """What stood and what stands in the only place where the texts differ, if it does not say the same."""
    start = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), None)
    if start is None:
        return None
    end = next((i for i, (a, b) in enumerate(zip(before[::-1], after[::-1], strict=False)) if a != b), 0)
    was, now = before[start : len(before) - end], after[start : len(after) - end]
    if not (0 < len(was) <= _SPAN and 0 < len(now) <= _SPAN) or start + end < 4 * max(len(was), len(now)):
        return None
    lost, new = ([key for key in row if _says(key, lang)] for row in (was, now))
    if (
        not lost
        or not new
        or LIGHT[lang].issuperset((*lost, *new))
        or any(same(a, b, lang) or stem(a, lang) == stem(b, lang) for a in lost for b in new)
    ):
        return None
    return " ".join(was), " ".join(now)


def _says(key: str, lang: str) -> bool:
    return len(key) > 2 and key.isalpha() and key not in STOP_WORDS[lang]
