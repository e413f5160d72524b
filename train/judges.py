"""Who may judge whom: a judge learned from the judge split alone and is of another family than every guide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from train.lineage import lessons
from virality import runs
from virality.errors import ViralityError


def guides(writer: Path) -> Iterator[Path]:
    """Runs of the scorers that ranked what this writer, or one it continues or learned from, learned from.

    The nearest comes first.
    """
    for lesson in lessons(writer):
        yield from (Path(one["scorer"]) for one in lesson.improved)
        if lesson.settings.get("objective") == "grpo":
            yield Path(lesson.settings["grpo"]["scorer"])


def refuse_partial_judge(judge: Path, scorer: Path | None, writer: Path | None, called: str = "judge") -> None:
    """Refuse a judge that learned what a guide or the writer learned; `called`: its key in the config.

    Raises:
        ViralityError: it was not trained on the judge split, or a guide was, or one of them is of its family.
    """
    mine = runs.finished(judge, "train")
    if mine.get("task") != "scorer" or mine["split"] != "judge":
        raise ViralityError(f"{called} = {judge}: was not trained on the judge split; "
                            "train a scorer with split=judge")  # fmt: skip
    if writer is None:
        return
    for guide in dict.fromkeys([*([scorer] if scorer is not None else []), *guides(writer)]):
        theirs = runs.finished(guide, "train")
        shared = sorted(_families(theirs) & _families(mine) - {"stack"})
        if shared:
            raise ViralityError(f"{called} = {judge}: is of the family of the scorer that chooses or trained the "
                                f"writer ({guide}: {', '.join(shared)}); train one of another family")  # fmt: skip
        if theirs.get("split") == "judge":
            raise ViralityError(f"scorer = {guide}: learned from the judge split; a guide learns from the train split")


def refuse_same_family(second: Path, first: Path) -> None:
    """Refuse a second judge that would make the mistakes of the first.

    Raises:
        ViralityError: they share a family.
    """
    shared = sorted(_families(runs.finished(second)) & _families(runs.finished(first)) - {"stack"})
    if shared:
        raise ViralityError(f"second_judge = {second}: is of the first judge's family ({', '.join(shared)}); train one "
                            "of a third family with split=judge")  # fmt: skip


def _families(document: Mapping[str, Any]) -> set[str]:
    """Of a scorer's run: its own or, of a stack, those of all its members."""
    return set(document.get("families") or [document.get("family")])
