"""The first screen says what the figures support, in plain words."""

from __future__ import annotations

import itertools

import pytest

from eval.claims import Verdict, claims, summary
from eval.records import Figure

VERDICTS: tuple[Verdict, ...] = ("yes", "no", "unclear", "not_measured")
NAMES = {
    "scorer.pair_accuracy": 0.5,
    "scorer.gain_over.length_only": 0.0,
    "scorer.gain_over.features_only": 0.0,
    "writer.win_rate.versus_draft": 0.5,
    "writer.win_rate.versus_base": 0.5,
}


def figure(name: str, verdict: Verdict) -> Figure:
    null = NAMES[name]
    if verdict == "not_measured":
        return Figure(name=name, value=None, n=0, unit="share", corpus="c", source="s", note="no run is named")
    low, high = {"yes": (0.1, 0.2), "no": (-0.2, -0.1), "unclear": (-0.1, 0.1)}[verdict]
    return Figure(name=name, value=null + (low + high) / 2, low=null + low, high=null + high, n=100, unit="share",
                  corpus="c", source="s")  # fmt: skip


def said(*verdicts: Verdict) -> str:
    return summary(claims([figure(name, verdict) for name, verdict in zip(NAMES, verdicts, strict=False)]))


@pytest.mark.parametrize(
    ("verdicts", "sentence"),
    [
        (("yes", "yes", "yes"), "The scorer beats chance, length and features of form."),
        (("yes", "yes", "unclear"), "The scorer beats chance and length, but is not shown to beat features of form."),
        (("yes", "yes", "no"), "The scorer beats chance and length, but does worse than features of form."),
        (
            ("yes", "unclear", "unclear"),
            "The scorer beats chance, but is not shown to beat length or features of form.",
        ),
        (
            ("yes", "unclear", "not_measured"),
            "The scorer beats chance, but is not shown to beat length and was not measured against features of form.",
        ),
        (("unclear", "unclear", "unclear"), "The scorer is not shown to beat chance, length or features of form."),
        (
            ("unclear", "no", "unclear"),
            "The scorer is not shown to beat chance or features of form, and does worse than length.",
        ),
        (("no", "no", "no"), "The scorer does worse than chance, length or features of form."),
    ],
)
def test_the_summary_names_what_was_beaten_and_what_was_not(verdicts: tuple[Verdict, ...], sentence: str) -> None:
    assert said(*verdicts) == sentence


def test_every_combination_is_a_sentence() -> None:
    for verdicts in itertools.product(VERDICTS, repeat=5):
        text = said(*verdicts)
        assert text.startswith("The scorer ")
        assert text.endswith(".")
        assert "  " not in text
        assert ",," not in text
        assert ", ." not in text


def test_a_gain_of_the_writer_is_claimed_only_where_the_whole_interval_shows_it() -> None:
    assert "preferred to the draft, by a judge that trained neither. Whether that is more" in said(
        "yes", "yes", "yes", "yes", "yes"
    )
    for verdict in VERDICTS[1:]:
        text = said("yes", "yes", "yes", verdict, "yes")
        assert "no gain" in text or "not measured against the draft" in text


def test_a_report_without_figures_says_so() -> None:
    assert summary(claims([])) == "Nothing was measured."


def test_answers_name_what_no_difference_would_be() -> None:
    answers = {claim.figures[0]: claim.answer for claim in claims([figure(name, "yes") for name in NAMES])}
    assert answers["scorer.pair_accuracy"] == "Yes: the whole interval lies above 50%."
    assert answers["scorer.gain_over.length_only"] == "Yes: the whole interval lies above zero."
    assert answers["writer.win_rate.versus_draft"] == "Yes: the whole interval lies above 50%."
    (unclear,) = claims([figure("writer.win_rate.versus_draft", "unclear")])
    assert unclear.answer == "Not shown: the interval includes 50%."
    (missing,) = claims([figure("writer.win_rate.versus_draft", "not_measured")])
    assert missing.answer == "Not measured: no run is named."


def test_a_value_without_an_interval_shows_nothing() -> None:
    bare = figure("scorer.pair_accuracy", "yes").model_copy(update={"low": None, "high": None})
    (claim,) = claims([bare])
    assert claim.verdict == "unclear"
    assert claim.answer == "Not shown: too few independent examples for an interval."


def test_figures_that_stand_beside_an_answer_are_named_where_they_are_there() -> None:
    gain = figure("writer.win_rate.versus_draft", "yes")
    beside = gain.model_copy(update={"name": "writer.win_rate"})
    assert claims([gain])[0].figures == ["writer.win_rate.versus_draft"]
    assert claims([gain, beside])[0].figures == ["writer.win_rate.versus_draft", "writer.win_rate"]


def test_a_gain_that_may_be_form_alone_is_said_to_be_so_and_tested_with_the_others() -> None:
    gain = figure("writer.win_rate.versus_draft", "yes")
    net = gain.model_copy(update={"name": "writer.net_gain.regression", "value": 0.1, "low": -0.1, "high": 0.3})
    found = claims([gain, net])
    assert [claim.verdict for claim in found] == ["yes", "unclear"]
    assert found[1].question == "Is that more than a change of form or of noise?"
    assert found[1].p_value == pytest.approx(0.327, abs=0.01)
    assert found[1].p_adjusted is not None
    assert summary(found).endswith("Whether that is more than a change of form is not shown.")
    kept = claims([gain, net.model_copy(update={"low": 0.05, "high": 0.15})])
    assert kept[1].p_value is not None
    assert kept[1].p_value < 0.01
    assert "The gain stays where length" in summary(kept)
    assert summary(claims([gain])).endswith("Whether that is more than a change of form is not shown.")


def chance(value: float, low: float | None, high: float | None) -> Figure:
    return Figure(name="scorer.pair_accuracy.shuffled", value=value, low=low, high=high, n=9, unit="share", corpus="c",
                  source="s")  # fmt: skip


@pytest.mark.parametrize(
    ("ends", "verdict", "answer"),
    [
        ((0.48, 0.53), "yes", "Yes: the interval includes 50%."),
        ((0.51, 0.56), "no", "No: the whole interval lies above 50%, so something leaks."),
        (
            (0.44, 0.49),
            "no",
            "No: the whole interval lies below 50%, which labels that say nothing should not give either.",
        ),
        ((None, None), "unclear", "Not shown: too few independent examples for an interval."),
    ],
)
def test_turned_labels_that_teach_something_are_a_leak(
    ends: tuple[float | None, float | None], verdict: Verdict, answer: str
) -> None:
    (claim,) = claims([chance(0.52, *ends)])
    assert (claim.verdict, claim.answer) == (verdict, answer)
    scorer = figure("scorer.pair_accuracy", "yes")
    assert ("leaks" in summary(claims([scorer, chance(0.52, *ends)]))) == (ends[0] == 0.51)


@pytest.mark.parametrize(("error", "verdict"), [(0.02, "yes"), (0.04, "no")])
def test_a_scorer_is_as_sure_as_it_should_be_where_chance_alone_gives_its_error(error: float, verdict: Verdict) -> None:
    def of(name: str, value: float) -> Figure:
        return Figure(name=name, value=value, n=9, unit="probability", corpus="c", source="s")

    found = claims([of("scorer.ece", error), of("scorer.ece.by_chance_most", 0.03)])
    assert [claim.verdict for claim in found] == [verdict]
    assert found[0].figures == ["scorer.ece", "scorer.ece.by_chance_most"]
    told = {"yes": "It is as sure as it should be.", "no": "It is not as sure as it should be."}
    assert summary(found) == told[verdict]
