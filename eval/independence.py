"""What may stand beside a writer and be measured on: no control in a scorer's place, no post that was learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from data_prep.records import Pair
from eval.records import ControlName
from train import recurring
from train.scorers.controls import refuse
from virality import ledger, runs, tables
from virality.errors import ViralityError


def refuse_guiding_controls(scorer: Path | None, judge: Path | None, *, writing: bool) -> None:
    """Refuse a control where a scorer is needed; alone, one that did not see the test may be measured.

    Args:
        scorer: its run, if any.
        judge: likewise.
        writing: whether a writer is measured, for which the scorer chooses.

    Raises:
        ViralityError: the judge is a control, or the scorer that chooses for a writer, or one that saw the test.
    """
    if judge is not None:
        refuse(judge, "judge")
    if scorer is not None and (writing or runs.finished(scorer, "train").get("control") == "random"):
        refuse(scorer, "scorer")


def refuse_controls(controls: Mapping[ControlName, Sequence[str]], data: str) -> None:
    """Refuse a run that is not the control it is named as, and rows of other data dealt anew.

    Args:
        controls: name -> runs.
        data: that is measured.
    """
    for name, named in controls.items():
        for run in named:
            document = runs.finished(Path(run), "train")
            found = document.get("control")
            if found != name:
                raise ViralityError(f"controls.{name} = {run}: is no such control (its control is {found or 'none'}); "
                                    f"train a scorer with control={name}")  # fmt: skip
            if name == "random" and [Path(one) for one in document["settings"]["data"]] != [Path(data)]:
                raise ViralityError(f"controls.random = {run}: dealt rows of {', '.join(document['settings']['data'])} "
                                    f"anew, and {data} is measured; train it with data={data}")  # fmt: skip


def refuse_seen(test: Sequence[Pair], seen_by: Sequence[Path]) -> None:
    """Refuse to measure on posts that one of the runs learned from, as its ledger says.

    Raises:
        ViralityError: names the run and how many test pairs it knows.
    """
    for run in seen_by:
        entries = tables.read(run / "ledger.parquet", ledger.schema(), ledger.Entry)
        # what was made of a post carries its id and more behind a colon
        known = {name for one in entries for post in (one.worse_id, one.better_id)
                 for name in (post, post.rpartition(":")[0])}  # fmt: skip
        both = sum(pair.worse_id in known or pair.better_id in known for pair in test)
        if both:
            raise ViralityError(
                f"{run}: learned from posts of {both} of the {len(test)} test pairs; measure on the data it was "
                "trained on, or on a corpus that it never saw"
            )


def unseen(test: Sequence[Pair], seen_by: Sequence[Path]) -> tuple[list[Pair], list[str]]:
    """The test pairs of which the runs learned no text, and what a reader must know of the others, a line each.

    Posts with other ids may say the same, or nearly: across corpora, or where a phrase stands in many posts. Texts are
    read from the data of the runs; where those are gone, that is said.

    Raises:
        ViralityError: no pair is left.
    """
    texts: dict[str, None] = {}
    lines = []
    for run in seen_by:
        mine, missing = recurring.learned(run)
        texts |= dict.fromkeys(mine)
        if missing:
            lines.append(f"{missing:,} pairs that {run} learned from are not in its data any more: whether their texts "
                         "recur in the test could not be looked at.")  # fmt: skip
    found = recurring.recurring(test, list(texts))
    kept = [pair for pair, state in zip(test, found, strict=True) if not state]
    if not kept:
        raise ViralityError(f"data: each of the {len(test)} test pairs has a text that {', '.join(map(str, seen_by))} "
                            "learned from; measure on a corpus that it never saw")  # fmt: skip
    if len(kept) < len(test):
        same = int((found == recurring.SAME).sum())
        lines.append(f"{len(test) - len(kept):,} of {len(test):,} test pairs are left out, as a text of theirs was "
                     f"learned from: {same:,} word for word, {len(test) - len(kept) - same:,} nearly.")  # fmt: skip
    return kept, lines
