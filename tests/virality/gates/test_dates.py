"""Dates in words stay, in English and in Arabic with its dialects."""

from __future__ import annotations

import pytest

from virality.gates import Context, dates

CONTEXT = Context()


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("Closed on Mondays", "Each Monday we are closed"),
        ("The match is on Fri.", "Match on Friday"),
        ("From 3 March to 5 May", "3 Mar to May 5"),
        ("In May the pool opens", "The pool opens in May"),
        ("It may rain and they march on", "Rain is likely, on they go"),
        ("Back in autumn", "Back this fall"),
        ("See you tonight", "See you this evening"),
        ("It rained last night", "Yesterday evening it rained"),
        ("We moved a week ago", "We moved last week"),
        ("Late on Tuesday", "On Tuesday"),
        ("Open Saturday and Sunday", "Open at the weekend"),
        ("Doors open at 8 pm on Friday", "Friday, 8 in the evening: doors open"),
        ("Tickets end tomorrow", "Today still tickets, tomorrow no more"),
        ("The effect may fade", "This may fade"),
        ("They left at dawn on Monday", "They left at daybreak on Monday"),
        ("Found last autumn", "Found in the autumn of last year"),
        ("We need a night baker", "We need someone to bake at night"),
        ("TIL that goats swim", "Today I learned that goats swim"),
        ("نفتح في 12 مارس", "نفتح في 12/3"),
        ("عاد الصيف الماضي", "عاد صيف العام الماضي"),
        ("الدرس يوم الاثنين", "الدرس الاتنين"),
        ("من كانون الثاني إلى آذار", "من يناير إلى مارس"),
        ("نفتح في أيلول", "نفتح بشهر سبتمبر"),
        ("المباراة بكرا المسا", "غدا مساء المباراة"),
        ("وصل امبارح بالليل", "أمس ليلا وصل"),
        ("الدوام الأسبوع الجاي", "الدوام الأسبوع المقبل"),
        ("النتيجة نهاية الشهر", "النتيجة أواخر الشهر"),
        ("المحل فاتح النهارده", "المحل فاتح اليوم"),
        ("اليوم الوطني في الصيف", "صيفا في اليوم الوطني"),
        ("في غشت", "في أغسطس"),
    ],
)
def test_the_same_time_in_other_words_passes(draft: str, rewrite: str) -> None:
    assert dates.check(draft, rewrite, CONTEXT).state != "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("Closed on Mondays", "Closed on Fridays"),
        ("Open this weekend", "Open on Monday"),
        ("Until 14 November", "Until 14 December"),
        ("In March we start", "In May we start"),
        ("Since winter", "Since spring"),
        ("See you tonight", "See you tomorrow"),
        ("Found this morning", "Found last night"),
        ("By noon", "By midnight"),
        ("Late on Tuesday", "Early on Tuesday"),
        ("Open until 12/3", "Open until 12 April"),
        ("Found last autumn", "Found last spring"),
        ("Moved last week", "Moved last month"),
        ("The sale ends", "The sale ends on Sunday"),
        ("The sale ends on Sunday", "The sale ends"),
        ("ينتهي العرض يوم الأحد", "ينتهي العرض يوم الجمعة"),
        ("افتتح صباح الأحد", "افتتح مساء الأحد"),
        ("ابتداء من رجب", "ابتداء من شوال"),
        ("في ١٥ أكتوبر", "في ١٥ ديسمبر"),
        ("يصوت غدا", "يصوت بعد غد"),
        ("سجل بكرا", "سجل اليوم"),
        ("نهار السبت", "نهار الحد"),
        ("قبل المغرب", "قبل العشا"),
        ("بعد العيد", "بعد راس السنة"),
        ("الشتا اللي فات", "الصيف اللي فات"),
        ("وصل أمس", "وصل مطلع الشهر"),
        ("في جانفي", "في فيفري"),
    ],
)
def test_another_time_fails(draft: str, rewrite: str) -> None:
    assert dates.check(draft, rewrite, CONTEXT).state == "fail"


def test_the_reason_names_what_has_changed() -> None:
    verdict = dates.check("Closed on Mondays", "Closed on Fridays", CONTEXT)
    assert verdict.reason == "weekday fri is not in the draft"
    assert verdict.evidence == ("fri",)


def test_a_language_without_lists_is_not_checked() -> None:
    draft = "Heute ist unser Laden bis in den späten Abend für alle offen"
    assert dates.check(draft, draft, CONTEXT).state == "not_checked"
