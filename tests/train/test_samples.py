"""Rewrites of validation drafts while a writer learns: which drafts, what is told of them, and what stays here."""

from __future__ import annotations

from dataclasses import replace

import torch

from tests.train.worlds import adapted, corpus_pairs, pair
from train import steps
from train.candidates import sample
from train.tracking import samples
from train.tracking.samples import Sample

WRITER = replace(steps.load_base("tiny:llama", "rewrite", precision="fp32"), model=adapted())
JUDGES = corpus_pairs(6, split="validation")
TOLD = [
    Sample("The boat leaves at 5.", "Boat at 5!", True, True, (), ("language",), 0.75),
    Sample("Rain | early", "Rain 6", False, False, ("numbers", "names"), (), None),
]


def test_drafts_are_the_worse_posts_of_measured_validation_pairs_one_each() -> None:
    same = replace(JUDGES[0], better=JUDGES[1].better, better_id=JUDGES[1].better_id, pair_id="another")
    others = [pair("a", "b"), pair("c", "d", split="test"), pair("e", "f", split="validation", kind="paraphrase")]
    found = samples.drafts([*JUDGES, same, *others], 16, seed=0)
    assert sorted(one.worse for one in found) == sorted(one.worse for one in JUDGES)
    assert len(samples.drafts(JUDGES, 2, seed=0)) == 2
    assert samples.drafts(JUDGES[::-1], 3, seed=0) == samples.drafts(JUDGES, 3, seed=0)
    assert samples.drafts(JUDGES, 0, seed=0) == []


def test_rewrites_are_greedy_as_at_suggestion_and_leave_no_trace() -> None:
    WRITER.model.train()
    before = torch.get_rng_state()
    found = samples.rewrite(WRITER, JUDGES)
    assert WRITER.model.training
    assert torch.equal(torch.get_rng_state(), before)
    WRITER.model.eval()
    made = sample(WRITER, [one.worse for one in JUDGES], samples=1, temperature=0, seed=5)
    assert [one.rewrite for one in found] == [one.text for [one] in made]
    assert [one.draft for one in found] == [one.worse for one in JUDGES]
    assert all(one.passed == (not one.failed) for one in found)
    assert all(one.score is None for one in found)


def test_without_text_hashes_and_lengths_stand_in_its_place() -> None:
    columns, rows = samples.table(TOLD, text=False)
    assert columns == ("draft_sha256", "draft_characters", "rewrite_sha256", "rewrite_characters", "ended", "passed",
                       "failed", "not_checked", "score")  # fmt: skip
    assert rows[0][1::2] == [21, 10, "yes", "language"]
    assert rows[1][4:] == ["no", "no", "numbers, names", "", None]
    assert rows[0][0] == "c823d31083610023"
    text = repr(rows)
    assert not any(word in text for one in TOLD for word in (one.draft, one.rewrite, "boat", "Boat", "Rain"))


def test_with_text_both_posts_are_told() -> None:
    columns, rows = samples.table(TOLD, text=True)
    assert columns == ("draft", "rewrite", "ended", "passed", "failed", "not_checked", "score")
    assert rows[0] == ["The boat leaves at 5.", "Boat at 5!", "yes", "yes", "", "language", 0.75]


def test_figures_are_means_over_all_and_of_scores_over_those_scored() -> None:
    found = samples.figures(TOLD)
    assert (found["ended"], found["passed"], found["score"]) == (0.5, 0.5, 0.75)
    assert found["length_ratio"] == (10 / 21 + 6 / 12) / 2
    assert "score" not in samples.figures(TOLD[1:])
