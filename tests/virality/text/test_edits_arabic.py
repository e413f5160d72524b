"""Operations on Arabic wording."""

from __future__ import annotations

import pytest

from virality.text.edits import OPERATIONS
from virality.text.edits.arabic_words import same_words


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("ar_verb_first", "بلدية النور تفتتح مخبزا جديدا", "تفتتح بلدية النور مخبزا جديدا"),
        ("ar_adjunct_first", "المخبز يغلق أبوابه بسبب نقص الطحين", "بسبب نقص الطحين، المخبز يغلق أبوابه"),
        ("ar_adjunct_last", "بسبب نقص الطحين، المخبز يغلق أبوابه", "المخبز يغلق أبوابه بسبب نقص الطحين"),
        ("ar_media", "بالصور: خبز جديد من المخبز", "خبز جديد من المخبز - بالصور"),
        ("ar_speaker_last", "صاحب المخبز: الخبز جاهز قبل الفجر", "الخبز جاهز قبل الفجر - صاحب المخبز"),
        ("ar_speaker_last", "صاحب المخبز: الخبز جاهز قبل الفجر", "الخبز جاهز قبل الفجر، بحسب صاحب المخبز"),
        ("ar_outlet_first", "المخبز يفتح أبوابه غدا رويترز", "رويترز: المخبز يفتح أبوابه غدا"),
        ("ar_plainer", "الخبز لذيذ جدا اليوم", "الخبز لذيذ اليوم"),
        ("ar_same_words", "نناقش الخبز خلال اللقاء", "نناقش الخبز أثناء اللقاء"),
        ("ar_light_verb", "البلدية تنظم يوما للخبز", "البلدية تقوم بتنظيم يوما للخبز"),
        ("ar_and_swapped", "خبز في الصباح والمساء", "خبز في المساء والصباح"),
        ("ar_and_swapped", "المخابز الوطنية والدولية", "المخابز الدولية والوطنية"),
    ],
)
def test_each_operation_does_what_it_says(name: str, before: str, after: str) -> None:
    assert after in list(OPERATIONS[name](before))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ar_verb_first", "العمال المهرة والسائقون يوقع عنهم غيرهم"),
        ("ar_verb_first", "وزير الخبز سالم المخابز تغلق أبوابها"),
        ("ar_adjunct_first", "مدير المخبز سالم الخبز غال بسبب نقص الطحين"),
        ("ar_adjunct_first", "هل يغلق المخبز أبوابه بسبب نقص الطحين؟"),
        ("ar_speaker_last", "بالصور: خبز جديد من المخبز"),
        ("ar_and_swapped", "صاحب المخبز والخباز"),
        ("ar_verb_first", "The mill opens at dawn"),
    ],
)
def test_an_operation_holds_still_where_grammar_would_break(name: str, text: str) -> None:
    assert list(OPERATIONS[name](text)) == []


def test_a_vowel_mark_belongs_to_its_word() -> None:
    for text in ("وصل الوزير أيضاً إلى المدينة", "حضر المدير حالياً الاجتماع", "أثناءَ الاجتماع حضر المدير"):
        assert all(not any(word[0] in "\u064b\u064e" for word in made.split()) for made in same_words(text))
        assert all("كذلكً" not in made and "خلالَ" not in made for made in same_words(text))
