"""A writer's own rewrites as pairs to learn from: gated, ranked, drawn from the training split alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from tests.train.worlds import corpus_pairs, pair
from train.candidates import Ranked, length_limit, rank
from train.drafts import drafts
from train.improve.prefer import prefer
from train.scorers import Scorer, fitting
from train.steps import load_base
from virality.models.generate import Rewrite

SOURCE = pair("the boat leaves at 5 from the old harbour", "Boat: 5, old harbour", platform="x")


def ranked(text: str, utility: float, passed: bool = True) -> Ranked:
    return Ranked(text, "edit", passed, utility)


def test_the_best_rewrite_is_preferred_to_the_draft_and_to_the_worst() -> None:
    made = prefer(SOURCE, [ranked("Old harbour, 5: the boat leaves", 1.0), ranked("At 5 the boat leaves", 2.0),
                           ranked("a boat leaves at 5", -1.0)], 0.55, 0.1)  # fmt: skip
    assert [(one.better, one.worse) for one in made] == [
        ("At 5 the boat leaves", SOURCE.worse),
        ("At 5 the boat leaves", "a boat leaves at 5"),
    ]
    assert made[0].p_better == pytest.approx(0.8808, abs=1e-3)
    assert made[1].p_better == pytest.approx(0.9526, abs=1e-3)
    for one in made:
        assert one.p_better is not None
        assert (one.kind, one.split, one.draft, one.faithful, one.platform) == (
            "judged",
            "train",
            SOURCE.worse,
            True,
            "x",
        )
        assert one.weight == pytest.approx(2 * one.p_better - 1)
        assert one.component == SOURCE.component
    assert len({one.pair_id for one in made}) == 2


def test_what_failed_a_gate_or_hardly_changed_is_never_preferred() -> None:
    assert prefer(SOURCE, [ranked("Sunk! All drowned", 9.0, passed=False)], 0.55, 0.1) == []
    assert prefer(SOURCE, [ranked("the boat leaves at 5 from the old harbour!", 9.0)], 0.55, 0.3) == []
    assert prefer(SOURCE, [ranked("At 5 the boat leaves", 0.1)], 0.55, 0.1) == []
    assert prefer(SOURCE, [], 0.55, 0.1) == []


def failed(text: str) -> Ranked:
    return Ranked(text, "sample", False, 0.0)


def test_a_sample_that_failed_a_gate_is_surely_worse() -> None:
    made = prefer(SOURCE, [ranked("At 5 the boat leaves", 2.0), failed("It sank"), failed("")], 0.55, 0.1)
    assert [(one.worse, one.p_better) for one in made if one.worse != SOURCE.worse] == [("It sank", 1.0)]
    alone = prefer(SOURCE, [ranked("At 5 the boat leaves", 2.0), failed("It sank")], 0.55, 0.1, against=["draft"])
    assert [one.worse for one in alone] == [SOURCE.worse]


def test_several_samples_that_failed_are_shared_among_the_best() -> None:
    best = [ranked("At 5 today the boat leaves", 2.0), ranked("Old harbour, 5: there goes the boat", 1.5)]
    sunk = [failed(f"It sank {at}") for at in range(5)]
    made = prefer(SOURCE, [*best, *sunk], 0.55, 0.1, targets=2, against=["failed"], failures=2)
    assert [one.worse for one in made] == ["It sank 0", "It sank 1", "It sank 2", "It sank 3"]
    few = prefer(SOURCE, [*best, *sunk[:1]], 0.55, 0.1, targets=2, against=["failed"], failures=2)
    assert [(one.better, one.worse) for one in few] == [(one.text, "It sank 0") for one in best]


def test_several_targets_of_a_draft_differ() -> None:
    best = "At 5 today the boat leaves from the old harbour, as ever"
    near = best.replace(",", "")
    far, dull = "Old harbour, 5: there goes the boat", "Boat, harbour, 5"
    several = [ranked(best, 2.0), ranked(near, 1.9), ranked(far, 1.5), ranked(dull, 0.01)]
    made = prefer(SOURCE, several, 0.55, 0.1, targets=3, against=["draft"])
    assert [one.better for one in made] == [best, far]


def test_drafts_come_from_measured_training_pairs_once_each() -> None:
    train = corpus_pairs(20)
    again = pair(train[0].worse, "another better one", component=train[0].component)
    others = [*corpus_pairs(5, split="test"), *corpus_pairs(5, split="judge"), *corpus_pairs(5, kind="judged", seed=9)]
    chosen = drafts([*train, again, *others], 100, seed=0)
    assert {one.worse_id for one in chosen} == {one.worse_id for one in train}
    assert len(chosen) == 20
    assert drafts([*others, again, *train][::-1], 100, seed=0) == chosen
    assert len(drafts(train, 7, seed=0)) == 7
    assert drafts(train, 7, seed=0) != drafts(train, 7, seed=1)


def test_each_turn_takes_the_next_drafts_and_the_first_again_behind_the_last() -> None:
    train = corpus_pairs(20)
    every = drafts(train, 10_000, seed=0)
    assert drafts(train, 7, seed=0, turn=1) == every[7:14]
    turns = [one for turn in range(len(every)) for one in drafts(train, 1, seed=0, turn=turn)]
    assert turns == every
    assert drafts(train, 1, seed=0, turn=len(every)) == every[:1]
    assert drafts(train, 10_000, seed=0, turn=3) == every
    assert drafts([], 7, seed=0, turn=1) == []


def test_samples_are_gated_before_they_are_scored(scorer: Scorer) -> None:
    writer: Any = load_base("tiny:llama", "rewrite", precision="fp32")
    (found,) = rank(["It is very costly, but the boat leaves at 5 today."], writer, scorer, samples=2,
                    temperature=[1.0, 0.5], seed=0)  # fmt: skip
    assert len(found) == 2
    assert not any(one.passed for one in found)  # random weights write noise
    assert all(one.utility == 0 for one in found)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    training = fitting.choose([*corpus_pairs(60), *corpus_pairs(20, split="validation")], "train", None, 0)
    return fitting.fit_linear(training, control=None, strengths=(1.0,), seed=0)[0]


def test_each_temperature_draws_its_own_random_numbers(scorer: Scorer, monkeypatch: pytest.MonkeyPatch) -> None:
    seeds: list[int] = []

    def made(_: Any, asked: Sequence[str], *, seed: int, **__: Any) -> list[list[Rewrite]]:
        seeds.append(seed)
        return [[] for _ in asked]

    monkeypatch.setattr("train.candidates.sample", made)
    writer: Any = load_base("tiny:llama", "rewrite", precision="fp32")
    rank(["A draft"], writer, scorer, samples=4, temperature=[0.7, 1.0], seed=5)
    assert seeds[0] == 5
    assert len(set(seeds)) == 2


def test_a_rewrite_may_be_half_as_long_again() -> None:
    assert length_limit(40) == 76
    assert length_limit(0) == 16
