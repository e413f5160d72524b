"""Names in Arabic, which has no capitals to know them by: those of a list of places, organisations and people.

The list holds what Arabic posts name often; a name that is not on it is not seen. Words that are more often no name
('أمل', 'علي' beside 'على', 'حماس') are left out on purpose.
"""

from __future__ import annotations

from functools import lru_cache

from virality.text.normalise import fold

_PLACES = (
    "مصر السعودية الإمارات قطر الكويت البحرين اليمن العراق سوريا/سورية لبنان الأردن فلسطين إسرائيل السودان ليبيا",
    "تونس الجزائر المغرب موريتانيا الصومال جيبوتي تركيا إيران أفغانستان باكستان الهند الصين اليابان كوريا روسيا",
    "أوكرانيا ألمانيا فرنسا بريطانيا إيطاليا إسبانيا البرتغال هولندا بلجيكا سويسرا النمسا اليونان السويد النرويج",
    "الدنمارك بولندا الولايات_المتحدة/أمريكا/أميركا كندا المكسيك البرازيل الأرجنتين أستراليا إثيوبيا نيجيريا كينيا",
    "أوروبا/أوربا أفريقيا/إفريقيا آسيا الرياض مكة دبي أبوظبي/أبو_ظبي الدوحة القاهرة الإسكندرية الجيزة أسوان بيروت",
    "دمشق حلب حمص بغداد البصرة الموصل أربيل القدس غزة رام_الله نابلس عمّان صنعاء عدن الخرطوم طرابلس بنغازي الرباط",
    "الدار_البيضاء مراكش نواكشوط أنقرة إسطنبول/اسطنبول طهران كابول بكين طوكيو موسكو كييف برلين باريس لندن روما مدريد",
    "بروكسل جنيف فيينا أثينا واشنطن نيويورك كاليفورنيا",
)
_ORGANISATIONS = (
    "الأمم_المتحدة الناتو أوبك/الأوبك فيفا/الفيفا يونيسف/اليونيسف يونسكو/اليونسكو حزب_الله طالبان داعش أرامكو",
    "غوغل/جوجل فيسبوك تويتر يوتيوب إنستغرام/انستجرام واتساب مايكروسوفت أمازون تسلا سامسونغ/سامسونج برشلونة ليفربول",
    "تشيلسي ريال_مدريد الأهلي الزمالك",
)
_PEOPLE = (
    "محمد أحمد محمود مصطفى خالد يوسف إبراهيم حسين فاطمة مريم زينب عائشة ياسر طارق سلمان بشار عباس عبدالله/عبد_الله",
    "عبدالرحمن/عبد_الرحمن عبدالعزيز/عبد_العزيز نتنياهو ترامب/ترمب بايدن أوباما بوتين ماكرون ميركل أردوغان/اردوغان",
    "السيسي ميسي رونالدو مبابي نيمار زيدان غوارديولا ليلى سارة جورج جون ديفيد مايكل",
)
_NAMES = {
    fold(spelling.replace("_", " ")): fold(spellings.split("/")[0].replace("_", " "))
    for row in (*_PLACES, *_ORGANISATIONS, *_PEOPLE)
    for spellings in row.split()
    for spelling in spellings.split("/")
}
"""Spelling, folded -> the name's first spelling, folded."""


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
        if name := two or _known(tokens[at]):
            found.append(name)
        at += 2 if two else 1
    return tuple(found)


def _known(token: str, rest: str = "") -> str | None:
    return next((_NAMES[form + rest] for form in _forms(token) if form + rest in _NAMES), None)


def _forms(token: str) -> list[str]:
    """The token, and what is left without the particles that may be glued to it: و ف, ب ل ك, and لل for ل + ال."""
    forms = [token]
    if token[0] in "وف":
        forms.append(token[1:])
    for form in tuple(forms):
        if form[:2] == "لل":
            forms.append(f"ال{form[2:]}")
        elif form[:1] in ("ب", "ل", "ك"):
            forms.append(form[1:])
    return forms
