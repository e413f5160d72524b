"""Which of several systems is chosen, and why the others are not."""

from __future__ import annotations

import re

from eval.frontier import Levels, frontier
from eval.place import Place
from eval.records import Figure, Standing
from virality.statistics import Interval

PLACE = Place(corpus="c", source="rewrites.parquet")
LEVELS = Levels(kept=0.9, harm=0.1, gap=10)


def figures(system: str, gain: float, kept: float | None, harm: float, gap: float) -> list[Figure]:
    suffix = "" if system == "writer" else f".{system}"
    values = {"win_rate": gain, "meaning.kept": kept, "harm": harm, "proxy_gap": gap}
    return [
        PLACE.missing(f"writer.{name}{suffix}", "none") if value is None
        else PLACE.figure(f"writer.{name}{suffix}", Interval(value, None, None, 9))
        for name, value in values.items()
    ]  # fmt: skip


def standings(**systems: tuple[float, float | None, float, float]) -> dict[str, Standing]:
    told = [one for name, values in systems.items() for one in figures(name, *values)]
    candidates = [name for name in systems if name != "base"]
    return {one.system: one for one in frontier(told, list(systems), candidates, LEVELS)}


def test_the_most_gain_among_those_that_hold_every_level_is_chosen() -> None:
    found = standings(writer=(0.5, 0.95, 0.0, 2), step_100=(0.6, 0.92, 0.05, 5), base=(0.9, 0.99, 0.0, 0))
    assert [name for name, one in found.items() if one.chosen] == ["step_100"]
    assert found["base"].why == "stands here to compare with"
    assert [name for name, one in found.items() if one.best] == ["base"]


def test_a_level_that_is_broken_outweighs_every_gain_and_is_named() -> None:
    found = standings(writer=(0.9, 0.8, 0.3, 25), step_100=(0.2, 0.95, 0.1, 10))
    assert found["step_100"].chosen
    assert found["writer"].why == (
        "not chosen: 80.0% of its rewrites say all that the draft says, and 90% is asked; 30.0% of its rewrites harm, "
        "and 10% is allowed; the scorer that chooses likes its rewrites 25.0 points more than the judge does, and 10 "
        "is allowed: it has learned to please that scorer"
    )
    assert found["writer"].best


def test_what_was_not_measured_is_not_chosen() -> None:
    found = standings(writer=(0.9, None, 0.0, 0))
    assert not found["writer"].chosen
    assert not found["writer"].best
    assert found["writer"].why == "not chosen: what it keeps and harms was not measured"


def test_the_page_puts_each_value_under_its_heading() -> None:
    from eval.report.frontier import frontier as part
    from tests.eval.sample_report import sample_report

    found = part(sample_report())
    heads = re.findall(r"<th scope=\"col\"[^>]*>([^<]*)</th>", found)
    (row,) = re.findall(r"<tr><th scope=\"row\"><strong>.*?</tr>", found)
    cells = [re.sub("<[^>]*>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)]
    assert dict(zip(heads, cells, strict=True)) == {
        "system": "writer",
        "why": "chosen: the most drafts improved of those that hold every level",
        "on the frontier": "yes",
        "drafts improved": "54.1%",
        "say all": "93.9%",
        "harm": "6.7%",
        "proxy gap": "+4.3 points",
    }
