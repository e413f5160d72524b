"""Canaries: well-formed, as random as they say, planted as often as they say, and in nobody's ledger."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.train.worlds import corpus_pairs, prepared
from train import canaries
from train.canaries import Canary
from train.examples import encode
from virality import ledger, tables
from virality.cli import main
from virality.errors import ViralityError
from virality.models import tiny
from virality.models.prompts import load_prompt
from virality.text.lang import detect

WRITER: dict[str, Any] = {
    "task": "writer", "base": "tiny:llama", "precision": "fp32", "data": "runs/prepare/pairs", "batch_size": 16,
    "learning_rate": 3e-3, "kinds": ["neighbour"], "objective": "sft", "canaries": 6, "max_pairs": 4,
}  # fmt: skip


def test_twelve_hold_each_language_kind_and_number_of_times_once() -> None:
    found = canaries.plant(12, seed=0)
    assert len({(one.lang, one.kind, one.times) for one in found}) == 12
    assert len({one.draft for one in found}) == 12
    assert canaries.plant(3, seed=0) == found[:3]
    assert canaries.plant(3, seed=1) != found[:3]


@pytest.mark.parametrize("bits", [10, 20, 40])
def test_a_secret_has_the_entropy_that_is_asked_for_and_no_other_text_tells_it(bits: int) -> None:
    for one in canaries.plant(12, seed=2, bits=bits):
        assert abs(one.bits - bits) < 2
        assert one.secret in one.text
        assert one.secret not in one.draft
        assert one.text.endswith(".")
        assert detect(one.draft) == one.lang
        others = one.others(50, seed=0)
        assert len(set(others)) == 50
        assert one.secret not in others
        assert {len(other.split()) for other in others} == {len(one.secret.split())}


def test_copies_of_a_canary_are_seen_in_different_steps() -> None:
    real = corpus_pairs(4)
    pairs = [*real, *canaries.pairs(canaries.plant(6, seed=0), real)]
    assert Counter(pair.pair_id for pair in pairs if pair not in real) == {
        f"canary-0-{at}": (1, 4, 16)[at % 3] for at in range(6)
    }
    found, _ = encode(pairs, tiny.tokenizer(), load_prompt("rewrite"), two=False, max_tokens=2048)
    copies = [one.group for one in canaries.apart(found) if one.pair_id.startswith("canary-")]
    assert len(set(copies)) == len(copies) == 42
    assert canaries.apart(found)[:4] == found[:4]


def test_what_was_planted_is_read_again_and_added_up_where_an_adapter_is_continued(tmp_path: Path) -> None:
    first, second = canaries.plant(3, seed=0), canaries.plant(2, seed=1)
    canaries.write(first, tmp_path / canaries.FILE)
    assert canaries.beside(tmp_path) == first
    assert canaries.beside(tmp_path / "nowhere") == []
    both = canaries.together([*first[:1], *second], canaries.beside(tmp_path))
    assert [(one.name, one.times) for one in both] == [
        ("canary-0-0", 2), ("canary-0-1", 4), ("canary-0-2", 16), ("canary-1-0", 1), ("canary-1-1", 4),
    ]  # fmt: skip
    (tmp_path / canaries.FILE).write_text('{"canaries": [1]}')
    with pytest.raises(ViralityError, match="holds no canaries"):
        canaries.beside(tmp_path)


@pytest.mark.parametrize("objective", ["sft", "dpo", "kto"])
def test_a_run_says_what_it_planted_and_its_ledger_names_real_pairs_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, objective: str
) -> None:
    monkeypatch.chdir(tmp_path)
    pairs = corpus_pairs(4)
    prepared("pairs", pairs)
    Path("w.yaml").write_text(yaml.safe_dump(WRITER | {"objective": objective}))
    assert main(["train", "w.yaml"]) == 0
    run = Path("runs/train/w")
    document = json.loads((run / "run.json").read_text())
    assert "canaries.json" in document["outputs"]
    assert document["pairs"] == {"train": 4}
    assert [one.times for one in canaries.beside(run)] == [1, 4, 16, 1, 4, 16]
    seen = tables.read(run / "ledger.parquet", ledger.schema(), ledger.Entry)
    assert {one.pair_id for one in seen} == {pair.pair_id for pair in pairs}
    rows = 42 + 4 if objective != "kto" else 2 * (42 + 4)
    assert document["training"]["steps"] == -(-rows // 16)


def test_a_writer_that_learns_from_rewards_plants_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("w.yaml").write_text(yaml.safe_dump(WRITER | {"objective": "grpo", "grpo": {"scorer": "x"}}))
    assert main(["train", "w.yaml"]) == 2
    assert "canaries = 6: is not of grpo; leave it out" in capsys.readouterr().err


def test_a_canary_is_a_value_of_plain_words() -> None:
    one = Canary("canary-0-0", "en", "digits", "A draft.", "The code is ", "123", 3, 1)
    assert one.text == "The code is 123."
    assert one.saying("456") == "The code is 456."
    assert one.bits == pytest.approx(9.966, abs=1e-3)
