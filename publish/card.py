"""The model card: from run.json and report.json alone, so that it cannot say what was not measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from eval.records import Figure
from publish import words
from publish.checks import Refusal
from publish.evidence import Evidence
from publish.front_matter import front_matter, known, languages
from publish.local import cut
from publish.snippet import program, requirements
from virality import circumstances
from virality.models.terms import Terms
from virality.page import interval, number


@dataclass(frozen=True, slots=True)
class Asked:
    """What a card is told beside its evidence.

    Fields:
        title: its heading.
        example: the draft of the quick start.
        terms: what the licence of the base asks.
        export: adapter, merged or gguf.
        repo: where it goes; None: to a folder.
        tried: whether the quick start was run.
        reason: of `--force`.
        overridden: what that overrode.
        bars: what the report had to show, by name; None: that was not asked.
    """

    title: str
    example: str
    terms: Terms
    export: str = "adapter"
    repo: str | None = None
    tried: bool = False
    reason: str | None = None
    overridden: Sequence[Refusal] = field(default=())
    bars: Mapping[str, float | None] = field(default_factory=dict)


def card(evidence: Evidence, asked: Asked) -> str:
    """README.md of what is exported."""
    writer = evidence.writer
    shown = measured(evidence.report.figures)
    blocks = [
        f"# {asked.title}",
        words.NOT_FOR_DISTRIBUTION if evidence.research_only else "",
        _forced(asked),
        words.PURPOSE.format(kind=words.KINDS[asked.export]),
        "## Not for\n\n" + words.NOT_FOR.format(languages=", ".join(known(writer)) or "not known"),
        "## Base and licence\n\n" + _base(writer["base"], asked.terms),
        "## Data and rights\n\n" + _data(evidence),
        "## Training\n\n" + _training(writer, evidence.report.provenance),
        "## Results\n\n" + _results(evidence, shown),
        "## Limits\n\n" + "\n".join(f"- {warning}" for warning in cut(evidence.report.warnings)),
        "## Languages\n\n" + _languages(writer),
        "## Quick start\n\n" + quick_start(writer, asked.example, asked.export, asked.repo),
        "## How it was checked\n\n" + _checked(asked),
        "## Marking\n\n" + words.MARKING,
        "## Provenance\n\n" + table(("", ""), list(cut(evidence.report.provenance).items())),
    ]
    head = front_matter(evidence, asked.title, shown, asked.terms, export=asked.export, repo=asked.repo)
    return head + "\n\n".join(block for block in blocks if block) + "\n"


def quick_start(writer: dict[str, Any], example: str, export: str, repo: str | None) -> str:
    """What to install and the program, as the card shows them."""
    fetched = f"\nhf download {repo} --local-dir writer && cd writer" if repo else ""
    return (
        f"```sh\n{requirements(writer['base'], writer['versions'], export)}{fetched}\n```\n\n"
        f"```python\n{program(writer['base'], example, export)}```\n\n"
        "This is the greedy text before the gates, the same as `virality suggest --raw`."
    )


def measured(figures: Sequence[Figure]) -> list[tuple[Figure, str]]:
    """Figures that a card shows, with their words."""
    by_name = {figure.name: figure for figure in figures}
    return [(by_name[name], label) for name, label in words.SHOWN if name in by_name]


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Rows as markdown."""
    lines = [f"| {' | '.join(head)} |", f"|{' --- |' * len(head)}"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def _checked(asked: Asked) -> str:
    if asked.repo is None:
        return words.NOT_CHECKED
    bars = ", ".join(f"{name} {'not asked' if bar is None else f'{bar:g}'}" for name, bar in asked.bars.items())
    tried = words.TRIED if asked.tried else words.UNTRIED
    return words.HOW_CHECKED.format(tried=tried, bars=bars or "none")


def _forced(asked: Asked) -> str:
    if not asked.overridden:
        return ""
    count = len(asked.overridden)
    lines = "\n".join(f"> - {cut(one.where)}: {cut(one.what)}" for one in asked.overridden)
    return words.FORCED.format(count=count, s="s" * (count != 1), reason=asked.reason, lines=lines)


def _base(base: dict[str, Any], terms: Terms) -> str:
    if base["spec"].startswith("pypi:"):
        said = words.PACKAGED.format(package=base["spec"].removeprefix("pypi:"), version=base["revision"])
    else:
        said = f"`{base['spec']}`" + (f", revision {base['revision']}" if base["revision"] else "")
    licence = f"Licence of the base: {terms.licence}"
    licence += f" ([terms]({terms.link}))." if terms.link else "."
    carried = " Its terms hold for this model too, and for what is made of it." if terms.link else ""
    bounds = "" if terms.commercial else " **Non-commercial use only.**"
    if terms.forbidden:
        carried = f" {terms.forbidden.capitalize()}: this model may not be passed on."
    return f"{said}\n\n{licence}{carried}{bounds}" + (f"\n\n{terms.notice}" if terms.notice else "")


def _data(evidence: Evidence) -> str:
    corpus = evidence.report.corpus
    dates = f", {corpus.first_post} to {corpus.last_post}" if corpus.first_post else ""
    learned = evidence.writer["rights"]["basis"]
    rights = ", ".join(f"{rows:,} rows `{basis}`" for basis, rows in learned.items()) or "none named"
    held = ", ".join(f"{rows:,} `{basis}`" for basis, rows in corpus.rights.items()) or "none named"
    return (
        f"The last stage learned from {evidence.writer['pairs']['train']:,} pairs. Rights of what it learned from: "
        f"{rights}.\n\nIt was measured on corpus `{corpus.name}`: {corpus.posts:,} posts of {corpus.accounts} "
        f"account(s){dates}; rights: {held}. The posts themselves are not part of this folder; `datasheet.json` counts "
        "them."
    )


def _languages(writer: dict[str, Any]) -> str:
    counts = ", ".join(f"{code} ({writer['languages'][code]:,} pairs)" for code in languages(writer))
    return f"It learned from pairs in: {counts or 'no language that could be told'}. Others were not tried."


def _training(writer: dict[str, Any], provenance: dict[str, str]) -> str:
    settings, lora = writer["settings"], writer["settings"]["lora"]
    energy = provenance.get("writer: energy to train") or circumstances.energy(writer["seconds"], writer["machine"])
    rows = {
        "objective": settings["objective"],
        "LoRA": f"{lora['kind']}, rank {lora['rank']}, alpha {lora['alpha']:g}, dropout {lora['dropout']:g}",
        "learning rate": f"{settings['learning_rate']:g}",
        "batch size": settings["batch_size"],
        "steps": writer["training"]["steps"],
        "precision of the base": str(writer["precision"]).removeprefix("torch."),
        "continues": cut(settings["init"]) or "a new adapter",
        "prompt": f"{writer['prompt']['name']} ({writer['prompt']['hash']})",
        "hardware": writer["machine"],
        "time": f"{writer['seconds']:.0f} s",
        "energy": energy,
    }
    of_all = table(("", ""), [(name, str(value)) for name, value in rows.items()])
    return f"{of_all}\n\nThis is the last stage; `configs/` has the settings of every run."


def _results(evidence: Evidence, shown: Sequence[tuple[Figure, str]]) -> str:
    rows = [
        (label, number(figure.value, figure.unit), interval(figure.low, figure.high, figure.unit), f"{figure.n:,}")
        for figure, label in shown
    ]
    live = evidence.report.live_evidence.strip()
    said = f"{evidence.report.summary} **{live[:1].upper()}{live[1:]}.** {words.HOW_MEASURED}"
    asked = "\n".join(f"- {one.question} **{one.verdict.replace('_', ' ')}**: {one.answer}"
                      for one in evidence.report.claims)  # fmt: skip
    return f"{said}\n\n{asked}\n\n{table(('', 'value', '95% interval', 'n'), rows)}\n\n{words.UNSEEN}"
