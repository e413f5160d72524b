"""The denying words of a post, English and Arabic: what must be as many in the rewrite as in the draft."""

from __future__ import annotations

import re
from functools import lru_cache

from virality.text.normalise import fold, sentences, words
from virality.text.vocabulary import vocabulary

NEGATIONS = {
    "en": vocabulary(
        "not no never none nor neither nothing nobody nowhere without cannot cant dont doesnt didnt wont",
        "wouldnt couldnt shouldnt isnt arent wasnt werent hasnt havent hadnt aint mustnt neednt",
    ),
    "ar": vocabulary(
        "لا لم لن ليس ليست ليسوا لست لسنا ما بدون دون مش مو موش ماكو مفيش مافيش مافي ماعاد بلا غير",
    ),
}
"""Words that deny, as `fold` spells them."""

_DENIED = vocabulary("احد حدا حد ابدا قط الا شي شيء")
_SPOKEN = vocabulary(
    "في فيه فيها عندي عندنا عندك عنده عندها بدي بدنا بدك بده اعرف نعرف ادري ندري اريد نريد ابي ابغي احب",
    "نحب عاد راح رح قدرت قدرنا لقيت لقينا شفت شفنا كنت كنا لي لك له لها لهم لنا يصير ينفع يجوز يهم يصح",
)
_OPENS_A_NAMING = vocabulary(
    "قصه سر مدي سبب زال زالت زالوا يزال تزال دام دامت هو هي هذا هذه اذا الذي التي راي رايك رايكم اجمل احلي",
    "اروع اعظم يلي اللي بين بعد قبل",
)
_NO_DENIAL_AFTER_LA = ("سيما", "بد", "شك")  # 'especially', 'must', 'no doubt'
_GLUED = re.compile("^[وف](?=(?:لا|لم|لن|ليس|ليست|ما|مش|بدون|دون|بلا|غير)$)")

LISTS = (
    {lang: sorted(rows) for lang, rows in NEGATIONS.items()},
    [sorted(rows) for rows in (_DENIED, _SPOKEN, _OPENS_A_NAMING)],
    _NO_DENIAL_AFTER_LA,
)


@lru_cache(maxsize=8192)
def negations(text: str, lang: str) -> tuple[str, ...]:
    """The denying words in order, folded; `lang` is a key of `NEGATIONS`."""
    return tuple(found for sentence in sentences(text) for found in _of_sentence(sentence, lang))


def _of_sentence(sentence: str, lang: str) -> list[str]:
    keys = [key for word in words(sentence) for key in folded_keys(word)]
    if lang == "ar":
        keys = [_GLUED.sub("", key) for key in keys]
    asks = sentence.rstrip('"”’)»').endswith(("؟", "?"))
    return [key for i, key in enumerate(keys) if key in NEGATIONS[lang] and _denies(keys, i, asks)]


def _denies(keys: list[str], i: int, asks: bool) -> bool:
    key, after = keys[i], keys[i + 1 : i + 2]
    if key == "ما":
        return _ma_denies(keys, i, asks)
    if key == "لا":
        return not any(word.startswith(_NO_DENIAL_AFTER_LA) for word in after)
    return key != "no" or not (after and after[0].isdecimal())


def _ma_denies(keys: list[str], i: int, asks: bool) -> bool:
    """Whether this 'ما' is 'not' and not 'what', which it nearly always is in news (seen on 6,099 tweets).

    It denies before a spoken verb ('ما عندي'), with 'anybody' or 'but' close behind, and as the first word of
    a statement.
    """
    after = keys[i + 1 : i + 5]
    if not after or after[0] in _OPENS_A_NAMING or after[0].startswith("ال"):
        return False
    return after[0] in _SPOKEN or not _DENIED.isdisjoint(after) or (i == 0 and not asks)


def folded_keys(word: str) -> list[str]:
    """`fold(word).split()`, sooner for plain words."""
    return [word.lower().replace("'", "")] if word.isascii() else fold(word).split()
