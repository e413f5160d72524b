"""The metadata of a card: what the hub reads of it, results as model-index among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from eval.records import Figure
from publish.evidence import Evidence
from publish.snippet import no_commit
from virality.models.terms import Terms, slug


def front_matter(
    evidence: Evidence, title: str, shown: Sequence[tuple[Figure, str]], asked: Terms, *, export: str, repo: str | None
) -> str:
    """The YAML block at the head of README.md.

    Args:
        evidence: what the card is made of.
        title: of the model.
        shown: figures that the card shows, with their words.
        asked: what the licence of the base asks.
        export: adapter, merged or gguf.
        repo: where it goes; None: to a folder.
    """
    from huggingface_hub import EvalResult, ModelCardData

    writer, barred = evidence.writer, evidence.research_only
    results = [_result(EvalResult, evidence, figure, words) for figure, words in shown if figure.value is not None]
    tags = ["virality", *(["lora"] if export == "adapter" else []), *(["gguf"] if export == "gguf" else [])]
    data = ModelCardData(
        language=known(writer) or None,
        **licence(evidence, asked),
        library_name="peft" if export == "adapter" else "transformers" if export == "merged" else None,
        pipeline_tag="text-generation",
        base_model=None if no_commit(writer["base"]["revision"]) else writer["base"]["spec"],
        model_name=(repo or title).rpartition("/")[2] if results else None,
        eval_results=results or None,
        tags=[*tags, *(["not-for-distribution"] if barred else []), "not-evaluated" if not results else "evaluated"],
    )
    return f"---\n{data.to_yaml()}\n---\n\n"


def licence(evidence: Evidence, asked: Terms) -> dict[str, Any]:
    """`license` of the card, with name and link where the hub has no word for it."""
    if evidence.research_only:
        return {"license": "other", "license_name": "not-for-distribution"}
    if asked.forbidden:
        return {"license": "unknown"}
    if asked.tag != "other":
        return {"license": asked.tag}
    named = {"license": "other", "license_name": slug(asked.licence)}
    return named | ({"license_link": asked.link} if asked.link else {})


def languages(writer: dict[str, Any]) -> list[str]:
    """Languages of what it learned from, most first."""
    return sorted(writer["languages"], key=lambda code: (-writer["languages"][code], code))


def known(writer: dict[str, Any]) -> list[str]:
    """Those of the languages that could be told."""
    return [code for code in languages(writer) if code != "unknown"]


def _result(made: Any, evidence: Evidence, figure: Figure, words: str) -> Any:
    about = {"low": figure.low, "high": figure.high, "n": figure.n, "unit": figure.unit}
    rounded = {key: round(value, 4) if isinstance(value, float) else value for key, value in about.items()}
    return made(
        task_type="text-generation", task_name="rewriting posts",
        dataset_type=slug(evidence.report.corpus.name) or "posts", dataset_name=evidence.report.corpus.name,
        dataset_split="test",
        metric_type=figure.name, metric_name=words, metric_value=round(float(figure.value or 0), 4),
        metric_args={key: value for key, value in rounded.items() if value is not None},
    )  # fmt: skip
