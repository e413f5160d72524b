"""The pages of a report print its figures and no others, escape every text, cope with what is missing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from eval.records import Figure, Report
from eval.report.html import render_html
from eval.report.markdown import render_markdown
from tests.eval.sample_report import sample_report, scorer_only_report

_VOID = {"meta", "br", "line", "circle", "rect", "polyline", "polygon"}
_STRUCTURE = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "header",
    "section",
    "nav",
    "article",
    "div",
}
_TEXT = {
    "h1",
    "h2",
    "h3",
    "h4",
    "p",
    "span",
    "a",
    "strong",
    "b",
    "code",
    "bdi",
    "ins",
    "del",
    "ul",
    "li",
    "dl",
    "dt",
    "dd",
}
_TABLES = {
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "details",
    "summary",
    "figure",
    "figcaption",
}
_DRAWINGS = {"svg", "g", "line", "circle", "rect", "polyline", "polygon", "text", "desc"}
_HARMLESS = _STRUCTURE | _TEXT | _TABLES | _DRAWINGS
_HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=y> \u202e|`](http://evil.example) **b**\nnext\x00 & سلام"


class _Page(HTMLParser):
    """What a page shows and holds: text outside styles and axes, figures by name, tags and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.figures: list[tuple[str, str]] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.directions: list[str | None] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self._open: list[dict[str, str | None]] = []
        self.feed(page)
        assert not self._open, "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        held = dict(attrs)
        self.ids += [held["id"] or ""] if "id" in held else []
        self.links += [held["href"] or ""] if "href" in held else []
        if held.get("class") == "post":
            self.directions.append(held.get("dir"))
        if held.get("data-figure"):
            self.figures.append((held["data-figure"] or "", ""))
        if tag not in _VOID:
            self._open.append({**held, "": tag})

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[""] == tag

    def handle_data(self, data: str) -> None:
        if any(held[""] == "style" or held.get("aria-hidden") for held in self._open):
            return
        self.text.append(data)
        if any("data-figure" in held for held in self._open):
            name, before = self.figures[-1]
            self.figures[-1] = (name, before + data)


def _printed(figure: Figure) -> str:
    """What a figure has to look like, written anew here so that a mistake in the page shows."""
    if figure.value is None:
        return "not measured"
    times = 100 if figure.unit == "share" else 1
    form = {
        "share": "{:.1f}",
        "points": "{:+.1f}",
        "nats": "{:.3f}",
        "bits": "{:.1f}",
        "ratio": "{:.3f}",
        "probability": "{:.3f}",
        "count": "{:,.0f}",
    }
    words = {"share": "%", "points": " points", "nats": " nats", "bits": " bits"}.get(figure.unit, "")
    value, low, high = (
        None if x is None else form[figure.unit].format(x * times).replace("-", "−")
        for x in (figure.value, figure.low, figure.high)
    )
    return f"{value}{words}" + (f" [{low}, {high}]" if low is not None and high is not None else "")


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text))


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [leaf for pair in value.items() for one in pair for leaf in _leaves(one)]
    return [leaf for one in value for leaf in _leaves(one)] if isinstance(value, list) else [value]


def _invented(text: str, report: Report) -> set[str]:
    """Numbers in the text that no value or string of the report accounts for."""
    known = {"95"}  # the level of the intervals
    for leaf in _leaves(report.model_dump()):
        if isinstance(leaf, str):
            known |= _numbers(leaf)
        elif isinstance(leaf, int | float):
            known |= {f"{leaf:,.0f}"} if float(leaf).is_integer() else set()
            known |= {f"{abs(leaf):,.{k}f}" for k in (1, 2, 3)} | {f"{abs(leaf) * 100:.1f}"}
    return _numbers(re.sub(r"\\?\[U\+[0-9A-F]{4}\\?\]|&#\d+;", "", text)) - known


def _poisoned(value: Any) -> Any:
    """The same record with every free string made hostile, names of figures included."""
    kept = {
        "good",
        "bad",
        "none_passed",
        "pass",
        "fail",
        "not_checked",
        "yes",
        "no",
        "unclear",
        "not_measured",
    }
    kept |= {"share", "nats", "bits", "points", "ratio", "count", "seconds", "probability"}
    if isinstance(value, dict):
        keys = {key if key in Report.model_fields or key.isidentifier() else key + _HOSTILE: key for key in value}
        return {new: _poisoned(value[old]) for new, old in keys.items()}
    if isinstance(value, list):
        return [_poisoned(one) for one in value]
    return value + _HOSTILE if isinstance(value, str) and value not in kept else value


def _hostile_report() -> Report:
    return Report.model_validate(_poisoned(sample_report().model_dump()))


def _bare_report() -> Report:
    """A report that says nothing but its title."""
    report = sample_report()
    corpus = report.corpus.model_copy(
        update={
            "languages": {},
            "rights": {},
            "pairs": {},
            "leaks": {},
            "first_post": None,
            "last_post": None,
        }
    )
    empty: dict[str, Any] = {name: [] for name in ("claims", "figures", "gates", "curves", "examples", "warnings")}
    return report.model_copy(update={**empty, "corpus": corpus, "provenance": {}})


def _unmeasured_report() -> Report:
    """A report whose figures are all None."""
    report = sample_report()
    nothing = {"value": None, "low": None, "high": None, "n": 0, "note": "no judge was given"}
    return report.model_copy(update={"figures": [figure.model_copy(update=nothing) for figure in report.figures]})


_REPORTS = [sample_report, scorer_only_report, _bare_report, _unmeasured_report, _hostile_report]


def test_every_figure_on_the_page_is_the_report_s() -> None:
    report = sample_report()
    page = _Page(render_html(report))
    shown = {name for name, _ in page.figures}
    assert shown == {figure.name for figure in report.figures}
    for name, text in page.figures:
        whole = _printed(report.figure(name))
        assert text in (whole, whole.partition(" [")[0])


@pytest.mark.parametrize("make", _REPORTS)
def test_no_number_is_printed_that_the_report_does_not_hold(make: Any) -> None:
    report = make()
    assert _invented(" ".join(_Page(render_html(report)).text), report) == set()
    assert _invented(render_markdown(report), report) == set()


def test_the_scan_sees_a_number_that_was_made_up() -> None:
    assert _invented("won 77.7% of 12,345", sample_report()) == {"77.7", "12,345"}


@pytest.mark.parametrize("make", _REPORTS)
def test_a_page_asks_the_network_for_nothing(make: Any) -> None:
    page = render_html(make())
    parsed = _Page(page)
    style = "".join(re.findall(r"<style>(.*?)</style>", page, flags=re.DOTALL))
    assert parsed.tags <= _HARMLESS
    assert not [name for name, _ in parsed.attributes if name.startswith("on") or name in ("src", "style", "srcset")]
    assert all(link.startswith("#") for link in parsed.links)
    assert not re.search(r"https?:|url\(|@import|//", style)
    assert not re.search(r"\b(src|xlink:href)=", re.sub(r"&lt;img.*?&gt;", "", page))


def test_hostile_text_is_shown_and_not_obeyed() -> None:
    page = render_html(_hostile_report())
    assert "\u202e" not in page
    assert "\x00" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "[U+202E]" in page


def test_every_post_takes_its_own_direction() -> None:
    report = sample_report()
    posts = sum(2 + (example.base_rewrite is not None) for example in report.examples)
    assert _Page(render_html(report)).directions == ["auto"] * posts
    assert 'dir="auto" lang="ar"' in render_html(report)


def test_what_was_not_measured_says_so_and_why() -> None:
    page = _Page(render_html(_unmeasured_report()))
    assert {text for _, text in page.figures} == {"not measured"}
    assert "no judge was given" in "".join(page.text)
    assert "None" not in "".join(page.text)


def test_a_claim_on_an_absent_figure_is_not_measured() -> None:
    report = sample_report().model_copy(update={"figures": []})
    assert '<span class="figure missing">not measured</span>' in render_html(report)


def test_a_scorer_alone_has_no_part_on_a_writer() -> None:
    page = _Page(render_html(scorer_only_report()))
    assert {"scorer", "figures", "data", "provenance"} <= set(page.ids)
    assert not {"writer", "gates", "examples"} & set(page.ids)


@pytest.mark.parametrize("make", _REPORTS)
def test_links_lead_somewhere_and_every_list_may_be_empty(make: Any) -> None:
    page = _Page(render_html(make()))
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))


def test_figures_of_one_name_are_told_apart() -> None:
    report = sample_report()
    other = report.figure("scorer.pair_accuracy").model_copy(update={"corpus": "headlines", "value": 0.6})
    text = "".join(_Page(render_html(report.model_copy(update={"figures": [*report.figures, other]}))).text)
    assert "corpus headlines" in text
    assert "corpus same-link posts" in text


def test_first_screen_holds_claims_before_everything_else() -> None:
    page = render_html(sample_report())
    places = [page.index(words) for words in ("<h1>", "no live evidence", 'class="claims"', 'class="forest"', "<nav")]
    assert places == sorted(places)
    assert page.index("<nav") < page.index('<section id="writer"')


def test_every_control_stands_beside_the_scorer_with_what_it_says() -> None:
    for page in ("".join(_Page(render_html(sample_report())).text), render_markdown(sample_report())):
        assert "The same training on labels turned at random. At chance, as it should be." in page
        assert "the difference is the leak. This is never the scorer's figure." in page
        assert "Not measured: the posts of a pair are alike in it." in page
        assert "What a scorer that knew the truth would get" in page


def test_a_leak_that_gains_nothing_and_labels_that_teach_something_are_told_as_that() -> None:
    report = sample_report()
    changed = {
        "scorer.pair_accuracy.random_split": (0.6, 0.57, 0.63),
        "scorer.pair_accuracy.shuffled": (0.55, 0.52, 0.58),
    }
    figures = [
        one.model_copy(update=dict(zip(("value", "low", "high"), changed.get(one.name, (one.value, one.low, one.high)),
                                       strict=True)))
        for one in report.figures
    ]  # fmt: skip
    text = "".join(_Page(render_html(report.model_copy(update={"figures": figures}))).text)
    assert "this corpus leaks little. This is never the scorer's figure." in text
    assert "Above chance, where it should not be: something leaks." in text


def test_the_band_of_chance_is_drawn_behind_the_points_of_calibration_alone() -> None:
    page = render_html(sample_report())
    assert page.count('<polygon class="band"') == 1
    assert page.index("<b>Calibration</b>") < page.index('<polygon class="band"') < page.index("<b>Accuracy when")


def test_curves_say_what_they_show_and_hold_their_numbers() -> None:
    text = "".join(_Page(render_html(sample_report())).text)
    assert "Its probabilities come true as often as they say" in text
    assert "it pays to let it abstain" in text
    assert "Twice the pairs still helped the linear family" in text
    made = render_markdown(sample_report())
    assert "| predicted probability | share right | 95% interval | n | band of chance |" in made
    assert "## More pairs to learn from" in made


def test_each_language_is_named() -> None:
    text = "".join(_Page(render_html(sample_report())).text)
    assert "The scorer, language ar, which it never saw" in text
    assert "the scorer never saw it" in text


def test_failed_gates_are_named_with_their_reason() -> None:
    page = render_html(sample_report())
    assert "<b><bdi>numbers</bdi></b> failed: <bdi>&#x27;15%&#x27; is not in the draft</bdi>" in page


def test_gates_are_told_for_each_language_and_for_all() -> None:
    report = sample_report()
    page, text = render_html(report), render_markdown(report)
    assert "<summary>By language</summary>" in page
    for one in report.gates:
        assert f"| {one.gate} | {one.system} | {one.lang or 'all'} | {one.failed:,} | {one.not_checked:,} |" in text
    alone = report.model_copy(update={"gates": [one for one in report.gates if one.lang is None]})
    assert "<summary>By language</summary>" not in render_html(alone)


def test_markdown_has_the_same_figures() -> None:
    report = sample_report()
    rows = [re.split(r"(?<!\\)\|", line) for line in render_markdown(report).splitlines()]
    shown = {row[2].strip().replace("\\_", "_"): row[3].strip() for row in rows if len(row) == 7}
    assert {figure.name: _printed(figure) for figure in report.figures}.items() <= shown.items()


def test_a_markdown_cell_cannot_break_its_table() -> None:
    made = render_markdown(_hostile_report())
    widths = 0
    for line in made.splitlines():
        if line.startswith("| "):
            cells = len(re.split(r"(?<!\\)\|", line))
            widths = widths or cells
            assert cells == widths, line
        else:
            widths = widths if line.startswith("|") else 0
    assert "<script>" not in made
    assert "\\|" in made
    assert not re.search(r"(?<!\\)\]\(", made)
    assert "\u202e" not in made


def test_a_report_survives_its_json() -> None:
    report = sample_report()
    again = Report.model_validate_json(report.model_dump_json())
    assert render_html(again) == render_html(report)
    assert render_markdown(again) == render_markdown(report)
