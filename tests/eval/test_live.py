"""The counts of a real test: read row by row, pooled over tests, null where nothing is, found where something is."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from eval.claims import claims, summary
from eval.live import measure, pool, sample_ratio
from eval.trials import Counts, LiveTest, read
from virality.errors import ViralityError
from virality.statistics import Interval

HEAD = "draft_id,arm,text,impressions,successes\n"


def live(rows: str, tmp_path: Path, head: str = HEAD) -> Path:
    path = tmp_path / "live.csv"
    path.write_text(head + rows, encoding="utf-8")
    return path


def refused(rows: str, tmp_path: Path, head: str = HEAD) -> str:
    with pytest.raises(ViralityError) as caught:
        measure(live(rows, tmp_path, head))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def simulated(seed: int, lift: float = 0.0, between: float = 0.0, tests: int = 12) -> list[LiveTest]:
    """Tests of about 1,000 impressions an arm at a rate of 4%; lifts in nats, normal between tests."""
    draw = np.random.default_rng(seed)
    out = []
    for at in range(tests):
        base = draw.normal(math.log(0.04 / 0.96), 0.5)
        odds = [base, base + lift + between * draw.normal()]
        shown = draw.integers(600, 1400, 2)
        won = [int(draw.binomial(n, 1 / (1 + math.exp(-one)))) for n, one in zip(shown, odds, strict=True)]
        out.append(LiveTest(str(at), Counts(int(shown[0]), won[0]), Counts(int(shown[1]), won[1])))
    return out


def pooled(tests: list[LiveTest]) -> tuple[Interval, float]:
    found = pool(tests)
    assert found is not None
    return found


def test_the_odds_of_tests_that_agree_are_pooled_as_by_hand() -> None:
    one = LiveTest("a", Counts(100, 10), Counts(100, 20))
    lift, p = pooled([one])
    # of one test: the ratio of the odds 20 / 80 and 10 / 90, whose variance is the sum of one over each cell
    error = math.sqrt(1 / 20 + 1 / 80 + 1 / 10 + 1 / 90)
    assert lift.value == pytest.approx(math.log(2.25))
    assert lift.low == pytest.approx(math.log(2.25) - 1.959964 * error, abs=1e-6)
    assert p == pytest.approx(math.erfc(math.log(2.25) / error / math.sqrt(2)))
    twice, _ = pooled([one, one, LiveTest("silent", Counts(500, 0), Counts(900, 0))])
    assert twice.value == pytest.approx(math.log(2.25))
    assert twice.low == pytest.approx(math.log(2.25) - 1.959964 * error / math.sqrt(2), abs=1e-6)
    assert twice.n == 3


def test_tests_that_contradict_each_other_show_nothing_however_large_they_are() -> None:
    tests = [LiveTest("a", Counts(10_000, 400), Counts(10_000, 800)),
             LiveTest("b", Counts(10_000, 800), Counts(10_000, 400))]  # fmt: skip
    assert pooled(tests[:1])[1] < 1e-9
    lift, p = pooled(tests)
    # each lies 200 / V from nothing, 1 / V being the sum of one over 600, 600, 9,400 and 9,400; t of one test less
    away = 200 * (2 / 600 + 2 / 9_400)
    assert [lift.value, p] == pytest.approx([0.0, 1.0], abs=1e-9)
    assert lift.high == pytest.approx(12.7062 * away, rel=1e-5)


def test_without_a_lift_none_is_told_in_95_of_100() -> None:
    assert sum(pooled(simulated(seed))[1] >= 0.05 for seed in range(100)) >= 95


def test_a_lift_that_was_put_in_is_found_again() -> None:
    found = [pooled(simulated(seed, lift=0.4, between=0.1)) for seed in range(100, 130)]
    assert np.mean([lift.value for lift, _ in found]) == pytest.approx(0.4, abs=0.05)
    assert sum(p < 0.05 for _, p in found) >= 27


def test_rare_successes_and_uneven_arms_do_not_make_a_lift() -> None:
    draw = np.random.default_rng(9)
    means = []
    for _ in range(60):
        won = draw.binomial([5000, 1000], 0.002, (40, 2))
        tests = [LiveTest(str(at), Counts(5000, int(a)), Counts(1000, int(b))) for at, (a, b) in enumerate(won)]
        means.append(pooled(tests)[0].value)
    assert abs(np.mean(means)) < 0.06


def test_impressions_that_are_not_dealt_evenly_are_told(tmp_path: Path) -> None:
    # (5200 - 4800)^2 / 10000 = 16 on one degree of freedom
    assert sample_ratio([LiveTest("a", Counts(5200, 1), Counts(4800, 1))]) == pytest.approx(math.erfc(4 / math.sqrt(2)))
    even = [LiveTest("a", Counts(1000, 1), Counts(1000, 1)), LiveTest("b", Counts(500, 1), Counts(500, 1))]
    assert sample_ratio(even) == 1.0
    crossed = [LiveTest("a", Counts(1200, 1), Counts(800, 1)), LiveTest("b", Counts(800, 1), Counts(1200, 1))]
    assert sample_ratio(crossed) < 1e-9, "even in all, uneven in each"
    warned = measure(live("d,draft,x,5200,100\nd,rewrite,y,4800,130\n", tmp_path)).warnings
    assert any("not dealt evenly" in line for line in warned)


def test_rows_of_an_arm_are_summed_and_usual_names_are_known(tmp_path: Path) -> None:
    rows = 't,control,100,10\nt,treatment,60,12\nt,treatment,"1,040",8\n'
    (found,) = read(live(rows, tmp_path, "Test,Variant,Views,Clicks\n"))
    assert found == LiveTest("t", Counts(100, 10), Counts(1100, 20))
    path = tmp_path / "live.jsonl"
    lines = [
        {"arm": arm, "text": "x", "impressions": 10, "successes": won} for arm, won in (("draft", 1), ("rewrite", 2))
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    assert [(one.draft, one.rewrite) for one in read(path)] == [(Counts(10, 1), Counts(10, 2))]


def test_a_live_test_answers_a_question_of_the_report(tmp_path: Path) -> None:
    found = measure(live("d,draft,x,10000,400\nd,rewrite,y,10000,500\n", tmp_path))
    by_name = {figure.name: figure for figure in found.figures}
    odds = (500 / 9500) / (400 / 9600)
    assert by_name["live.odds_ratio"].value == pytest.approx(odds)
    assert by_name["live.tests"].value == 1
    assert found.evidence == (
        f"live evidence shows a lift: odds of success +{100 * (odds - 1):.1f}% [+10.4, +44.5], p < 0.001 "
        "(1 test, 20,000 impressions)"
    )
    (claim,) = claims(found.figures)
    assert (claim.verdict, claim.figures) == ("yes", ["live.lift", "live.odds_ratio", "live.tests"])
    assert claim.p_value == by_name["live.p_value"].value
    assert summary([claim]) == "In the live test that is given, readers preferred the rewrites."


def test_a_test_without_a_difference_says_so(tmp_path: Path) -> None:
    found = measure(live("d,draft,x,1000,40\nd,rewrite,y,1000,40\n", tmp_path))
    assert found.evidence.startswith("live evidence shows no lift: odds of success +0.0% [")
    (claim,) = claims(found.figures)
    assert claim.answer == "Not shown: the interval includes zero."


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("d,draft,x,100,1\nd,rewrite,y,-5,1\n", "row 2: impressions = '-5': is no count"),
        ("d,draft,x,100,1\nd,rewrite,y,100.5,1\n", "row 2: impressions = '100.5': is no count"),
        ("d,draft,x,100,1\nd,rewrite,y,NaN,1\n", "row 2: impressions is not given"),
        ("d,draft,x,100,101\nd,rewrite,y,100,1\n", "row 1: successes = 101: more than its 100 impressions"),
        ("d,draft,x,100,1\nd,base,y,100,1\n", "row 2: arm = 'base': is neither draft nor rewrite"),
        ("d,draft,x,100,1\ne,draft,y,100,1\ne,rewrite,y,100,1\n", "row 1: d: its rewrite was never shown"),
        ("d,draft,x,100,1\nd,rewrite,y,0,0\n", "row 1: d: its rewrite was never shown"),
        (",draft,x,100,1\n", "row 1: draft_id is empty"),
        ("d,draft,x,100,0\nd,rewrite,y,100,0\n", "no ratio of odds can be told"),
        ("", "holds no row"),
    ],
)
def test_counts_that_cannot_be_are_one_line_with_the_row(rows: str, words: str, tmp_path: Path) -> None:
    assert words in refused(rows, tmp_path)


def test_a_file_that_is_no_such_table_is_one_line(tmp_path: Path) -> None:
    assert "has no column impressions; it has draft_id, arm, shown" in refused(
        "d,draft,1\n", tmp_path, "draft_id,arm,shown\n"
    )
    with pytest.raises(ViralityError, match="no such file"):
        measure(tmp_path / "nothing.csv")
