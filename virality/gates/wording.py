"""The content words of a post as light stems: what the omission and claims gates count.

English and Arabic. It is blind to synonyms: 'begins' and 'starts' are two words here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from virality.gates.negation import NEGATIONS, folded_keys
from virality.text.lang import detect
from virality.text.normalise import words
from virality.text.number_words import number_words
from virality.text.vocabulary import vocabulary

KNOWN = ("en", "ar")
"""Languages whose stop words and stems are known."""

STOP_WORDS = {
    "en": vocabulary(
        "a an the this that these those and or but so if because as than then while when where who whom",
        "whose which what why how of in on at to for from by with about into onto over under after before",
        "between through during up down out off again i me my mine we us our ours you your yours he him",
        "his she her hers it its they them their theirs one ones am is are was were be been being do does",
        "did doing have has had having will would shall should can could may might must get gets got",
        "getting just also too very really more most much many some any all each every both other such own",
        "same there here now ever still even only yet already let lets im ive id ill youre youve youll hes",
        "shes theyre were weve thats whats heres theres rt via amp please yes oh ok well like go going",
        "gonna",
        "against among amongst around across along beside besides near within throughout upon towards toward",
        "per above below behind beyond despite except inside outside past plus round since until till unless",
        "whether though although however therefore otherwise else instead rather maybe perhaps something anything",
        "everything someone anyone everyone somebody anybody everybody anywhere somewhere everywhere herself himself",
        "itself themselves myself yourself ourselves yourselves another others few fewer less least several either",
        "lot lots quite almost nearly enough able whos shall ought ll ve re",
    ),
    "ar": vocabulary(
        "في من الي علي عن مع بين عند منذ حتي خلال بعد قبل حول ضد نحو فوق تحت امام لدي هذا هذه ذلك تلك",
        "هؤلاء الذي التي الذين هو هي هم هن نحن انا انت انتم كان كانت يكون تكون كانوا ان ام ثم و ف ب ل ك",
        "كما كل بعض اي ايضا قد لقد سوف هل ماذا لماذا كيف متي اين اذا اذ لو لكن بل به بها له لها لهم فيه",
        "فيها منه منها عليه عليها اليه اليها عنه عنها يا هنا هناك اليوم الان جدا فقط حيث بان وان لان في",
        "اللي كده ده دي دا بس عشان علشان انه انها وهو وهي وفي ومن وعلي مما لنا لكم لك لي",
        "او اما انما كنت كنا لانه لانها لانهم لاني بانه بانها فان فانه جميع سوي عدا رغم برغم بينما بعدما عندما حينما",
        "كلما طالما مهما ربما لعل ليت لعله ذو ذات ذي اوليك اللذان اللتان اللواتي اللاتي كذلك هكذا كانما اكثر اقل",
        "نفسه نفسها نفس ذاته ذاتها وسط ضمن عبر لديه لديها لدينا لديهم لديك عنده عندها عندنا عندي عندهم عندكم عندك",
        "معه معها معهم معنا معي معك معكم فيهم فينا فيك فيكم منهم منا منك منكم مني علينا عليك عليكم عليهم الينا اليكم",
        "اليك اليهم بهم بنا بي بك بكم عنهم عنا عني عنك حوله حولها بينهم بينها بينه بيننا فيهما منهما لهما هما انتما",
        "بهذا بهذه لهذا لهذه لذلك بذلك تجاه ازاء نظرا وفق وفقا حسب بحسب لدي اي ايه كلا تم يتم قبيل بعيد عقب لكي كي",
        "يلي هاد هاي هيدا هيدي هدول هذول هدا هادي هادا هذي هيك كدا هكا كذا جذي شو ايش وش شنو اش واش علاش ليش ليه",
        "كيفاش شلون فين وين امتي ايمتي قديش مين هلا هلق هلء لهلا لهلق لهلء هسه هسع الحين للحين توا دابا دلوقتي دلوقت",
        "لسه لسا لسع كمان برضه برضو بردو زي متل كيما بحال مشان منشان باش بلكي بركي ديال ديالي ديالو ديالها ديالنا",
        "متاع نتاع تاع تاعو متاعو متاعها بتاع بتاعت بتاعه بتاعي تبع تبعنا تبعي راح رح غادي عم عمال قاعد قاعده انو اني",
        "احنا حنا نحنا انتو انتوا هوما هني بلي بصح ياك ايوه خلاص طيب يعني اصلا والله شي شيء شوي شويه كتير كثير كثيرا",
        "بزاف برشا وايد هواي اوي ليهم ليها ليا ليك لينا ليكم الها اله الهم الو الك النا بيه بيها منو عنو عندو معاه",
        "معاها معاهم معايا معاك معانا وياه وياك وياهم حد حدا لين لحد لغايه لعند قدام ورا جوا وقت لما",
    ),
}
"""Words that carry no content, as `fold` spells them."""

_NUMBERS = {lang: number_words(lang) for lang in KNOWN}
"""Numbers written out: another gate looks at them."""

_WITHOUT = {lang: STOP_WORDS[lang] | NEGATIONS[lang] | _NUMBERS[lang] for lang in KNOWN}
_CONTRACTED = re.compile(r"(?<=\w)['’](?:s|d|ll|ve|re|m)$", re.IGNORECASE)

_FORMS = (
    "say said/make made/win won/go went gone/see saw seen/take took taken/come came/know knew known",
    "find found/give gave given/tell told/think thought/become became/leave left/feel felt/bring brought",
    "begin began begun/keep kept/hold held/write wrote written/stand stood/hear heard/mean meant",
    "meet met/pay paid/run ran/lose lost/buy bought/send sent/build built/fall fell fallen",
    "grow grew grown/speak spoke spoken/break broke broken/drive drove driven/sell sold/teach taught",
    "eat ate eaten/show shown/rise rose risen/choose chose chosen/child children/man men/woman women",
    "person people/good better best/bad worse worst/fight fought/catch caught/steal stole stolen",
    "life lives",
)
_IRREGULAR = {
    form: forms[0][:-1] if len(forms[0]) > 3 and forms[0].endswith("e") else forms[0]
    for row in _FORMS
    for forms in map(str.split, row.split("/"))
    for form in forms
}


def _longest_first(row: str) -> tuple[str, ...]:
    return tuple(sorted(row.split(), key=len, reverse=True))


_ENDINGS = _longest_first("ization ations ation ments ment ings ing ies ied edly ed ers er es ly s")
_AR_PREFIXES = _longest_first("وبال وال بال كال فال ولل لل ال وس سي ست سا و ف ب ل")
_AR_ENDINGS = _longest_first("هما كما تها ها هم هن كم نا ات ان ون ين يه وا ه ي ا")

LISTS = (
    {lang: sorted(rows) for lang, rows in _WITHOUT.items()},
    [_FORMS, _ENDINGS, _AR_PREFIXES, _AR_ENDINGS],
)


def language_of(draft: str, rewrite: str, lang: str | None) -> str | None:
    """The language to compare in: the given one, else the draft's, else the rewrite's; None if unknown."""
    return lang or detect(draft) or detect(rewrite)


@lru_cache(maxsize=8192)
def content_words(text: str, lang: str) -> dict[str, str]:
    """Light stem -> first spelling of each content word: no stop words, negations, numbers, links or handles.

    `lang` is one of `KNOWN`.
    """
    found: dict[str, str] = {}
    for word in words(_split_tags(text)):
        for key in folded_keys(plain(word)):
            if not says_nothing(key, lang):
                found.setdefault(stem(key, lang), word)
    return found


def plain(word: str) -> str:
    """A word without what English contracts into it: 'it'd' is 'it', 'Rome's' is 'Rome'."""
    return _CONTRACTED.sub("", word) if "'" in word or "’" in word else word


@lru_cache(maxsize=65536)
def says_nothing(key: str, lang: str) -> bool:
    """Whether a folded word is a stop word (in Arabic with 'and' before it too), a denial or a number."""
    without = _WITHOUT[lang]
    return key in without or key[0].isdecimal() or (lang == "ar" and key[0] in "وف" and key[1:] in without)


@lru_cache(maxsize=65536)
def stem(key: str, lang: str) -> str:
    """A light stem of a folded word: endings (and Arabic clitics) cut while enough of the word is left."""
    return _stem_arabic(key) if lang == "ar" else _stem_english(key)


def _stem_english(key: str) -> str:
    if key in _IRREGULAR:
        return _IRREGULAR[key]
    for ending in _ENDINGS:
        if key.endswith(ending) and len(key) - len(ending) >= 3 and not key.endswith(("ss", "us", "is")):
            key = key[: -len(ending)] + ("y" if ending in ("ies", "ied") else "")
            break
    if len(key) > 3 and key[-1] == key[-2] and key[-1] not in "sle":
        key = key[:-1]
    key = key[:-1] if len(key) > 3 and key.endswith("e") else key
    return _IRREGULAR.get(key, key)


def _stem_arabic(key: str) -> str:
    for prefix in _AR_PREFIXES:
        if key.startswith(prefix) and len(key) - len(prefix) >= 3:
            key = key[len(prefix) :]
            break
    for suffix in _AR_ENDINGS:
        if key.endswith(suffix) and len(key) - len(suffix) >= 3:
            return key[: -len(suffix)]
    return key


def _split_tags(text: str) -> str:
    """'#ClimateChange' as 'Climate Change': a tag's words count as words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text) if "#" in text else text
