"""Language and script of short posts."""

from __future__ import annotations

import pytest

from virality.text.lang import detect, script


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("The ferry was late again and nobody told us why", "en"),
        ("FERRY LATE AGAIN AND NOBODY TOLD US WHY!!!", "en"),
        ("7 Kitchen Habits That Quietly Save Money", "en"),
        ("Gardener Finds Roman Coin Under Old Apple Tree", "en"),
        ("Hoy es un gran día para nuestra ciudad", "es"),
        ("Merci à tous d'être venus hier soir", "fr"),
        ("Wir haben heute einen neuen Laden eröffnet", "de"),
        ("Obrigado a todos pela presença, foi muito bom", "pt"),
        ("Oggi è un grande giorno per la città", "it"),
        ("Vandaag is een grote dag voor onze stad", "nl"),
        ("Bugün şehrimiz için büyük bir gün", "tr"),
        ("Hari ini adalah hari besar untuk kota kita", "id"),
        ("وصل القطار متأخرا مرة أخرى اليوم", "ar"),
        ("شو هالحكي يا زلمة", "ar"),
        ("امروز روز بزرگی برای شهر ماست", "fa"),
        ("آج ہمارے شہر کے لیے بڑا دن ہے", "ur"),
        ("Сегодня большой день для города", "ru"),
        ("Сьогодні великий день для нашого міста", "uk"),
        ("今日は大きな日です", "ja"),
        ("今天是我们城市的大日子", "zh"),
        ("오늘은 우리 도시에 큰 날입니다", "ko"),
        ("היום יום גדול לעיר שלנו", "he"),
        ("Σήμερα είναι μεγάλη μέρα", "el"),
        ("วันนี้เป็นวันสำคัญ", "th"),
        ("आज बड़ा दिन है", "hi"),
    ],
)
def test_a_post_is_recognised(text: str, lang: str) -> None:
    assert detect(text) == lang


@pytest.mark.parametrize("text", ["", "😀😀", "12:30", "https://a.example/the-and-of", "@the @and", "ok", "Zyx Qwv"])
def test_what_cannot_be_told_is_none(text: str) -> None:
    assert detect(text) is None


def test_links_and_handles_do_not_decide() -> None:
    assert detect("وصل القطار @the_and_of https://news.example/the-train-was-late-again-and-again") == "ar"


def test_the_language_of_most_letters_decides_in_mixed_script() -> None:
    assert detect("التقط تلسكوب Webb صورة جديدة لمجرة بعيدة") == "ar"


def test_script_is_that_of_most_letters() -> None:
    assert script("hello") == "latin"
    assert script("مرحبا hi") == "arabic"
    assert script("123 😀") is None
