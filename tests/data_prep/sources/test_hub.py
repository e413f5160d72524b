"""Data sets of the hub, from a folder that stands for one: no network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from data_prep.sources.files import expand, find, members
from data_prep.sources.hub import hub_blocks, is_hub, streamed
from virality.errors import ViralityError


def test_a_name_on_the_hub_is_kept_as_it_is() -> None:
    [path] = find(["hf:bakery/posts@test"])
    assert str(path) == "hf:bakery/posts@test"
    assert is_hub(path)
    assert not is_hub(Path("posts.csv"))
    [member] = members(path)
    assert getattr(member, "file", None) == "hf:bakery/posts@test"


def test_what_is_no_name_is_refused_with_how_to_write_one() -> None:
    with pytest.raises(ViralityError, match="write hf:OWNER/NAME or hf:OWNER/NAME@SPLIT"):
        next(hub_blocks(Path("hf:bakery")))


@pytest.mark.slow
def test_a_data_set_is_streamed_in_batches(tmp_path: Path) -> None:
    lines = [json.dumps({"text": f"Loaf {number}"}) for number in range(4500)]
    (tmp_path / "train.jsonl").write_text("\n".join(lines))
    found = list(hub_blocks(Path("hf:bakery/posts"), streamed(Path("hf:bakery/posts"), str(tmp_path), "train")))
    assert [block.first for block in found] == [1, 2001, 4001]
    assert [row for block in found for row in expand(block)][-1] == (4500, {"text": "Loaf 4499"})


@pytest.mark.slow
def test_a_split_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "train.jsonl").write_text('{"text": "Loaf"}\n')
    with pytest.raises(
        ViralityError, match=r"hf:bakery/posts@dev: cannot be read from the hub \(ValueError: Bad split"
    ):
        next(streamed(Path("hf:bakery/posts@dev"), str(tmp_path), "dev"))
