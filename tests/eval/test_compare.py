"""Evaluation runs side by side: the same examples aligned, differences paired, nothing printed that is not known."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from eval.compare import command
from tests.eval.evaluations import evaluated, prepared
from virality.errors import ViralityError
from virality.statistics import mean


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs lie below the working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def compared(*words: str) -> dict[str, Any]:
    command([*words, "out=out"], fresh=True)
    found: dict[str, Any] = json.loads(Path("out/compare.json").read_text(encoding="utf-8"))
    return found


def measure(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in document["measures"] if one["name"] == name]
    return dict(found)


def values(found: dict[str, Any]) -> dict[str, float]:
    return {one["run"]: one["figure"]["value"] for one in found["values"]}


def refused(*words: str) -> str:
    with pytest.raises(ViralityError) as caught:
        command(words)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_scorers_are_compared_on_the_very_same_pairs() -> None:
    data = prepared(4)
    first = evaluated("first", data, pairs=[0.9, 0.8, 0.7, 0.4])
    second = evaluated("second", data, pairs=[0.9, 0.2, 0.3, 0.4])
    document = compared(first, second)
    found = measure(document, "scorer.pair_accuracy")
    assert values(found) == {"first": 0.75, "second": 0.25}
    (difference,) = found["differences"]
    by_hand = mean([0, 100, 100, 0], ["a", "b", "c", "d"])
    assert difference["figure"]["value"] == 50.0
    assert (difference["figure"]["low"], difference["figure"]["high"]) == (by_hand.low, by_hand.high)
    assert difference["figure"]["unit"] == "points"
    # kept is 1 - v / S: S = 2 x 0.25^2, v = var(mean of the difference) / 2 = (1/12) / 2
    assert [one["shrunk"]["value"] for one in found["values"]] == pytest.approx([0.5 + 1 / 6, 0.5 - 1 / 6])
    assert values(measure(document, "scorer.brier"))["first"] == pytest.approx((0.01 + 0.04 + 0.09 + 0.36) / 4)
    assert values(measure(document, "scorer.pair_accuracy.p05")) == {"first": 0.5, "second": 0.0}


def test_only_examples_that_every_run_measured_count() -> None:
    data = prepared(6)
    first = evaluated("first", data, pairs=[0.9, 0.9, 0.1, None, 0.9])
    second = evaluated("second", data, pairs=[0.9, 0.1, 0.1, 0.9])
    document = compared(first, second)
    found = measure(document, "scorer.pair_accuracy")
    assert [one["figure"]["n"] for one in found["values"]] == [3, 3]
    assert values(found) == pytest.approx({"first": 2 / 3, "second": 1 / 3})
    assert "first: 1 pairs were not scored and are not compared." in document["warnings"]
    assert "1 of the 4 pairs of first are not in all runs." in document["warnings"]


def test_writers_are_compared_on_the_very_same_drafts() -> None:
    data = prepared(1)
    first = {"a": ((True, True), 0.9), "b": ((True, False), 0.8), "c": ((False, False), None), "d": ((True, True), 0.3)}
    second = {"d": ((True, True), 0.4), "c": ((True, False), 0.7), "a": ((False, False), None), "x": ((True,), 0.9)}
    document = compared(evaluated("one", data, drafts=first), evaluated("two", data, drafts=second))
    told = {one["name"]: values(one) for one in document["measures"]}
    assert told == {
        "writer.win_rate.versus_draft": pytest.approx({"one": (1 + 0.5 + 0) / 3, "two": (0.5 + 1 + 0) / 3}),
        "writer.win_rate": pytest.approx({"one": 1 / 3, "two": 1 / 3}),
        "writer.drafts_with_suggestion": pytest.approx({"one": 2 / 3, "two": 2 / 3}),
        "writer.drafts_with_passing": pytest.approx({"one": 2 / 3, "two": 2 / 3}),
        "writer.gate_pass_rate": pytest.approx({"one": 2 / 3, "two": (0 + 0.5 + 1) / 3}),
    }


def test_a_system_of_another_name_stands_beside_a_writer_and_the_base_does_not() -> None:
    data = prepared(1)
    drafts = {"a": ((True,), 0.9), "b": ((False,), None)}
    document = compared(evaluated("ours", data, drafts=drafts), evaluated("theirs", data, drafts=drafts, system="file"))
    assert [one["system"] for one in document["runs"]] == ["writer", "file"]


def test_the_word_of_different_judges_is_not_compared_and_the_rest_is() -> None:
    data = prepared(1)
    drafts = {"a": ((True,), 0.9), "b": ((False,), None)}
    document = compared(evaluated("one", data, drafts=drafts), evaluated("two", data, drafts=drafts, judge="encoder-7"))
    assert [one["name"] for one in document["measures"]] == [
        "writer.drafts_with_suggestion",
        "writer.drafts_with_passing",
        "writer.gate_pass_rate",
    ]
    assert any("evaluate again with the same judge=RUN" in line for line in document["warnings"])


def test_differences_of_three_runs_are_a_family() -> None:
    data = prepared(60)
    best = [0.9] * 54 + [0.1] * 6
    middle = [0.9] * 45 + [0.1] * 15
    worst = [0.9] * 24 + [0.1] * 36
    document = compared(*(evaluated(name, data, pairs=p) for name, p in (("a", best), ("b", middle), ("c", worst))))
    differences = measure(document, "scorer.pair_accuracy")["differences"]
    assert [(one["first"], one["second"]) for one in differences] == [("a", "b"), ("a", "c"), ("b", "c")]
    p = [one["p_value"] for one in differences]
    assert [one["p_adjusted"] for one in differences] == pytest.approx([p[0], 3 * p[1], max(2 * p[2], 3 * p[1])])
    assert {one["better"] for one in differences} == {"a", "b"}
    assert (
        "on the same 60 pairs: a does better than b, a does better than c, b does better than c."
        in (document["summary"])
    )
    brier = measure(document, "scorer.brier")["differences"]
    assert [one["better"] for one in brier] == ["a", "a", "b"], "lower is better"


def test_runs_that_say_the_same_are_not_shown_to_differ() -> None:
    data = prepared(40)
    p = [0.9, 0.2] * 20
    document = compared(evaluated("a", data, pairs=p), evaluated("b", data, pairs=p))
    (difference,) = measure(document, "scorer.pair_accuracy")["differences"]
    assert (difference["p_value"], difference["better"]) == (1.0, None)
    assert "no run is shown to do better than another" in document["summary"]


def test_pairs_of_one_component_allow_no_test() -> None:
    data = prepared(4, each=4)
    document = compared(evaluated("a", data, pairs=[0.9] * 4), evaluated("b", data, pairs=[0.9, 0.1] * 2))
    (difference,) = measure(document, "scorer.pair_accuracy")["differences"]
    assert (difference["p_value"], difference["figure"]["low"]) == (None, None)
    assert difference["said"] == "too few independent examples, or too much alike, to tell"


def test_only_settings_that_differ_are_listed() -> None:
    data = prepared(2)
    first = evaluated("a", data, pairs=[0.9, 0.1], scorer="runs/train/x", temperature=0.7)
    second = evaluated("b", data, pairs=[0.9, 0.1], scorer="runs/train/y", temperature=0.7)
    assert compared(first, second)["settings"] == [{"key": "scorer", "values": ["runs/train/x", "runs/train/y"]}]


def test_texts_that_changed_under_the_same_id_are_left_out_and_data_that_are_gone_are_told() -> None:
    first = evaluated("a", prepared(2), pairs=[0.9, 0.1])
    second = evaluated("b", prepared(2, name="others", better="Come along."), pairs=[0.9, 0.1])
    assert "2 pairs are called the same and say something else" in refused(first, second)
    prepared(3)
    assert "a: runs/prepare/posts is not what it was" in refused(first, second)


def test_pages_print_what_compare_json_holds() -> None:
    data = prepared(40)
    drafts = {f"d{at}": ((True, at % 3 > 0), 0.4 + at % 5 / 8) for at in range(35)}
    words = [evaluated(name, data, pairs=[p, 0.2] * 20, drafts=drafts, samples=samples)
             for name, p, samples in (("<b>one</b>", 0.9, 2), ("two", 0.8, 4))]  # fmt: skip
    document = compared(*words)
    held = json.dumps(document, ensure_ascii=False)
    known = set(re.findall(r"\d+(?:\.\d+)?", held)) | {"95"}
    known |= {f"{abs(number) * scale:.{k}f}" for number in _numbers(document) for scale in (1, 100) for k in (1, 3)}
    page = Path("out/compare.html").read_text(encoding="utf-8")
    assert "<b>one" not in page
    body = re.sub(r'(?s)<style>.*?</style>|<g aria-hidden.*?</g>|<tfoot aria-hidden.*?</tfoot>|="[^"]*"', "", page)
    shown = html.unescape(re.sub(r"<[^>]*>", " ", body)) + Path("out/compare.md").read_text(encoding="utf-8")
    shown = re.sub(r"&#\d+;", "", shown.replace(",", ""))
    assert set(re.findall(r"\d+(?:\.\d+)?", shown)) - known - {number.replace(",", "") for number in known} == set()
    assert page.count('class="forest"') == len(document["measures"])
    assert "more of them win more often" in page


def test_the_same_comparison_is_made_once(capsys: pytest.CaptureFixture[str]) -> None:
    data = prepared(2)
    words = [evaluated("a", data, pairs=[0.9, 0.1]), evaluated("b", data, pairs=[0.9, 0.1])]
    command(words)
    before = Path("runs/compare/a-b/compare.json").read_bytes()
    command(words)
    assert Path("runs/compare/a-b/compare.json").read_bytes() == before
    command([*words, "name=again"])
    assert Path("runs/compare/again/compare.md").is_file()


def test_what_cannot_be_compared_is_one_line() -> None:
    data = prepared(2)
    run = evaluated("a", data, pairs=[0.9, 0.1])
    assert "two evaluation runs or more are compared, and none is named" in refused()
    assert "1 is named" in refused(run)
    assert "is named twice" in refused(run, run)
    assert "is a run of `prepare`, and one of `evaluate` is needed" in refused(run, data)
    assert "holds no run" in refused(run, "runs/evaluate/nothing")
    assert "is no folder, and no setting" in refused(run, "seed=1")
    other = evaluated("b", data, drafts={"a": ((True,), 0.9)})
    assert "have no example in common" in refused(run, other)
    broken = evaluated("c", data, pairs=[float("nan"), 0.9])
    assert "the score of pair 0 by scorer is NaN" in refused(run, broken)


def _numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for one in value.values() for number in _numbers(one)]
    if isinstance(value, list):
        return [number for one in value for number in _numbers(one)]
    return [float(value)] if isinstance(value, int | float) else []
