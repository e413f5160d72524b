"""Handles and links as slots, and back."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from virality.text.slots import Slotted, restore, slot

_ROW = (
    "@nasa @a.bsky.social @x@host.example @1 @2 @12 <link1> <link2> <link > @ 1 https://a.example/x?q=(1) "
    "www.b.com bit.ly/abc me@1.com . قال ٣ _ 's a / -"
)
_PIECES = st.sampled_from([*_ROW.split(), " ", "\n"])
_TEXTS = st.one_of(st.text(max_size=40), st.lists(_PIECES, max_size=12).map("".join))


@settings(max_examples=500)
@given(_TEXTS)
@example("bit.ly@1 @foo")
@example("@foo@1 me@1.com <link1>")
def test_every_text_comes_back_exactly(text: str) -> None:
    slotted = slot(text)
    assert restore(slotted.text, slotted) == text


def test_slots_are_numbered_by_first_appearance_and_repeated_handles_share_one() -> None:
    slotted = slot("@b asks @a, @b answers: https://x.example/1 and https://y.example/2.")
    assert slotted == Slotted(
        "@1 asks @2, @1 answers: <link1> and <link2>.",
        ("@b", "@a"),
        ("https://x.example/1", "https://y.example/2"),
    )


def test_what_looks_like_a_slot_already_survives() -> None:
    text = "Press @1 or <link1> @nasa https://x.example"
    slotted = slot(text)
    assert slotted.text == "Press @1 or <link1> @2 <link2>"
    assert restore(slotted.text, slotted) == text


def test_a_slot_that_the_draft_does_not_have_stays_as_it_is() -> None:
    slotted = slot("@nasa flies https://x.example")
    assert restore("@1 @7 @01 @1st <link1> <link9>", slotted) == "@nasa @7 @01 @1st https://x.example <link9>"


def test_a_rewrite_may_move_and_repeat_slots() -> None:
    slotted = slot("Ask @nasa: https://x.example/moon")
    assert restore("<link1> is what @1's team says, @1!", slotted) == (
        "https://x.example/moon is what @nasa's team says, @nasa!"
    )


def test_arabic_clitics_stay_outside_the_slot() -> None:
    slotted = slot("شكرا لـ@nasa و@esa_ar على https://x.example/قمر")
    assert slotted.text == "شكرا لـ@1 و@2 على <link1>"


def test_an_email_address_is_left_alone() -> None:
    assert slot("write me@work.example.org").handles == ()
