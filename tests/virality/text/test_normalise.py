"""Cleaning, folding and cutting of posts."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from virality.text.normalise import ascii_digits, fold, normalise, sentences, with_plain_links, words

_POSTISH = st.text(st.sampled_from("aZé ا٣ئ\u064b.!?؟:/@#&;<>\n\r\t\u200d\u200f\u202e\ufeff😀'’-_1"), max_size=60)


def test_entities_of_an_export_are_unescaped_once() -> None:
    assert normalise("Fish &amp; chips &lt;3") == "Fish & chips <3"
    assert normalise("&amp;lt;") == "&lt;"
    assert normalise("https://a.example/?a=1&copy=2") == "https://a.example/?a=1&copy=2"


def test_line_ends_become_one_kind_and_controls_vanish() -> None:
    assert normalise("one\r\ntwo\rthree\x00\x07\u0085") == "one\ntwo\nthree"


def test_unpaired_surrogates_go_and_pairs_become_their_character() -> None:
    assert normalise("a\ud83db") == "ab"
    assert normalise("\ud83d\ude00") == "😀"


def test_overrides_and_bom_go_while_direction_marks_stay() -> None:
    assert normalise("\ufeffabc\u202e\u202dxyz\u202c") == "abcxyz"
    assert normalise("سعر\u200f 5\u200e دولار") == "سعر\u200f 5\u200e دولار"


def test_diacritics_and_emoji_sequences_stay() -> None:
    family = "👩\u200d👩\u200d👧 ❤\ufe0f 🇯🇴"
    assert normalise(f"café {family} قَالَ") == f"café {family} قَالَ"
    assert normalise("cafe\u0301") == "café"


def test_runs_of_blanks_become_one_and_the_outside_is_trimmed() -> None:
    assert normalise("  a \u00a0 b\u2003c  \n") == "a b c"


@given(_POSTISH)
def test_a_clean_text_without_entities_stays_as_it_is(text: str) -> None:
    once = normalise(text.replace("&", ""))
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It’s HERE: café!", "it's here café"),
        ("Read this https://a.example/x", "read this"),
        ("أحمد قَالَ إنّ المدرســة قريبة", "احمد قال ان المدرسه قريبه"),
        ("مبنى ٥٠", "مبني 50"),
        ("۵۰ کتاب", "50 كتاب"),
        ("Ｆｕｌｌ width", "full width"),
        ("Great news!!! 😀", "great   news 😀"),
    ],
)
def test_posts_that_differ_in_form_have_one_key(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_posts_that_differ_in_words_accents_or_emoji_have_different_keys() -> None:
    assert len({fold(t) for t in ("resume", "résumé", "resume 😀", "resumes", "$5", "5")}) == 6


@given(_POSTISH)
def test_the_key_of_a_key_is_itself(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_words_keep_apostrophes_and_leave_links_and_handles_out() -> None:
    assert words("Don't miss @nasa's #MoonDay: 3.5 million people! https://t.example/a www.b.com") == [
        "Don't", "miss", "MoonDay", "3.5", "million", "people",
    ]  # fmt: skip


def test_words_of_arabic_keep_their_marks() -> None:
    assert words("قَالَ المدير: «لن نرفع الأسعار»، #خصم_كبير") == [
        "قَالَ", "المدير", "لن", "نرفع", "الأسعار", "خصم", "كبير",
    ]  # fmt: skip


def test_an_email_address_is_no_handle() -> None:
    assert words("write me@work.example") == ["write", "me", "work", "example"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. We stayed! Why? Who knows…", ["It rained.", "We stayed!", "Why?", "Who knows…"]),
        ("Mr. Hall left the U.S. embassy at 5.30. Then J. K. Moss came.",
         ["Mr. Hall left the U.S. embassy at 5.30.", "Then J. K. Moss came."]),
        ("See No. 5 now. I said no. We left.", ["See No. 5 now.", "I said no.", "We left."]),
        ("Wait... what? OK", ["Wait... what?", "OK"]),
        ("هل وصل القطار؟ نعم. وصل الآن", ["هل وصل القطار؟", "نعم.", "وصل الآن"]),
        ("بارش ہوئی۔ ہم گھر رہے", ["بارش ہوئی۔", "ہم گھر رہے"]),
        ("first line\nsecond line\n\nthird", ["first line", "second line", "third"]),
        ("“Stop!” she said. Read a.example/b. Done", ["“Stop!”", "she said.", "Read a.example/b.", "Done"]),
        ("", []),
    ],
)  # fmt: skip
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@given(_POSTISH)
def test_sentences_lose_nothing_but_blanks(text: str) -> None:
    clean = normalise(text)
    assert re.sub(r"\s", "", "".join(sentences(clean))) == re.sub(r"\s", "", clean)


def test_digits_of_any_script_are_read() -> None:
    assert ascii_digits("٣ ۴ ५ 6") == "3 4 5 6"


@pytest.mark.parametrize("piece", ["a", ".", "a.", "@a", "http://", "(", "&amp;", "!?", "🇯", "1,"])
def test_a_hostile_text_takes_no_more_than_linear_time(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    start = time.perf_counter()
    normalise(text), fold(text), words(text), sentences(text)
    assert time.perf_counter() - start < 5


def test_a_link_or_its_slot_becomes_one_word_and_the_rest_stays() -> None:
    assert with_plain_links("New: https://t.example/X7?a=1, see @me. Or www.a.example!") == (
        "New: http, see @me. Or http!"
    )
    assert with_plain_links("<link1> and <link22> <b>") == "http and http <b>"
    assert with_plain_links("3.5 of 4. Yes.No") == "3.5 of 4. Yes.No"
