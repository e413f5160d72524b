"""Every recipe is valid as it is, and trains, saves, loads and answers with a tiny base of its family."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from tests.train.worlds import corpus_pairs, prepared
from train import steps
from train.settings import LoraScorerSettings, WriterSettings
from virality import runs
from virality.cli import main
from virality.config import load
from virality.models.base import find
from virality.models.generate import generate
from virality.models.named import facts, licence_of
from virality.models.prompts import answer, prompt_ids
from virality.text.slots import slot

CONFIGS = Path(__file__).resolve().parent.parent.parent / "configs"
FAMILIES = {
    "smollm2_135m": "llama",
    "qwen3_0.6b": "qwen3",
    "qwen3_4b": "qwen3",
    "qwen3_8b": "qwen3",
    "llama3.2_1b": "llama",
    "llama3.1_8b": "llama",
    "gemma3_1b": "gemma3_text",
    "gemma3_4b": "gemma3_text",
    "mistral_7b": "mistral",
    "deepseek_v2_lite": "deepseek_v2",
    "moonlight_16b": "deepseek_v3",
    "gpt_oss_20b": "gpt_oss",
}
RECIPES = [f"{name}_{task}" for name in FAMILIES for task in ("writer", "scorer")]
HARDWARE = sorted(path.name for path in (CONFIGS / "hardware").glob("*.yaml"))
FAST = ("qwen3_0.6b_writer", "gpt_oss_20b_scorer")
PAIRS = [*corpus_pairs(40), *corpus_pairs(8, split="validation")]

pytestmark = pytest.mark.filterwarnings("ignore:The following .*_pattern keys did not match:RuntimeWarning")


def recipe(name: str, *overrides: str) -> WriterSettings | LoraScorerSettings:
    kind: Any = WriterSettings if name.endswith("writer") else LoraScorerSettings
    settings: WriterSettings | LoraScorerSettings = load(kind, CONFIGS / "train" / f"{name}.yaml", overrides)
    return settings


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_is_valid_alone_and_with_each_hardware(name: str) -> None:
    settings = recipe(name)
    assert settings.data == ("runs/prepare/demo",)
    assert (settings.tracking.to, settings.tracking.send_text) == ("wandb", False)
    assert settings.evaluate_every
    for hardware in HARDWARE:
        assert recipe(name, str(CONFIGS / "hardware" / hardware)).micro_batch == "auto"
    lines = (CONFIGS / "train" / f"{name}.yaml").read_text().splitlines()
    assert lines[0].startswith("# A writer on " if name.endswith("writer") else "# A scorer ")
    assert f"virality train configs/train/{name}.yaml" in lines[1]


def test_every_base_has_a_writer_and_a_scorer_and_its_licence_is_known() -> None:
    for name in FAMILIES:
        writer, scorer = recipe(f"{name}_writer"), recipe(f"{name}_scorer")
        assert writer.base == scorer.base
        assert writer.trust_remote_code == scorer.trust_remote_code == (name == "moonlight_16b")
        known = facts(writer.base)
        assert known is not None
        assert known.remote_code == writer.trust_remote_code
        if not writer.base.startswith("pypi:"):
            assert licence_of(find(writer.base, trust_remote_code=writer.trust_remote_code)) == known.licence


def test_no_recipe_is_left_out_here() -> None:
    texts = {path.stem: path.read_text() for path in (CONFIGS / "train").glob("*.yaml")}
    own = {name for name, text in texts.items() if {"base", "tracking"} <= yaml.safe_load(text).keys()}
    assert own == set(RECIPES)


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    prepared("demo", PAIRS)


def ten_steps(name: str) -> Path:
    """The recipe's run on its tiny base and 40 pairs; all else is as the recipe says."""
    base = FAMILIES[name.rpartition("_")[0]]
    given = [f"base=tiny:{base}", "precision=fp32", "batch_size=4", "evaluate_every=5", "tracking.to=none"]
    assert main(["train", str(CONFIGS / "train" / f"{name}.yaml"), *given]) == 0
    return Path("runs/train") / name


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("name", [name if name in FAST else pytest.param(name, marks=pytest.mark.slow)
                                  for name in RECIPES])  # fmt: skip
def test_a_recipe_trains_ten_steps_and_what_it_made_answers(name: str) -> None:
    run = ten_steps(name)
    document = runs.finished(run)
    assert document["training"]["steps"] == 10
    assert document["training"]["validation_pair_accuracy"] is not None
    if name.endswith("scorer"):
        scorer = steps.load_scorer(run)
        p = scorer.probability([one.better for one in PAIRS], [one.worse for one in PAIRS])
        assert np.isfinite(p).all()
        assert len(np.unique(p)) > len(PAIRS) // 2
        return
    writer = steps.load_writer(run, precision="fp32")
    draft = slot("a costly boat, says @harbour")
    prompt = prompt_ids(writer.tokenizer, writer.prompt, draft.text)
    [[made]] = generate(writer.model, writer.tokenizer, [prompt], samples=1, temperature=0, max_new_tokens=[8])
    assert isinstance(answer(writer.tokenizer, made.text, draft), str)
    assert made.stopped in ("eos", "length")
