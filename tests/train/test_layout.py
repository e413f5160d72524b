"""How a batch is laid out: every leaf is computed behind its own tokens, and nothing else is trained."""

from __future__ import annotations

import functools
from typing import Any

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.train.worlds import adapted, numbered, posts, rows, unpaired
from train import layout
from train.logps import completion_logps
from train.objectives import kto

TOKENS = st.integers(1, 3)  # few different ones, so that much is shared
SEQUENCE = st.lists(TOKENS, min_size=1, max_size=6)


@st.composite
def batches(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some rows of 1 to 3 completions each; prompts and completions come again, whole or as beginnings of others."""
    instruction = draw(st.lists(TOKENS, max_size=4))
    prompts = [instruction + one for one in draw(st.lists(SEQUENCE, min_size=1, max_size=4))]
    completions = draw(st.lists(SEQUENCE, min_size=1, max_size=4))
    each = draw(st.integers(1, 3))
    some = st.tuples(st.sampled_from(prompts), st.lists(st.sampled_from(completions), min_size=each, max_size=each))
    drawn = draw(st.lists(some, min_size=1, max_size=6))
    return [numbered(at, prompt, several) for at, (prompt, several) in enumerate(drawn)]


def check(batch: layout.Batch, made: list[dict[str, Any]]) -> None:
    """What holds of the layout of `made`, whatever is shared."""
    whole = layout.paths(batch)
    longest = batch["levels"][-1]["ids"].shape[1]
    for which, leaves in enumerate(batch["leaf"].tolist()):
        for row, leaf in zip(made, leaves, strict=True):
            completion = row["completions"][which]
            assert whole[leaf] == row["prompt"] + completion[:-1]
            assert batch["labels"][leaf].tolist() == [-1] * (longest - len(completion)) + completion
    assert ((batch["labels"] >= 0) <= batch["levels"][-1]["mask"].bool()).all()  # what is trained is behind a token
    for at, level in enumerate(batch["levels"]):
        mask = level["mask"]
        assert (mask.sum(1) >= 1).all()
        assert mask.sum(1).max() == mask.shape[1]
        assert (mask.diff(dim=1) >= 0).all()  # padded on the left alone
        assert (level["ids"][mask == 0] == 0).all()
        above = len(batch["levels"][at - 1]["ids"]) if at else 1
        assert set(level["parent"].tolist()) == set(range(above))


@given(batches())
@example([numbered(0, [1], [[2]])])
@example([numbered(0, [1], [[2], [2]]), numbered(1, [1], [[2], [3]])])
@example([numbered(0, [1, 2], [[3, 2], [1]]), numbered(1, [1, 2, 3], [[2], [1]])])  # one prompt begins the other
@example([numbered(0, [1, 2, 3, 1], [[3], [1]]), numbered(1, [1, 3, 3, 1], [[3], [1]])])
@settings(deadline=None, max_examples=150)
def test_every_completion_is_computed_behind_its_own_prompt_and_trained_to_its_last_token(
    made: list[dict[str, Any]],
) -> None:
    shared, plain = (layout.collate(made, 0, shared=which) for which in (True, False))
    check(shared, made)
    check(plain, made)
    distinct = {(tuple(row["prompt"]), tuple(one)) for row in made for one in row["completions"]}
    assert len(shared["labels"]) == len(plain["labels"]) == len(distinct)
    assert layout.tokens(shared) <= layout.tokens(plain) == sum(len(a) + len(b) - 1 for a, b in distinct)
    assert len(plain["levels"]) == 1


@given(st.lists(st.tuples(SEQUENCE, SEQUENCE), min_size=1, max_size=6))
@settings(deadline=None, max_examples=100)
def test_every_post_is_computed_whole(pairs: list[tuple[list[int], list[int]]]) -> None:
    made = [numbered(at, [], list(pair)) for at, pair in enumerate(pairs)]
    for shared in (True, False):
        batch = layout.collate_scored(made, 0, shared=shared)
        whole = layout.paths(batch)
        for which, leaves in enumerate(batch["leaf"].tolist()):
            assert [whole[leaf] for leaf in leaves] == [row["completions"][which] for row in made]
        assert len(whole) == len({tuple(one) for pair in pairs for one in pair})
        assert batch["levels"][-1]["mask"][:, -1].all()  # judged at the right edge


MODEL = functools.cache(adapted)


@given(batches())
@settings(deadline=None, max_examples=15)
def test_every_layout_gives_the_log_probabilities_of_rows_alone(made: list[dict[str, Any]]) -> None:
    with torch.no_grad():
        found = completion_logps(MODEL(), layout.collate(made, 0)).total
        for at, row in enumerate(made):
            for which, completion in enumerate(row["completions"]):
                logits = MODEL()(input_ids=torch.tensor([row["prompt"] + completion])).logits[0, -len(completion) - 1 :]
                expected = sum(float(one.log_softmax(-1)[token])
                               for one, token in zip(logits, completion, strict=False))  # fmt: skip
                assert float(found[which, at]) == pytest.approx(expected, rel=1e-5)


def test_the_last_trained_token_is_the_stop_token_and_no_pad_is_trained() -> None:
    made = rows(5, preferences=True)
    batch = layout.collate(made, pad=0)
    assert (batch["labels"][:, -1] == 2).all()
    trained = batch["labels"][batch["labels"] >= 0]
    assert (trained != 0).all()
    assert len(trained) == sum(len(one) for row in made for one in row["completions"])
    assert (batch["levels"][-1]["ids"] != 2).all()  # the stop token is predicted, never read


def test_a_stop_token_that_is_the_pad_token_is_trained_all_the_same() -> None:
    made = rows(5, preferences=True)
    plain, same = (layout.collate(made, pad=pad) for pad in (0, 2))
    assert torch.equal(plain["labels"], same["labels"])
    assert torch.equal(plain["levels"][-1]["mask"], same["levels"][-1]["mask"])
    assert layout.paths(plain) == layout.paths(same)


def test_the_instruction_is_one_row_the_drafts_are_one_each_and_completions_are_leaves() -> None:
    made = rows(4, preferences=True)
    made[1]["prompt"] = made[0]["prompt"]
    levels = layout.collate(made, 0)["levels"]
    assert [len(level["ids"]) for level in levels] == [1, 3, 8]
    assert levels[0]["ids"].tolist() == [made[0]["prompt"][:20]]
    assert levels[2]["parent"].tolist() == [0, 0, 0, 0, 1, 1, 2, 2]


def test_drafts_are_no_level_of_their_own_where_that_saves_little() -> None:
    made = rows(4, preferences=True)
    for row in made:
        row["completions"] = [one * 30 for one in row["completions"]]
    assert len(layout.collate(made, 0)["levels"]) == 2
    assert len(layout.collate(rows(4, preferences=False), 0)["levels"]) == 2


def test_a_sequence_of_several_examples_is_one_leaf() -> None:
    batch = layout.collate_scored(posts(3), 0)
    assert batch["leaf"].tolist() == [[0, 1, 3], [1, 2, 4]]
    assert len(batch["levels"][-1]["ids"]) == 5
    made = rows(2, preferences=True)
    made[1] |= {"prompt": made[0]["prompt"], "completions": made[0]["completions"][::-1]}
    assert layout.collate(made, 0)["leaf"].tolist() == [[0, 1], [1, 0]]


def test_the_same_completion_of_other_drafts_is_another_leaf() -> None:
    made = rows(2, preferences=False)
    made[1]["completions"] = made[0]["completions"]
    assert layout.collate(made, 0)["leaf"].tolist() == [[0, 1]]


def test_what_rows_say_of_themselves_comes_along_example_by_example() -> None:
    made = rows(3, preferences=True, reference=True)
    batch = layout.collate(made, 0)
    for name, field in (("weights", "weight"), ("p_better", "p_better"), ("offset", "offset")):
        assert batch[name].tolist() == pytest.approx([row[field] for row in made])
    assert batch["rows"].tolist() == [0, 1, 2]
    assert batch["reference"].shape == (2, 3)
    assert batch["reference"].T.tolist() == [pytest.approx(row["reference"]) for row in made]
    assert "reference" not in layout.collate(rows(3, preferences=True), 0)


def test_unpaired_rows_are_laid_out_beside_what_they_stand_beside() -> None:
    made = unpaired(4)
    batch = kto(0.1).lay(made, 0)
    for which, part in enumerate((batch, batch["others"])):
        check(part, [row | {"completions": [row["completions"][which]]} for row in made])
        assert part["reference"].tolist() == [pytest.approx([row["reference"][which] for row in made])]
