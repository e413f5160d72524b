"""Features of form: what a post looks like, apart from what it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from virality.text.form import HONESTY, NAMES, features, matrix


def of(text: str) -> dict[str, float]:
    return dict(zip(NAMES, features(text).tolist(), strict=True))


def count(number: int) -> float:
    return math.log1p(number)


def test_a_post_is_counted_by_what_stands_in_it() -> None:
    found = of("Fresh rolls!! Who wants 12?\nAsk @mill: https://mill.example/rolls #bread 🥐")
    assert found["exclamations"] == count(2)
    assert found["questions"] == count(1)
    assert found["digits"] == count(1)
    assert found["lines"] == count(1)
    assert found["links"] == found["handles"] == found["hashtags"] == count(1)
    assert found["emoji"] == count(1)
    assert found["words"] == count(6)


def test_slots_count_as_what_they_stand_for() -> None:
    slotted, plain = of("Ask @1 today: <link1>"), of("Ask @mill today: https://mill.example/rolls")
    assert slotted == plain
    assert slotted["ends_with_link"] == 1


def test_shouting_and_titles_are_shares_of_the_words() -> None:
    found = of("BREAD is Ready now")
    assert found["shouted"] == 0.25
    assert found["titled"] == 0.25


@pytest.mark.parametrize("text", ["I'm sure we've seen your loaf", "I’m sure we’ve seen your loaf"])
def test_who_speaks_and_who_is_spoken_to_is_known_with_either_apostrophe(text: str) -> None:
    assert of(text)["first_person"] == pytest.approx(2 / 6)
    assert of(text)["second_person"] == pytest.approx(1 / 6)


def test_arabic_questions_and_persons_count_too() -> None:
    found = of("هل أنت جائع؟ نحن هنا")
    assert found["questions"] == count(1)
    assert found["first_person"] == found["second_person"] == pytest.approx(1 / 5)


@pytest.mark.parametrize("text", ["انت رائع", "أَنْتَ رائع"])
def test_arabic_persons_are_known_as_people_type_them(text: str) -> None:
    assert of(text)["second_person"] == pytest.approx(1 / 2)


def test_wide_marks_and_links_without_a_protocol_count_as_the_others() -> None:
    found = of("Now！ Really？ www.mill.example/rolls")
    assert (found["exclamations"], found["questions"], found["ends_with_link"]) == (count(1), count(1), 1.0)
    assert of("www.mill.example is ours")["ends_with_link"] == 0.0


def test_the_honesty_features_are_features() -> None:
    assert set(HONESTY) <= set(NAMES)


def test_many_posts_are_a_matrix_and_no_posts_an_empty_one() -> None:
    assert matrix(["a", "b c"]).shape == (2, len(NAMES))
    assert matrix([]).shape == (0, len(NAMES))
    assert np.array_equal(matrix(["b c"])[0], features("b c"))


@given(st.text(max_size=80))
def test_any_text_has_finite_features_that_are_not_negative(text: str) -> None:
    found = features(text)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
