"""Names in Arabic, which has no capitals to know them by: places, organisations and people of a list, and cue words.

The list (`data/names_ar.json`) holds what Arabic posts name often. A given name that is more often a common word
('كريم', 'أمل') is a name only before a surname or after a title. `after_cues` finds what stands after words such as
'شركة'.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from importlib import resources

from virality.text.normalise import fold, sentences, words
from virality.text.vocabulary import vocabulary

_TITLES = vocabulary(
    "الدكتور دكتور الدكتوره دكتوره المهندس المهندسه الاستاذ استاذ الاستاذه استاذه الشيخ الشيخه السيد السيده الرييس",
    "الوزير النايب اللاعب اللاعبه المدرب كابتن الكابتن الفنان الفنانه الشاعر الشاعره الروايي الكاتب الكاتبه الباحث",
    "الباحثه المحامي المحاميه القاضي الحارس المهاجم الحاج حاج الحاجه عم عمو خاله مدام اسطي معلم المعلم الامير الاميره",
    "الطبيب الطبيبه البروفيسور القايد العميد الملك الطالب الطالبه الطفل الطفله المخرج المخرجه المطرب المطربه",
    "صديقي صديقتي زميلي زميلتي ابو ام يا الكوتش كوتش مدرب العداء العداءه البحار البحاره الحكم الحكمه العازف العازفه",
    "الممثل الممثله الوالي والي البطل البطله الصحفي الصحفيه التاجر الصياد الحلاق الشيف شيف المصور المصوره الدكتورة",
)
"""Words before the name of a person, folded."""

_KIN = vocabulary(
    "جدي جدتي ستي تيتا ابي امي ابوي ابويا والدي والدتي اخي اختي اخوي اخويا خويا ابني ابنتي ولدي بنتي عمي عمتي خالي",
    "خالتي جاري جارتي رفيقي رفيقتي صاحبي صاحبتي زوجي زوجتي مرتي معلمي معلمتي استاذي استاذتي قطتي كلبي",
)
"""Words before the given name of somebody who is near, folded."""

_DIAMETER = "قطر"
"""Qatar, and the word for a diameter."""

_MEASURED = frozenset(("نحو", "حوالي", "قرابه", "يبلغ"))
_SON = frozenset(("بن", "بنت", "ابن", "ابو"))
_BOUND = re.compile(r"[,،;؛:()\[\]/|–—]|\s-\s")
_NO_NAME = vocabulary(
    "في من الي علي عن مع بين عند منذ حتي خلال بعد قبل ضد نحو فوق تحت الذي التي الذين اللي هذا هذه ذلك هو هي هم كان",
    "كانت ان او ثم قد لا لم لن ما اليوم الان الاثنين الثلاثاء الاربعاء الخميس الجمعه السبت الاحد صباح مساء صباحا مساء",
    "جديد جديده صغير صغيره كبير كبيره اخر اخري واحد",
    "البالغ البالغه المعروف المعروفه الشهير الشهيره الجديد الجديده القادم القادمه الصغير الصغيره الكبير الكبيره الاول",
    "الاولي الثاني الثانيه الثالث الثالثه الاخير الاخيره الوحيد الوحيده السابق السابقه الحالي الحاليه الراحل الراحله",
    "الملقب الملقبه المصاب المصابه الفايز الفايزه المقبل المقبله الماضي الماضيه المسافه",
)
"""Words that are no part of a name, folded."""

_CUES = vocabulary(
    "مدينه محافظه ولايه بلده قريه حي شارع طريق ميدان ساحه جزيره بحيره نهر جبل وادي مخيم مطار ميناء جسر دوار حومه",
    "شركه موسسه جامعه معهد كليه مدرسه نادي اتحاد بلديه وزاره هييه منظمه جمعيه بنك مصرف مصنع معصره متجر محل مكتبه",
    "دار مستشفي عياده مركز مرصد صحيفه جريده قناه وكاله حزب متحف مطعم مقهي كافيه فندق مسرح ملعب استاد تعاونيه مخبز",
    "بوتيك فرقه مجموعه مختبر صيدليه منتزه حديقه محميه سد كورنيش برج سوق جامع مسجد كنيسه قاعه روايه كتاب ديوان فيلم",
    "مسلسل اغنيه تطبيق منصه رابطه",
)
"""Words before the name of a place, an organisation or a work, folded and without an article."""


_BEFORE = _TITLES | _KIN
_NO_NOUN = ("ي", "ست", "سي", "بي", "بت", "لل", "بال", "وال", "فال")
_ADJECTIVE = ("ه", "ي", "يين", "ات", "ون", "ين")


@lru_cache(maxsize=8192)
def find_arabic_names(text: str) -> tuple[str, ...]:
    """Names of the list in order, folded, one spelling each, without glued particles: 'وبمصر' -> 'مصر'."""
    if text.isascii():
        return ()
    tokens = fold(text).split()
    found: list[str] = []
    at = 0
    while at < len(tokens):
        two = _known(tokens[at], f" {tokens[at + 1]}") if at + 1 < len(tokens) else None
        name = two or _known(tokens[at])
        if name and not (name == _DIAMETER and _measured(tokens[at + 1 : at + 2])):
            found.append(name)
        at += 2 if two else 1
    return tuple(found)


@lru_cache(maxsize=4096)
def people(text: str) -> tuple[tuple[str, ...], ...]:
    """Names of persons, folded: a given name and what follows it as a surname, or a given name after a title."""
    if text.isascii():
        return ()
    found: list[tuple[str, ...]] = []
    for tokens in _clauses(text):
        for at, token in enumerate(tokens[:-1]):
            after = tokens[at + 1]
            given = _bare(token, _given())
            if after in _NO_NAME:
                continue
            if given and (after.startswith("ال") or after in _SON or after in _given()):
                more = tokens[at + 2 : at + 3] if after in _SON else []
                found.append((given, after, *more))
            elif _bare(token, _BEFORE) and (name := _bare(after, _given())):
                found.append((name,))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def after_cues(text: str) -> dict[str, tuple[str, ...]]:
    """What stands after the words that a name follows ('شركه' -> ('سنابل',)), folded; titles too."""
    if text.isascii():
        return {}
    found: dict[str, list[str]] = {}
    for tokens in _clauses(text):
        for at, token in enumerate(tokens[:-1]):
            cue = _bare(token, _CUES) or _bare(token, _BEFORE)
            if cue and tokens[at + 1] not in _NO_NAME:
                found.setdefault(cue, []).append(tokens[at + 1])
    return {cue: tuple(names) for cue, names in found.items()}


@lru_cache(maxsize=4096)
def _clauses(text: str) -> tuple[tuple[str, ...], ...]:
    """The folded words between two marks; a name does not go on beyond a comma or a colon."""
    parts = (part for sentence in sentences(text) for part in _BOUND.split(sentence))
    return tuple(tuple(key for word in words(part) for key in fold(word).split()) for part in parts)


def named(text: str) -> tuple[str, ...]:
    """What stands right after such a word and may be a name by its form: after 'جدتي', 'حي', 'نادي'; no adjectives."""
    return tuple(
        name
        for cue, names in after_cues(text).items()
        for name in names
        if len(name) > 2 and (cue in _KIN or cue in _CUES) and not name.startswith(_NO_NOUN)
        and not (cue in _CUES and name.endswith(_ADJECTIVE) and not name.startswith("ال"))
    )  # fmt: skip


def _measured(after: list[str]) -> bool:
    """Whether what follows 'قطر' tells that it is a diameter."""
    return any(token in _MEASURED or token.isdecimal() or token.startswith("ال") for token in after)


def _bare(token: str, these: frozenset[str]) -> str | None:
    return next((form for form in without_particles(token) if form in these), None)


def _known(token: str, rest: str = "") -> str | None:
    return next((_names()[form + rest] for form in without_particles(token) if form + rest in _names()), None)


@lru_cache(maxsize=1)
def _data() -> dict[str, list[str]]:
    text = resources.files("virality").joinpath("text", "data", "names_ar.json").read_text("utf-8")
    return dict(json.loads(text))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Spelling, folded -> the name's first spelling, folded."""
    return {
        fold(spelling.replace("_", " ")): fold(row.split("/")[0].replace("_", " "))
        for kind in ("given", "organisations", "places")
        for row in reversed(_data()[kind])
        for spelling in row.split("/")
    }


@lru_cache(maxsize=1)
def _given() -> frozenset[str]:
    rows = _data()["given"] + _data()["given_or_word"]
    return frozenset(fold(spelling.replace("_", " ")) for row in rows for spelling in row.split("/"))


def without_particles(token: str) -> list[str]:
    """The token, and what is left without particles that may be glued to it: و ف, ب ل, ك before ال, لل for ل + ال."""
    forms = [token]
    if token[0] in "وف":
        forms.append(token[1:])
    for form in tuple(forms):
        if form[:2] == "لل":
            forms.append(f"ال{form[2:]}")
        elif form[:1] in ("ب", "ل") or form[:3] == "كال":
            forms.append(form[1:])
    return [form for form in forms if form]
