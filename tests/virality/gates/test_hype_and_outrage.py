"""Outrage, hype and phrases of machines: new ones fail, the draft's own stay."""

from __future__ import annotations

from types import ModuleType

import pytest

from virality.gates import Context, hype, machine_phrases, outrage

EN = "The harbour ferry stops early today because of strong wind"
AR = "توقفت عبارة الميناء مبكرا اليوم بسبب الرياح القوية"

NEW: list[tuple[ModuleType, str]] = [
    (outrage, "It is a disgrace"),
    (outrage, "How dare they"),
    (outrage, "A slap in the face for every passenger"),
    (outrage, "We were robbed blind"),
    (outrage, "يا للعار"),
    (outrage, "حسبنا الله ونعم الوكيل"),
    (outrage, "استهتار بأرواح الناس"),
    (outrage, "هاد الحقرة ما بقاتش تتحمل"),
    (hype, "The greatest ferry in history"),
    (hype, "The most beautiful harbour"),
    (hype, "Simply unbeatable"),
    (hype, "Guaranteed"),
    (hype, "أعظم عبارة في التاريخ"),
    (hype, "لا مثيل لها"),
    (hype, "عبارة أسطورية"),
    (hype, "مفيش زيها في الدنيا"),
    (machine_phrases, "In today's fast-paced world"),
    (machine_phrases, "It is a testament to the sea"),
    (machine_phrases, "It's worth noting that"),
    (machine_phrases, "It's not just a ferry, it's a journey of hope"),
    (machine_phrases, "دعونا نغوص في أعماق البحر"),
    (machine_phrases, "ومن الجدير بالذكر"),
    (machine_phrases, "ليست مجرد عبارة بل رحلة أمل"),
    (machine_phrases, "نقلة نوعية"),
]


@pytest.mark.parametrize(("gate", "phrase"), NEW)
def test_a_new_one_fails_and_the_drafts_own_does_not(gate: ModuleType, phrase: str) -> None:
    base = AR if any("\u0600" <= c <= "\u06ff" for c in phrase) else EN
    verdict = gate.check(base, f"{base}. {phrase}.", Context())
    assert verdict.state == "fail"
    assert verdict.evidence
    assert gate.check(f"{base}. {phrase}.", f"{phrase}. {base}.", Context()).state == "pass"
    assert gate.check(base, base, Context()).state == "pass"


@pytest.mark.parametrize("gate", [outrage, hype, machine_phrases])
def test_topics_are_neither_outrage_nor_hype(gate: ModuleType) -> None:
    english = "Police look for the thief who stole a boat; the storm destroyed two piers, and donors give blood"
    arabic = "تبحث الشرطة عن سارق القارب، ودمر الإعصار رصيفين، ويتبرع الناس بالدماء"
    assert gate.check(EN, english, Context()).state == "pass"
    assert gate.check(AR, arabic, Context()).state == "pass"
