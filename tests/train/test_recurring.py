"""Texts that recur in what will be measured leave the training part, compared as `prepare` compares posts."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from data_prep.records import Pair
from tests.train.worlds import corpus_pairs, pair, prepared
from train import ledgers, recurring
from train.recurring import NEARLY, REASONS, SAME
from virality import ledger, runs
from virality.errors import ViralityError

LONG = "the boat to the island leaves the old harbour at seven in the morning sharp"
ONE_WORD = LONG.replace("sharp", "tomorrow")
HALF = "the boat to the island leaves the new pier whenever enough people have come aboard"
OTHER = "fresh bread from seven"
MEASURED = [
    pair(LONG, "Rain, all week: take an umbrella!", split="test"),
    pair(OTHER, "https://a.example/x", split="test"),
    pair("what only the training part says", "and it stays there", split="train"),
]


@pytest.fixture
def measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A prepared run that will be measured, below the folder that the test stands in."""
    monkeypatch.chdir(tmp_path)
    prepared("measured", MEASURED)
    return "runs/prepare/measured"


def left_out(*pairs: Pair, by: str) -> dict[str, int]:
    kept, counts = recurring.without_recurring(pairs, [by])
    assert len(kept) + sum(counts.values()) == len(pairs)
    return counts


@pytest.mark.parametrize(
    "text",
    [LONG, LONG.upper() + "!!", f"{LONG} https://boats.example/t", "rain all WEEK, take an umbrella"],
    ids=["same", "case", "link", "marks"],
)
@pytest.mark.parametrize("turned", [False, True], ids=["worse", "better"])
def test_a_pair_with_a_text_that_will_be_measured_leaves(measured: str, text: str, turned: bool) -> None:
    sides = ("nobody said this", text) if turned else (text, "nobody said this")
    assert left_out(pair(*sides), by=measured) == {REASONS[SAME]: 1}


def test_a_pair_with_nearly_such_a_text_leaves(measured: str) -> None:
    assert left_out(pair("nobody said this", ONE_WORD), by=measured) == {REASONS[NEARLY]: 1}


def test_words_in_common_are_no_copy(measured: str) -> None:
    assert left_out(pair(HALF, "fresh bread from eight"), by=measured) == {}


def test_posts_without_words_repeat_nothing(measured: str) -> None:
    assert left_out(pair("https://b.example/y", "!!"), by=measured) == {}


def test_what_is_not_measured_may_be_learned(measured: str) -> None:
    assert left_out(pair("what only the training part says", "and it stays there"), by=measured) == {}


@pytest.mark.parametrize("split", ["train", "judge", "validation"])
def test_every_part_that_is_learned_from_or_calibrated_on_loses_them(measured: str, split: str) -> None:
    assert left_out(pair(OTHER, "bread", split=split), by=measured) == {REASONS[SAME]: 1}


def test_test_pairs_stay_and_the_order_does(measured: str) -> None:
    world = [*MEASURED, *corpus_pairs(5), pair(OTHER, "bread"), *corpus_pairs(5, seed=1)]
    kept, counts = recurring.without_recurring(world, [measured])
    assert kept == [one for one in world if one.split == "test" or not {LONG, OTHER} & {one.worse, one.better}]
    assert counts == {REASONS[SAME]: 1}


def test_several_runs_are_looked_at_together(measured: str) -> None:
    prepared("second", [pair("the second corpus says so", "and this", split="test")])
    world = [pair(OTHER, "one"), pair("the second corpus says so", "two"), *corpus_pairs(3)]
    kept, counts = recurring.without_recurring(world, [measured, "runs/prepare/second"])
    assert (kept, counts) == (world[2:], {REASONS[SAME]: 2})


def test_a_draft_recurs_too(measured: str) -> None:
    assert left_out(pair("plain", "plainer", draft=OTHER), by=measured) == {REASONS[SAME]: 1}


def test_no_copy_is_lost_and_none_is_made_up() -> None:
    """Against a look at every two texts."""
    draw = np.random.default_rng(0)
    words = [f"w{at}" for at in range(40)]

    def varied(start: list[str]) -> list[str]:
        made = list(start)
        for at in draw.integers(0, len(made), size=int(draw.integers(0, 3))):
            made[at] = words[int(draw.integers(40))]
        return made

    seeds = [[words[at] for at in draw.integers(0, 40, size=int(draw.integers(3, 30)))] for _ in range(40)]
    known, asked = ([varied(seed) for seed in seeds] for _ in range(2))

    def state(mine: list[str]) -> int:
        if mine in known:
            return SAME
        own = {tuple(mine[at : at + 4]) for at in range(len(mine) - 3)}
        others = [{tuple(one[at : at + 4]) for at in range(len(one) - 3)} for one in known]
        return NEARLY if any(own and 10 * len(own & one) >= 7 * len(own | one) for one in others) else 0

    pairs = [pair(" ".join(mine), "no copy of anything", pair_id=str(at)) for at, mine in enumerate(asked)]
    found = recurring.recurring(pairs, [" ".join(one) for one in known])
    assert found.tolist() == [state(mine) for mine in asked]
    assert set(found.tolist()) == {0, NEARLY, SAME}


def test_nothing_recurs_in_nothing() -> None:
    assert recurring.recurring([], ["a text"]).shape == (0,)
    assert recurring.recurring(corpus_pairs(2), []).tolist() == [0, 0]


def test_a_run_in_which_nothing_will_be_measured_is_refused(measured: str) -> None:
    prepared("untested", corpus_pairs(2))
    with pytest.raises(ViralityError, match=r"unseen: runs/prepare/untested: holds no test pair") as caught:
        recurring.without_recurring(MEASURED, [measured, "runs/prepare/untested"])
    assert "\n" not in str(caught.value)
    with pytest.raises(ViralityError, match="holds no run"):
        recurring.without_recurring(MEASURED, ["runs/prepare/none"])


def scorer(name: str, learned: list[Pair], **settings: object) -> Path:
    """A finished run whose ledger says what it learned from."""
    run = runs.start("train", name, settings={"data": []} | settings, inputs={})
    with run.file("ledger.parquet") as path:
        ledger.write(ledgers.entries("scorer", "train", learned), path)
    run.finish(rights={"basis": {}, "research_only": False})
    return run.folder


def test_the_texts_that_a_run_learned_are_read_from_its_data(measured: str) -> None:
    run = scorer("one", MEASURED[:1], data=[measured])
    assert recurring.learned(run) == ([MEASURED[0].worse, MEASURED[0].better], 0)


def test_texts_of_a_member_and_of_what_is_continued_count_too(measured: str) -> None:
    member = scorer("member", MEASURED[:1], data=[measured])
    prepared("own", [pair("a text of its own", "another")])
    run = scorer("stack", [*MEASURED[:1], pair("a text of its own", "another")], data=["runs/prepare/own"],
                 members={"kept": {"run": str(member)}, "new": {"run": None, "family": "linear"}})  # fmt: skip
    texts, missing = recurring.learned(run)
    assert ({LONG, "a text of its own"} <= set(texts), len(texts), missing) == (True, 4, 0)
    later = scorer("later", MEASURED[:1], data=["runs/prepare/own"], init=str(member))
    assert recurring.learned(later) == ([MEASURED[0].worse, MEASURED[0].better], 0)


def test_pairs_whose_data_are_gone_are_counted(measured: str) -> None:
    run = scorer("one", MEASURED, data=[measured])
    shutil.rmtree(measured)
    assert recurring.learned(run) == ([], len(MEASURED))
