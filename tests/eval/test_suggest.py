"""What a person gets for a draft: rewrites that passed every gate and are likely to do better, or the draft."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from eval.suggest import Answer, Assistant, Suggestion, as_json, as_text, checked, checked_tone, raw
from eval.suggest.choice import Judge, choose
from tests.eval.assistants import DRAFT, RESTATED, assistant, likes_free, likes_spoken, own_words, says, tiny_writer
from train.candidates import judge_gates
from train.scorers import Scorer
from train.scorers.reasons import Reason
from train.steps import Writer
from virality.errors import ViralityError
from virality.gates import Context, Verdict
from virality.text.normalise import fold

BETTER = "The free boat leaves the old harbour early, and the school road is open."


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return likes_free()


@pytest.fixture(scope="module")
def writer() -> Writer:
    return tiny_writer()


def ask(who: Assistant, draft: str = DRAFT, platform: str | None = None, edits: int = 0) -> Answer:
    (found,) = who.suggest([draft], samples=2, edits=edits, platform=platform)
    return found


def test_a_rewrite_that_passes_is_suggested_with_its_checks(writer: Writer) -> None:
    found = ask(assistant(writer))
    assert [one.text for one in found.suggestions] == [RESTATED]
    assert found.reason is None
    assert found.suggestions[0].p_better is None
    assert found.suggestions[0].origin == "sample"
    assert all(verdict.state != "fail" for verdict in found.suggestions[0].verdicts)


def test_the_draft_stands_where_no_rewrite_is_likely_to_do_better(writer: Writer, scorer: Scorer) -> None:
    draft = DRAFT.replace("costly", "free")
    worse = "Early the free boat leaves the old harbour, and the costly school road is open."
    found = ask(assistant(writer, worse, scorer), draft)
    assert found.suggestions == []
    assert found.draft == draft
    assert "none" in str(found.reason)


def test_the_draft_stands_with_the_gates_that_failed(writer: Writer) -> None:
    found = ask(assistant(writer, "Boat sinks! 300 drowned, see https://a.example"))
    assert found.suggestions == []
    assert str(found.reason).startswith("none of 1 rewrites passed the gates: ")
    assert "numbers 1" in str(found.reason)
    assert "\n" not in str(found.reason)
    assert as_text(found) == f"{DRAFT}\n\nThe draft stands: {found.reason}."


def test_handles_and_links_come_back_as_they_were(writer: Writer) -> None:
    draft = "The old boat of @ann leaves the harbour early: https://a.example/x"
    found = ask(assistant(writer, "Early the old boat of @1 leaves the harbour: <link1>"), draft)
    assert [one.text for one in found.suggestions] == [
        "Early the old boat of @ann leaves the harbour: https://a.example/x"
    ]
    assert raw(draft, says(writer, "Early: @1 <link1> @2")) == "Early: @ann https://a.example/x @2"


def test_each_draft_has_its_answer_in_its_place_and_the_first_comes_before_the_last_is_read(writer: Writer) -> None:
    texts = [DRAFT, "", "The road is open.", DRAFT]
    read: list[str] = []

    def one_by_one() -> Iterator[str]:
        for text in texts:
            read.append(text)
            yield text

    found = assistant(writer).suggest(one_by_one(), samples=1, edits=0, chunk=2)
    first = next(found)
    assert (first.draft, len(read)) == (DRAFT, 2)
    rest = list(found)
    assert [one.draft for one in (first, *rest)] == texts
    assert "is empty" in str(rest[0].reason)
    assert [bool(one.suggestions) for one in (first, *rest)] == [True, False, False, True]


def test_edits_of_the_drafts_own_words_need_a_scorer_and_the_tone_as_it_is(writer: Writer) -> None:
    draft = "The boat leaves the old harbour. It is a costly one. The school road is open today."
    scorer = likes_spoken()
    (found,) = assistant(writer, "no", scorer).suggest([draft], samples=1, n=9)
    assert {one.origin for one in found.suggestions} <= {"edit"}
    assert found.suggestions
    assert all(one.p_better is not None and one.p_better > 0.5 for one in found.suggestions)
    for who, tone in ((assistant(writer, "no"), "as-is"), (assistant(writer, "no", scorer), "warm")):
        (found,) = who.suggest([draft], samples=1, tone=checked_tone(tone))
        assert found.suggestions == []


def test_no_edit_begins_with_a_word_that_points_back_or_leaves_marks_side_by_side() -> None:
    draft = "The old boat leaves. It is free. Ask for the cake: https://a.example"
    assert own_words(draft, 20)
    assert not any(text.startswith(("It ", "It's ")) or ":." in text for text in own_words(draft, 20))
    cut = "We demand a second look at the old harbour, and lying about it must have an end. #Harbour"
    assert not any("Lying" in text or text.startswith("#") for text in own_words(cut, 20))
    waiting = "Our team won the cup on Friday, and the party is at 8 with @ann."
    assert not any("with!" in text or "with." in text for text in own_words(waiting, 20))


def test_suggestions_that_differ_in_marks_alone_are_one(writer: Writer) -> None:
    draft = "The school is open, and it is free. The boat is here, and it is costly."
    (found,) = assistant(writer, "no", likes_spoken()).suggest([draft], samples=1, edits=20, n=20)
    keys = [fold(one.text) for one in found.suggestions]
    assert keys
    assert len(keys) == len(set(keys))


def test_without_a_scorer_what_was_written_first_comes_first(writer: Writer) -> None:
    asked = ask(assistant(writer))
    later = "The school road is open, and early the costly boat leaves the old harbour."
    (found,) = choose([replace(asked, suggestions=[])],
                      [{later: "sample", RESTATED: "sample"}], Judge(), n=2)  # fmt: skip
    assert [one.text for one in found.suggestions] == [later, RESTATED]


def test_the_probability_stands_inside_its_interval_and_reasons_are_told(writer: Writer, scorer: Scorer) -> None:
    draft = "The boat leaves the old harbour. The school road is open and free."
    who = assistant(
        writer, "The school road is open and free. The boat leaves the old harbour!", scorer, validation=400
    )
    (found,) = who.suggest([draft], samples=1, reasons=2, edits=8)
    for one in found.suggestions:
        assert one.p_better is not None
        assert one.low is not None
        assert one.high is not None
        assert 0 < one.low < one.p_better < one.high < 1
        assert all(isinstance(reason, Reason) for reason in one.reasons)


def test_a_draft_in_a_language_the_scorer_never_saw_is_not_scored(writer: Writer, scorer: Scorer) -> None:
    draft = "افتتحنا اليوم ثلاث مكتبات جديدة في المدينة، والدخول مجاني للجميع"
    who = assistant(writer, "اليوم افتتحنا ثلاث مكتبات جديدة في المدينة، والدخول مجاني للجميع", scorer, probe=False)
    (found,) = who.suggest([draft], samples=1)
    assert [one.p_better for one in found.suggestions] == [None]


def test_thresholds_of_the_gates_can_be_given(writer: Writer) -> None:
    strict = assistant(writer, context=Context(min_length=1.5))
    assert "length 1" in str(ask(strict).reason)


def test_a_draft_longer_than_the_writers_own_platform_allows_is_held_to_none(writer: Writer) -> None:
    who = assistant(replace(writer, platform="hackernews"))
    assert ask(who, "The costly boat leaves early.").platform == "hackernews"
    assert ask(who, DRAFT + " " + DRAFT).platform is None


@pytest.mark.parametrize(
    ("draft", "platform", "reason"),
    [
        ("", None, "is empty"),
        (" \u200b\n", None, "is empty"),
        ("\x00\x07\x1b", None, "is empty"),
        ("a" * 20_001, None, "20,001 characters; a post has 20,000 at most"),
        ("نص " * 3_500_000, None, "10,500,000 characters; a post has 20,000 at most"),
        ("a" * 300, "x", "300 characters as x counts them, and it allows 280"),
        ("rain", "friendster", "is not known"),
        ("rain", "mastadon", "mastodon"),
    ],
)
def test_a_draft_that_cannot_be_a_post_is_one_line(
    writer: Writer, draft: str, platform: str | None, reason: str
) -> None:
    with pytest.raises(ViralityError, match=reason) as caught:
        checked(draft, platform)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"platform": "friendster"}, "is not known"),
        ({"tone": "angry"}, "there are as-is, plain, warm"),
        ({"tone": "wity"}, "did you mean witty"),
        ({"n": 0}, "n = 0: is at least 1"),
        ({"samples": -1}, "samples = -1: is at least 0"),
        ({"samples": 0, "edits": 0}, "is at least 1"),
        ({"temperature": -0.1}, "is 0 to 5"),
        ({"chunk": 0}, "chunk = 0"),
    ],
)
def test_a_wrong_wish_is_one_line_before_anything_is_written(
    writer: Writer, asked: dict[str, object], reason: str
) -> None:
    with pytest.raises(ViralityError, match=reason) as caught:
        assistant(writer).suggest([DRAFT], **asked)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_control_characters_are_no_part_of_a_draft(writer: Writer) -> None:
    assert ask(assistant(writer), f"\x1b{DRAFT}\x00\u202e").draft == f"{DRAFT}"


def test_json_has_the_promised_shape() -> None:
    verdicts = (*judge_gates(DRAFT, BETTER, None, "en"), Verdict("voice", "not_checked", "no posts of the author"))
    made = as_json(Answer(DRAFT, [Suggestion(BETTER, 0.8, 0.1, verdicts, 0.7, 0.9)], None))
    assert json.loads(json.dumps(made)) == made
    assert list(made) == ["draft", "suggestions", "reason"]
    (one,) = made["suggestions"]
    assert list(one) == ["text", "p_better", "low", "high", "edits", "gates"]
    assert (one["low"], one["high"]) == (0.7, 0.9)
    assert all(set(gate) == {"passed", "reason", "evidence"} for gate in one["gates"].values())
    assert one["gates"]["links"]["passed"] is True
    assert one["gates"]["voice"]["passed"] is None


def test_text_says_how_likely_what_changed_why_and_what_was_not_checked() -> None:
    verdicts = (Verdict("numbers", "pass"), Verdict("names", "not_checked", "no capitals"))
    told = (Reason("free", "second", "word", 0.4, "second"), Reason("costly", "first", "word", -0.2, "first"))
    text = as_text(Answer(DRAFT, [Suggestion(BETTER, 0.8, 0.1, verdicts, 0.7, 0.9, "edit", told)], None))
    assert text.startswith(BETTER)
    assert "beats the draft with 80% (70% to 90%); 10% edited; passed 1 gate, not checked: names; an edit of" in text
    assert "The [-costly-] {+free+} boat" in text
    assert 'for it, in points on an even chance:\n      +10  "free"' in text
    assert "for the draft" in text


def test_text_from_right_to_left_is_isolated_from_what_stands_around_it() -> None:
    text = as_text(Answer("افتتحنا المكتبة", [], "no rewrite was made"))
    assert text.startswith("\u2068افتتحنا المكتبة\u2069\n")


def test_the_sidecar_says_who_made_what_with_which_checks(writer: Writer) -> None:
    who = assistant(writer)
    found = ask(who)
    made = who.sidecar(found, dt.datetime(2026, 1, 2, tzinfo=dt.UTC))
    assert json.loads(json.dumps(made)) == made
    assert made["label"] == "AI-assisted"
    assert made["digital_source_type"].endswith("compositeWithTrainedAlgorithmicMedia")
    assert made["model"]["base"] == "tiny:llama"
    assert made["prompt"]["name"] == "ask_en"
    assert len(made["prompt"]["hash"]) == 12
    assert made["made"] == "2026-01-02T00:00:00+00:00"
    (one,) = made["suggestions"]
    assert one["edit_ratio"] == pytest.approx(found.suggestions[0].edits)
    assert one["checks"]["numbers"]["passed"] is True
    assert len(one["sha256"]) == 64
