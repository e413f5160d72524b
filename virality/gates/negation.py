"""The denying words of a post, English and Arabic with its dialects: what the negation gate compares."""

from __future__ import annotations

import re
from functools import lru_cache

from virality.text.normalise import fold, sentences, words
from virality.text.vocabulary import vocabulary

NEGATIONS = {
    "en": vocabulary(
        "not no never none nor neither nothing nobody nowhere without cannot cant dont doesnt didnt wont",
        "wouldnt couldnt shouldnt isnt arent wasnt werent hasnt havent hadnt aint mustnt neednt dunno",
        "mightnt darent oughtnt shant noone nope nah nowt naught nothings nobodys noones",
    ),
    "ar": vocabulary(
        "لا لم لن ليس ليست ليسوا لست لسنا ما بدون دون مش مو موش مب ماكو مفيش مافيش مافي ماعاد بلا غير عدم",
        "مانو ماهو ماني مانا ماهي مهو منو محدش ماحدش ماحدا محد ماكانش مكانش مكنتش ماكنتش ولاشي",
        "ماهوش ماهيش ماهمش ماهومش مهوش مهيش مهمش مانيش منيش ماناش مناش ماكش ماكمش مهواش مهياش مفيهاش مفيهوش",
        "ماكاش مكاش ماكاين ماكاينش مكاينش ماراهوش ماراهيش مارانيش ماعندوش معندوش معندهاش معندناش معنديش ماعنديش",
        "ماهوب مهوب ماهيب مانيب منيب موب مهب ماميش مابش مافيها مافيه مافيهم ليسا ليستا لستم لستن",
        "ماهم ماهن مانها مانهن مانك لئلا كيلا لكيلا محدا ماحد ماعدش مبقاش مابقاش",
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
_IDLE = {
    "not": vocabulary("only just least to merely simply far long bad mention fewer less later"),
    "no": vocabulary("doubt wonder matter fewer less later problem joke surprise question kidding worries coincidence"),
    "cant": vocabulary("wait help beat believe stop miss"),
    "cannot": vocabulary("wait help beat believe stop miss"),
    "couldnt": vocabulary("wait be agree help believe stop"),
    "dont": vocabulary("forget miss worry hesitate panic"),
    "nothing": vocabulary("but beats like better less short"),
    "never": vocabulary("mind ceases fails fail cease"),
    "none": vocabulary("other"),
    "without": vocabulary("doubt question fail exception"),
    "wont": vocabulary("want believe regret"),
    "wouldnt": vocabulary("want miss"),
    "isnt": vocabulary("just only"),
    "nowhere": vocabulary("near"),
    "لا": vocabulary(
        "تنسوا تنسى تنسي تنس تفوت تفوتوا تفوتي تفوتك تفوتكم يفوتك يفوتكم مثيل باس عجب محاله جدال غني ريب تتردد تترددوا",
        "تقلق تقلقوا يقل تقل اكثر اقل غير محال مفر نظير تنسون",
    ),
    "ليس": vocabulary("فقط مجرد"),
    "مش": vocabulary("بس مجرد فقط"),
    "مو": vocabulary("بس مجرد فقط"),
    "مب": vocabulary("بس"),
    "ما": vocabulary("تفوت تفوتوا تفوتك تنس تنسوا تنسى تنسي يفوتك يفوتكم يقل يقارب يزيد يعادل"),
    "غير": vocabulary("ان انه انها انهم مسبوق مسبوقه"),
    "بلا": vocabulary("شك منازع"),
    "دون": vocabulary("شك غيره غيرها سواه سواها"),
    "بدون": vocabulary("شك"),
}
"""Words after which a denial says nothing: 'not only', 'no doubt', 'لا تفوتوا', 'غير أن'."""
_BEFORE_IDLE = vocabulary("or if why whether")
_NO_DENIAL_AFTER_LA = ("سيما", "بد", "شك")  # 'especially', 'must', 'no doubt'
_STILL = re.compile("^[اينت]?زا?ل")
_SHIN = re.compile(r"^\w{3,}ش$")
_GLUED = re.compile("^[وف](?=(?:لا|لم|لن|ليس|ليست|ما|مش|مو|مب|مفيش|مافي|بدون|دون|بلا|غير|محدش|م\\w{2,}ش)$)")
_NO_VERB = vocabulary("متوحش ماتش مشمش مفتش مهمش مدهش منعش مشوش ماتشات معاش معيش مفرش مقاش مشاش")
_BEFORE_WHAT = vocabulary(
    "بعد قبل كل مثل زي متل كيف حسب وفق عند مع من عن في طال قد اول فور ك هذا ب علي الي غير حين وقت بقدر"
)
AROUND = re.compile(r"^(?:ما(?=\w{4})|م(?=[يتنبحكرعقفسهجخش]))\w{2,}ش$")
"""A spoken verb between 'ما' and 'ش': 'مكنتش', 'ماقدرتش'."""


LISTS = (
    {lang: sorted(rows) for lang, rows in NEGATIONS.items()},
    [sorted(rows) for rows in (_DENIED, _SPOKEN, _OPENS_A_NAMING)],
    _NO_DENIAL_AFTER_LA,
    {key: sorted(row) for key, row in _IDLE.items()},
)


@lru_cache(maxsize=8192)
def negations(text: str, lang: str) -> tuple[str, ...]:
    """The denying words in order, folded; `lang` is a key of `NEGATIONS`."""
    return tuple(found for sentence in sentences(text) for found in _of_sentence(sentence, lang))


def _of_sentence(sentence: str, lang: str) -> list[str]:
    keys = denial_keys(sentence, lang)
    asks = sentence.rstrip('"”’)»').endswith(("؟", "?"))
    return [key for i, key in enumerate(keys) if is_denial(key, lang) and denies(keys, i, asks)]


def denial_keys(sentence: str, lang: str) -> list[str]:
    """The folded words of a sentence; in Arabic without 'and' before a denial."""
    keys = [key for word in words(sentence) for key in folded_keys(word)]
    return [_GLUED.sub("", key) for key in keys] if lang == "ar" else keys


def is_denial(key: str, lang: str) -> bool:
    """Whether a folded word may deny: one of the list, or an Arabic verb between 'ما' and 'ش'."""
    return key in NEGATIONS[lang] or (lang == "ar" and AROUND.match(key) is not None and key not in _NO_VERB)


def denies(keys: list[str], i: int, asks: bool, loose: bool = False) -> bool:
    """Whether the word at `i` denies here; `asks`: in a question; `loose`: in dialect, where 'ما' mostly does."""
    key, after = keys[i], keys[i + 1 : i + 2]
    if (after and after[0] in _IDLE.get(key, ())) or (key in ("not", "no") and keys[max(i - 1, 0)] in _BEFORE_IDLE):
        return False
    if key == "ما":
        return _ma_denies(keys, i, asks) or (loose and _may_deny(keys, i))
    if key in ("لا", "لم"):
        return not any(word.startswith(_NO_DENIAL_AFTER_LA) or _STILL.match(word) for word in after)
    return key != "no" or not (after and after[0].isdecimal())


def _ma_denies(keys: list[str], i: int, asks: bool) -> bool:
    """Whether this 'ما' is 'not' and not 'what', which it nearly always is in news (seen on 6,099 tweets).

    It denies before a spoken verb ('ما عندي'), with 'anybody' or 'but' close behind, and as the first word of
    a statement.
    """
    after = keys[i + 1 : i + 5]
    if not after or after[0] in _OPENS_A_NAMING or after[0].startswith("ال"):
        return False
    if _SHIN.match(after[0]) and after[0] not in _NO_VERB:
        return True
    return after[0] in _SPOKEN or not _DENIED.isdisjoint(after) or (i == 0 and not asks)


def _may_deny(keys: list[str], i: int) -> bool:
    """Whether this 'ما' may be 'not' in dialect: before a word that is no noun, and not in 'after what', 'all that'."""
    after = keys[i + 1 : i + 2]
    if not after or after[0] in _OPENS_A_NAMING or after[0].startswith("ال"):
        return False
    return i == 0 or _BEFORE_WHAT.isdisjoint((keys[i - 1], keys[i - 1].lstrip("وف")))


def folded_keys(word: str) -> list[str]:
    """`fold(word).split()`, sooner for plain words."""
    return [word.lower().replace("'", "")] if word.isascii() else fold(word).split()
