"""Who may judge whom: a judge learned from the judge split alone and is of another family than every guide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from train.lineage import lessons_by
from virality import runs
from virality.errors import ViralityError


def guides(writer: Path) -> Iterator[Path]:
    """Runs of the scorers that ranked what this writer, or one it continues or learned from, learned from.

    The nearest comes first.
    """
    return guides_by(runs.finished(writer, "train")["settings"])


def guides_by(settings: dict[str, Any]) -> Iterator[Path]:
    """Of a writer that is trained by these settings, whether or not it is there already; as `guides`."""
    for lesson in lessons_by(settings):
        yield from (Path(one["scorer"]) for one in lesson.improved)
        if lesson.settings.get("objective") == "grpo":
            yield Path(lesson.settings["grpo"]["scorer"])


def refuse_partial_judge(judge: Path, guiding: Iterable[Path], called: str = "judge") -> None:
    """Refuse a judge that learned what a guide learned.

    Args:
        judge: a scorer's run.
        guiding: runs of the scorers that choose among rewrites or that the writer learned from.
        called: the judge's key in the config.

    Raises:
        ViralityError: it was not trained on the judge split, or a guide was, or one of them is of its family.
    """
    mine = runs.finished(judge, "train")
    if mine.get("task") != "scorer" or mine["split"] != "judge":
        raise ViralityError(f"{called} = {judge}: was not trained on the judge split; "
                            "train a scorer with split=judge")  # fmt: skip
    for guide in dict.fromkeys(guiding):
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
