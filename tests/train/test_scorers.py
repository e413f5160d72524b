"""Scorers: a probability and its mirror image sum to one, kept as fitted, learned from measured pairs alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_prep.records import Pair
from tests.train.worlds import corpus_pairs, pair
from train import scorers
from train.scorers import Scorer, calibration, encoder, fitting
from virality.errors import ViralityError

STRENGTHS = (0.1, 1.0, 10.0)


def fitted(pairs: list[Pair], control: str | None = None, seed: int = 0) -> Scorer:
    training = fitting.choose(pairs, "train", None, seed)
    return fitting.fit_linear(training, control=control, strengths=STRENGTHS, seed=seed)[0]


@pytest.fixture(scope="module")
def world() -> list[Pair]:
    return [*corpus_pairs(120), *corpus_pairs(40, split="validation"), *corpus_pairs(60, split="test")]


@pytest.fixture(scope="module")
def scorer(world: list[Pair]) -> Scorer:
    return fitted(world)


def many_words(count: int, split: str) -> list[Pair]:
    """Pairs of posts of twelve words each; every word of sixty has a worth of its own, and the sum decides."""
    draw = np.random.default_rng(len(split))
    words = [f"{chr(97 + at // 10)}{chr(97 + at % 10)}{chr(97 + at * 7 % 26)}" for at in range(60)]
    worth = dict(zip(words, np.random.default_rng(0).normal(size=60), strict=True))
    made = []
    for _ in range(count):
        two = [[words[at] for at in draw.permutation(60)[:12]] for _ in range(2)]
        worse, better = sorted(two, key=lambda one: sum(worth[word] for word in one))
        made.append(pair(" ".join(worse), " ".join(better), split=split))
    return made


def sides(pairs: list[Pair], split: str = "test") -> tuple[list[str], list[str]]:
    mine = [one for one in pairs if one.split == split]
    return [one.better for one in mine], [one.worse for one in mine]


def accuracy(scorer: Scorer, pairs: list[Pair]) -> float:
    return float((scorer.probability(*sides(pairs)) > 0.5).mean())


def test_what_wins_is_learned(scorer: Scorer, world: list[Pair]) -> None:
    assert accuracy(scorer, world) == 1.0
    assert scorer.languages == {"en": 120}


def test_swapping_two_posts_mirrors_the_probability(scorer: Scorer, world: list[Pair]) -> None:
    better, worse = sides(world)
    p, mirrored = scorer.probability(better, worse), scorer.probability(worse, better)
    assert np.allclose(p + mirrored, 1)
    assert ((p > 0) & (p < 1)).all()
    assert scorer.probability(["the same"], ["the same"])[0] == 0.5


def test_no_text_has_no_probability(scorer: Scorer) -> None:
    assert scorer.probability([], []).shape == (0,)


def test_words_never_seen_and_empty_texts_are_scored(scorer: Scorer) -> None:
    p = scorer.probability(["", "شكرا", "🚀🚀"], ["zzz", "", "qqq"])
    assert np.isfinite(p).all()


def test_a_saved_scorer_scores_the_same(scorer: Scorer, world: list[Pair], tmp_path: Path) -> None:
    scorers.save(scorer, tmp_path)
    loaded = scorers.load(tmp_path)
    assert np.array_equal(loaded.probability(*sides(world)), scorer.probability(*sides(world)))
    assert len(loaded.version) == 12
    assert (loaded.family, loaded.calibration, loaded.languages) == ("linear", scorer.calibration, scorer.languages)
    assert not [path for path in tmp_path.iterdir() if path.suffix not in (".json", ".safetensors")]


@pytest.mark.parametrize("name", ["weights.safetensors", "words.json"])
def test_a_changed_file_is_refused(scorer: Scorer, tmp_path: Path, name: str) -> None:
    scorers.save(scorer, tmp_path)
    data = bytearray((tmp_path / name).read_bytes())
    data[-5] ^= 1
    (tmp_path / name).write_bytes(bytes(data))
    with pytest.raises(ViralityError, match=f"{name}: missing or changed"):
        scorers.load(tmp_path)


def test_a_changed_description_is_refused_where_its_hash_is_known(scorer: Scorer, tmp_path: Path) -> None:
    from virality.runs import sha256

    scorers.save(scorer, tmp_path)
    known = sha256(tmp_path / scorers.FILE)
    scorers.load(tmp_path, known)
    path = tmp_path / scorers.FILE
    path.write_text(path.read_text().replace(f'"scale": {scorer.calibration.scale}', '"scale": 9.0'))
    with pytest.raises(ViralityError, match=r"scorer\.json: changed"):
        scorers.load(tmp_path, known)


@pytest.mark.parametrize("change", [{"format": 99}, {"family": "tree"}], ids=["format", "family"])
def test_another_format_is_refused(scorer: Scorer, tmp_path: Path, change: dict[str, object]) -> None:
    scorers.save(scorer, tmp_path)
    path = tmp_path / scorers.FILE
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ViralityError, match=f"this version reads {scorers.FORMAT} of linear, encoder, lora") as caught:
        scorers.load(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", "null", "{"])
def test_a_damaged_description_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / scorers.FILE).write_text(text)
    with pytest.raises(ViralityError, match="not a scorer's description"):
        scorers.load(tmp_path)


def test_a_folder_without_a_scorer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ViralityError, match="holds no scorer"):
        scorers.load(tmp_path)


def test_shuffled_labels_teach_nothing() -> None:
    world = [one for split in ("train", "validation", "test") for one in many_words(300, split)]
    assert accuracy(fitted(world), world) > 0.75
    turned = [accuracy(fitted(world, control="shuffled", seed=seed), world) for seed in range(5)]
    assert abs(float(np.mean(turned)) - 0.5) < 0.1


def test_soft_labels_and_weights_enter() -> None:
    one = pair("rain today in town", "sun today in town", p_better=0.9)
    sure, unsure = ([replace(one, p_better=p, pair_id=str(at)) for at in range(20)] for p in (0.95, 0.55))
    apart = [fitted(pairs).probability([one.better], [one.worse])[0] for pairs in (sure, unsure)]
    assert apart[0] > apart[1] > 0.5
    against = [replace(one, better=one.worse, worse=one.better, weight=weight, p_better=0.9) for weight in (0.1, 3.0)]
    light, heavy = (fitted([*sure[:10], *[other] * 10]).probability([one.better], [one.worse])[0] for other in against)
    assert light > 0.5 > heavy


@pytest.mark.parametrize("kind", ["paraphrase", "judged"])
def test_pairs_that_nobody_measured_teach_a_scorer_nothing(world: list[Pair], scorer: Scorer, kind: str) -> None:
    turned = [replace(one, kind=kind, better=one.worse, worse=one.better) for one in corpus_pairs(300, seed=5)]
    assert np.array_equal(fitted([*world, *turned]).probability(*sides(world)), scorer.probability(*sides(world)))
    with pytest.raises(ViralityError, match=f"no measured pair in the train split; there are .*{kind}/train"):
        fitted(turned)


def test_nothing_to_learn_from_is_one_line() -> None:
    with pytest.raises(ViralityError, match="no pairs at all"):
        fitted([])
    with pytest.raises(ViralityError, match="no measured pair in the judge split"):
        fitting.choose(corpus_pairs(3), "judge", None, 0)
    with pytest.raises(ViralityError, match="weight 0"):
        fitted([replace(one, weight=0.0) for one in corpus_pairs(3)])
    with pytest.raises(ViralityError, match="hold no words") as caught:
        fitted([replace(one, better=" ", worse="") for one in corpus_pairs(3)])
    assert "\n" not in str(caught.value)


def test_one_pair_is_enough_to_fit() -> None:
    assert fitted(corpus_pairs(1)).calibration.scale == 1.0


def test_as_many_pairs_are_drawn_as_are_asked_for() -> None:
    world = corpus_pairs(50)
    some = fitting.choose(world, "train", 20, 0).train
    assert len(some) == 20
    assert some == fitting.choose(world, "train", 20, 0).train
    assert some != fitting.choose(world, "train", 20, 1).train


def test_the_scale_is_recovered() -> None:
    draw = np.random.default_rng(0)
    margins = draw.normal(size=20_000)
    right = draw.random(20_000) < 1 / (1 + np.exp(-2.5 * margins))
    scale, likelihood = calibration.calibrate(np.where(right, margins, -margins))
    assert scale == pytest.approx(2.5, rel=0.05)
    assert -np.log(2) < likelihood < 0


def test_margins_that_know_nothing_are_scaled_to_near_one_half() -> None:
    margins = np.random.default_rng(1).normal(size=4000)
    assert calibration.calibrate(np.r_[margins, -margins])[0] < 0.01
    assert calibration.calibrate(-np.abs(margins))[0] < 0.01
    assert calibration.calibrate(np.zeros(5)) == (1.0, -np.log(2))
    assert calibration.calibrate(np.zeros(0)) == (1.0, 0.0)


def test_a_few_pairs_that_all_come_out_right_do_not_make_it_sure_of_everything() -> None:
    scale, _ = calibration.calibrate(np.full(5, 0.1))
    assert 1 / (1 + np.exp(-scale * 0.1)) == pytest.approx(6 / 7, rel=1e-3)


def test_weights_that_give_no_number_are_told_with_the_pair() -> None:
    class Broken:
        """Gives NaN for one text."""

        def utility(self, texts: Sequence[str]) -> Any:
            return np.asarray([np.nan if "boat" in text else 1.0 for text in texts])

        def save(self, folder: Path) -> dict[str, Any]:
            return {}

    scorer = Scorer("linear", Broken(), calibration.Calibration(), {"en": 1})
    assert scorer.probability(["a house"], ["a shop"]) == pytest.approx([0.5])
    with pytest.raises(ViralityError, match=r"linear family \(not saved\) gives NaN for 'a boat' against 'a shop'"):
        scorer.probability(["a house", "a boat"], ["a shop", "a shop"])


def test_embeddings_are_taken_of_the_same_texts_and_weights_alone(tmp_path: Path) -> None:
    path, found = tmp_path / "features.safetensors", np.ones((2, 3), np.float32)
    encoder.save_features(["a", "b"], found, path, "mine")
    assert np.array_equal(encoder.load_features(["a", "b"], path, "mine"), found)
    with pytest.raises(ViralityError, match="embeddings of other texts"):
        encoder.load_features(["b", "a"], path, "mine")
    with pytest.raises(ViralityError, match="embeddings by other weights"):
        encoder.load_features(["a", "b"], path, "others")
