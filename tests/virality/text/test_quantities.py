"""Numbers written out, times of day, units."""

from __future__ import annotations

import pytest

from virality.text.clocks import with_clocks
from virality.text.dates import find_dates
from virality.text.foreign import foreign_part, mixed_words, other_script
from virality.text.quantities import find_numbers
from virality.text.unit_words import unit_words


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("two hundred and fifty thousand people", ["250000"]),
        ("one thousand two hundred", ["1200"]),
        ("seven and eight", ["7", "8"]),
        ("half a million", ["500000"]),
        ("two dozen", ["24"]),
        ("two and a half hours", ["2.5 hour"]),
        ("EGP 850", ["850 pound"]),
        ("1,800 zł", ["1800 zloty"]),
        ("70 kilometres per hour", ["70 km/h"]),
        ("100 sq ft", ["100 ft²"]),
        ("day 30 without sugar", ["30 day"]),
        ("the one and only", []),
        ("half marathon", []),
        ("ألفين", ["2000"]),
        ("نصف مليون ليرة", ["500000 lira"]),
        ("مليون ليرة", ["1000000 lira"]),
        ("ألف شكر", []),
        ("خمسين مليون مستخدم", ["50000000"]),
        ("مليار مستخدم", ["1000000000"]),
        ("ألف وخمسمية", ["1500"]),
        ("مئتا ألف زائر", ["200000"]),
        ("مائتا شخص", ["200"]),
        ("ألفا ريال", ["2000 riyal"]),
        ("بألفي ريال", ["2000 riyal"]),
        ("مليونا ريال", ["2000000 riyal"]),
        ("خمسون ألفا من الزوار", ["50000"]),
        ("إحدى وعشرون", ["21"]),
        ("مليون ونصف", ["1500000"]),
        ("مليونين ونصف", ["2500000"]),
        ("مليونين وثلاثمئة ألف", ["2300000"]),
        ("ثلاثة ملايين وربع", ["3250000"]),
        ("مية وخمسين", ["150"]),
        ("شرب مية وخبز", []),
        ("a fortnight", ["2 week"]),
        ("بخمسين جنيه", ["50 pound"]),
        ("تلاتة كيلو", ["3 kg"]),
        ("حداشر يوم", ["11 day"]),
        ("الاتنين الجاي", []),
        ("5 بالمية", ["5%"]),
        ("5 في المئة", ["5%"]),
    ],
)
def test_numbers_in_words_and_units_have_one_spelling(text: str, numbers: list[str]) -> None:
    assert find_numbers(text) == numbers


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("6 in the evening", "18:00"),
        ("quarter to 5", "4:45"),
        ("half past 6 in the morning", "06:30"),
        ("6 o'clock", "6"),
        ("الساعة 6 ونص مساء", "18:30"),
        ("الساعة 5 إلا ربع", "4:45"),
        ("12 ليلا", "00:00"),
        ("12 ظهرا", "12:00"),
        ("3-1 مساء", "3-1 مساء"),
        ("9.30 am", "9:30 am"),
    ],
)
def test_times_of_day_have_one_form(text: str, clock: str) -> None:
    assert with_clocks(text) == clock


def test_units_are_found_without_a_number() -> None:
    assert unit_words("30 dirhams the kilo, paid weekly") == {
        "money": ("dirham",),
        "amount": ("kg",),
        "time": ("week",),
    }
    assert unit_words("الكيلو بـ 30 درهم كل أسبوع") == {"amount": ("kg",), "money": ("dirham",), "time": ("week",)}
    assert unit_words("weekly, not every week") == {"time": ("week", "week")}
    assert unit_words("see you this week") == {}


def test_a_date_has_its_slot() -> None:
    assert find_dates("Late on Tuesday, this evening") == {
        "weekday": {"tue"},
        "day": {"0"},
        "part": {"evening"},
        "edge": {"late"},
    }
    assert find_dates("صباح الخير يا جماعة، مع بكرة القدم") == {}
    assert find_dates("we march on and it may rain") == {}


def test_words_of_another_script_or_language_are_found() -> None:
    assert other_script("مخبز قديم في Mill مع bread", "مخبز قديم في Mill") == ["bread"]
    assert mixed_words("brеad", "bread") == ["brеad"]
    assert foreign_part("Come in. Le pain est frais.", "Come in.", "en") == "Le pain est frais"
    assert foreign_part("Come in. The bread is fresh.", "Come in.", "en") == ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("نفتتح يوم الجمعة الساعة 5 م", "نفتتح يوم الجمعة الساعة 5 مساء"),
        ("نفتتح يوم الجمعة الساعة ٥:٣٠ ص", "نفتتح يوم الجمعة الساعة 5:30 صباحا"),
        ("The ticket costs only 300$ this week", "The ticket costs only $300 this week"),
        ("ثمن التذكرة 300$", "ثمن التذكرة 300 دولار"),
        ("ثمن التذكرة 300 د.ك فقط", "ثمن التذكرة 300 دينار فقط"),
        ("ثمن التذكرة 300 د.إ فقط", "ثمن التذكرة 300 درهم فقط"),
        ("ثمن التذكرة ٣٠٠ ر.س.", "ثمن التذكرة 300 ريال"),
    ],
)
def test_short_forms_mean_what_they_stand_for(one: str, other: str) -> None:
    assert find_numbers(one) == find_numbers(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("نفتتح الساعة 5 م", "نفتتح الساعة 5 ص"),
        ("نفتتح ٥:٣٠ م", "نفتتح ٥:٣٠ ص"),
        ("The ticket costs 300$", "The ticket costs 300"),
        ("التذكرة 300 د.ك", "التذكرة 300 د.إ"),
    ],
)
def test_short_forms_that_differ_are_other_numbers(one: str, other: str) -> None:
    assert find_numbers(one) != find_numbers(other)


def test_a_letter_without_an_hour_is_no_half_of_the_day() -> None:
    assert find_numbers("السور 5 م") != find_numbers("السور 17:00")


def test_the_first_zero_of_a_telephone_number_stays() -> None:
    assert find_numbers("Call 0501234567") != find_numbers("Call 501234567")
    assert find_numbers("at 007 percent") == find_numbers("at 7 percent")
