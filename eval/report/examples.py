"""Examples side by side: draft, rewrite with its changes marked, the base model's, and what judged them."""

from __future__ import annotations

from eval.records import Example, GateVerdict, Report
from eval.report.labels import KINDS
from virality.page import NOT_MEASURED, bdi, escape, fold, marked_changes, post, section


def examples(report: Report) -> str:
    """All examples by kind, good ones and bad ones alike; empty where there are none."""
    parts = []
    for kind, (title, explanation) in KINDS.items():
        chosen = [example for example in report.examples if example.kind == kind]
        if chosen:
            parts.append(f'<h3>{escape(title)}</h3><p class="note">{escape(explanation)}</p>')
            parts += [_example(example, beside=has_base(report)) for example in chosen]
    legend = (
        "<p>In the rewrites, <ins>words that were added</ins> and <del>words that were left out</del> are "
        "marked against the draft. Judge and scorer state the probability that the rewrite does better.</p>"
    )
    return section("examples", "Examples", legend + "\n".join(parts)) if parts else ""


def has_base(report: Report) -> bool:
    """Whether a base model was asked for the same drafts."""
    return any(figure.name == "writer.win_rate.base" for figure in report.figures)


def _example(example: Example, *, beside: bool) -> str:
    base = escape(example.base_rewrite) if example.base_rewrite is not None else ""
    base_text = post(base, example.lang) if base else '<p class="missing">none passed the gates</p>'
    base_side = f"<div><h4>Base model</h4>{base_text}</div>" if beside else ""
    returned = "First rewrite, not returned" if example.kind == "none_passed" else "Writer"
    return (
        f'<article class="example" aria-label="Example {escape(example.example_id)}">\n<div class="sides">'
        f"<div><h4>Draft</h4>{post(escape(example.draft), example.lang)}</div>"
        f"<div><h4>{returned}</h4>{post(marked_changes(example.draft, example.rewrite), example.lang)}</div>"
        f"{base_side}</div>\n"
        f'<p class="odds"><span>judge {odds(example.judge_p)}</span> '
        f"<span>scorer {odds(example.scorer_p)}</span> "
        f'<span class="id">{bdi(example.example_id)}</span></p>{_verdicts(example.verdicts)}</article>\n'
    )


def odds(p: float | None) -> str:
    """A probability with two decimals, or 'not measured'."""
    return NOT_MEASURED if p is None else f"{p:.2f}"


def _verdicts(verdicts: list[GateVerdict]) -> str:
    failed = [_verdict(verdict) for verdict in verdicts if verdict.state == "fail"]
    rest = [_verdict(verdict) for verdict in verdicts if verdict.state != "fail"]
    shown = f'<ul class="verdicts">{"".join(failed)}</ul>' if failed else ""
    return shown + (
        fold("Other gates" if failed else "Gates", f'<ul class="verdicts">{"".join(rest)}</ul>') if rest else ""
    )


def _verdict(verdict: GateVerdict) -> str:
    words = {"fail": "failed", "pass": "passed", "not_checked": "not checked"}[verdict.state]
    reason = f": {bdi(verdict.reason)}" if verdict.reason else ""
    return f'<li class="{verdict.state}"><b>{bdi(verdict.gate)}</b> {words}{reason}</li>'
