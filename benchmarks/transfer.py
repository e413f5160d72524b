"""What a scorer knows beyond its corpus: `python -m benchmarks.transfer --scorer NAME=RUN ... --data NAME=DIR ...`.

Rows are scorers, columns the test pairs of prepared runs (`--data`), or pairs across accounts by rate (`--rates`).
A test pair with a post that the scorer learned from, by id or by its words, is left out of its cell and counted; where
all were, the cell says so. Languages that a scorer never saw are named. `--all NAME` is the scorer of all corpora: its
paired difference to every other scorer, on pairs that neither knows. A specialist's own corpus is the column of its
name, marked *. Intervals: 95%, whole components drawn.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import rate_pairs
from benchmarks.places import place
from data_prep.records import Pair
from eval.controls import ceiling, length_only, probabilities
from eval.metrics import accuracy, difference
from eval.steps import test_pairs
from eval.transfer import learned
from train.steps import load_scorer, read_pairs
from virality.statistics import Interval, mean

Array = NDArray[np.float64]
_MOST_LANGUAGES = 3


@dataclass(frozen=True, slots=True)
class Row:
    """One scorer on every column.

    Fields:
        p: column -> P(better beats worse) of its pairs, (N,).
        fresh: column -> which pairs hold no post that it learned from, (N,).
        unseen: column -> languages of its pairs that it never saw, commonest first.
    """

    p: dict[str, Array]
    fresh: dict[str, NDArray[np.bool_]]
    unseen: dict[str, list[str]]


def measure(run: Path, columns: Mapping[str, Sequence[Pair]]) -> Row:
    """A scorer's run on the pairs of every column."""
    scorer = load_scorer(run)
    known = learned(run)
    row = Row({}, {}, {})
    for name, pairs in columns.items():
        row.p[name] = probabilities(scorer, pairs)
        row.fresh[name] = np.asarray([not known.knows(pair) for pair in pairs])
        said = [pair.lang or "unknown" for pair in pairs]
        row.unseen[name] = sorted(set(said) - scorer.languages.keys(), key=lambda one: (-said.count(one), one))
    return row


def cells(row: Row, columns: Mapping[str, Sequence[Pair]]) -> dict[str, dict[str, Any]]:
    """Column -> accuracy on all pairs and on certain ones, pairs left out, languages never seen."""
    found = {}
    for name, pairs in columns.items():
        kept = np.flatnonzero(row.fresh[name]).tolist()
        certain = [at for at in kept if _certain(pairs[at])]
        found[name] = {
            "all": _accuracy(row.p[name], pairs, kept),
            "p05": _accuracy(row.p[name], pairs, certain),
            "left_out": len(pairs) - len(kept),
            "unseen_languages": row.unseen[name],
        }
    return found


def _certain(pair: Pair) -> bool:
    return pair.p_value is not None and pair.p_value < 0.05


def _accuracy(p: Array, pairs: Sequence[Pair], rows: list[int]) -> dict[str, Any] | None:
    return asdict(accuracy(p[rows], [pairs[at].component for at in rows])) if rows else None


def ahead(first: Row, second: Row, columns: Mapping[str, Sequence[Pair]]) -> dict[str, dict[str, Any] | None]:
    """Column -> accuracy of the first less that of the second, in points, on pairs that neither learned from."""
    found: dict[str, dict[str, Any] | None] = {}
    for name, pairs in columns.items():
        rows = np.flatnonzero(first.fresh[name] & second.fresh[name]).tolist()
        clusters = [pairs[at].component for at in rows]
        found[name] = asdict(difference(first.p[name][rows], second.p[name][rows], clusters)) if rows else None
    return found


def beside(columns: Mapping[str, Sequence[Pair]]) -> dict[str, dict[str, Any]]:
    """What every column is read beside: 'the longer text wins', and the noise ceiling where counts tell it."""
    found = {}
    for name, pairs in columns.items():
        clusters = [pair.component for pair in pairs]
        most = ceiling(pairs)
        found[name] = {"longer": asdict(accuracy(length_only(pairs), clusters)),
                       "ceiling": None if most is None else asdict(mean(most, clusters))}  # fmt: skip
    return found


def table(head: str, lines: Mapping[str, Sequence[str]], columns: Sequence[str]) -> str:
    """A markdown table."""
    first = [f"| {head} | {' | '.join(columns)} |", f"| --- |{' ---: |' * len(columns)}"]
    return "\n".join([*first, *(f"| {name} | {' | '.join(mine)} |" for name, mine in lines.items())])


def written(found: Mapping[str, Any], columns: Sequence[str]) -> str:
    """The matrix, the matrix of certain pairs, and the differences, as markdown."""
    matrix, around, apart = found["matrix"], found["beside"], found["ahead"]
    rows = {name: [_cell(mine[one], "all", own=one == name) for one in columns] for name, mine in matrix.items()}
    rows |= {
        "the longer text wins": [_share(around[one]["longer"]) for one in columns],
        "noise ceiling": [_share(around[one]["ceiling"]) for one in columns],
    }
    parts = [table("scorer", rows, columns)]
    certain = [one for one in columns if any(mine[one]["p05"] for mine in matrix.values())]
    if certain:
        rows = {name: [_cell(mine[one], "p05", own=one == name) for one in certain] for name, mine in matrix.items()}
        parts.append("Pairs with p < .05:\n\n" + table("scorer", rows, certain))
    if apart:
        rows = {name: [_points(mine[one]) + "*" * (one == name) for one in columns] for name, mine in apart.items()}
        parts.append(f"Points that `{found['all']}` is ahead:\n\n" + table("of", rows, columns))
    return "\n\n".join(parts) + "\n"


def _cell(found: Mapping[str, Any], subset: str, *, own: bool) -> str:
    if found[subset] is None:
        return "learned from all of it" if found["left_out"] and not found["all"] else "none"
    unseen = found["unseen_languages"]
    more = ", ..." * (len(unseen) > _MOST_LANGUAGES)
    said = [f"{found['left_out']:,} known left out"] if found["left_out"] else []
    said += [f"never saw {', '.join(unseen[:_MOST_LANGUAGES])}{more}"] if unseen else []
    return _share(found[subset]) + "*" * own + (f"; {'; '.join(said)}" if said else "")


def _share(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "not known"
    one = Interval(**found)
    ends = "" if one.low is None or one.high is None else f" [{one.low:.1%}, {one.high:.1%}]"
    return f"{one.value:.1%}{ends} ({one.n:,})"


def _points(found: Mapping[str, Any] | None) -> str:
    if found is None:
        return "none"
    one = Interval(**found)
    ends = "" if one.low is None or one.high is None else f" [{one.low:+.1f}, {one.high:+.1f}]"
    return f"{one.value:+.1f}{ends}"


def _named(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not (name and equals and value):
        raise argparse.ArgumentTypeError(f"{word}: write NAME=FOLDER")
    return name, value


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scorer", type=_named, nargs="+", required=True, metavar="NAME=RUN")
    parser.add_argument("--data", type=_named, nargs="+", default=[], metavar="NAME=DIR", help="their test pairs")
    parser.add_argument("--rates", type=_named, nargs="+", default=[], metavar="NAME=DIR", help="across accounts")
    parser.add_argument("--all", default="all", metavar="NAME", help="the scorer that others are compared with")
    parser.add_argument("--out", type=Path, help="figures as JSON, and beside it the tables as .md")
    given = parser.parse_args()
    if not given.data and not given.rates:
        parser.error("name a column: --data NAME=DIR or --rates NAME=DIR")
    return given


def main() -> None:
    """Print the tables and, last, one JSON line."""
    given = _given()
    columns = {name: test_pairs(read_pairs([folder]).pairs) for name, folder in given.data}
    columns |= {name: rate_pairs.read(folder) for name, folder in given.rates}
    if empty := [name for name, pairs in columns.items() if not pairs]:
        raise SystemExit(f"{', '.join(empty)}: no test pair")
    rows = {name: measure(Path(run), columns) for name, run in given.scorer}
    others = [name for name in rows if name != given.all] if given.all in rows else []
    about = place()
    found: dict[str, Any] = {
        "scorers": dict(given.scorer), "data": dict(given.data), "rates": dict(given.rates), "all": given.all,
        "matrix": {name: cells(row, columns) for name, row in rows.items()},
        "ahead": {name: ahead(rows[given.all], rows[name], columns) for name in others},
        "beside": beside(columns),
    }  # fmt: skip
    text = f"{written(found, list(columns))}\n{about['told']}\n"
    print(text)
    if given.out:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text(json.dumps(found | about, indent=2) + "\n", encoding="utf-8")
        given.out.with_suffix(".md").write_text(text, encoding="utf-8")
    print(json.dumps(found | about))


if __name__ == "__main__":
    main()
