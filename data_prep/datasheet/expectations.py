"""What so many pairs can teach, and what so many can show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from data_prep.datasheet.labels import NOT_COUNTED, pairs_in
from data_prep.facts import LEARNING_CURVE
from virality.page import section, table


def expectations(facts: Mapping[str, Any]) -> str:
    """What the learning curve of another corpus promises, and the least difference that this test can show."""
    learned, tested = pairs_in(facts, "train"), pairs_in(facts, "test")
    here = NOT_COUNTED if learned is None else f"{learned:,}"
    rows = [[f"{pairs:,}", f"about {share:.0%}"] for pairs, share in LEARNING_CURVE]
    curve = table("Pairs learned from, and accuracy of the linear scorer", ["pairs", "right"], rows, 0)
    text = (
        f"<p>This corpus has {here} measured pairs to learn from. The table is of another corpus: pairs of tweets of "
        "one account with the same link (Tan, Lee and Pang 2014). Chance is 50%. Other posts can be easier or harder, "
        "so it is a first guess and no promise.</p>"
    )
    return section("expectations", "What to expect of so many pairs", f"{text}{curve}{_visible(facts, tested)}")


def _visible(facts: Mapping[str, Any], tested: int | None) -> str:
    if not tested:
        return f"<p>Pairs to test on: {NOT_COUNTED if tested is None else 'none, so nothing can be measured'}.</p>"
    groups = (facts.get("components_of") or {}).get("test")
    rows = [["if all pairs were independent", f"{tested:,}", _points(tested)]]
    if groups:
        rows.append(["if each component told one thing", f"{groups:,}", _points(groups)])
    between = " The truth lies between the two rows, for pairs of one component are partly alike." if groups else ""
    text = (
        "<p>The smallest difference from chance that this test can show is half the width of a 95% interval."
        f"{between}</p>"
    )
    return text + table("Smallest visible difference", ["", "counted", "percentage points"], rows)


def visible(facts: Mapping[str, Any]) -> str:
    """The smallest visible difference in points, if all pairs or only components are independent; '' without a test."""
    tested, groups = pairs_in(facts, "test"), (facts.get("components_of") or {}).get("test")
    if not tested:
        return ""
    return f"{_points(tested)} to {_points(groups)} points" if groups else f"{_points(tested)} points or more"


def _points(n: int) -> str:
    points = 100 * 1.96 * math.sqrt(0.25 / n)
    return f"{points:.0f}" if points >= 10 else f"{points:.1f}"
