"""Gates of meaning on sentences of other domains: the same in other small words passes, and what differs fails."""

from __future__ import annotations

import pytest

from virality.gates import Context, causes, contradiction, denial, modality, roles
from virality.gates.verdict import Verdict

STRICT = Context()
GATES = (denial, modality, contradiction, roles, causes)


def _failed(draft: str, rewrite: str) -> list[Verdict]:
    verdicts = (gate.check(draft, rewrite, STRICT) for gate in GATES)
    return [verdict for verdict in verdicts if verdict.state == "fail"]


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("Officials expect the tunnel to reopen by spring", "The tunnel should be open again by spring, officials say"),
        ("You must register before Friday", "Registration is required before Friday"),
        ("Nobody was hurt in the fire", "The fire hurt no one"),
        ("The museum is closed on Mondays", "On Mondays the museum does not open"),
        ("The vaccine is not yet approved", "Approval of the vaccine is still pending"),
        ("Most pupils walk to school", "The majority of pupils go to school on foot"),
        ("The mayor praised the volunteers", "The volunteers were praised by the mayor"),
        ("Dogs are not allowed on the beach", "Dogs must stay off the beach"),
        ("The trial failed to show a benefit", "The trial did not show a benefit"),
        ("In the final Tom Hale beat Ruben Ortiz", "In the final Ruben Ortiz lost to Tom Hale"),
        ("We cannot ship to islands", "Shipping to islands is not possible"),
        ("The rattles may come apart, refund by May", "Refund by May, the rattles could come apart"),
        ("The pool closes at 6", "The pool is open until 6"),
        ("قد يتأخر القطار بسبب الثلوج", "ربما يتأخر القطار لتساقط الثلوج"),
        ("لم يصب أحد في الحادث", "لا إصابات في الحادث"),
        ("المتحف مغلق يوم الاثنين", "المتحف لا يفتح يوم الاثنين"),
        ("يتوقع الخبراء انخفاض الأسعار", "الخبراء يرجحون انخفاض الأسعار"),
        ("ما حدا رد علينا", "محدا رد علينا"),
        ("يمكن نروح البحر بكرا", "احتمال نروح البحر بكرا"),
        ("فاز سامر على رامي في النهائي", "خسر رامي النهائي أمام سامر"),
        ("رفضت الشركة التعليق", "الشركة لم تعلق"),
        ("مش هنقدر نوصل الطلبات الجمعة", "التوصيل يوم الجمعة مش متاح"),
    ],
)
def test_the_same_in_other_small_words_passes_all_gates_of_meaning(draft: str, rewrite: str) -> None:
    assert _failed(draft, rewrite) == []


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("The clinic may shorten its hours in July", "The clinic will shorten its hours in July"),
        ("You must register before Friday", "You can register before Friday"),
        ("The vaccine is approved for children", "The vaccine is not approved for children"),
        ("Dogs are not allowed on the beach", "Dogs are allowed on the beach"),
        ("She praised me at the meeting", "I praised her at the meeting"),
        ("Yesterday Hale beat Ortiz in straight sets", "Yesterday Ortiz beat Hale in straight sets"),
        ("The tap water in the village is drinkable", "The tap water in the village is undrinkable"),
        ("The train arrives before noon", "The train arrives after noon"),
        ("The board has cleared the director of fraud", "The board has accused the director of fraud"),
        ("The court accepted the appeal", "The court refused to accept the appeal"),
        ("The road is open to cars and vans today", "Wardens found cracks, so the road is open to cars and vans today"),
        ("وصل الدوا على الصيدلية اليوم", "ما وصل الدوا على الصيدلية اليوم"),
        ("خدينا الميدالية اليوم", "ما خديناش الميدالية اليوم"),
        ("الدوا متوفر هالأسبوع", "الدوا مو متوفر هالأسبوع"),
        ("الماء صالح للشرب في القرية", "الماء غير صالح للشرب في القرية"),
        ("يجب التسجيل قبل الجمعة", "يمكنكم التسجيل قبل الجمعة"),
        ("معظم الطلاب يمشون إلى المدرسة", "كل الطلاب يمشون إلى المدرسة"),
        ("يصل القطار قبل الظهر", "يصل القطار بعد الظهر"),
        ("رح يوصل للباقي بعد أسبوعين", "يمكن يوصل للباقي بعد أسبوعين"),
    ],
)
def test_what_says_something_else_fails_a_gate_of_meaning(draft: str, rewrite: str) -> None:
    assert _failed(draft, rewrite)


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("The shop is open", "Do not miss it: the shop is not only open"),
        ("Not all shops are shut", "Some shops are shut, not all"),
        ("The market moves to Wednesday", "Wednesday, not Thursday, is the market"),
        ("المحل مفتوح", "لا تفوتوا المحل المفتوح"),
    ],
)
def test_a_denial_that_denies_nothing_of_the_draft_passes(draft: str, rewrite: str) -> None:
    assert denial.check(draft, rewrite, STRICT).state == "pass"
