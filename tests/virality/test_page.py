"""A page shows any text as it is, formats numbers one way, and asks the network for nothing."""

from __future__ import annotations

import math
import re

import pytest

from virality.page import (
    Axis,
    Mark,
    Point,
    bar,
    bdi,
    document,
    escape,
    forest,
    interval,
    marked_changes,
    number,
    plot,
    post,
    scale,
    table,
    visible,
)


def test_markup_and_quotes_are_shown_and_not_obeyed() -> None:
    assert escape("<script>alert('x')</script> \"&\"") == (
        "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &quot;&amp;&quot;"
    )


@pytest.mark.parametrize("control", ["\u202e", "\u202d", "\x00", "\x1b", "\x7f", "\x85", "\ufeff", "\ud800"])
def test_controls_and_overrides_are_spelled_out(control: str) -> None:
    assert visible(f"a{control}b") == f"a[U+{ord(control):04X}]b"
    visible(f"a{control}b").encode()


def test_what_emoji_persian_and_arabic_need_is_kept() -> None:
    text = "👩\u200d🚀 می\u200cروم \u200fسلام\u2069 🏳\ufe0f"
    assert visible(text) == text


def test_foreign_line_ends_become_line_breaks() -> None:
    assert visible("a\r\nb\rc\u2028d") == "a\nb\nc\nd"


def test_a_post_takes_its_own_direction_and_only_a_real_language_tag() -> None:
    assert post("سلام", "ar") == '<p class="post" dir="auto" lang="ar">سلام</p>'
    assert post("hi", 'en" onclick="x') == '<p class="post" dir="auto">hi</p>'
    assert post("hi") == '<p class="post" dir="auto">hi</p>'
    assert bdi("<سبب>") == "<bdi>&lt;سبب&gt;</bdi>"


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (0.6584, "share", "65.8%"),
        (1.0, "share", "100.0%"),
        (-0.00001, "share", "0.0%"),
        (10.44, "points", "+10.4 points"),
        (-0.25, "points", "−0.2 points"),
        (0.1184, "nats", "0.118 nats"),
        (0.0311, "probability", "0.031"),
        (22806, "count", "22,806"),
        (184.21, "seconds", "184.2 s"),
        (None, "share", "not measured"),
        (math.nan, "share", "not measured"),
    ],
)
def test_a_number_says_its_unit(value: float | None, unit: str, words: str) -> None:
    assert number(value, unit) == words


def test_an_interval_needs_both_ends() -> None:
    assert interval(0.6186, 0.664, "share") == "[61.9, 66.4]"
    assert interval(-0.2, 6.7, "points") == "[−0.2, +6.7]"
    assert interval(None, 0.5, "share") == interval(0.5, None, "share") == ""


def test_changes_are_marked_word_by_word() -> None:
    marked = marked_changes("The shop will close on Friday at noon.", "The shop closes on Friday at noon!")
    assert marked == ("The shop <del>will close</del> <ins>closes</ins> on Friday at noon<del>.</del><ins>!</ins>")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("one two three", "zero one two three"),
        ("Rain again. The match is off, tickets stay.", "The match is off: rain again. Tickets stay."),
        ("a b", "c d"),
        ("same", "same"),
        ("", "new"),
        ("line one\n\nline two", "line one\n\nline 2"),
        ("غدا: نفتح المكتبة للجميع", "نفتح المكتبة للجميع غدا"),
        ("x <b> & 'y'", 'x <i> & "y"'),
    ],
)
def test_without_its_deletions_a_marked_text_is_the_new_one(before: str, after: str) -> None:
    kept = re.sub(r"\s*<del>.*?</del>", "", marked_changes(before, after), flags=re.DOTALL)
    assert re.sub(r"</?ins>", "", kept).strip() == escape(after)


def test_a_text_that_was_all_deleted_is_all_marked() -> None:
    assert marked_changes("all gone", "") == "<del>all gone</del>"


def test_changes_in_hostile_text_are_escaped() -> None:
    assert "<script>" not in marked_changes("<script>a</script>", "<script>b</script> \u202e")
    assert "[U+202E]" in marked_changes("a", "\u202e")


@pytest.mark.parametrize("values", [[0.5, 0.723], [0.0], [1.0, 8.0], [-3.0, 17.0], [], [math.nan], [0.5, 0.5], [1e-9]])
def test_a_scale_is_round_and_encloses_its_values(values: list[float]) -> None:
    ticks = scale(values)
    finite = [value for value in values if math.isfinite(value)]
    assert 2 <= len(ticks) <= 8
    assert ticks == sorted(set(ticks))
    assert all(ticks[0] <= value <= ticks[-1] for value in finite)


def test_an_interval_plot_is_a_table_with_a_line_at_its_reference() -> None:
    axis = Axis("", [0.4, 0.6, 0.8], "share")
    rows = [
        Mark("A", 0.6, 0.5, 0.7, "60.0%", "A: 60.0%", strong=True),
        Mark("B", None, None, None, "none", "B"),
    ]
    drawn = forest("Accuracy", rows, axis, 0.5, "chance")
    assert drawn.count("<circle") == 1
    assert 'cx="50.00%"' in drawn
    assert drawn.count('class="reference" x1="25.00%"') == 2
    assert "<title>A: 60.0%</title>" in drawn
    assert "reference" not in forest("Accuracy", rows, axis, None, "")


def test_plots_have_titles_for_those_who_hear_them() -> None:
    axis = Axis("x", [0.0, 1.0], "share")
    drawn = plot("Calibration", "How sure", [Point(0.2, 0.3, 0.1, 0.4), Point(1.0, 1.0)], axis, axis, diagonal=True)
    assert "<title>Calibration</title><desc>How sure</desc>" in drawn
    assert drawn.count("<circle") == 2
    assert drawn.count('class="whisker"') == 1
    assert "<title>3 of 4</title>" in bar(3, 4, "3 of 4")
    assert 'width="75.00%"' in bar(3, 4, "3 of 4")
    assert 'width="0.00%"' in bar(3, 0, "none")


def test_a_table_scrolls_in_its_own_box_and_names_its_rows() -> None:
    made = table("Pairs", ["kind", "n"], [["ab_test", "1,204"]])
    assert made.startswith('<div class="scroll" role="region" tabindex="0" aria-label="Pairs">')
    assert '<th scope="row">ab_test</th><td class="num">1,204</td>' in made


def test_a_document_is_one_file_that_may_load_nothing() -> None:
    page = document("A <title>", "<h1>A</h1>", css=".own { color: red }")
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert "default-src 'none'" in page
    assert "<title>A &lt;title&gt;</title>" in page
    assert ".own { color: red }" in page
    assert "prefers-color-scheme: dark" in page
    assert not re.search(r"https?:|src=|url\(|@import|<script|<link", page)
