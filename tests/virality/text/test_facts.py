"""The facts of a post in one spelling each."""

from __future__ import annotations

import pytest

from virality.text.facts import case_says, facts


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,000 people", ("1000",)),
        ("1000 people", ("1000",)),
        ("١٠٠٠ شخص", ("1000",)),
        ("١٬٠٠٠ شخص", ("1000",)),
        ("up 5%", ("5%",)),
        ("up 5 percent", ("5%",)),
        ("five per cent more", ("5%",)),
        ("ارتفع ٥٪", ("5%",)),
        ("ارتفع %5", ("5%",)),
        ("ارتفع 5 في المئة", ("5%",)),
        ("$3.5 million", ("$3500000",)),
        ("$3.5m", ("$3500000",)),
        ("3.5 million dollars", ("$3500000",)),
        ("٣٫٥ مليون دولار", ("$3500000",)),
        ("€20", ("€20",)),
        ("20 euros", ("€20",)),
        ("10k runs", ("10000",)),
        ("5M views", ("5000000",)),
        ("two hundred", ("200",)),
        ("at 5:30", ("5:30",)),
        ("at 5:30 pm", ("17:30",)),
        ("at 5pm", ("17:00",)),
        ("at 5 p.m.", ("17:00",)),
        ("12am", ("00:00",)),
        ("on 12/05", ("12/5",)),
        ("on 2024-05-12", ("2024/5/12",)),
        ("1st and 2nd", ("1st", "2nd")),
        ("seven days", ("7 day",)),
        ("7-day trip", ("7 day",)),
        ("سبعة أيام", ("7 day",)),
        ("٧ أيام", ("7 day",)),
        ("خمسة عشر يوما", ("15 day",)),
        ("خمسة وعشرين كتابا", ("25",)),
        ("twenty-five books", ("25",)),
        ("100km", ("100 km",)),
        ("100 kilometres", ("100 km",)),
        ("5 آلاف", ("5000",)),
        ("بـ5 كتب", ("5",)),
        ("10-12 seats", ("10", "12")),
        ("COVID-19", ("19",)),
        ("an F16", ("f16",)),
        ("the 1990s", ("1990s",)),
        ("at -5 degrees", ("-5",)),
        ("007", ("7",)),
        (".5 of it", ("0.5",)),
        ("2.50 and 2.5", ("2.5", "2.5")),
        ("no one, anyone", ()),
    ],
)
def test_a_number_has_one_spelling(text: str, numbers: tuple[str, ...]) -> None:
    assert facts(text).numbers == numbers


def test_digits_of_links_handles_hashtags_and_keycaps_are_no_numbers() -> None:
    assert facts("@user1 #Top10 https://a.example/2024 1️⃣ read").numbers == ()


def test_a_number_of_a_million_digits_is_read_without_error() -> None:
    assert facts("9" * 1_000_000).numbers == ("9" * 1_000_000,)


def test_mentions_are_kept_as_written_and_counted() -> None:
    found = facts("@b @a @b #Go see https://a.example/x. Or #Go")
    assert found.handles == ("@a", "@b", "@b")
    assert found.hashtags == ("#Go", "#Go")
    assert found.links == ("https://a.example/x",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Yesterday the mayor met Angela Merkel in New York", ("Angela Merkel", "New York")),
        ("Rain is due in Leeds. Leeds is ready.", ("Leeds", "Leeds")),
        ("We like rain. Everyone does.", ()),
        ("the team of NASA's new boss and the U.S. press", ("NASA", "US")),
        ("iPhone sales fall", ("iPhone",)),
        ('He said: "We won" to the crowd', ()),
        ("This is HUGE and SO COOL, says Anna", ("Anna",)),
    ],
)
def test_names_are_known_by_their_capitals(text: str, names: tuple[str, ...]) -> None:
    assert facts(text).names == names


@pytest.mark.parametrize(
    "text",
    [
        "MAYOR OF LEEDS OPENS NEW BRIDGE",
        "Mayor Opens New Bridge Across River Today",
        "mayor of leeds opens new bridge",
        "رئيس بلدية عمان يفتتح جسرا",
    ],
)
def test_where_capitals_say_nothing_there_are_no_names(text: str) -> None:
    assert facts(text).names == ()
    assert not case_says(text)


def test_title_case_still_shows_acronyms() -> None:
    assert facts("Mayor Says NASA Paid For New Bridge Across River").names == ("NASA",)


def test_facts_are_values_that_can_be_compared() -> None:
    assert facts("5 seats at @hall") == facts("@hall has 5 seats")
