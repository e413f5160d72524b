"""A thing does not become another of its kind, nor one person another."""

from __future__ import annotations

import pytest

from virality.gates import GATES, Context


def check(draft: str, rewrite: str) -> str:
    return GATES["kinds"](draft, rewrite, Context(paraphrase=True)).state


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("A white van stood at the lake all winter", "All winter a black van stood at the lake"),
        ("Some people sleep in a van all winter", "All winter some men sleep in a van"),
        ("A nurse in Tarn sang to every patient", "In Tarn a doctor sang to every patient"),
        ("His team shaved their heads when he fell ill", "When she fell ill her team shaved their heads"),
        ("The cat eats only what I cook", "The cat eats only what she cooks"),
        ("ممرضة تغني لمرضاها كل صباح", "كل صباح طبيبة تغني لمرضاها"),
        ("قرية كاملة تزرع الزيتون", "مدينة كاملة تزرع الزيتون"),
    ],
)
def test_one_became_another(draft: str, rewrite: str) -> None:
    assert check(draft, rewrite) == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("The kids of Tarn sleep in a van", "In Tarn the children sleep in a van"),
        ("A guy in a white van feeds the cats", "Cats are fed by a man in a white van"),
        ("She told her mom", "She told her mother"),
        (
            "We reopen on Monday, and everything on the big shelf is half price",
            "Half off the whole shelf: they open again Monday",
        ),
        ("قطة بيضاء تنام في الحديقة", "في الحديقة تنام قطة بيضاء"),
    ],
)
def test_the_same_in_another_word_passes(draft: str, rewrite: str) -> None:
    assert check(draft, rewrite) == "pass"


def test_a_language_without_a_list_is_not_checked() -> None:
    assert GATES["kinds"]("Weisse Katzen", "Schwarze Katzen", Context(lang="de")).state == "not_checked"
