"""A fine-tuned encoder: no padding is computed and nothing changes by that; it learns, is saved whole, and goes on."""

from __future__ import annotations

from dataclasses import asdict
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.train.tiny_encoder import encoder
from tests.train.worlds import corpus_pairs, pair
from train import members, scorers
from train.layout import collate_scored
from train.scorers import fitting, tuned
from train.settings import Fits, Tune
from virality.errors import ViralityError

LONG = "the harbour opens early in winter and the boat leaves at five " * 3
TEXTS = ["bread", "The ticket is cheap today", LONG, "", "خبز طازج كل صباح", "five 🚀🚀 boats"]


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> str:
    return encoder(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="module")
def training() -> fitting.Training:
    return fitting.choose([*corpus_pairs(64), *corpus_pairs(16, split="validation")], "train", None, 0)


def fitted(spec: str, training: fitting.Training, folder: Path, **tune: object) -> members.Made:
    settings = Fits(encoder=spec, tune=Tune(**({"epochs": 6, "learning_rate": 3e-3, "batch_size": 16} | tune)))
    return members.make(settings, "encoder", training, folder, control=None, seed=0)


def values(made: tuned.Tuned, *, joined: bool) -> torch.Tensor:
    ids = tuned.tokenised(made.tokenizer, TEXTS)
    rows = [{"completions": [one], "weight": 1.0, "p_better": 1.0, "offset": 0.0, "row": 0} for one in ids]
    made.model.joined = joined
    found: torch.Tensor = made.model(collate_scored(rows, 0, shared=False)["levels"][-1])
    return found


@pytest.mark.parametrize("family", ["bert", "roberta", "electra", "distilbert"])
def test_texts_in_one_row_have_the_values_and_gradients_of_padded_ones(tmp_path: Path, family: str) -> None:
    made = tuned.begin(encoder(tmp_path, family), seed=0)
    found = []
    for joined in (True, False):
        made.model.zero_grad()
        answer = values(made, joined=joined)
        torch.autograd.backward((answer * torch.arange(len(TEXTS))).sum())
        found.append((answer.detach(), {name: one.grad for name, one in made.model.named_parameters()}))
    torch.testing.assert_close(found[0][0], found[1][0], rtol=1e-5, atol=1e-5)
    for name, gradient in found[1][1].items():
        if gradient is not None:
            torch.testing.assert_close(found[0][1][name], gradient, rtol=1e-4, atol=1e-5, msg=name)


def test_an_encoder_that_sees_windows_is_padded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = tuned.begin(encoder(tmp_path, "modernbert"), seed=0)
    tuned.verified(made, tuned.tokenised(made.tokenizer, [LONG, "bread", LONG[:60]]))
    assert not made.model.joined
    assert "they are padded" in capsys.readouterr().err


def test_it_learns_what_wins(bert: str, training: fitting.Training, tmp_path: Path) -> None:
    made = fitted(bert, training, tmp_path)
    assert (made.margins > 0).mean() > 0.9
    assert made.scorer.languages == {"en": 64}
    assert {pair.pair_id for pair in made.learned} == {pair.pair_id for pair in training.train}


def test_it_is_saved_whole_and_answers_the_same(bert: str, training: fitting.Training, tmp_path: Path) -> None:
    scorer = fitted(bert, training, tmp_path / "fit", epochs=1).scorer
    scorers.save(scorer, tmp_path / "scorer")
    again = scorers.load(tmp_path / "scorer")
    assert np.allclose(again.utility(TEXTS), scorer.utility(TEXTS), atol=1e-6)
    assert {path.suffix for path in (tmp_path / "scorer").iterdir()} <= {".json", ".safetensors", ".jinja", ".txt"}
    told = "".join((tmp_path / "scorer" / name).read_text() for name in ("config.json", "tokenizer_config.json"))
    assert str(tmp_path.parent) not in told


def test_a_text_has_the_same_value_among_others(bert: str, training: fitting.Training, tmp_path: Path) -> None:
    scorer = fitted(bert, training, tmp_path, epochs=1).scorer
    alone = np.concatenate([scorer.utility([text]) for text in TEXTS])
    assert np.allclose(alone, scorer.utility(TEXTS), atol=1e-5)
    assert np.allclose(scorer.probability(TEXTS, TEXTS[::-1]), 1 - scorer.probability(TEXTS[::-1], TEXTS), atol=1e-9)
    assert scorer.utility([]).shape == (0,)


def test_the_same_seed_gives_the_same_weights(bert: str, training: fitting.Training, tmp_path: Path) -> None:
    one, two, other = (
        fitted(bert, training, tmp_path / name, epochs=1, micro_batch=micro).scorer.utility(TEXTS)
        for name, micro in (("one", 16), ("two", 16), ("other", 4))
    )
    assert np.array_equal(one, two)
    # a step is the same in one piece and in four; what all values have in common is nobody's to decide
    assert np.allclose(one - one.mean(), other - other.mean(), atol=1e-4)


def test_an_interrupted_fit_goes_on_from_its_checkpoint(bert: str, training: fitting.Training, tmp_path: Path) -> None:
    whole = fitted(bert, training, tmp_path / "whole", epochs=2)
    fitted(bert, training, tmp_path / "part", epochs=2, save_every=5)
    (tmp_path / "part" / "metrics.jsonl").unlink()
    assert (tmp_path / "part" / "checkpoints" / "checkpoint-5").is_dir()
    for later in (tmp_path / "part" / "checkpoints").glob("checkpoint-8"):
        later.rename(tmp_path / "gone")
    again = fitted(bert, training, tmp_path / "part", epochs=2, save_every=5)
    assert np.allclose(again.margins, whole.margins, atol=1e-6)


def test_a_language_model_in_one_file_is_no_encoder() -> None:
    with pytest.raises(ViralityError, match="encoder: tiny:llama") as caught:
        tuned.begin("tiny:llama", seed=0)
    assert "\n" not in str(caught.value)


def test_a_post_of_several_pairs_is_read_once_in_a_step() -> None:
    posts = [f"the boat number {at}" for at in range(4)]
    pairs = [pair(one, other, component="a test") for one, other in combinations(posts, 2)]
    made = members.examples(Fits(tune=Tune()), pairs, [list(map(ord, text)) for one in pairs for text in
                                                       (one.better, one.worse)], None, 0)  # fmt: skip
    assert {one.group for one in made} == {0}
    rows = [asdict(one) | {"row": at} for at, one in enumerate(made)]
    batch = tuned.objective().lay(rows, 0)
    assert batch["levels"][-1]["ids"].shape[0] == len(posts)
    assert batch["leaf"].shape == (2, len(pairs))
