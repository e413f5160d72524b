"""Words and phrases of simulated posts, English and Arabic; the long tail is made of syllables."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

NAMES = 50_000
"""Names of people and places that a language has (Arabic: fewer)."""
TOPICAL = 500
"""Content words that a topic has; the first of them are real."""

_ENGLISH_TOPICS = """
oven sourdough recipe butter kitchen supper baker flour
goal stadium keeper striker league coach penalty transfer
budget senate ballot minister reform treaty campaign debate
vaccine clinic surgeon therapy nurse symptom hospital trial
rocket orbit telescope comet lander satellite astronaut crater
guitar album chorus festival drummer ballad encore vinyl
laptop battery browser chip server keyboard update sensor
harvest tractor orchard barley irrigation seed meadow cattle
glacier drought carbon forest wetland heatwave reef flood
museum sculpture gallery canvas fresco portrait curator exhibit
novel poet chapter library publisher memoir translator essay
airport ferry passport hostel itinerary luggage island border
mortgage dividend inflation bond invoice pension startup auction
classroom teacher homework scholarship lecture exam pupil tutor
bicycle helmet pedal marathon sprint stretcher medal trainer
puppy kitten shelter veterinarian leash parrot whisker collar
cathedral archive excavation empire manuscript castle dynasty relic
actor premiere trailer sequel screenplay casting director cinema
sneaker tailor linen runway perfume denim jacket silk
bridge tunnel skyscraper crane plumbing concrete scaffold architect
startrail aperture lens tripod shutter negative filter flash
chess puzzle dungeon console joystick quest arcade dice
garden tulip compost pruning greenhouse rosebush lawn ladybird
police verdict lawyer courtroom witness burglary appeal sentence
"""

_ARABIC_TOPICS = """
الخبز المطبخ مباراة الملعب الوزير القانون الطبيب المستشفى القمر الصاروخ الأغنية المهرجان الهاتف الحاسوب المزرعة القمح
المناخ الغابة المتحف اللوحة الرواية الشاعر المطار السفينة البورصة التضخم المدرسة المعلم الدراجة السباق القطة العصفور
القلعة الآثار الممثل السينما الحرير القميص الجسر النفق العدسة الصورة اللعبة الشطرنج الحديقة الزهور المحكمة المحامي
"""

EMOJI = tuple("🎉🔥🚀🌍💡📣🙌🌟📌🎯🌱🧭")


@dataclass(frozen=True, slots=True)
class Language:
    """Phrases in the order of a post; `numbers` bring a blank behind them, all after the lead one in front."""

    topics: tuple[str, ...]
    """Real words, as many for each topic, topic by topic."""
    syllables: tuple[tuple[str, ...], ...]
    """Of a name: one of each."""
    endings: tuple[str, ...]
    """Of a topic's word that is not real, after two syllables."""
    numbers: tuple[str, ...]
    stated: tuple[str, ...]
    asked: tuple[str, ...]
    did: tuple[str, ...]
    """Verb and article after a lead of `stated`."""
    do: tuple[str, ...]
    """The same after one of `asked`."""
    joint: str
    where: str
    listed: tuple[str, str, str]
    nearby: str
    you: tuple[str, ...]
    ends: tuple[str, str, str, str]
    """Stated, exclaimed, asked, both."""


_ONE = "ba re lo ti mu ka ve no si da pe ru fo li ga ne to ha mi zo be ro la du ke va po sa ni ter"
_TWO = "lan mer vi ton ra sel do rin ka bel mo sti len da vor ne gar li pol ten ra mi zan dor pe ril sha bo nel ki"
_THREE = (
    "lan mer vi ton ra sel do rin ka bel mo sti len da vor ne gar li pol ten mi "
    "zan dor pe ril sha bo nel ki ban ren lon tin mun kan ven non sin dan pen run fon "
    "lin gan nen han min zon ben dun ken van pon san nin ford wick stead berg ova ash um ik"
)
_ENDINGS = "ry let ling age ment er ish or ics dom ard ade ute el ox ant"
_VERBS = "join defend visit follow repair launch cover support reopen extend protest honour"
_PAST = "joined defended visited followed repaired launched covered supported reopened extended protested honoured"

ENGLISH = Language(
    topics=tuple(_ENGLISH_TOPICS.split()),
    syllables=(tuple(_ONE.split()), tuple(_TWO.split()), tuple(_THREE.split())),
    endings=tuple(_ENDINGS.split()),
    numbers=tuple(f"{n} {what}: " for n in range(2, 12) for what in ("facts", "lessons", "signs", "reasons", "notes")),
    stated=("Today", "Finally", "Again", "Yesterday", "Tonight", "Suddenly", "Meanwhile", "Overnight"),
    asked=("Did", "Could", "Should", "Would", "Might", "Will", "Can", "Must"),
    did=tuple(f" {verb} the" for verb in _PAST.split()),
    do=tuple(f" {verb} the" for verb in _VERBS.split()),
    joint=" and",
    where=" in",
    listed=(" with", ",", " and"),
    nearby=" near the",
    you=(" for you", " beside you", " without you", " before you"),
    ends=(".", "!", "?", "?!"),
)
_LETTERS = tuple("بتجحدرسشصطعفقكلمنه")

ARABIC = Language(
    topics=tuple(_ARABIC_TOPICS.split()),
    syllables=(_LETTERS, tuple(a + b + c for a in "اويع" for b in _LETTERS for c in "ايو"), tuple("نرملدسةبفق")),
    endings=tuple(a + b for a in "اوي" for b in "نرملدسةبفقت"),
    numbers=tuple(f"\u200f{n} {what}: " for n in "٢٣٤٥٦٧٨٩" for what in ("حقائق", "دروس", "أسباب", "علامات")),
    stated=("اليوم", "أخيرا", "أمس", "مجددا", "الليلة", "فجأة"),
    asked=("هل", "متى", "كيف", "لماذا", "أين", "لمن"),
    did=(" زار", " دعم", " أعاد", " شارك", " أطلق", " تابع", " رمم", " ناقش"),
    do=(" يزور", " يدعم", " يعيد", " يشارك", " يطلق", " يتابع", " يرمم", " يناقش"),
    joint=" مع",
    where=" في",
    listed=(" بعد", " ثم", " ثم"),
    nearby=" قرب",
    you=(" لك", " لك الآن", " لك أيضا"),
    ends=(".", "!", "؟", "؟!"),
)


def names(language: Language) -> list[str]:
    """`NAMES` different names, each with a blank in front, in an order that does not show how they are made."""
    made = [f" {''.join(parts).capitalize()}" for parts in itertools.product(*language.syllables)]
    return _spread(list(dict.fromkeys(made)), NAMES)


def topical(language: Language, topics: int) -> list[str]:
    """`TOPICAL` words a topic, topic by topic, each with a blank in front, the real ones first; all are different."""
    first, second, _ = language.syllables
    made = (f" {''.join(parts)}" for parts in itertools.product(first, second, language.endings))
    real = len(language.topics) // topics
    rest = _spread(list(dict.fromkeys(made)), topics * (TOPICAL - real))
    out: list[str] = []
    for topic in range(topics):
        out += [f" {word}" for word in language.topics[topic * real : (topic + 1) * real]]
        out += rest[topic * (TOPICAL - real) : (topic + 1) * (TOPICAL - real)]
    return out


def _spread(words: list[str], count: int) -> list[str]:
    """`count` of the words, far apart in the list; shorter where there are fewer."""
    step = next(step for step in (7919, 7927, 7933) if len(words) % step)
    return [words[at * step % len(words)] for at in range(min(count, len(words)))]
