"""The report as Markdown: the same figures in tables, for a repository or a model card."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from eval.records import Claim, Curve, Example, Figure, Report, Standing
from eval.report.data import corpus_facts
from eval.report.examples import has_base, odds
from eval.report.figures import curve_table
from eval.report.labels import (
    CURVES,
    KINDS,
    SYSTEMS,
    VERDICTS,
    circumstances,
    curve_axes,
    label,
    measures,
    named,
    value_and_interval,
)
from eval.report.overview import corpus_line
from eval.report.transfer import family, is_own, matrix
from eval.report.words import of_controls, of_curves
from eval.report.writer import language
from virality.page import NOT_MEASURED, visible

_INLINE = re.compile(r"([\\`*_\[\]{}|~$])")
_BLOCK = re.compile(r"^([#+\-=]|\d+(?=[.)](?:\s|$)))")


def render_markdown(report: Report) -> str:
    """The report's text and tables, without plots. Posts stand in cells, where no block syntax is read."""
    badges = [
        report.live_evidence,
        *(["research only: not for distribution"] if report.corpus.research_only else []),
    ]
    parts = [
        f"# {plain(report.title)}",
        " · ".join(_isolated(part) for part in corpus_line(report)),
        plain(report.summary),
        " ".join(f"**{plain(badge)}**" for badge in badges),
        _part(
            "What was found",
            ("", "question", "answer", "figures"),
            (_claim(report, one) for one in report.claims),
        ),
        _part(
            "Figures",
            ("figure", "name", "value", "rests on", "note"),
            (_figure(report, one) for one in report.figures),
        ),
        _part(
            "Controls",
            ("control", "accuracy", "rests on", "what it says"),
            (_control(report, figure, sentence) for figure, sentence in of_controls(report)),
        ),
        _transfer(report),
        _list("The scorer in plain words", [said for said in of_curves(report).values() if said]),
        *(_curve(one) for one in report.curves),
        _part(
            "Choice",
            ("system", "drafts improved", "say all", "harm", "proxy gap", "frontier", "why"),
            (_standing(one) for one in report.frontier),
        ),
        _part("Gates", ("gate", "system", "language", "failed", "not checked", "rewrites"), _gates(report)),
        *(_examples(report, kind) for kind in KINDS),
        _part("Data and splits", ("", ""), ((plain(k), plain(v)) for k, v in corpus_facts(report).items())),
        _counts("Languages", report.corpus.languages),
        _counts("Rights", report.corpus.rights),
        _part("Pairs", ("kind", "split", "pairs"), _pairs(report)),
        _counts("Pairs taken out of training: a text recurs in a later split", report.corpus.leaks),
        _list("Limits", report.warnings),
        _part("Provenance", ("", ""), _provenance(report)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def plain(text: str) -> str:
    """Any text as one line of Markdown that shows it, in a table cell or at the start of a paragraph."""
    text = visible(text).strip().replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\t", " ")
    text = _BLOCK.sub(lambda found: f"&#{ord(found.group()[0])};{found.group()[1:]}", _INLINE.sub(r"\\\1", text))
    return re.sub(r"\s*\n\s*", "<br>", text)


def _isolated(text: str) -> str:
    return f"\N{FIRST STRONG ISOLATE}{plain(text)}\N{POP DIRECTIONAL ISOLATE}"


def _part(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    body = [f"| {' | '.join(row)} |" for row in rows]
    if not body:
        return ""
    return "\n".join([f"## {title}\n", f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}", *body])


def _list(title: str, items: Sequence[str]) -> str:
    return "\n".join([f"## {title}\n", *(f"- {plain(item)}" for item in items)]) if items else ""


def _control(report: Report, figure: Figure, sentence: str) -> list[str]:
    beside = plain(circumstances(report, figure))
    return [plain(label(figure)), value_and_interval(figure), beside, plain(sentence)]


def _transfer(report: Report) -> str:
    columns, rows = matrix(report)
    head = ("trained on", "family", *(f"tested on {plain(one)}" for one in columns))
    made = ([plain(name), plain(family(row)), *(_crossing(report, row.get(one)) for one in columns)]
            for name, row in rows.items())  # fmt: skip
    return _part("Transfer: each scorer on its own corpus, in bold, and on the others", head, made)


def _crossing(report: Report, figure: Figure | None) -> str:
    if figure is None:
        return ""
    printed = f"**{value_and_interval(figure)}**" if is_own(figure) else value_and_interval(figure)
    return "<br>".join(part for part in (printed, plain(circumstances(report, figure)), plain(figure.note)) if part)


def _curve(curve: Curve) -> str:
    if not curve.x:
        return ""
    head, rows = curve_table(curve, *curve_axes(curve.name, curve.x, curve.y))
    title = plain(CURVES.get(curve.name, (curve.name, ""))[0])
    return _part(title, [plain(word) for word in head], ([plain(cell) for cell in row] for row in rows))


def _claim(report: Report, claim: Claim) -> list[str]:
    found = [figure for name in claim.figures for figure in named(report, name)]
    absent = [f"{plain(name)}: {NOT_MEASURED}" for name in claim.figures if not named(report, name)]
    figures = "<br>".join([*(f"{plain(label(figure))}: {value_and_interval(figure)}" for figure in found), *absent])
    return [
        f"**{VERDICTS[claim.verdict]}**",
        plain(claim.question),
        plain(f"{claim.answer} {claim.tested}".strip()),
        figures,
    ]


def _figure(report: Report, figure: Figure) -> list[str]:
    return [
        plain(label(figure)),
        plain(figure.name),
        value_and_interval(figure),
        plain(circumstances(report, figure)),
        plain(figure.note),
    ]


def _standing(one: Standing) -> list[str]:
    name = plain(SYSTEMS.get(one.system, one.system))
    return [f"**{name}**" if one.chosen else name, *measures(one), "yes" if one.best else "", plain(one.why)]


def _gates(report: Report) -> list[list[str]]:
    return [
        [
            *(plain(cell) for cell in (one.gate, one.system, language(one))),
            *(f"{count:,}" for count in (one.failed, one.not_checked, one.n)),
        ]
        for one in report.gates
    ]


def _examples(report: Report, kind: str) -> str:
    head = ("id", "judge", "scorer", "draft", "rewrite", "base model", "failed gates")
    return _part(KINDS[kind][0], head, (_example(one, has_base(report)) for one in report.examples if one.kind == kind))


def _example(example: Example, beside: bool) -> list[str]:
    failed = [
        f"{one.gate}: {one.reason}" if one.reason else one.gate for one in example.verdicts if one.state == "fail"
    ]
    none = "none passed the gates" if beside else "not asked"
    base = _isolated(example.base_rewrite) if example.base_rewrite is not None else none
    texts = [
        _isolated(example.draft),
        _isolated(example.rewrite),
        base,
        "<br>".join(_isolated(one) for one in failed),
    ]
    return [plain(example.example_id), odds(example.judge_p), odds(example.scorer_p), *texts]


def _counts(title: str, counts: dict[str, int]) -> str:
    return _part(title, ("", "n"), ((plain(name), f"{n:,}") for name, n in counts.items()))


def _pairs(report: Report) -> list[list[str]]:
    return [
        [plain(kind), plain(split), f"{n:,}"]
        for kind, by_split in report.corpus.pairs.items()
        for split, n in by_split.items()
    ]


def _provenance(report: Report) -> list[list[str]]:
    return [[plain(k), plain(v)] for k, v in {"created": report.created, **report.provenance}.items()]
