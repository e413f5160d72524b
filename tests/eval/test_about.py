"""What a report says of how it was made."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval import about
from eval.settings import EvaluateSettings
from eval.systems import System
from train.gate_settings import context


@pytest.mark.parametrize(
    ("more", "sampling", "held"),
    [
        ({}, "4 of each draft, temperature 0.7", "defaults"),
        (
            {
                "copy_penalty": 1.5,
                "distinct_starts": True,
                "temperature": 1,
                "gates": {"accounted": True, "min_edit": 0.15},
            },
            "4 of each draft, temperature 1, a copy penalty of 1.5 nats, each beginning otherwise, "
            "English word by word as it can be accounted for",
            "accounted True, min_edit 0.15",
        ),
    ],
)
def test_sampling_and_gates_are_told_where_they_differ(more: dict[str, object], sampling: str, held: str) -> None:
    asked = EvaluateSettings.model_validate({"data": "d", "scorer": "s", "judge": "j", "writer": "w"} | more)
    told = about.asked(asked, context(asked.gates, None))
    assert told["sampling"] == sampling
    assert told["gates"].startswith("version ")
    assert told["gates"].endswith(held)


def test_a_checkpoint_is_told_by_its_own_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    outputs = {"adapter/adapter_model.safetensors": {"sha256": "of the last step"}}
    made = {"outputs": outputs, "base": {"spec": "b", "revision": None}, "prompt": {"name": "p", "hash": "h"},
            "seconds": 1.0, "machine": "m", "commit": "c"}  # fmt: skip
    monkeypatch.setattr("eval.about.runs.finished", lambda *_: made)
    here = {"commit": "c", "dirty": False, "machine": "m", "versions": {}, "seed": 0}

    def told(system: System) -> str:
        return about.provenance(here, {}, {}, system)["adapter sha256"]

    assert told(System("writer", "run", "runs/train/w", "of the run")) == "of the last step"
    half = System("writer", "checkpoint", "runs/train/w/checkpoints/checkpoint-5", "of step 5")
    assert told(half) == "of step 5"
