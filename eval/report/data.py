"""What the report was measured on: corpus, rights, languages, pairs, leaks; its limits; its provenance."""

from __future__ import annotations

from eval.records import Report
from virality.page import NOT_MEASURED, bar, bdi, escape, number, section, table


def data(report: Report) -> str:
    """Corpus, splits and what was done against leaks."""
    corpus = report.corpus
    parts = [
        definitions(corpus_facts(report)),
        '<div class="columns">',
        counts("Languages", "language", "posts", corpus.languages),
        counts("Rights", "basis", "rows", corpus.rights),
        _pairs(report),
        counts("Pairs taken out of training: a text recurs in a later split", "reason", "pairs", corpus.leaks),
        "</div>",
    ]
    return section("data", "Data and splits", "\n".join(part for part in parts if part))


def corpus_facts(report: Report) -> dict[str, str]:
    """What the corpus holds, in words beside values."""
    corpus = report.corpus
    return {
        "posts": f"{corpus.posts:,}",
        "dropped": f"{corpus.dropped:,}",
        "accounts": f"{corpus.accounts:,}",
        "first post": corpus.first_post or NOT_MEASURED,
        "last post": corpus.last_post or NOT_MEASURED,
        "components, the unit of splitting": f"{corpus.components:,}",
        "pairs in the largest component": number(corpus.largest_component, "share"),
        "may be distributed": "no, research only" if corpus.research_only else "as each row's rights say",
    }


def definitions(facts: dict[str, str]) -> str:
    """Names beside values, all plain text."""
    return "<dl>" + "".join(f"<div><dt>{escape(k)}</dt><dd>{bdi(v)}</dd></div>" for k, v in facts.items()) + "</dl>"


def counts(title: str, what: str, unit: str, numbers: dict[str, int]) -> str:
    """Counts beside bars, in the order given; empty where nothing was counted."""
    most = max(numbers.values(), default=0)
    rows = [(bdi(name), f"{n:,}", bar(n, most, f"{name}: {n:,}")) for name, n in numbers.items()]
    return f'<div class="counts">{table(title, (what, unit, ""), rows)}</div>' if rows else ""


def _pairs(report: Report) -> str:
    splits = list(dict.fromkeys(split for by_split in report.corpus.pairs.values() for split in by_split))
    rows = [
        [escape(kind), *(f"{by_split[split]:,}" if split in by_split else "–" for split in splits)]
        for kind, by_split in report.corpus.pairs.items()
    ]
    return table("Pairs by kind and split", ("kind", *splits), rows) if rows else ""


def limits(report: Report) -> str:
    """What the reader must know before believing; empty where nothing was said."""
    items = "".join(f"<li>{escape(warning)}</li>" for warning in report.warnings)
    return section("limits", "Limits", f"<ul>{items}</ul>") if items else ""


def provenance(report: Report) -> str:
    """What was run on what, so that it can be run again."""
    facts = {"created": report.created, **report.provenance}
    return section("provenance", "Provenance", f'<div class="provenance">{definitions(facts)}</div>')
