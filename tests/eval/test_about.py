"""What a report says of how it was made."""

from __future__ import annotations

import pytest

from eval import about
from eval.settings import EvaluateSettings
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
            "English within words that can be accounted for",
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
