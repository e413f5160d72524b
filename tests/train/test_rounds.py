"""When rounds stop and which writer is kept: told from what guide and judge said of each."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.train.finished_runs import finished, in_its_own_folder
from train.improve.rounds import best, lesson, stop, told
from train.improve.settings import ImproveSettings
from train.improve.watching import Seen
from virality.statistics import Interval

__all__ = ["in_its_own_folder"]


def seen(improved: float, gap: float = 0.0, low: float | None = None) -> Seen:
    return Seen(
        passing=Interval(0.8, 0.7, 0.9, 64),
        returned=Interval(0.7, 0.6, 0.8, 64),
        improved=Interval(improved, improved - 0.1, improved + 0.1, 64),
        gap=Interval(gap, gap - 1 if low is None else low, gap + 1, 200),
        rewrites=256,
        seconds=12.5,
    )


def test_rounds_go_on_while_the_judge_rises() -> None:
    assert stop([seen(0.1), seen(0.3)], 10, 2) is None
    assert stop([seen(0.1), seen(0.3), seen(0.4)], 10, 2) is None


def test_so_many_rounds_in_a_row_may_bring_no_more() -> None:
    assert stop([seen(0.3), seen(0.2)], 10, 2) is None
    assert stop([seen(0.1), seen(0.3), seen(0.3)], 10, 2) is None
    assert stop([seen(0.3), seen(0.2), seen(0.25)], 10, 2) == "the judge's share stopped rising"
    assert stop([seen(0.1), seen(0.3), seen(0.2)], 10, 1) == "the judge's share stopped rising"


def test_an_open_proxy_gap_ends_the_rounds_and_its_writer_is_not_kept() -> None:
    rising = [seen(0.1), seen(0.3), seen(0.6, gap=14.0)]
    assert stop(rising, 10, 2) == "the proxy gap opened (+14.0 points)"
    assert best(rising, 10) == 1
    assert best(rising, 20) == 2


def test_a_gap_that_chance_may_have_made_is_no_gap() -> None:
    assert stop([seen(0.1), seen(0.3, gap=14.0, low=-1.0)], 10, 2) is None


def test_the_earlier_of_two_equal_writers_is_kept() -> None:
    assert best([seen(0.3), seen(0.4), seen(0.4)], 10) == 1
    assert best([seen(0.3, gap=30.0)], 10) == 0


NONE = Interval(0.0, None, None, 8)


@pytest.mark.parametrize("one", [seen(0.3), Seen(NONE, NONE, NONE, NONE, rewrites=0, seconds=0.0)])
def test_a_look_is_kept_as_json(one: Seen) -> None:
    assert Seen.of(json.loads(json.dumps(one.about()))) == one
    assert "the judge prefers it for" in told(one)


def asked(learn: dict[str, Any], **more: Any) -> ImproveSettings:
    return ImproveSettings.model_validate(
        {"data": "d", "writer": "w", "scorer": "s", "judge": "j", "rounds": 3, "learn": learn} | more
    )


def first_writer(**settings: Any) -> str:
    base, prompt = {"spec": "tiny:llama", "revision": None}, {"name": "rewrite", "hash": ""}
    return str(finished("first", task="writer", base=base, prompt=prompt, settings=settings))


def test_a_round_opens_and_reads_as_the_first_writer_was_trained() -> None:
    before = first_writer(trust_remote_code=True, max_tokens=1024, precision="fp32", bits=None)
    mine = lesson(asked({"first": "dpo"}), ["d"], before, 1)
    assert (mine.trust_remote_code, mine.max_tokens, mine.precision, mine.bits) == (True, 1024, "fp32", None)
    assert (mine.base, mine.init) == ("tiny:llama", before)


def test_the_later_objective_alone_has_the_beta() -> None:
    before, learn = first_writer(), {"first": "simpo", "then": "dpo", "beta": 0.3}
    assert [lesson(asked(learn), ["d"], before, number).beta for number in (1, 2)] == [None, 0.3]
    assert lesson(asked(learn | {"first": "dpo"}), ["d"], before, 1).beta == 0.3


def test_rewards_pay_for_what_the_rounds_gates_let_pass() -> None:
    held = {"gates": {"min_edit": 0.2, "accounted": True}, "samples": 6, "temperature": 0.9, "drafts": 40}
    mine = lesson(asked({"then": "grpo"}, **held), ["d"], first_writer(), 2)
    assert (mine.grpo.gates.min_edit, mine.grpo.gates.accounted, mine.grpo.scorer) == (0.2, True, "s")
    assert (mine.grpo.samples, mine.grpo.temperature, mine.max_pairs) == (6, 0.9, 40)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"temperature": [0.7, 1.0]}, "grpo samples at one temperature"),
        ({"samples": 1}, "grpo compares two samples"),
        ({"copy_penalty": 1.0}, "grpo samples and pays without it"),
        ({"distinct_starts": True}, "grpo samples and pays without it"),
        ({"voice": 0.5}, "grpo samples and pays without it"),
        ({"turn": 1}, "rounds take their turns themselves"),
    ],
)
def test_what_rewards_cannot_do_is_refused(more: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        asked({"then": "grpo"}, **more)
