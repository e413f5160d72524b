"""Make the clickbait gate's weights: `python -m benchmarks.clickbait_weights FOLDER [--work DIR]`.

FOLDER holds the two lists of headlines of Chakraborty et al. (2016, ASONAM), `clickbait_data.gz` and
`non_clickbait_data.gz`. They are paired at random, prepared, and a scorer of the linear family is trained by
`virality train`; the words of that run that say most become virality/gates/data/clickbait_weights.json, fitted anew as
a sum over words that needs no library. The headlines that are tested on are in no pair that was trained on.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from train import scorers
from virality.gates import clickbait_model
from virality.runs import sha256

OUT = Path("virality/gates/data/clickbait_weights.json")
KEPT = 4000
"""Words and two-word runs of the run that are kept: those of the greatest weight."""
_SHARES = {"train": 0.7, "validation": 0.15, "test": 0.15}


def pairs(folder: Path, out: Path, seed: int = 0) -> dict[str, list[tuple[str, str]]]:
    """Random pairs (clickbait, not) by split, written as `labelled_pairs` reads them."""
    lists = []
    for name in ("clickbait_data.gz", "non_clickbait_data.gz"):
        with gzip.open(folder / name, "rt", encoding="utf-8") as stream:
            lists.append(sorted({line.strip() for line in stream if line.strip()}))
        random.Random(seed).shuffle(lists[-1])
    both = list(zip(*lists, strict=False))
    found: dict[str, list[tuple[str, str]]] = {}
    start = 0.0
    for split, share in _SHARES.items():
        found[split] = both[round(start * len(both)) : round((start + share) * len(both))]
        start += share
        rows = [{"first": bait, "second": plain, "label": "first"} for bait, plain in found[split]]
        (out / f"{split}.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    return found


def trained(folder: Path, work: Path) -> Path:
    """The run of `virality prepare` and `virality train` on those pairs."""
    config = {
        "path": str(folder),
        "source": {"kind": "labelled_pairs", "platform": "headline",
                   "columns": {"first": "first", "second": "second", "label": "label"}},
        "rights": {"basis": "licence:MIT"},
        "filters": {"min_words": 1, "replies": True, "reposts": True},
        "pairs": {"kinds": ["same_link", "paraphrase"]},
        "splits": {"mode": "by_file"},
        "out": str(work / "prepared"),
    }  # fmt: skip
    train = {"task": "scorer", "family": "linear", "data": str(work / "prepared"), "out": str(work / "run")}
    for command, settings in (("prepare", config), ("train", train)):
        path = work / f"{command}.yaml"
        path.write_text(json.dumps(settings), encoding="utf-8")
        subprocess.run([sys.executable, "-m", "virality", command, str(path)], check=True)
    return work / "run"


def weights(run: Path, found: dict[str, list[tuple[str, str]]]) -> dict[str, Any]:
    """The words of a run that say most, fitted on its training headlines; with accuracies on the test's."""
    from scipy import sparse
    from sklearn.linear_model import LogisticRegression

    scorer = scorers.load(run / "scorer")
    model: Any = scorer.model
    words = model.featuriser.vectorisers["words"]
    names = sorted(words.vocabulary, key=words.vocabulary.get)
    strongest = np.argsort(-np.abs(model.weights[: len(names)] * words.idf_))[:KEPT]
    place = {names[at]: column for column, at in enumerate(strongest)}

    def rows(texts: list[str]) -> Any:
        out = sparse.lil_matrix((len(texts), len(place)))
        for row, text in enumerate(texts):
            for gram, value in clickbait_model.grams(text).items():
                if gram in place:
                    out[row, place[gram]] = value
        return out.tocsr()

    def told(split: str) -> tuple[list[str], NDArray[np.float64]]:
        texts = [text for pair in found[split] for text in pair]
        return texts, np.tile([1.0, 0.0], len(found[split]))

    texts, labels = told("train")
    fitted = LogisticRegression(C=10.0, max_iter=500).fit(rows(texts), labels)
    texts, labels = told("test")
    small = fitted.decision_function(rows(texts))
    whole = scorer.utility(texts)
    coefficients = fitted.coef_.ravel()
    return {
        "about": {
            "data": "Chakraborty et al. 2016 (ASONAM): headlines in English, MIT licence",
            "made by": "python -m benchmarks.clickbait_weights",
            "scorer": scorer.version,
            "headlines": {split: 2 * len(rows) for split, rows in found.items()},
            "test": {
                "accuracy": round(float(((small > 0) == (labels > 0)).mean()), 4),
                "pair accuracy": round(float((small[::2] > small[1::2]).mean()), 4),
                "pair accuracy of the run": round(float((whole[::2] > whole[1::2]).mean()), 4),
            },
        },
        "intercept": round(float(fitted.intercept_[0]), 3),
        "weights": {gram: w for gram, at in sorted(place.items()) if (w := round(float(coefficients[at]), 2))},
    }


def main() -> None:
    """Pairs, run, weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path, default=Path("runs/clickbait_weights"))
    given = parser.parse_args()
    (given.work / "pairs").mkdir(parents=True, exist_ok=True)
    found = pairs(given.folder, given.work / "pairs")
    document = weights(trained(given.work / "pairs", given.work), found)
    document["about"]["lists"] = {path.name: sha256(path)[:12] for path in sorted(given.folder.glob("*.gz"))}
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps(document, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
    print(json.dumps(document["about"], indent=2))


if __name__ == "__main__":
    main()
