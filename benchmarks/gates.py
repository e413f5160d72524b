"""What the gates catch and what they stop in error, on hand-written drafts: `python -m benchmarks.gates [--part held]`.

English and Arabic, by kind of distortion and by variety. The parts `held` and `last` are for the last look alone.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import get_args

from benchmarks import gate_tables
from tests.virality.gates import planted
from tests.virality.gates.labelled import KEPT_BACK, LANGUAGES, PLATFORM, Part, Row, rows
from virality.gates import Context, Verdict, check_all, passed
from virality.gates.aids import with_models
from virality.text.normalise import normalise


@dataclass
class Kind:
    """How many distortions of one kind were caught, and by which gates.

    Fields:
        n: how many there are.
        caught: failed by at least one gate.
        gates: gate -> distortions it failed.
        missed: ids of the drafts whose distortion passed.
    """

    n: int = 0
    caught: int = 0
    gates: Counter[str] = field(default_factory=Counter)
    missed: list[str] = field(default_factory=list)


@dataclass
class Measured:
    """What became of some drafts.

    Fields:
        kinds: kind -> what became of it.
        passed: sort of restatement -> how many passed every gate.
        told: sort of restatement -> how many there are.
        alarms: gate -> honest restatements that it failed.
        alone: gate -> those that no other gate failed.
        unseen: gate -> honest restatements that it did not check.
        drafts: how many.
    """

    kinds: dict[str, Kind] = field(default_factory=dict)
    passed: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    alone: Counter[str] = field(default_factory=Counter)
    unseen: Counter[str] = field(default_factory=Counter)
    drafts: int = 0

    def add(self, other: Measured) -> None:
        """Count what another part of the drafts came to as well."""
        for kind, theirs in other.kinds.items():
            mine = self.kinds.setdefault(kind, Kind())
            mine.n += theirs.n
            mine.caught += theirs.caught
            mine.gates.update(theirs.gates)
            mine.missed += theirs.missed
        for own, more in zip(self._counters(), other._counters(), strict=True):
            own.update(more)
        self.drafts += other.drafts

    def _counters(self) -> tuple[Counter[str], ...]:
        return self.passed, self.told, self.alarms, self.alone, self.unseen

    def pool(self, name: str) -> tuple[int, int]:
        """Caught and all of the kinds of a pool of `gate_tables.POOLS`."""
        level, _, made = name.partition(", ")
        mine = [
            one
            for kind, one in self.kinds.items()
            if planted.hard(kind) is (level == "hard")
            and made in ("", "planted" if kind in planted.KINDS else "written")
        ]
        return sum(one.caught for one in mine), sum(one.n for one in mine)

    def restatements(self) -> tuple[int, int]:
        """Honest restatements that passed, and all."""
        return self.passed.total(), self.told.total()


def measure(drafts: Iterable[Row], context: Callable[[Row], Context]) -> Measured:
    """Every gate on every restatement and distortion of the drafts; `context`: what the gates may know of a draft."""
    out = Measured()
    for row in drafts:
        out.drafts += 1
        draft, known = normalise(row.text), context(row)
        out.told.update(row.sorts)
        for sort, text in zip(row.sorts, row.restatements, strict=True):
            _honest(out, sort, check_all(draft, normalise(text), known))
        for kind, text in planted.distortions(row):
            _distorted(out.kinds.setdefault(kind, Kind()), row.id, check_all(draft, normalise(text), known))
    return out


def by_variety(drafts: Sequence[Row], context: Callable[[Row], Context]) -> dict[str, Measured]:
    """Variety (standard, a dialect, ...) -> `measure` of its drafts."""
    names = dict.fromkeys(row.variety for row in drafts)
    return {name: measure([row for row in drafts if row.variety == name], context) for name in names}


def together(parts: Iterable[Measured]) -> Measured:
    """The counts of several parts of the drafts as one."""
    out = Measured()
    for part in parts:
        out.add(part)
    return out


def plain(row: Row) -> Context:
    """What the gates know when they judge a suggestion without a model at hand."""
    return Context(platform=PLATFORM, lang=row.lang, paraphrase=True)


def _failed(verdicts: Sequence[Verdict]) -> list[str]:
    return [verdict.gate for verdict in verdicts if verdict.state == "fail"]


def _honest(out: Measured, sort: str, verdicts: tuple[Verdict, ...]) -> None:
    out.passed[sort] += passed(verdicts)
    failed = _failed(verdicts)
    out.alarms.update(failed)
    if len(failed) == 1:
        out.alone.update(failed)
    out.unseen.update(verdict.gate for verdict in verdicts if verdict.state == "not_checked")


def _distorted(kind: Kind, name: str, verdicts: tuple[Verdict, ...]) -> None:
    failed = _failed(verdicts)
    kind.n += 1
    kind.caught += bool(failed)
    kind.gates.update(failed)
    if not failed:
        kind.missed.append(name)


def main() -> None:
    """Print the tables; `--out FILE` keeps the counts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.gates", description=__doc__)
    parser.add_argument(
        "--part",
        choices=get_args(Part),
        default="open",
        help="of the drafts; held and last are those that nobody looked at while the gates were made",
    )
    parser.add_argument("--out", type=Path, help="a JSON file with the counts")
    parser.add_argument(
        "--missed", action="store_true", help="name the drafts of what was missed (not of held and last)"
    )
    parser.add_argument(
        "--encoder", help="a sentence encoder for the gates that can ask one, as virality train names it"
    )
    parser.add_argument("--entailment", help="an entailment model, a hub id or a folder")
    parser.add_argument("--strict", action="store_true", help="as pairs of training are judged: synonyms count as new")
    asked = parser.parse_args()
    aids = with_models(asked.encoder, asked.entailment)
    part: Part = asked.part
    started = time.perf_counter()
    parts = {
        lang: by_variety(rows(lang, part), lambda row: replace(plain(row), aids=aids, paraphrase=not asked.strict))
        for lang in LANGUAGES
    }
    found = {lang: together(one.values()) for lang, one in parts.items()}
    seconds = time.perf_counter() - started
    told = ", ".join((f"{part} drafts", *aids.names, *(["strict"] if asked.strict else []), f"{seconds:.0f} s"))
    print(told, gate_tables.markdown(found), gate_tables.by_variety(parts), sep="\n\n")
    if asked.out is not None:
        about = {"part": part, "aids": aids.names, "strict": asked.strict} | gate_tables.document(
            found, named=asked.missed and part not in KEPT_BACK
        )
        asked.out.write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
