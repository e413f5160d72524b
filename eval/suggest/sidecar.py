"""`suggestion.json`: who made a suggestion and with which checks, for the marking that EU AI Act Art. 50 asks for.

It names the posts by their SHA-256 beside their text, so that it can be matched with what was published later. The
kind of source is a term of the IPTC's list of digital source types.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from eval.suggest.records import Answer, gates_json
from train.scorers import Scorer
from train.steps import Writer
from virality import __version__
from virality.gates import Context, gates_hash

FORMAT = 1
LABEL = "AI-assisted"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"


def makers(
    writer: Writer, name: str, scorer: Scorer | None, scorer_name: str | None, context: Context
) -> dict[str, Any]:
    """Tool, model, adapter, scorer and gates."""
    base, _, adapter = writer.revision.partition("+")
    return {
        "tool": {"name": "virality", "version": __version__},
        "model": {"base": writer.base.spec, "revision": base},
        "adapter": {"run": name, "sha256": adapter} if adapter else None,
        "scorer": None if scorer is None else {
            "run": scorer_name, "family": scorer.family, "version": scorer.version
        },
        "gates": gates_hash(context),
    }  # fmt: skip


def document(answer: Answer, about: dict[str, Any], at: dt.datetime | None = None) -> dict[str, Any]:
    """The sidecar of one answer.

    Args:
        answer: what is suggested.
        about: what `makers` gave.
        at: when; None: now.
    """
    prompt = answer.prompt
    return {
        "format": FORMAT,
        "label": LABEL,
        "digital_source_type": SOURCE_TYPE,
        "made": (at or dt.datetime.now(dt.UTC)).isoformat(timespec="seconds"),
        **about,
        "prompt": None if prompt is None else {"name": prompt.name, "hash": prompt.hash},
        "platform": answer.platform,
        "tone": answer.tone,
        "draft": {"text": answer.draft, "sha256": _sha256(answer.draft)},
        "suggestions": [
            {
                "text": one.text,
                "sha256": _sha256(one.text),
                "origin": one.origin,
                "edit_ratio": one.edits,
                "p_better": one.p_better,
                "low": one.low,
                "high": one.high,
                "checks": gates_json(one.verdicts),
            }
            for one in answer.suggestions
        ],
        "reason": answer.reason,
    }


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
