"""How far an author's own posts lie from each other."""

from __future__ import annotations

import numpy as np
import pytest

from virality.gates.style import Space, reach


def test_reach_is_how_far_nearly_every_post_is_at_most_from_the_mean_of_the_others() -> None:
    assert reach(np.asarray([[0.0], [0.0], [2.0]])) == pytest.approx(1.9)  # distances 1, 1, 2


def test_posts_that_do_not_vary_lie_in_one_place() -> None:
    same = ["rain again", "rain again"]
    assert reach(Space.of(same).vectors(same)) == 0.0
