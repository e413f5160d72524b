"""Which pairs an adapter learns from, what it is shown of them, and how certainty and size enter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.train.worlds import pair
from train.examples import Emphasis, Example, Labels, Weighting, encode, encode_posts, encode_unpaired, measured, usable
from virality.models import tiny
from virality.models.prompts import load_prompt

PROMPT = load_prompt("rewrite")
KINDS = ("neighbour", "paraphrase", "judged")
PAIRS = [
    pair("rain today", "rain, today!", lift=0.2, weight=0.5, p_better=0.6),
    pair("dull bread", "bread!", lift=0.6, weight=1.0, p_better=0.9),
    pair("plain", "lively", kind="paraphrase", draft="plain", lift=None, p_better=None, weight=0.25),
]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tiny.tokenizer()


def emphasised(tokenizer: Any, pairs: list[Any], *, two: bool = True, **more: Any) -> list[Example]:
    return encode(pairs, tokenizer, PROMPT, two=two, max_tokens=500, emphasis=Emphasis(**more))[0]


def test_only_faithful_pairs_of_the_training_split_and_the_asked_kinds_are_used() -> None:
    good = pair("rain today", "rain, today!")
    pairs = [
        good,
        pair("a", "b", split="test"),
        pair("c", "d", split="judge"),
        pair("e", "f", faithful=False),
        pair("g", "h", kind="ab_test"),
        pair("i", "j", weight=0.0),
    ]
    kept, left_out = usable(pairs, KINDS, unfaithful=False, two=False)
    assert kept == [good]
    assert left_out == {"not in train": 2, "not faithful": 1, "kind ab_test": 1, "no weight": 1}
    assert pairs[3] in usable(pairs, KINDS, unfaithful=True, two=False)[0]
    kept, left_out = usable(pairs, KINDS, unfaithful=False, two=False, split="test")
    assert kept == [pairs[1]]
    assert left_out == {"not in test": 5}


def test_a_restatement_has_no_rejected_rewrite() -> None:
    restated = pair("plain", "lively", kind="paraphrase", draft="plain")
    assert usable([restated], KINDS, unfaithful=False, two=True) == ([], {"no rejected rewrite": 1})
    assert usable([restated], KINDS, unfaithful=False, two=False)[0] == [restated]


def test_a_pair_is_measured_where_people_were_asked() -> None:
    pairs = [pair("a", "b", kind=kind) for kind in ("ab_test", "same_link", "neighbour", "paraphrase", "judged")]
    assert measured(pairs) == pairs[:3]


def test_the_worse_post_of_a_measured_pair_is_draft_and_rejected_rewrite(tokenizer: Any) -> None:
    (example,), _ = encode([pair("rain today", "rain, today!")], tokenizer, PROMPT, two=True, max_tokens=500)
    assert "rain today<|im_end|>" in tokenizer.decode(example.prompt)
    assert [tokenizer.decode(one) for one in example.completions] == ["rain, today!<|im_end|>", "rain today<|im_end|>"]
    assert example.length == len(example.prompt) + len("rain, today!") + 1


def test_the_draft_of_a_made_pair_is_what_the_writer_is_given(tokenizer: Any) -> None:
    judged = pair("dull rain", "lively rain", kind="judged", draft="rain")
    (example,), _ = encode([judged], tokenizer, PROMPT, two=False, max_tokens=500)
    assert tokenizer.decode(example.prompt).endswith("user\nrain<|im_end|>\n<|im_start|>assistant\n")
    assert [tokenizer.decode(one) for one in example.completions] == ["lively rain<|im_end|>"]


def test_long_examples_are_left_out_and_counted_never_cut(tokenizer: Any) -> None:
    pairs = [pair("rain", "rain!"), pair("rain " * 50, "rain! " * 50)]
    whole = len(encode(pairs[:1], tokenizer, PROMPT, two=True, max_tokens=1000)[0][0].prompt) + 6
    made, left_out = encode(pairs, tokenizer, PROMPT, two=True, max_tokens=whole)
    assert [one.pair_id for one in made] == [pairs[0].pair_id]
    assert left_out == 1
    assert encode(pairs[:1], tokenizer, PROMPT, two=True, max_tokens=whole - 1) == ([], 1)


def test_examples_of_one_draft_are_of_one_group(tokenizer: Any) -> None:
    drafts = ["rain", "bread", "rain"]
    pairs = [pair(f"dull {at}", f"lively {at}", kind="judged", draft=draft) for at, draft in enumerate(drafts)]
    made, _ = encode(pairs, tokenizer, PROMPT, two=True, max_tokens=500)
    assert [one.group for one in made] == [0, 1, 0]


@pytest.mark.parametrize(
    ("weighting", "expected"),
    [
        ("given", [0.5, 1.0, 0.25]),
        ("lift", [0.5 * 0.2 / 0.4, 1.0 * 0.6 / 0.4, 0.25]),  # the mean lift is 0.4; one that is not known is the mean
        ("none", [1.0, 1.0, 1.0]),
    ],
)
def test_certainty_and_lift_weigh_where_they_are_asked_to(
    tokenizer: Any, weighting: Weighting, expected: list[float]
) -> None:
    made = emphasised(tokenizer, PAIRS, two=False, weighting=weighting)
    assert [one.weight for one in made] == pytest.approx(expected)


def test_certainty_weighs_measured_pairs_and_leaves_judged_ones_whose_weight_holds_it(tokenizer: Any) -> None:
    pairs = [pair("a", "b", p_better=0.9, weight=0.5), pair("c", "d", p_better=0.9, weight=0.8, kind="judged"),
             pair("e", "f", p_better=None, weight=0.5), pair("g", "h", p_better=0.4)]  # fmt: skip
    made = emphasised(tokenizer, pairs, weighting="certainty")
    assert [one.weight for one in made] == pytest.approx([0.4, 0.8, 0.5, 0.0])


def test_a_lift_that_is_no_lift_counts_by_its_size(tokenizer: Any) -> None:
    pairs = [pair("a", "b", lift=-0.1), pair("c", "d", lift=0.3)]
    assert [one.weight for one in emphasised(tokenizer, pairs, weighting="lift")] == pytest.approx([0.5, 1.5])
    assert [one.offset for one in emphasised(tokenizer, pairs, margin=2.0)] == pytest.approx([0.2, 0.6])


@pytest.mark.parametrize("lift", [None, 0.0])
def test_without_any_lift_there_is_nothing_to_weigh_by(tokenizer: Any, lift: float | None) -> None:
    pairs = [pair("a", "b", lift=lift, weight=0.3), pair("c", "d", lift=lift, weight=0.7)]
    made = emphasised(tokenizer, pairs, weighting="lift", margin=1.0)
    assert [one.weight for one in made] == [0.3, 0.7]
    assert [one.offset for one in made] == [0.0, 0.0]


@pytest.mark.parametrize(("labels", "expected"), [("hard", [1.0, 1.0, 1.0]), ("soft", [0.6, 0.9, 1.0])])
def test_a_soft_label_is_the_pairs_own_where_it_has_one(tokenizer: Any, labels: Labels, expected: list[float]) -> None:
    assert [one.p_better for one in emphasised(tokenizer, PAIRS, two=False, labels=labels)] == expected


def test_the_margin_grows_with_the_lift(tokenizer: Any) -> None:
    assert [one.offset for one in emphasised(tokenizer, PAIRS, margin=0.5)] == pytest.approx([0.1, 0.3, 0.2])
    assert [one.offset for one in emphasised(tokenizer, PAIRS)] == [0.0, 0.0, 0.0]


def test_emphasis_is_the_given_weight_with_hard_labels_where_none_is_said(tokenizer: Any) -> None:
    assert encode(PAIRS, tokenizer, PROMPT, two=True, max_tokens=500)[0] == emphasised(tokenizer, PAIRS)


def said(tokenizer: Any, examples: list[Example], which: int) -> list[str]:
    return [tokenizer.decode(one.completions[which][:-1]) for one in examples]


def test_both_sides_of_a_pair_are_examples_but_a_restatement_is_a_good_one_alone(tokenizer: Any) -> None:
    made, left_out = encode_unpaired(PAIRS, tokenizer, PROMPT, max_tokens=500)
    assert left_out == 0
    labelled = dict(zip(said(tokenizer, made, 0), [one.p_better for one in made], strict=True))
    assert labelled == {"rain, today!": 1, "bread!": 1, "lively": 1, "rain today": 0, "dull bread": 0}
    drafts = {one.pair_id: one.prompt for one in encode(PAIRS, tokenizer, PROMPT, two=False, max_tokens=500)[0]}
    assert all(one.prompt == drafts[one.pair_id] for one in made)
    groups = {one.pair_id: one.group for one in made}
    assert sorted(groups.values()) == [0, 1, 2]
    assert all(one.group == groups[one.pair_id] for one in made)


def test_beside_an_unpaired_example_stands_the_completion_of_another_draft(tokenizer: Any) -> None:
    made, _ = encode_unpaired(PAIRS, tokenizer, PROMPT, max_tokens=500)
    own, others = said(tokenizer, made, 0), said(tokenizer, made, 1)
    assert others == [own[-1], *own[:-1]]
    of = dict(zip(own, [one.pair_id for one in made], strict=True))
    assert all(of[other] != one.pair_id for one, other in zip(made, others, strict=True))


def test_soft_labels_of_unpaired_examples_add_up_to_one(tokenizer: Any) -> None:
    emphasis = Emphasis(labels="soft")
    made, _ = encode_unpaired(PAIRS, tokenizer, PROMPT, max_tokens=500, emphasis=emphasis)
    labelled = dict(zip(said(tokenizer, made, 0), [one.p_better for one in made], strict=True))
    assert labelled == pytest.approx(
        {"rain, today!": 0.6, "rain today": 0.4, "bread!": 0.9, "dull bread": 0.1, "lively": 1.0}
    )
    assert all(one.weight == {pair.pair_id: pair.weight for pair in PAIRS}[one.pair_id] for one in made)


def test_a_scorer_reads_both_posts_whole_the_better_one_first(tokenizer: Any) -> None:
    (example,), _ = encode_posts([PAIRS[0]], tokenizer, PROMPT, max_tokens=500)
    assert example.prompt == []
    better, worse = (tokenizer.decode(one) for one in example.completions)
    assert "rain, today!<|im_end|>" in better
    assert "rain today<|im_end|>" in worse
    assert example.length == max(map(len, example.completions))
    assert encode_posts([PAIRS[0]], tokenizer, PROMPT, max_tokens=example.length - 1) == ([], 1)


def test_wordings_of_one_test_are_of_one_group_and_other_pairs_stand_alone(tokenizer: Any) -> None:
    three = [pair("a", "b", kind="ab_test", component="one"), pair("b", "c", kind="ab_test", component="one")]
    others = [pair("d", "e", component="two"), pair("f", "g", component="two")]
    another = pair("h", "i", kind="ab_test", component="three")
    made, _ = encode_posts([three[0], others[0], another, three[1], others[1]], tokenizer, PROMPT, max_tokens=500)
    assert [one.group for one in made] == [0, 1, 2, 0, 3]
