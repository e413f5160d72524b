"""What a person gets for a draft: rewrites that passed every gate and are likely to do better, or the draft."""

from __future__ import annotations

import json
from typing import Any

import pytest

from eval.suggest import Answer, Suggestion, _as_json, _as_text, raw, suggest
from tests.train.worlds import corpus_pairs
from train.candidates import judge_gates
from train.scorers import Scorer, fitting
from train.steps import Writer, load_base
from virality.errors import ViralityError
from virality.gates import Verdict

DRAFT = "The costly boat leaves the old harbour early, and the school road is open."
BETTER = "The free boat leaves the old harbour early, and the school road is open."


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    training = fitting.choose([*corpus_pairs(60), *corpus_pairs(20, split="validation")], "train", None, 0)
    return fitting.fit_linear(training, control=None, strengths=(1.0,), seed=0)[0]


@pytest.fixture(scope="module")
def writer() -> Writer:
    return load_base("tiny:llama", "rewrite", precision="fp32")


class Says:
    """A model that answers every prompt with one text, byte by byte, then its stop token."""

    def __init__(self, like: Any, text: str) -> None:
        self.like, self.ids, self.said = like, [*tokenizer_ids(text), 2], 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.like, name)

    def __call__(self, input_ids: Any, attention_mask: Any = None, **more: Any) -> Any:
        out = self.like(input_ids=input_ids, attention_mask=attention_mask, **more)
        at = 0 if input_ids.shape[1] > 1 else self.said
        out.logits[...] = -100.0
        out.logits[..., self.ids[at]] = 100.0
        self.said = at + 1
        return out


def tokenizer_ids(text: str) -> list[int]:
    from virality.models.tiny import tokenizer

    return list(tokenizer()(text)["input_ids"])


def answers(writer: Writer, text: str) -> Writer:
    """The writer, with a model that always writes `text`."""
    from dataclasses import replace

    return replace(writer, model=Says(writer.model, text))


def ask(writer: Writer, scorer: Scorer | None, draft: str = DRAFT, platform: str | None = None) -> Answer:
    return suggest(draft, writer, scorer, n=3, samples=2, seed=0, platform=platform)


def test_a_rewrite_that_passes_and_is_likely_to_do_better_is_suggested(writer: Writer, scorer: Scorer) -> None:
    restated = "Early the costly boat leaves the old harbour, and the school road is open."
    found = ask(answers(writer, restated), None)
    assert [one.text for one in found.suggestions] == [restated]
    assert found.reason is None
    assert found.suggestions[0].p_better is None
    assert all(verdict.state != "fail" for verdict in found.suggestions[0].verdicts)


def test_the_draft_stands_where_no_rewrite_is_likely_to_do_better(writer: Writer, scorer: Scorer) -> None:
    draft = DRAFT.replace("costly", "free")
    worse = "Early the free boat leaves the old harbour, and the costly school road is open."
    found = ask(answers(writer, worse), scorer, draft)
    assert found.suggestions == []
    assert found.draft == draft
    assert found.reason is not None
    assert "none" in found.reason


def test_the_draft_stands_with_the_gates_that_failed(writer: Writer, scorer: Scorer) -> None:
    found = ask(answers(writer, "Boat sinks! 300 drowned, see https://a.example"), scorer)
    assert found.suggestions == []
    assert found.reason is not None
    assert found.reason.startswith("none of 1 rewrites passed the gates: ")
    assert "numbers 1" in found.reason
    assert "\n" not in found.reason
    assert _as_text(found) == f"{DRAFT}\n\nThe draft stands: {found.reason}."


def test_handles_and_links_come_back_as_they_were(writer: Writer) -> None:
    draft = "The old boat of @ann leaves the harbour early: https://a.example/x"
    found = ask(answers(writer, "Early the old boat of @1 leaves the harbour: <link1>"), None, draft)
    assert [one.text for one in found.suggestions] == [
        "Early the old boat of @ann leaves the harbour: https://a.example/x"
    ]
    assert raw(draft, answers(writer, "Early: @1 <link1> @2")) == "Early: @ann https://a.example/x @2"


@pytest.mark.parametrize(
    ("draft", "platform", "reason"),
    [
        ("", None, "is empty"),
        (" \u200b\n", None, "is empty"),
        ("\x00\x07", None, "is empty"),
        ("a" * 20_001, None, "20,001 characters; a post has 20,000 at most"),
        ("a" * 300, "x", "300 characters as x counts them, and it allows 280"),
        ("rain", "friendster", "is not known"),
    ],
)
def test_a_draft_that_cannot_be_a_post_is_one_line(
    writer: Writer, draft: str, platform: str | None, reason: str
) -> None:
    with pytest.raises(ViralityError, match=reason) as caught:
        ask(writer, None, draft, platform)
    assert "\n" not in str(caught.value)


def test_json_has_the_promised_shape(writer: Writer) -> None:
    verdicts = (
        *judge_gates(DRAFT, BETTER, None, "en"),
        Verdict("toxicity", "not_checked", "no list for this language"),
    )
    made = _as_json(Answer(DRAFT, [Suggestion(BETTER, 0.8, 0.1, verdicts)], None))
    assert json.loads(json.dumps(made)) == made
    assert set(made) == {"draft", "suggestions", "reason"}
    (one,) = made["suggestions"]
    assert set(one) == {"text", "p_better", "low", "high", "edits", "gates"}
    assert all(set(gate) == {"passed", "reason", "evidence"} for gate in one["gates"].values())
    assert one["gates"]["links"]["passed"] is True
    assert one["gates"]["toxicity"]["passed"] is None


def test_text_says_how_likely_what_changed_and_what_was_not_checked() -> None:
    verdicts = (Verdict("numbers", "pass"), Verdict("names", "not_checked", "no capitals"))
    text = _as_text(Answer(DRAFT, [Suggestion(BETTER, 0.8, 0.1, verdicts)], None))
    assert text.startswith(BETTER)
    assert "beats the draft with 80%; 10% edited; passed 1 gate, not checked: names" in text


def test_a_writer_is_not_asked_in_a_language_it_has_not_learned() -> None:
    from types import SimpleNamespace
    from typing import cast

    from eval.suggest import _unknown_language
    from train.steps import Writer

    english = cast(Writer, SimpleNamespace(languages={"en": 200, "ar": 1}))
    assert "'ar'" in str(_unknown_language("افتتحنا اليوم ثلاث مكتبات جديدة في المدينة", english))
    assert _unknown_language("We opened three new libraries in the city today", english) is None
    assert _unknown_language("12:30", english) is None
