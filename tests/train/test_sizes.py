"""Learning the size of differences: precise tests speak louder, and labels alone are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from data_prep.records import Pair
from tests.train.tiny_encoder import encoder
from tests.train.worlds import corpus_pairs
from train import members
from train.scorers import fitting, sizes
from train.settings import Fits, Tune
from virality.errors import ViralityError


def counted(pair: Pair, clicks: int, difference: float) -> Pair:
    return replace(pair, difference=difference, successes_better=clicks, successes_worse=clicks,
                   trials_better=100 * clicks, trials_worse=100 * clicks)  # fmt: skip


@pytest.fixture(scope="module")
def world() -> list[Pair]:
    """Precise tests in which 'free' wins by a nat, and as many of a few clicks in which it seems to lose by as much."""
    precise = [counted(one, 2000, 1.0) for one in corpus_pairs(40)]
    turned = [
        replace(one, worse=one.better, better=one.worse, pair_id=f"turned {one.pair_id}") for one in corpus_pairs(60)
    ]
    vague = [counted(one, 2, 1.0) for one in turned]
    return [*precise, *vague, *(counted(one, 2000, 1.0) for one in corpus_pairs(20, split="validation"))]


def test_precision_is_that_of_counts_and_of_what_wording_leaves_open(world: list[Pair]) -> None:
    found = sizes.sizes(world[:41], None, 0)
    assert found.nats.tolist() == [1.0] * 41
    assert found.precision[0] == pytest.approx(1 / (2 / 2000.5 + sizes.UNEXPLAINED**2))
    assert found.precision[40] == pytest.approx(1 / (2 / 2.5 + sizes.UNEXPLAINED**2))


def test_pairs_without_counts_are_all_alike() -> None:
    pairs = [replace(one, difference=0.4 + at) for at, one in enumerate(corpus_pairs(3))]
    assert len(set(sizes.sizes(pairs, None, 0).precision.tolist())) == 1


def test_labels_without_a_size_are_refused() -> None:
    with pytest.raises(ViralityError, match="3 of 3 pairs are labels") as caught:
        sizes.sizes(corpus_pairs(3), None, 0)
    assert "\n" not in str(caught.value)


def test_the_shuffled_control_turns_sizes() -> None:
    pairs = [replace(one, difference=0.4) for one in corpus_pairs(200)]
    found = sizes.sizes(pairs, "shuffled", 0).nats
    assert set(found.tolist()) == {0.4, -0.4}
    assert abs((found > 0).mean() - 0.5) < 0.15


@pytest.mark.parametrize("family", ["linear", "encoder"])
def test_precise_tests_outvote_more_numerous_vague_ones(family: str, world: list[Pair], tmp_path: Path) -> None:
    training = fitting.choose(world, "train", None, 0)
    spec = encoder(tmp_path / "bert")
    right = {}
    for learns in ("size", "order"):
        tune = Tune(epochs=6, learning_rate=3e-3, batch_size=20, labels="hard") if family == "encoder" else None
        settings = Fits(encoder=spec, tune=tune, learns=learns)
        made = members.make(settings, family, training, tmp_path / learns, control=None, seed=0)
        right[learns] = float((made.margins > 0).mean())
    assert right["size"] > 0.9
    assert right["order"] < 0.6
