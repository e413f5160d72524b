"""The first screen: what was measured, what was found, how sure; the scorer beside its controls."""

from __future__ import annotations

from eval.place import ACCURACY
from eval.records import Claim, Report
from eval.report.figures import interval_plot, value
from eval.report.labels import VERDICTS, circumstances, label, named
from eval.report.words import controls_of
from virality.page import NOT_MEASURED, bdi, escape


def header(report: Report) -> str:
    """Title, corpus in one line, the plain summary, and what the findings do not rest on."""
    corpus = " · ".join(bdi(part) for part in corpus_line(report))
    return (
        f'<header>\n<h1>{escape(report.title)}</h1>\n<p class="corpus">{corpus}</p>\n'
        f'<p class="summary">{escape(report.summary)}</p>\n<p class="badges">{_badges(report)}</p>\n</header>'
    )


def corpus_line(report: Report) -> list[str]:
    """Name, posts, accounts and dates of the corpus."""
    corpus = report.corpus
    accounts = f"{corpus.accounts:,} account{'s' * (corpus.accounts != 1)}" if corpus.accounts else "no account names"
    parts = [corpus.name, f"{corpus.posts:,} posts", accounts]
    if corpus.first_post and corpus.last_post:
        parts.append(f"{corpus.first_post[:10]} to {corpus.last_post[:10]}")
    return parts


def _badges(report: Report) -> str:
    badges = [
        report.live_evidence,
        *(["research only: not for distribution"] if report.corpus.research_only else []),
    ]
    return " ".join(f'<span class="badge">{escape(badge)}</span>' for badge in badges)


def claims(report: Report) -> str:
    """Each question with its verdict and the figures it rests on; empty where nothing is claimed."""
    if not report.claims:
        return ""
    items = "".join(_claim(report, claim) for claim in report.claims)
    return f'<section aria-label="What was found"><ul class="claims">\n{items}</ul></section>'


def _claim(report: Report, claim: Claim) -> str:
    evidence = []
    for name in claim.figures:
        found = named(report, name)
        for figure in found:
            beside = ", ".join(part for part in (label(figure), circumstances(report, figure)) if part)
            evidence.append(f'<p>{value(figure)}<span class="beside">{escape(beside)}</span></p>')
        if not found:
            missing = f'<span class="figure missing">{NOT_MEASURED}</span>'
            evidence.append(f'<p>{missing}<span class="beside">{escape(name)}</span></p>')
    tested = f'<p class="note">{escape(claim.tested)}</p>' if claim.tested else ""
    return (
        f'<li class="{claim.verdict}"><strong class="verdict">{VERDICTS[claim.verdict]}</strong>'
        f'<div><p class="question">{escape(claim.question)}</p>'
        f'<p class="answer">{escape(claim.answer)}</p>{tested}</div>'
        f'<div class="evidence">{"".join(evidence)}</div></li>\n'
    )


def accuracy(report: Report) -> str:
    """The scorer beside chance, the trivial baselines, its controls, the noise ceiling and the leak."""
    figures = named(report, ACCURACY, *(f"{ACCURACY}.{word}" for word in controls_of(report)))
    title = "How often the better of two posts is named: share of held-out pairs, 95% interval"
    return interval_plot(report, title, figures, 0.5, "chance", lead=ACCURACY)
