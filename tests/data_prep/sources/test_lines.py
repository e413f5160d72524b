"""A post a line."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from data_prep.records import Dropped, Post
from data_prep.sources import About, Bad, lines
from data_prep.sources.files import expand
from tests.data_prep.sources.reading import items, posts
from virality.errors import ViralityError

ABOUT = About(source="lists", rights="licence:MIT", platform="headline")


def test_each_line_is_a_post_of_its_list_and_blank_lines_are_none(tmp_path: Path) -> None:
    path = tmp_path / "bait_data.gz"
    path.write_bytes(gzip.compress("You won't believe this bread\n\n  \nخبز طازج كل صباح 🥖\n".encode()))
    found = posts(items(lines, path, ABOUT))
    assert [(post.text, post.community, post.lang) for post in found] == [
        ("You won't believe this bread", "bait_data", "en"),
        ("خبز طازج كل صباح 🥖", "bait_data", "ar"),
    ]


def test_a_line_without_end_is_dropped_and_the_next_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("x" * 2_500_000 + "\nBread again\n")
    assert [post.text for post in posts(items(lines, path, ABOUT))] == ["Bread again"]
    rows = [row for block in lines.blocks(path, ABOUT) for _, row in expand(block)]
    assert [row.reason for row in rows if isinstance(row, Bad)] == ["too_big"]


def test_lines_have_no_columns(tmp_path: Path) -> None:
    with pytest.raises(ViralityError, match="no columns"):
        lines.check(tmp_path / "x.txt", About(source="lists", rights="licence:MIT", columns={"text": "a"}))


def test_control_characters_alone_are_no_text() -> None:
    [item] = lines.items({"text": "\x01", "list": "a"}, ABOUT)
    assert isinstance(item, Dropped)
    assert not isinstance(item, Post)
