"""A writer is asked as it was taught: gates, bounds, penalty and temperature of the rounds it learned from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.suggest import Assistant
from tests.eval.assistants import tiny_writer
from tests.train.finished_runs import finished, in_its_own_folder
from train.gate_settings import GateSettings
from train.improve.settings import ImproveSettings
from train.steering import Steering
from virality import runs
from virality.errors import ViralityError
from virality.models.generate import Rewrite

__all__ = ["in_its_own_folder"]
DRAFT = "The costly boat leaves the old harbour early, and the school road is open."


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Path:
    """A writer's run that learned from a round; its model is a tiny one, and it has no scorer."""
    monkeypatch.setattr("eval.suggest.assistant.load_writer", lambda *_, **__: tiny_writer())
    monkeypatch.setattr("eval.suggest.assistant.guides", lambda _: iter(()))
    gates = {"accounted": True, "min_edit": 0.15}
    asked = {"writer": "w", "scorer": "s", "data": "d", "temperature": [1.0], "copy_penalty": 1.5, "gates": gates}
    settings = ImproveSettings.model_validate(asked).model_dump(mode="json")
    pairs = finished("pairs", "improve", settings=settings)
    return finished("writer", task="writer", settings={"data": [str(pairs)]})


def steered(assistant: Assistant, monkeypatch: pytest.MonkeyPatch, **asked: Any) -> list[tuple[Steering, float]]:
    """What leads the samples of a draft."""
    seen: list[tuple[Steering, float]] = []

    def sample(_: Any, drafts: list[str], **given: Any) -> list[list[Rewrite]]:
        seen.append((given["steering"], given["temperature"]))
        return [[] for _ in drafts]

    monkeypatch.setattr("eval.suggest.assistant.sample", sample)
    list(assistant.suggest([DRAFT], **asked))
    return seen


def test_its_rounds_say_how_it_is_asked(writer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assistant = Assistant.open(writer)
    assert (assistant.context.accounted, assistant.context.min_edit) == (True, 0.15)
    assert steered(assistant, monkeypatch) == [(Steering(True, 1.5), 1.0)]
    assert steered(assistant, monkeypatch, temperature=0.3) == [(Steering(True, 1.5), 0.3)]


def test_a_tone_brings_words_of_its_own(writer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert steered(Assistant.open(writer), monkeypatch, tone="warm") == [(Steering(False, 1.5), 1.0)]


def test_gates_that_are_given_hold_instead(writer: Path) -> None:
    context = Assistant.open(writer, gates=GateSettings(min_edit=0.2)).context
    assert (context.accounted, context.min_edit) == (False, 0.2)


def test_a_checkpoint_is_asked_as_its_run(writer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = writer / "checkpoints" / "checkpoint-4"
    checkpoint.mkdir(parents=True)
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        (checkpoint / name).write_text("{}")
    monkeypatch.setattr("eval.systems.training.load_writer", lambda *_, **__: tiny_writer())
    guide = finished("guide", task="scorer", control=None, pairs={"validation": 7})
    monkeypatch.setattr("eval.suggest.assistant.guides", lambda run: iter([guide] if run == writer else []))
    monkeypatch.setattr("eval.suggest.assistant.load_scorer", lambda _: None)
    assistant = Assistant.open(checkpoint)
    assert (assistant.context.min_edit, assistant.steering.copy_penalty) == (0.15, 1.5)
    assert (assistant.scorer_name, assistant.name) == ("guide", str(checkpoint))


def test_a_writer_whose_rounds_are_gone_is_asked_as_any_other(
    writer: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(runs.finished(writer)["settings"]["data"][0], "run.json").unlink()
    assert steered(Assistant.open(writer), monkeypatch) == [(Steering(), 0.7)]
    assert "cannot be read, so it is asked as any other" in capsys.readouterr().err


def test_vllm_by_name_is_refused_before_a_model_is_loaded(writer: Path) -> None:
    with pytest.raises(ViralityError, match="taught with samples that vLLM cannot lead"):
        Assistant.open(writer, engine="vllm")
