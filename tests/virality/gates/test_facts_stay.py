"""Numbers, links, handles and names of the draft stay, and none are invented."""

from __future__ import annotations

import pytest

from virality.gates import Context, Verdict, handles, links, names, numbers

CONTEXT = Context()


def test_a_new_number_is_named() -> None:
    assert numbers.check("We have seats", "We have 15 seats", CONTEXT) == Verdict(
        "numbers", "fail", "number 15 is not in the draft", ("15",)
    )


def test_a_lost_number_is_named() -> None:
    verdict = numbers.check("15 seats, 3 tables", "seats and tables", CONTEXT)
    assert verdict.reason == "numbers 15 and 3 of the draft are gone"
    assert verdict.evidence == ("15", "3")


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("1,000 seats at 5pm", "at 17:00: 1000 seats"),
        ("seven seats", "7 seats"),
        ("1 seat left", "one seat left"),
        ("a rise of five percent", "a 5% rise"),
        ("٥٠ مقعدا بسعر ٣ دولار", "50 مقعدا بسعر $3"),
        ("5 seats, I repeat: 5 seats", "5 seats"),
    ],
)
def test_a_number_in_another_spelling_is_the_same_number(draft: str, rewrite: str) -> None:
    assert numbers.check(draft, rewrite, CONTEXT).state == "pass"
    assert numbers.check(rewrite, draft, CONTEXT).state == "pass"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("rose 5%", "rose 5"),
        ("costs $5", "costs €5"),
        ("in 3 days", "in 3 weeks"),
        ("5 km away", "5 miles away"),
        ("$3 million", "$3 billion"),
        ("at 5am", "at 5pm"),
        ("ارتفع ٥٪", "ارتفع ٥٠٪"),
        ("خلال ثلاثة أيام", "خلال ثلاثة أسابيع"),
    ],
)
def test_another_value_or_unit_is_another_number(draft: str, rewrite: str) -> None:
    assert numbers.check(draft, rewrite, CONTEXT).state == "fail"


def test_links_must_be_the_same_letter_for_letter() -> None:
    draft = "Read https://a.example/x?y=1 now"
    assert links.check(draft, "Now read: https://a.example/x?y=1.", CONTEXT).state == "pass"
    for rewrite in (
        "Read now",
        "Read https://a.example/x?y=2 now",
        draft + " https://b.example",
        draft + " " + draft,
    ):
        assert links.check(draft, rewrite, CONTEXT).state == "fail"


def test_a_slot_that_was_not_filled_fails() -> None:
    assert links.check("Read https://a.example", "Read https://a.example <link3>", CONTEXT).evidence == ("<link3>",)
    assert handles.check("Ask @nasa", "Ask @nasa and @7", CONTEXT).evidence == ("@7",)


def test_handles_stay_in_any_case() -> None:
    assert handles.check("Ask @NASA", "@nasa knows", CONTEXT).state == "pass"
    assert handles.check("Ask @NASA", "Ask them", CONTEXT).state == "fail"
    assert handles.check("اسأل @nasa", "اسأل @esa", CONTEXT).state == "fail"


def test_a_hashtag_may_go_where_its_words_stay() -> None:
    draft = "Storm warning #ClimateChange #خصم_كبير"
    assert handles.check(draft, "Storm warning: climate change, خصم كبير", CONTEXT).state == "pass"
    assert handles.check(draft, "Storm warning #ClimateChange", CONTEXT).evidence == ("#خصم_كبير",)


def test_a_new_hashtag_fails() -> None:
    assert handles.check("Storm warning", "Storm warning #storm", CONTEXT).evidence == ("#storm",)


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("We met Anna Berg in Leeds", "In Leeds we met Anna Berg"),
        ("Leeds is where we met", "We met in Leeds"),
        ("We praise President Anna Berg", "We praise Anna Berg"),
        ("He works in the USA", "The US is where he works"),
        ("He works in the United States", "In the U.S. he works"),
        ("It was the World Health Organization", "It was the WHO"),
        ("We read Anna's book", "We read the book by Anna"),
        ("It is NASA'S plan", "It is the plan of NASA"),
        ("They like David O'Leary", "People like David O'Leary"),
    ],
)
def test_a_name_in_another_place_or_form_is_the_same_name(draft: str, rewrite: str) -> None:
    assert names.check(draft, rewrite, CONTEXT).state == "pass"
    assert names.check(rewrite, draft, CONTEXT).state != "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("We met Anna in Leeds", "We met Anna in York"),
        ("We met Anna in Leeds", "We met in Leeds"),
        ("She works for NASA", "She works for ESA"),
        ("They told us to wait in Leeds", "In Leeds the US told them to wait"),
    ],
)
def test_a_swapped_or_lost_name_fails(draft: str, rewrite: str) -> None:
    assert names.check(draft, rewrite, CONTEXT).state == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("وصل أحمد إلى عمان", "إلى عمان وصل أحمد"),
        ("MAYOR OPENS BRIDGE IN LEEDS", "The mayor opens a bridge"),
        ("Mayor Opens Long Bridge Across River", "The mayor opens a long bridge"),
    ],
)
def test_where_capitals_say_nothing_names_are_not_checked(draft: str, rewrite: str) -> None:
    assert names.check(draft, rewrite, CONTEXT).state == "not_checked"


def test_a_new_name_fails_even_where_the_draft_is_in_title_case() -> None:
    verdict = names.check("Mayor Opens Long Bridge Across River", "The mayor of Leeds opens a long bridge", CONTEXT)
    assert verdict.evidence == ("Leeds",)
