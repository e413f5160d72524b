"""Operations on the order of an Arabic post: verb first, what it happened after, who says it, its outlet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from virality.text.edits.parts import Edits, balanced, closing, in_sentences, lead_in, listed
from virality.text.normalise import without_harakat

_ARABIC = re.compile("[\u0620-\u064a]{2}")
_VERBS = listed("arabic_verbs")
"""Verbs of news that take their subject before or behind them, third person singular."""
_NOT_IN_SUBJECT = listed("arabic_not_in_subject")
_SUBJECT_MOST = 7
_ADJUNCTS = (
    r"بعد|قبل|خلال|أثناء|بسبب|جراء|رغم|على الرغم من|وسط|منذ|عقب|بالتعاون مع|بالتنسيق مع|بمشاركة|"
    r"بحضور|في ظل|في إطار|بهدف|من أجل|"
    r"ضمن|لأول مرة|للمرة الأولى|بالتزامن مع|بمناسبة|ردا على|احتجاجا على|دعما ل\w+|على هامش|على "
    r"خلفية|بفضل|نتيجة|تحت شعار|برعاية|"
    r"حفاظا على|حرصا على|تزامنا مع|تمهيدا ل\w+|استعدادا ل\w+|لمواجهة|لتعزيز|لمناقشة|لبحث|لدعم|لعدم|"
    r"لتجنب|لمكافحة|لضمان|لتطوير|لمنع|"
    r"في إنجاز|في خطوة|في تجربة|وفقا ل\w+|وفق|بحسب"
)
_BEHIND = re.compile(rf"^(.+?\w)،?\s+((?:{_ADJUNCTS})\s+[^،؛:!؟.…]+)$")
_BEFORE = re.compile(rf"^((?:{_ADJUNCTS})\s+[^،؛:!؟.…]+?)،\s+(.+)$")
_TIMES = (
    r"اليوم(?: (?:السبت|الأحد|الاثنين|الإثنين|الثلاثاء|الأربعاء|الخميس|الجمعة))?|غدا|أمس|الليلة|"
    r"هذا (?:الأسبوع|الشهر|العام|المساء|الصباح)|هذه الليلة|صباح اليوم|مساء اليوم|مساء أمس|حاليا|"
    r"قريبا|الآن"
)
_TIME_LAST = re.compile(rf"^(.+?\w)،?\s+({_TIMES})$")
_TIME_FIRST = re.compile(rf"^({_TIMES})[،:]?\s+(.+)$")
_MEDIA = r"بالصور|بالفيديو|فيديو|صور|شاهد|عاجل|مباشر|حصري|خاص|انفوجراف|إنفوغراف|بالأرقام"
_MEDIA_FIRST = re.compile(rf"^({_MEDIA})\s*([:|،.-]|\.\.)?\s+(?=\S)")
_MEDIA_LAST = re.compile(r"\s*[-–—|(]\s*(بالصور|بالفيديو|فيديو|صور)\)?$")
_SAID = re.compile(r"^([^:،\"«»]{4,60}?)\s?:\s+(\S.+)$")
_LABEL_MOST = 8
_OUTLET = re.compile(
    r"(?<!الدول)(?<!اللغة)(?<!القمة)(?<!المملكة)(?<!الجامعة)(?<!المنطقة)(?<!الأمة)(?<!الشعوب)(?<!المرأة)"
    r"(?<!ل)(?<!لـ)((?:\s+(?:العربية|الجزيرة|الحدث|رويترز|الإمارات ?اليوم|سكاي نيوز(?: عربية)?|"
    r"روسيا اليوم|وكالات|\w{3,}(?:ال|إلى)\w{3,}اليوم"
    r"))+)\s*$"
)
"""The outlet that ends a post, with or without its '#'."""
_TITLES = re.compile(
    r"^(?:نائب |مساعد |كبير )?(?:مدير|مديرة|وزير|وزيرة|رئيس|رئيسة|المتحدث|المتحدثة|الناطق|الناطقة|"
    r"مراسل|مراسلة|الناشط|الناشطة|مصادر|مصدر|سفير"
    r"|الخبير|المحلل|الباحث|الكاتب|المدعي|عضو|مستشار|المستشار|قائد|أمين|الأمين|النائب|السيناتور|"
    r"محافظ|السفير|المبعوث|الرئيس|المدير)\b"
)


def _outlet(text: str) -> tuple[str, str]:
    """The post without the outlet that ends it, and that with what follows."""
    body, rest = lead_in(text)
    found = _OUTLET.search(body)
    return (body[: found.start()], body[found.start() :] + rest) if found else (body, rest)


def _within(text: str, change: Edits) -> Iterator[str]:
    """`text` with one sentence changed, the outlet that ends it left in its place."""
    if not _ARABIC.search(text):
        return
    body, rest = _outlet(text)
    yield from (f"{new}{rest}" for new in in_sentences(body, lambda one: () if _speaks(one) else change(one)))  # type: ignore[arg-type, return-value]


def _speaks(sentence: str) -> bool:
    """Whether somebody may be quoted without a colon: a title begins it, and no verb of its gender comes soon."""
    if not _TITLES.match(sentence):
        return False
    found = sentence.split()
    verb = next((at for at, word in enumerate(found) if word in _VERBS), 99)
    female = found[0].endswith("ة") or found[0].startswith("مصادر")
    return verb > 6 or found[verb].startswith("ت") != female


def outlet_first(text: str) -> Iterator[str]:
    """The outlet that ends a post opens it, with a colon."""
    body, _ = _outlet(text)
    found = _OUTLET.search(lead_in(text)[0])
    if (
        found
        and _ARABIC.search(text)
        and len(body.split()) >= 4
        and ":" not in body
        and "\n" not in text
        and "  " not in found[1].strip()
    ):
        yield f"{found[1].strip()}: {body}{lead_in(text)[1]}"


def told_last(text: str) -> Iterator[str]:
    """'فلان للعربية نشهد كذا' becomes 'نشهد كذا - فلان للعربية': who tells an outlet stands behind."""
    body, rest = _outlet(text)
    found = re.match(r"^((?:\S+\s+){2,12}?(?:ل ?العربية|للعربية|لـ ?العربية|للجزيرة|للحدث))\s*:?\s+(\S.+)$", body)
    if found and len(found[2].split()) >= 4 and "\n" not in text:
        yield f"{found[2]} - {found[1]}{rest}"


def verb_first(text: str) -> Iterator[str]:
    """'الشركة تعلن كذا' becomes 'تعلن الشركة كذا'."""
    yield from _within(text, _verb_first)


def _verb_first(sentence: str) -> Iterator[str]:
    core, end = closing(sentence)
    label, core = _label(core)
    found = core.split(" ")
    for at, word in enumerate(found[: _SUBJECT_MOST + 1]):
        if word in _VERBS and at:
            subject = found[:at]
            if at < len(found) - 1 and not _compound(subject, word):
                yield f"{label}{' '.join([word, *subject, *found[at + 1 :]])}{end}"
            return
        if (
            word in _NOT_IN_SUBJECT
            or re.search(r"[،:؛\"«»(#<@|-]|^[وف]?[ل]?(?:أن|لا)$", word)
            or re.fullmatch(r"\W*\d+\W*", word)
        ):
            return


def _label(core: str) -> tuple[str, str]:
    found = _MEDIA_FIRST.match(core) or re.match(r"^[^:،]{2,30}:\s+", core)
    return (core[: found.end()], core[found.end() :]) if found else ("", core)


def _compound(subject: list[str], verb: str) -> bool:
    """Whether the verb may not agree with the subject once it stands first: several, a plural, another gender."""
    first = without_harakat(subject[0])
    several = any(
        part.startswith("و") and len(part) > 4 and not part.startswith(("وزار", "وزير", "وكال", "وفد", "وزيرة"))
        for part in subject[1:]
    )
    female = verb.startswith("ت") or verb.endswith("ت")
    return (
        first.endswith(("ون", "ان"))
        and first
        not in (
            "لبنان",
            "السودان",
            "عمان",
            "إيران",
            "باكستان",
            "برلمان",
            "البرلمان",
            "رمضان",
            "مهرجان",
            "سلطان",
            "اليونان",
        )
    ) or (several and not female)


def adjunct_first(text: str) -> Iterator[str]:
    """What it happened after, because of or with, and when, opens the sentence that it ended."""
    yield from _within(text, _adjunct_first)


def _adjunct_first(sentence: str) -> Iterator[str]:
    core, end = closing(sentence)
    label, core = _label(core)
    if "؟" in end or end.startswith(("..", "…")) or not balanced(core) or '"' in core:
        return
    for found in re.finditer(rf"(?<=\w)،?\s+(?=(?:{_ADJUNCTS})\s)", core):
        main, moved = core[: found.start()], core[found.end() :]
        if len(main.split()) < 3 or not 2 <= len(moved.split()) <= 14 or re.search(r"[،؛:!؟|]|\s-\s", core):
            continue
        if (
            main.split()[-1] in _WAITS
            or re.search(r"(?:^|\s)(?:أن|أنه|أنها|الذي|التي|الذين|إن)\s", main)
            or _RUNS_ON.search(moved)
        ):
            continue
        if re.match(rf"(?:{_ADJUNCTS})\s", main):
            continue
        yield f"{label}{moved}، {main}{end}"
        return
    if (last := _TIME_LAST.match(core)) and len(last[1].split()) >= 3 and "،" not in core and ":" not in core:
        yield f"{label}{last[2]}، {last[1]}{end}"


_WAITS = listed("arabic_waits")
_RUNS_ON = re.compile(r"\s(?:الذي|التي|الذين|لكن|ثم|بينما|مؤكدا|مشيرا|موضحا|وأكد|وأضاف|وقال|إلا أن|كما)\s")


def adjunct_last(text: str) -> Iterator[str]:
    """'بعد كذا، حدث كذا' becomes 'حدث كذا بعد كذا'."""
    yield from _within(text, _adjunct_last)


def _adjunct_last(sentence: str) -> Iterator[str]:
    core, end = closing(sentence)
    if end.startswith(("..", "…")) or not balanced(core):
        return
    found = _BEFORE.match(core)
    if (
        found
        and len(found[2].split()) >= 3
        and not re.search(r"[،؛:]", found[2])
        and not re.match(r"(?:فإن|ف|و)", found[2])
    ):
        yield f"{found[2]} {found[1]}{end}"
        return
    found = _TIME_FIRST.match(core)
    if found and len(found[2].split()) >= 3 and not re.search(r"[،؛:.…]", found[2]):
        yield f"{found[2]} {found[1]}{end}"


def media_placed(text: str) -> Iterator[str]:
    """'بالصور: كذا' becomes 'كذا - بالصور', and back; what is urgent by its label alone loses it."""
    if not _ARABIC.search(text):
        return
    body, rest = _outlet(text)
    if "\n" in body:
        return
    found = _MEDIA_FIRST.match(body)
    if found and len(body[found.end() :].split()) >= 3 and (found[1] in ("بالصور", "بالفيديو") or found[2]):
        left = body[found.end() :].rstrip(". ")
        if found[1] not in ("عاجل", "شاهد", "خاص"):
            yield f"{left} - {found[1]}{rest}"
            yield f"{left} ({found[1]}){rest}"
    if found := _MEDIA_LAST.search(body):
        yield f"{found[1]}: {body[: found.start()]}{rest}"


def speaker_last(text: str) -> Iterator[str]:
    """'فلان: كذا' becomes 'كذا، بحسب فلان'."""
    if not _ARABIC.search(text):
        return
    body, rest = lead_in(text)
    core, end = closing(body)
    found = _SAID.match(core)
    if found is None or "\n" in body or "؟" in end or end.startswith("..") or re.search(r"[.!؟]\s", core):
        return
    who, said = found[1].strip(), found[2].strip()
    if not 1 <= len(who.split()) <= _LABEL_MOST or len(said.split()) < 3 or ":" in said or re.match(_MEDIA, who):
        return
    if re.search(r"[\u0620-\u064a]", who) is None or who.split()[0] in _NOT_IN_SUBJECT:
        return
    yield f"{said} - {who}{end if end not in ('.',) else ''}{rest}"
    if not re.match(r"[\"«]?(?:لن|لا|لم|نحن|أنا|سن\w+|ن\w{3,}|إن|أن)\s", said) and "«" not in said and '"' not in said:
        yield f"{said}، {'بحسب' if 'بحسب' not in said else 'وفق'} {who}{end}{rest}"
