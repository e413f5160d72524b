"""Language and script stay, in the whole and in each part."""

from __future__ import annotations

import pytest

from virality.gates import Context, language

CONTEXT = Context()
EN = "The bakery on Mill Road opens at eight. Fresh bread is ready, come early."
AR = "يفتح مخبز شارع الطاحونة في الثامنة. الخبز الطازج جاهز، تعالوا باكرا."


@pytest.mark.parametrize(
    "rewrite",
    [
        "La boulangerie de Mill Road ouvre à huit heures. Fresh bread is ready, come early.",
        "The bakery on Mill Road opens at eight. El pan fresco está listo, come early.",
        "Die Bäckerei in der Mill Road öffnet um acht. Fresh bread is ready, come early.",
        "The bakery on Mill Road opens at eight. Färskt bröd finns, kom tidigt.",
        "Piekarnia przy Mill Road otwiera się o ósmej. Fresh bread is ready, come early.",
        "The bakery on Mill Road opens at eight. الخبز الطازج جاهز، تعالوا باكرا.",
        "The bakery on Mill Road opens at eight. Fresh brеad is ready, come early.",
        AR,
    ],
)
def test_a_part_in_another_language_fails(rewrite: str) -> None:
    assert language.check(EN, rewrite, CONTEXT).state == "fail"


@pytest.mark.parametrize(
    "rewrite",
    [
        "يفتح مخبز شارع الطاحونة في الثامنة. Fresh bread is ready, تعالوا باكرا.",
        "يفتح مخبز شارع الطاحونة في الثامنة et le pain est prêt، تعالوا باكرا.",
        EN,
    ],
)
def test_an_arabic_draft_stays_arabic_in_each_part(rewrite: str) -> None:
    assert language.check(AR, rewrite, CONTEXT).state == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        (EN, "Come early: fresh bread is ready when the bakery on Mill Road opens at eight."),
        (EN, "Fresh bread and a café crème vibe: the bakery on Mill Road opens at eight, come early."),
        (AR, "تعالوا باكرا، مخبز شارع الطاحونة يفتح في الثامنة والخبز جاهز. #Bakery @mill_road"),
        (AR, "مخبز Mill Road يفتح في الثامنة والخبز الطازج جاهز، تعالوا باكرا."),
        ("لقطة جديدة من Webb على Instagram", "على Instagram لقطة جديدة من Webb"),
        ("Soirée chez nous tonight, doors at 8", "Tonight: soirée chez nous, doors at 8"),
    ],
)
def test_names_loan_words_and_what_the_draft_mixes_pass(draft: str, rewrite: str) -> None:
    assert language.check(draft, rewrite, CONTEXT).state != "fail"
