"""The lora scorer: learns what wins, answers the same after a save and beside any text, and refuses what is not its."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml

from tests.train.worlds import corpus_pairs, prepared, told
from train import run_scorer, scorers, steps
from train.scorers import Scorer, Utility, calibration
from virality import ledger, runs, tables
from virality.cli import main
from virality.errors import ViralityError

CONFIG: dict[str, Any] = {
    "task": "scorer", "family": "lora", "base": "tiny:llama", "precision": "fp32", "data": "runs/prepare/pairs",
    "learning_rate": 1e-2, "batch_size": 8, "epochs": 3, "save_every": 20, "lora": {"rank": 8, "alpha": 16},
}  # fmt: skip
RUN = Path("runs/train/scorer")
TEST = corpus_pairs(40, split="test")
BETTER, WORSE = [one.better for one in TEST], [one.worse for one in TEST]
ODD = ["", " ", "شكرا جزيلا", "🚀🚀", "<|im_end|>", "@someone https://example.org", "word " * 20_000, "\x00"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder in which a scorer has been trained on pairs of which a word decides."""
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        prepared("alone", corpus_pairs(8))
        prepared("pairs", [*corpus_pairs(120), *corpus_pairs(30, split="validation"), *TEST])
        Path("scorer.yaml").write_text(yaml.safe_dump(CONFIG))
        assert main(["train", "scorer.yaml"]) == 0
        yield folder


@pytest.fixture(scope="module")
def scorer(world: Path) -> Scorer:
    return steps.load_scorer(world / RUN)


def accuracy(scorer: Scorer) -> float:
    return float((scorer.probability(BETTER, WORSE) > 0.5).mean())


def test_what_wins_is_learned(scorer: Scorer) -> None:
    assert accuracy(scorer) > 0.9
    assert (scorer.family, scorer.languages) == ("lora", {"en": 120})


def test_swapping_two_posts_mirrors_the_probability(scorer: Scorer) -> None:
    p, mirrored = scorer.probability(BETTER, WORSE), scorer.probability(WORSE, BETTER)
    assert np.allclose(p + mirrored, 1, rtol=0, atol=1e-15)
    assert scorer.probability(["the same"], ["the same"])[0] == 0.5


def test_a_text_has_the_same_utility_alone_and_among_others(scorer: Scorer) -> None:
    texts = [*BETTER[:20], *ODD[:6], *WORSE[:20], BETTER[0]]
    model = scorer.model
    assert isinstance(model, Utility)
    together = model.utility(texts)
    each = np.concatenate([model.utility([text]) for text in texts])
    assert np.abs(together - each).max() < 1e-5
    assert together[0] == together[-1]


def test_no_text_has_no_utility(scorer: Scorer) -> None:
    assert scorer.utility([]).shape == (0,)
    assert scorer.probability([], []).shape == (0,)


def test_empty_odd_and_very_long_texts_are_scored(scorer: Scorer) -> None:
    p = scorer.probability(ODD, ODD[1:] + ODD[:1])
    assert ((p > 0) & (p < 1)).all()


def test_saved_and_loaded_it_scores_the_same(scorer: Scorer, tmp_path: Path) -> None:
    scorers.save(scorer, tmp_path)
    loaded = scorers.load(tmp_path)
    assert np.abs(loaded.probability(BETTER, WORSE) - scorer.probability(BETTER, WORSE)).max() < 1e-6
    assert len(loaded.version) == 12
    assert loaded.calibration == scorer.calibration


def test_the_head_is_saved_and_is_not_the_one_it_began_with(world: Path) -> None:
    from safetensors.torch import load_file

    from virality.models import tiny

    saved = load_file(world / RUN / "scorer" / "adapter_model.safetensors")
    [head] = [tensor for name, tensor in saved.items() if "score" in name]
    begun = tiny.model("llama", 0, head="score").score.weight
    assert head.shape == begun.shape
    assert head.dtype == torch.float32
    assert not torch.equal(head, begun)


def test_its_scale_is_that_of_the_validation_pairs(world: Path, scorer: Scorer) -> None:
    pairs = corpus_pairs(30, split="validation")
    margins = scorer.margins([one.better for one in pairs], [one.worse for one in pairs])
    assert scorer.calibration.scale == pytest.approx(calibration.calibrate(margins)[0], rel=1e-4)
    assert runs.finished(world / RUN)["calibration"] == scorer.calibration.about()


def test_the_ledger_knows_what_it_learned_from_and_was_calibrated_on(world: Path) -> None:
    found = tables.read(world / RUN / "ledger.parquet", ledger.schema(), ledger.Entry)
    by_use = {
        (checkpoint, use): {one.pair_id for one in found if (one.checkpoint, one.use) == (checkpoint, use)}
        for checkpoint, use in {(one.checkpoint, one.use) for one in found}
    }
    learned = {one.pair_id for one in corpus_pairs(120)}
    assert by_use == {
        ("scorer", "train"): learned,
        ("scorer", "calibrate"): {one.pair_id for one in corpus_pairs(30, split="validation")},
        ("checkpoint-40", "train"): learned,
        ("checkpoint-45", "train"): learned,
    }


def test_its_run_says_what_it_is(world: Path) -> None:
    document = runs.finished(world / RUN)
    assert (document["family"], document["split"], document["control"]) == ("lora", "train", None)
    assert document["pairs"] == {"train": 120, "validation": 30}
    assert document["base"] == {"spec": "tiny:llama", "revision": "0"}
    assert document["training"]["steps"] == 45
    assert not [name for name in document["outputs"] if name.startswith("work/")]


def test_two_posts_are_scored_by_the_command(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for posts in ([BETTER[0], WORSE[0]], [WORSE[0], BETTER[0]]):
        assert main(["score", str(RUN), *posts]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert BETTER[0] in said[0].splitlines()[0]


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "adapter_config.json"])
def test_a_changed_file_is_refused(here: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = RUN / "scorer" / name
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(bytes(content))
    assert f"{name}: missing or changed since it was written; train it again" in told(
        capsys, "score", str(RUN), "a", "b"
    )


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("prompt_hash", "0" * 12, "the prompt score has changed since this run; train it again"),
        ("revision", "other", "was trained on tiny:llama other, and another revision is installed; train it again"),
    ],
)
def test_another_prompt_or_base_than_it_was_trained_with_is_refused(
    here: Path, key: str, value: str, reason: str
) -> None:
    path = RUN / "scorer" / scorers.FILE
    about = json.loads(path.read_text())
    about["model"][key] = value
    path.write_text(json.dumps(about))
    with pytest.raises(ViralityError, match=reason) as caught:
        scorers.load(RUN / "scorer")
    assert "\n" not in str(caught.value)


def test_shuffled_labels_teach_nothing(here: Path, scorer: Scorer) -> None:
    assert main(["train", "scorer.yaml", "control=shuffled", "name=shuffled"]) == 0
    shuffled = steps.load_scorer(Path("runs/train/shuffled"))
    learned, noise = (float(np.abs(one.margins(BETTER, WORSE)).mean()) for one in (scorer, shuffled))
    assert noise < 0.05 * learned
    assert runs.finished(Path("runs/train/shuffled"))["control"] == "shuffled"
    metrics = Path("runs/train/shuffled/metrics.jsonl").read_text().splitlines()
    losses = [found["loss"] for found in map(json.loads, metrics) if "loss" in found]
    assert min(losses[-5:]) > 0.67  # of log 2


def test_the_best_of_its_checkpoints_is_what_it_is(here: Path) -> None:
    given = ["evaluate_every=5", "save_every=0", "patience=3", "max_validation=10", "name=best"]
    assert main(["train", "scorer.yaml", *given]) == 0
    training = runs.finished(Path("runs/train/best"))["training"]
    assert training["validation_pair_accuracy"] > 0.9
    assert training["best_step"] <= training["steps"] <= 45
    weights = Path("runs/train/best/scorer/adapter_model.safetensors")
    chosen = Path(f"runs/train/best/checkpoints/checkpoint-{training['best_step']}/adapter_model.safetensors")
    assert weights.read_bytes() == chosen.read_bytes()
    found = tables.read(Path("runs/train/best/ledger.parquet"), ledger.schema(), ledger.Entry)
    learned = {one.pair_id for one in found if (one.checkpoint, one.use) == ("scorer", "train")}
    assert len(learned) == min(120, 8 * training["best_step"])


def test_pairs_of_a_post_that_is_too_long_are_left_out_and_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    [long, *rest] = corpus_pairs(10)
    prepared("long", [replace(long, better="free " * 400), *rest, *corpus_pairs(4, split="validation")])
    assert main(["train", "scorer.yaml", "data=runs/prepare/long", "epochs=1", "name=long"]) == 0
    said = capsys.readouterr().err
    assert "9 pairs to learn from, 1 with a post of more than 512 tokens left out" in said
    found = tables.read(Path("runs/train/long/ledger.parquet"), ledger.schema(), ledger.Entry)
    assert long.pair_id not in {one.pair_id for one in found}


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        (["max_tokens=16"], "max_tokens = 16: every post is longer; raise it"),
        (["evaluate_every=2", "save_every=0", "data=runs/prepare/alone"], "no measured pair in the validation split"),
        (["split=judge"], "no measured pair in the judge split"),
        (["base=tiny:gpt9"], "there are tiny models of"),
        (["prompt=scor"], "prompt = scor: no such prompt (did you mean score?)"),
        (["strength=[1]"], "strength = [1]: is not a setting"),
        (["lora.alpha=1e30", "warmup=0", "schedule=constant"], "bad_batch.json: the "),
    ],
)
def test_a_mistake_is_one_line(
    here: Path, capsys: pytest.CaptureFixture[str], overrides: list[str], reason: str
) -> None:
    assert reason in told(capsys, "train", "scorer.yaml", "name=x", *overrides)


def test_a_pair_without_a_probability_counts_as_nine_in_ten() -> None:
    from train.settings import LoraScorerSettings

    settings = LoraScorerSettings(task="scorer", family="lora", base="tiny:llama", data=("a",))
    pairs = [replace(one, p_better=p) for one, p in zip(corpus_pairs(2), (None, 0.6), strict=True)]
    assert [one.p_better for one in run_scorer._turned(pairs, settings)] == [0.9, 0.6]
