"""From test pairs to drafts, and from rewrites to what a person gets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from eval import outcomes, steps
from eval.gallery import examples, gate_counts
from eval.outcomes import Outcome
from eval.steps import Draft, RewriteRow
from tests.train.worlds import corpus_pairs
from train.scorers import Scorer, fitting
from virality import tables
from virality.gates import GATES, Verdict

PASS = (Verdict("numbers", "pass"),)
FAIL = (Verdict("numbers", "fail", "number 5 is missing"),)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    """Prefers 'free' to 'costly'."""
    training = fitting.Training(corpus_pairs(60), corpus_pairs(20, split="validation"))
    return replace(fitting.fit_linear(training, control=None, strengths=(1.0,), seed=0)[0], version="v1")


def draft(at: int, text: str = "costly boat") -> Draft:
    return Draft(f"post{at}", f"component{at}", text, "en", None)


def rewrite(at: int, text: str) -> RewriteRow:
    return RewriteRow(f"post{at}", f"component{at}", "costly boat", text, "m", "r", "rewrite", "hash", 0, 0.7, "eos")


def test_only_measured_pairs_of_the_test_split_are_measured_on() -> None:
    test = corpus_pairs(5, split="test")
    judged = [replace(one, kind="judged") for one in corpus_pairs(3, split="test", seed=1)]
    assert steps.test_pairs([*corpus_pairs(4), *judged, *test, *corpus_pairs(2, split="judge")]) == test


def test_drafts_are_better_and_worse_posts_from_as_many_components_as_there_are() -> None:
    pairs = [replace(one, component=f"c{min(at, 5)}") for at, one in enumerate(corpus_pairs(20, split="test"))]
    chosen = steps.drafts(pairs, 6, seed=0)
    assert len({one.component for one in chosen}) == 6
    everything = steps.drafts(pairs, 1000, seed=0)
    assert len(everything) == len({one.example_id for one in everything}) == 40
    assert everything[:6] == chosen
    assert {one.text for one in everything} == {text for one in pairs for text in (one.worse, one.better)}
    assert steps.drafts(pairs[::-1], 6, seed=0) == chosen
    assert steps.drafts(pairs, 6, seed=1) != chosen


def test_the_guide_chooses_among_what_passed_and_the_judge_says_whether_it_won(scorer: Scorer) -> None:
    chosen = [draft(0), draft(1)]
    rows = [rewrite(0, "free rain"), rewrite(0, "costly boat road"), rewrite(0, "free boat"),
            rewrite(1, "free boat"), rewrite(1, "free"), rewrite(1, "free free")]  # fmt: skip
    first, second = outcomes.outcomes(rows, [FAIL, PASS, PASS, FAIL, FAIL, FAIL], chosen, scorer, scorer)
    assert (first.returned, first.text) == (2, "free boat")
    assert first.passed == [False, True, True]
    assert first.scorer[0] is None
    assert first.judge is not None
    assert first.judge > 0.5
    assert first.first[1] is None
    assert first.first[2] is None, "the second passed, but the guide prefers the draft to it"
    assert first.first[3] == first.judge
    assert (second.returned, second.judge, second.text) == (None, None, "costly boat")


def test_who_chooses_is_said_and_a_draft_without_a_row_has_nothing_returned(scorer: Scorer) -> None:
    chosen = [draft(0), draft(1)]
    rows = [rewrite(0, "costly rain"), rewrite(0, "free rain"), rewrite(0, "costly boat road")]
    judged = [FAIL, FAIL, PASS]
    found = {pick: outcomes.outcomes(rows, judged, chosen, scorer, scorer, pick)
             for pick in ("guide", "ungated", "first", "given")}  # fmt: skip
    assert [found[pick][0].returned for pick in ("guide", "ungated", "first", "given")] == [None, 1, 2, 0]
    assert all(mine[1].returned is None and mine[1].rewrites == [] for mine in found.values())
    assert all(set(mine[1].first.values()) == {None} for mine in found.values())


def test_the_same_text_from_both_systems_is_a_tie(scorer: Scorer) -> None:
    rows = [rewrite(0, "free boat")]
    (mine,) = outcomes.outcomes(rows, [PASS], [draft(0)], scorer, scorer)
    (nothing,) = outcomes.outcomes(rows, [FAIL], [draft(0)], scorer, scorer)
    assert outcomes.versus(scorer, [mine], [mine]).tolist() == [0.5]
    assert outcomes.versus(scorer, [mine], [nothing])[0] > 0.5
    assert outcomes.versus(scorer, [nothing], [mine])[0] < 0.5


def test_a_rewrite_that_was_not_scored_says_why(scorer: Scorer) -> None:
    found = outcomes.outcomes([rewrite(0, "free boat")], [FAIL], [draft(0)], scorer, scorer)
    kept = outcomes.scores("writer", [draft(0)], found, "v1", "v2")
    assert [(one.example_id, one.scorer, one.value, one.why) for one in kept] == [
        ("post0:writer:0", "scorer", None, "failed a gate"),
        ("post0:writer:returned", "judge", None, "nothing was returned"),
    ]


def test_verdicts_find_their_draft_again() -> None:
    rows = [rewrite(1, "a"), rewrite(0, "b"), rewrite(1, "c")]
    assert steps.by_draft(rows, [PASS, FAIL, FAIL], [draft(0), draft(1)]) == [[FAIL], [PASS, FAIL]]


def test_rewrites_are_kept_and_read_as_they_were(tmp_path: Path) -> None:
    rows = [rewrite(0, "free boat 🚤"), rewrite(1, "مجانا")]
    rows = [replace(row, temperature=0.5) for row in rows]
    tables.write(rows, steps.rewrite_schema(), tmp_path / "rewrites.parquet")
    assert tables.read(tmp_path / "rewrites.parquet", steps.rewrite_schema(), RewriteRow) == rows


def test_pair_scores_name_scorer_and_version(scorer: Scorer) -> None:
    pairs = corpus_pairs(2, split="test")
    kept = steps.pair_scores("judge", scorer, pairs, np.asarray([0.7, 0.2]))
    assert [(one.example_id, one.scorer, one.scorer_version, one.value, one.why) for one in kept] == [
        (pairs[0].pair_id, "judge", "v1", 0.7, None),
        (pairs[1].pair_id, "judge", "v1", 0.2, None),
    ]


def test_gates_are_counted_over_all_rewrites_of_a_system() -> None:
    unseen = (Verdict("names", "not_checked", "no capitals"),)
    counted = gate_counts("writer", [FAIL, FAIL, PASS, unseen], ["en"] * 4)
    counts = {one.gate: one for one in counted}
    assert set(counts) == set(GATES)
    assert len(counted) == len(GATES)
    assert all(one.lang is None for one in counted)
    assert (counts["numbers"].failed, counts["numbers"].n) == (2, 4)
    assert counts["names"].not_checked == 1


def test_gates_are_counted_for_each_language_of_the_drafts_too() -> None:
    unseen = (Verdict("names", "not_checked", "no capitals"),)
    counted = gate_counts("writer", [FAIL, unseen, PASS, FAIL], ["en", "ar", "ar", "unknown"])
    counts = {(one.lang, one.gate): (one.failed, one.not_checked, one.n) for one in counted}
    assert {lang for lang, _ in counts} == {None, "ar", "en", "unknown"}
    assert counts[None, "numbers"] == (2, 0, 4)
    assert [counts[lang, "numbers"] for lang in ("ar", "en", "unknown")] == [(0, 0, 2), (1, 0, 1), (1, 0, 1)]
    assert counts["ar", "names"] == (0, 1, 2)


def outcome(at: int, judge: float | None) -> Outcome:
    back = None if judge is None else 0
    return Outcome(str(at), f"component{at}", "costly boat", ["free boat"], [judge is not None],
                   [None if judge is None else 0.6], back, judge, [judge], {1: judge})  # fmt: skip


def test_examples_show_good_bad_and_none_passed_in_turn() -> None:
    judged = [0.9, 0.9, 0.9, 0.2, None, None]
    mine = [outcome(at, p) for at, p in enumerate(judged)]
    chosen = [draft(at) for at in range(6)]
    shown = examples(chosen, mine, [outcome(at, None) for at in range(6)], [[PASS]] * 6, 5, seed=0)
    assert [one.kind for one in shown] == ["good", "bad", "none_passed", "good", "none_passed"]
    assert all(one.base_rewrite is None for one in shown)
    assert shown[2].judge_p is None
    assert shown[2].rewrite == "free boat"
    assert len(examples(chosen, mine, mine, [[PASS]] * 6, 100, seed=0)) == 6
    assert examples(chosen, mine, mine, [[PASS]] * 6, 0, seed=0) == []
