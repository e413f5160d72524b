"""What raters said comes back as it was planted, enters the report, and is 'not measured' where nobody rated."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from eval.place import Place
from eval.rate import command, figures
from eval.rate.answers import Choice
from eval.rate.items import items
from eval.rate.results import enter
from eval.records import Figure, Report
from tests.eval.rate.world import evaluated, session
from virality import runs
from virality.errors import ViralityError

PLACE = Place(corpus="fair posts", source="rewrites.parquet", family="linear", best_of=4, seed=1)
NAMES = ["raters.win_rate", "raters.agreement", "raters.raw_agreement", "raters.same_meaning", "raters.judge_agreement"]


def found(run: Path) -> dict[str, Figure]:
    made = figures(run, PLACE)
    assert [one.name for one in made] == NAMES
    return {one.name.removeprefix("raters."): one for one in made}


def prefer(run: Path, rater: str, wanted: list[str | None], same: list[bool | None] | None = None) -> None:
    """A rater answers every item of a run on its page: `draft`, `rewrite`, `no difference`, or skips it."""
    with session(run, rater) as opened:
        texts = {item.draft: at for at, item in enumerate(items(run))}
        for number in range(1, len(opened) + 1):
            view = opened.view(number)
            draft_first = view.first in texts
            at = texts[view.first if draft_first else view.second]
            want, said = wanted[at], same[at] if same else None
            choice: Choice | None = "no difference" if want == "no difference" else None
            if want in ("draft", "rewrite"):
                choice = "first" if draft_first == (want == "draft") else "second"
            if choice is not None or said is not None:
                opened.answer(number, choice, said)


def test_figures_are_those_counted_by_hand(tmp_path: Path) -> None:
    run = evaluated(tmp_path / "run", judge=[0.9, 0.9, 0.2, 0.9, 0.8, 0.3])
    prefer(
        run,
        "anna",
        ["rewrite", "rewrite", "rewrite", "draft", "no difference", None],
        [True, True, False, None, None, None],
    )
    prefer(run, "bert", ["rewrite", "draft", "rewrite", "draft", "draft", None], [False, True, False, None, None, None])
    prefer(run, "carl", [None, None, "draft", None, "no difference", None])
    got = found(run)
    # items: rewrite, tie, rewrite (2 of 3), draft, draft (1 of 3, others see no difference)
    assert got["win_rate"].value == pytest.approx((1 + 0.5 + 1 + 0 + 0) / 5)
    assert got["win_rate"].n == 5
    # anna (1 + 1 + 1 + 0 + .5) / 5, bert 2 / 5, carl (0 + .5) / 2
    assert got["win_rate"].note.startswith("3 raters, 5 items, 12 answers; ")
    assert got["win_rate"].note.endswith("single raters prefer the rewrite on 25% to 70%")
    # of two raters of an item, the same: 1, 0, 1/3, 1, 1/3
    assert got["raw_agreement"].value == pytest.approx((1 + 0 + 1 / 3 + 1 + 1 / 3) / 5)
    # disagreeing ordered pairs over (raters - 1): 0 + 2 + 2 + 0 + 2 = 6 of 12; values: 5 rewrite, 5 draft, 2 neither
    assert got["agreement"].value == pytest.approx(1 - (6 / 12) / ((144 - 25 - 25 - 4) / (12 * 11)))
    assert got["agreement"].unit == "ratio"
    assert got["same_meaning"].value == pytest.approx((0.5 + 1 + 0) / 3)
    assert got["same_meaning"].note.startswith("2 raters, 3 items, 6 answers; ")
    # settled: items 1, 3, 4, 5; the judge says rewrite, draft, rewrite, rewrite
    assert (got["judge_agreement"].value, got["judge_agreement"].n) == (0.25, 4)
    assert (got["judge_agreement"].family, got["win_rate"].family) == ("linear", None)
    assert {one.source for one in got.values()} == {"ratings/*.jsonl"}


def test_ten_raters_give_back_the_agreement_that_was_planted(tmp_path: Path) -> None:
    """With chance q a rater says what is true of the item, else he draws from the same shares: alpha is q squared."""
    generator = np.random.default_rng(11)
    posts = [(f"In street {at} the fair opens today.", f"Today: fair in street {at}!") for at in range(150)]
    for planted in (0.5, 0.0):
        names, shares = ["rewrite", "draft", "no difference"], [0.45, 0.35, 0.2]
        truth = generator.choice(names, len(posts), p=shares)
        run = evaluated(tmp_path / f"{planted}", posts, judge=[0.9 if one == "rewrite" else 0.1 for one in truth])
        for rater in range(10):
            sure = generator.random(len(posts)) < math.sqrt(planted)
            wanted = np.where(sure, truth, generator.choice(names, len(posts), p=shares))
            prefer(run, f"rater{rater}", [str(one) for one in wanted])
        got = found(run)
        alpha = got["agreement"]
        assert alpha.value == pytest.approx(planted, abs=0.07)
        assert alpha.low is not None
        assert alpha.high is not None
        assert alpha.low < planted < alpha.high
        assert got["raw_agreement"].value == pytest.approx(
            planted + (1 - planted) * (0.45**2 + 0.35**2 + 0.2**2), abs=0.05
        )
        assert alpha.note.startswith("10 raters, 150 items, 1,500 answers; ")
        if planted:  # ten raters find the truth of nearly every item, and the judge was told it
            assert got["judge_agreement"].value is not None
            assert got["judge_agreement"].value > 0.8
            assert got["win_rate"].value == pytest.approx(float(np.mean(truth == "rewrite") + 0.5 * 0.2), abs=0.06)


def test_without_ratings_each_figure_says_that_nobody_rated(tmp_path: Path) -> None:
    run = evaluated(tmp_path / "run")
    with session(run, "anna"):
        pass
    assert all(one.value is None and "nobody has rated" in one.note for one in found(run).values())
    assert all(one.value is None for one in figures(tmp_path / "no such run", PLACE))


def test_one_rater_has_no_agreement_and_agreement_of_all_on_one_thing_no_alpha(tmp_path: Path) -> None:
    run = evaluated(tmp_path / "run")
    prefer(run, "anna", ["rewrite"] * 6)
    got = found(run)
    assert got["win_rate"].value == 1
    assert got["win_rate"].note.startswith("1 rater, 6 items, 6 answers; ")
    assert got["agreement"].note == "no item has the answers of two raters"
    assert got["same_meaning"].value is None
    prefer(run, "bert", ["rewrite"] * 6)
    got = found(run)
    assert "beyond chance has no meaning" in got["agreement"].note
    assert got["raw_agreement"].value == 1


def test_raters_who_see_no_difference_settle_nothing(tmp_path: Path) -> None:
    run = evaluated(tmp_path / "run")
    prefer(run, "anna", ["no difference"] * 6)
    got = found(run)
    assert got["win_rate"].value == 0.5
    assert got["judge_agreement"].value is None


def test_the_answers_enter_the_report_once_and_nothing_else_in_it_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = evaluated(tmp_path / "run")
    before = Report.model_validate_json((run / "report.json").read_text())
    prefer(run, "anna", ["rewrite", "rewrite", "draft", "no difference", None, None])
    enter(run)
    prefer(run, "bert", ["rewrite", "draft", "draft", "no difference", None, None])
    assert command(run, [], results=True) == 0
    told = capsys.readouterr().out
    assert "2 raters, 4 items, 8 answers" in told
    assert "anna: prefers the rewrite on 62.5%" in told
    after = Report.model_validate_json((run / "report.json").read_text())
    assert [one for one in after.figures if not one.name.startswith("raters.")] == before.figures
    assert [one.name for one in after.figures if one.name.startswith("raters.")] == NAMES
    assert after.model_copy(update={"figures": []}) == before.model_copy(update={"figures": []})
    for page in ("report.html", "report.md"):
        assert "raters.agreement" in (run / page).read_text(encoding="utf-8")
    assert runs.digest(run)  # the hashes in run.json are those of the new files
    assert not any("ratings" in name for name in json.loads((run / "run.json").read_text())["outputs"])


def test_what_cannot_be_rated_is_said_in_one_line(tmp_path: Path) -> None:
    fine = evaluated(tmp_path / "fine")
    cases: dict[str, tuple[Path, list[str]]] = {
        "holds no run": (tmp_path / "none", []),
        "this run has not ended": (evaluated(tmp_path / "open", finish=False), []),
        "measured no writer": (evaluated(tmp_path / "scorer", writer=None), []),
        "returned no rewrite": (evaluated(tmp_path / "nothing", returned=[False] * 6), []),
        "letters a to z": (fine, ["rater=../anna"]),
        "rather=anna: is no setting of this command .did you mean rater": (fine, ["rather=anna"]),
        "anna: is no setting": (fine, ["anna"]),
        "most=ten: is not a whole number": (fine, ["most=ten"]),
        "most = 0: is at least 1": (fine, ["most=0"]),
        "port = 70000: is 0": (fine, ["rater=anna", "port=70000"]),
    }
    for words, (run, given) in cases.items():
        with pytest.raises(ViralityError, match=words) as error:
            command(run, given)
        assert "\n" not in str(error.value)
    (fine / "ratings" / "bert.jsonl").write_text('{"ratings":1,"rater":"bert","rewrites":"of others"}\n')
    with pytest.raises(ViralityError, match="another report"):
        figures(fine, PLACE)
