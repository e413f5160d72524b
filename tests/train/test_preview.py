"""What a dry run tells of rows, lengths, leaks and one example is what training would see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from data_prep.records import Pair
from tests.train.worlds import pair
from train import preview
from train.examples import Emphasis, Example, encode, encode_posts
from virality.models import tiny
from virality.models.prompts import load_prompt

PAIRS = [
    pair("the boat leaves at five", "at five the boat leaves"),
    pair("rain all week", "all week, nothing but rain", kind="same_link", lang="en"),
    pair("المركب يغادر الخامسة", "الخامسة يغادر المركب", lang="ar"),
]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny.tokenizer()


def encoded(tokenizer: Any, *, two: bool) -> list[Example]:
    emphasis = Emphasis(labels="soft", margin=0.5)
    return encode(PAIRS, tokenizer, load_prompt("nicely"), two=two, max_tokens=999, emphasis=emphasis)[0]


def test_tokens_are_counted_with_the_instruction_that_all_rows_share(tokenizer: Any) -> None:
    rows = encoded(tokenizer, two=True)
    found = preview.count(rows)
    assert found.rows == 6
    assert found.all == sum(len(one.prompt) + len(ids) for one in rows for ids in one.completions)
    assert found.trained == sum(len(ids) for one in rows for ids in one.completions)
    assert 0 < found.instruction < min(len(one.prompt) for one in rows)
    assert found.share_of_instruction == pytest.approx(6 * found.instruction / found.all)
    assert found.completions["longest"] == max(len(ids) for one in rows for ids in one.completions)


def test_a_scorers_rows_are_posts_of_which_one_position_is_trained(tokenizer: Any) -> None:
    found = preview.count(encode_posts(PAIRS, tokenizer, load_prompt("score"), max_tokens=999)[0])
    assert (found.rows, found.trained, found.prompts) == (6, 6, {})
    assert "rendered post" in preview.token_lines(found, 0, 999)[0]


def test_quantiles_are_lengths_that_occur() -> None:
    assert preview.quantiles([7, 1, 3]) == {"5%": 1, "half": 3, "95%": 7, "longest": 7}
    assert preview.quantiles([]) == {}


def test_rows_and_drops_are_named_with_kind_and_language() -> None:
    lines = preview.pair_lines(PAIRS, {"not faithful": 4, "no weight": 0}, ["runs/prepare/a"])
    assert lines == [
        "  runs/prepare/a: 3 pairs to learn from (neighbour 2, same_link 1; languages: en 2, ar 1)",
        "  left out: not faithful 4",
    ]


@pytest.mark.parametrize(
    ("other", "found"),
    [
        (pair("snow at last", "at last, snow", split="test"), {"posts": 0, "components": 0}),
        (pair("The boat LEAVES at five!", "off it goes", split="test"), {"posts": 1, "components": 0}),
        (replace(pair("snow at last", "at last, snow", split="validation"), component=PAIRS[0].component),
         {"posts": 0, "components": 1}),
        (pair("the boat leaves at five", "off it goes", split="train"), {"posts": 0, "components": 0}),
    ],
)  # fmt: skip
def test_a_leak_is_a_post_or_a_component_that_another_split_has_too(other: Pair, found: dict[str, int]) -> None:
    splits = ["validation", "test"]
    assert preview.leaks(PAIRS, [*PAIRS, other], splits) == found
    line = preview.leak_line(found, splits)
    assert ("no learned post" in line) == (not any(found.values()))


def test_an_example_is_shown_as_text_with_what_is_trained_between_brackets(tokenizer: Any) -> None:
    [first, *_] = encoded(tokenizer, two=True)
    shown = "\n".join(preview.example_lines(first, tokenizer.decode))
    assert "weight 1, P(first is better) 0.9, margin 0.25" in shown
    assert "⟦at five the boat leaves<|im_end|>⟧" in shown
    assert "⟦the boat leaves at five<|im_end|>⟧" in shown
    assert shown.count("⟦") == 3  # once in the legend


def test_every_setting_has_its_origin() -> None:
    lines = preview.setting_lines(
        {"learning_rate": 2e-4, "epochs": 1, "shared_prefix": True, "init": None, "kinds": ["ab_test"], "lora.rank": 8},
        {"learning_rate": "a.yaml line 3", "lora.rank": "command line"},
    )
    assert [line.split("#")[0].strip() for line in lines] == [
        "learning_rate: 0.0002", "epochs: 1", "shared_prefix: true", "init: null", "kinds: [ab_test]", "lora.rank: 8",
    ]  # fmt: skip
    assert [line.split("# ")[1] for line in lines] == ["a.yaml line 3", *["default"] * 4, "command line"]
