"""The transfer matrix: scorers, each trained on a corpus of its own, on the test pairs of every such corpus."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from data_prep.records import Pair
from eval.controls import probabilities
from eval.figures import never_saw
from eval.measured import Measured
from eval.metrics import accuracy
from eval.place import Place
from eval.report.labels import OWN, TRANSFER
from eval.steps import pair_scores, test_pairs
from train import recurring
from train.scorers import Scorer
from train.steps import few, load_scorer, read_pairs
from virality import ledger, runs, tables
from virality.errors import ViralityError
from virality.progress import step
from virality.text.normalise import fold


@dataclass(frozen=True, slots=True)
class Learned:
    """What a run learned from or was calibrated on.

    Fields:
        ids: of the posts.
        texts: of them, folded, as far as the run's data are still there.
        gone: pairs that are in its data no more: of those the ids are all that is known.
    """

    ids: frozenset[str]
    texts: frozenset[str]
    gone: int

    def knows(self, pair: Pair) -> bool:
        """Whether it learned from a post of this pair, by its id or by its words."""
        ids, texts = {pair.worse_id, pair.better_id}, {fold(pair.worse), fold(pair.better)}
        return bool(ids & self.ids or texts & self.texts)


def learned(run: Path) -> Learned:
    """What a `train` run learned from.

    Raises:
        ViralityError: it is no finished `train` run, or has no ledger.
    """
    entries = tables.read(run / "ledger.parquet", ledger.schema(), ledger.Entry)
    texts, gone = recurring.learned(run)
    ids = frozenset(post for one in entries for post in (one.worse_id, one.better_id))
    return Learned(ids, frozenset(fold(text) for text in texts), gone)


def inputs(run: Path, others: Sequence[str]) -> dict[str, str]:
    """What the matrix of a scorer's run and others is made of: folder -> SHA-256; data that are gone are left out."""
    found = {other: runs.digest(Path(other)) for other in others}
    for folder in _corpora(_trained(run, others)):
        with contextlib.suppress(ViralityError):
            found[folder] = runs.digest(Path(folder))
    return found


def measure(scorer: Scorer, run: Path, others: Sequence[str], *, most: int, seed: int) -> Measured:
    """Accuracy of every scorer on every corpus that one of them was trained on: figures and scores, row by row.

    Pairs with a post that the row's scorer learned from are left out of its cell and counted; nearly the same words
    are not looked for. Every row is measured on the same pairs but for those.

    Args:
        scorer: the first row.
        run: its own.
        others: runs of the other rows.
        most: test pairs of each corpus, at most.
        seed: of what is drawn, and of bootstraps.
    """
    trained = _trained(run, others)
    corpora = _corpora(trained)
    tests = {folder: _test(folder, most, seed) for folder in corpora}
    found = Measured()
    for (mine, data), name in zip(trained.items(), _rows(trained, corpora), strict=True):
        with step(f"the scorer of {mine} on {len(tests)} corpora"):
            one, known = scorer if mine == run else load_scorer(mine), learned(mine)
            for folder, corpus in corpora.items():
                place = Place(corpus=corpus, source="scores.parquet", family=one.family, seed=seed)
                own = [OWN] if folder in data else []
                found.add(_cell(f"{TRANSFER}{name}.{corpus}", one, known, tests[folder], place, own, seed))
    return found


def _cell(
    name: str, scorer: Scorer, known: Learned, test: Sequence[Pair] | str, place: Place, said: list[str], seed: int
) -> Measured:
    """One scorer on one corpus, or why it was not measured there."""
    if isinstance(test, str):
        return Measured(figures=[place.missing(name, "; ".join([*said, test]))])
    kept = [pair for pair in test if not known.knows(pair)]
    if not kept:
        why = f"it learned from a post of each of the {len(test):,} pairs"
        return Measured(figures=[place.missing(name, "; ".join([*said, why]))])
    if len(kept) < len(test):
        left_out = len(test) - len(kept)
        said = [*said, f"{left_out:,} of {len(test):,} pairs left out, as it learned from a post of theirs"]
    if known.gone:
        said = [*said, f"{known.gone:,} pairs that it learned from are gone, and were compared by their ids alone"]
    unseen = sorted(never_saw(kept, scorer.languages).items(), key=lambda one: (-one[1], one[0]))
    if unseen:
        said = [*said, f"never saw {', '.join(f'{lang} ({count:,} pairs)' for lang, count in unseen)}"]
    p = probabilities(scorer, kept)
    figure = place.figure(name, accuracy(p, [pair.component for pair in kept], seed), note="; ".join(said))
    return Measured(figures=[figure], scores=pair_scores(name.partition(".")[2], scorer, kept, p))


def _test(folder: str, most: int, seed: int) -> list[Pair] | str:
    """Test pairs of prepared data, drawn by the seed, or why there are none."""
    try:
        runs.digest(Path(folder))  # what was changed since is not measured
        pairs = few(test_pairs(read_pairs([folder]).pairs), most, seed)
    except ViralityError as error:
        return f"its data are not here: {str(error).partition(';')[0]}"
    return pairs or "no measured pair in its test split"


def _trained(run: Path, others: Sequence[str]) -> dict[Path, list[str]]:
    """Run -> folders of the data that it was trained on; the scorer's own run first, each run once."""
    every = dict.fromkeys([run, *map(Path, others)])
    return {one: list(runs.finished(one, "train")["settings"]["data"]) for one in every}


def _corpora(trained: Mapping[Path, Sequence[str]]) -> dict[str, str]:
    """Folder of data -> what the corpus is called: the folder's name, or all of its path where two share that."""
    folders = list(dict.fromkeys(folder for data in trained.values() for folder in data))
    shared = Counter(Path(folder).name for folder in folders)
    return {folder: Path(folder).name if shared[Path(folder).name] == 1 else folder for folder in folders}


def _rows(trained: Mapping[Path, Sequence[str]], corpora: Mapping[str, str]) -> list[str]:
    """What each scorer is called: the corpora that it was trained on, and its run where others share these."""
    names = {run: "+".join(corpora[folder] for folder in data) for run, data in trained.items()}
    shared = Counter(names.values())
    return [name if shared[name] == 1 else f"{name}@{run.as_posix()}" for run, name in names.items()]
