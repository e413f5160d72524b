"""The report as one HTML page: the order of its sections."""

from __future__ import annotations

import re

from eval.records import Report
from eval.report.controls import CSS, controls
from eval.report.data import data, limits, provenance
from eval.report.examples import examples
from eval.report.figures import every_figure
from eval.report.frontier import frontier
from eval.report.memory import memory
from eval.report.overview import accuracy, claims, header
from eval.report.scorer import scorer
from eval.report.texts import honesty, preservation, voice
from eval.report.transfer import CSS as MATRIX
from eval.report.transfer import transfer
from eval.report.writer import gates, writer
from virality.page import document, section

_CONTENTS = {
    "writer": "Writer",
    "frontier": "Choice",
    "gates": "Gates",
    "preservation": "Meaning",
    "honesty": "Honesty",
    "voice": "Voice",
    "memory": "Memory",
    "examples": "Examples",
    "scorer": "Scorer",
    "controls": "Controls",
    "transfer": "Transfer",
    "data": "Data",
    "figures": "All figures",
    "limits": "Limits",
    "provenance": "Provenance",
}


def render_html(report: Report) -> str:
    """The page, complete in itself. It prints what the report says and computes nothing."""
    figures = every_figure(report)
    sections = [
        writer(report),
        frontier(report),
        gates(report),
        preservation(report),
        honesty(report),
        voice(report),
        memory(report),
        examples(report),
        scorer(report),
        controls(report),
        transfer(report),
        data(report),
        section("figures", "All figures", figures) if figures else "",
        limits(report),
        provenance(report),
    ]
    body = "\n".join(part for part in sections if part)
    parts = [header(report), claims(report), accuracy(report), _contents(body), body]
    return document(report.title, "\n".join(part for part in parts if part), CSS + MATRIX)


def _contents(body: str) -> str:
    present = set(re.findall(r'<section id="(\w+)"', body))
    links = " ".join(f'<a href="#{anchor}">{words}</a>' for anchor, words in _CONTENTS.items() if anchor in present)
    return f'<nav aria-label="Sections">{links}</nav>'
