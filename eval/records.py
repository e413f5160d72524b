"""What evaluation states: figures with intervals, counts of gates, examples, and the report that holds them.

`report.json` is this `Report`, and the only source of `report.html` and `report.md`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

ControlName = Literal["shuffled", "random", "fraction"]
"""Controls that a train run can be: labels turned, rows dealt anew, fewer pairs."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Figure(_Record):
    """One number with its interval.

    `value` None means 'not measured', and `note` says why; None never stands for zero. Names are dotted words
    that stay stable between versions, e.g. `scorer.pair_accuracy.length_only`.
    """

    name: str
    value: float | None
    low: float | None = None
    """Lower end of the 95% interval, clustered by component; None where no interval was computed."""
    high: float | None = None
    n: int
    """How many examples (pairs, drafts) the value rests on."""
    unit: Literal["share", "nats", "bits", "points", "ratio", "count", "seconds", "probability"]
    split: str = "test"
    corpus: str
    subset: str = "all"
    """Which examples: `all`, `p05` (pairs with p < .05), `confident_quarter`, `answered`, `lang_en`, ..."""
    family: str | None = None
    """Family of the scorer or judge that the figure rests on: linear, encoder, lora, stack, prompted."""
    best_of: int | None = None
    """How many rewrites a draft were generated to choose from."""
    seed: int | None = None
    source: str
    """The file that the value was computed from, relative to the report's folder or the run's."""
    note: str = ""


class GateCount(_Record):
    """How often one gate failed the rewrites of one system. n = failed + passed + not_checked."""

    system: str
    gate: str
    lang: str | None = None
    """Language of the drafts, `unknown` where it cannot be told; None: all of them together."""
    failed: int
    not_checked: int
    n: int


class GateVerdict(_Record):
    """What one gate said of one shown rewrite."""

    gate: str
    state: Literal["pass", "fail", "not_checked"]
    reason: str = ""


class Example(_Record):
    """A draft beside what the writer and the base model made of it."""

    example_id: str
    component: str
    kind: Literal["good", "bad", "none_passed"]
    """good: the judge prefers the returned rewrite; bad: it prefers the draft; none_passed: every rewrite failed."""
    lang: str | None
    draft: str
    rewrite: str
    """The returned rewrite; for `none_passed` the first one generated, which was not returned."""
    base_rewrite: str | None
    """What the base model's best passing rewrite was; None where none passed."""
    judge_p: float | None
    """Judge's P(rewrite beats draft); None = not scored."""
    scorer_p: float | None
    verdicts: list[GateVerdict]


class Curve(_Record):
    """Points for one plot."""

    name: str
    """`scorer.reliability` (x: mean predicted probability, y: share right), `scorer.coverage` (x: share of pairs
    answered, y: accuracy), `scorer.learning` (x: training pairs of the linear family, y: accuracy),
    `scorer.learning_runs` (the same of the scorer's own family), `writer.best_of` (x: rewrites a draft, y: share of
    drafts improved), `writer.passing` and `writer.passing.base` (y: share with a rewrite that passes every gate)."""
    x: list[float]
    y: list[float]
    low: list[float | None] = Field(default_factory=list)
    high: list[float | None] = Field(default_factory=list)
    n: list[int] = Field(default_factory=list)
    band_low: list[float] = Field(default_factory=list)
    """Where a perfect scorer's points would lie by chance, lower ends (95%); empty where that has no meaning."""
    band_high: list[float] = Field(default_factory=list)


class Standing(_Record):
    """Where one system stands between gain, meaning and harm. None: not measured."""

    system: str
    gain: float | None
    """Share of drafts improved."""
    kept: float | None
    """Share of returned rewrites that say all that the draft says."""
    harm: float | None
    """Share of returned rewrites with more bait, clickbait, insults or noise than their draft."""
    gap: float | None
    """Proxy gap, points: what the scorer that chooses thinks of the rewrites, less what the judge does."""
    best: bool = False
    """On the frontier: no other has more gain with as much kept and as little harm."""
    chosen: bool = False
    why: str
    """Why it was chosen, or not."""


class Claim(_Record):
    """A sentence of the first screen, and whether the figures support it."""

    question: str
    answer: str
    verdict: Literal["yes", "no", "unclear", "not_measured"]
    figures: list[str]
    """Names of the figures that the answer rests on."""
    p_value: float | None = None
    """Two-sided, of the first figure against the line of the question; None where the question is no test."""
    p_adjusted: float | None = None
    """The same adjusted for all tests of the report (Holm 1979): below .05 where the answer is yes or no."""
    smallest: float | None = None
    """The value, above the line and in the unit of the first figure, from which on this test would have said yes in 80
    of 100, whatever the other questions showed; None where that is not known."""
    tested: str = ""
    """All three in words; empty where the question is no test."""


class Corpus(_Record):
    """What the report was measured on."""

    name: str
    posts: int
    dropped: int
    accounts: int
    first_post: str | None
    last_post: str | None
    languages: dict[str, int]
    rights: dict[str, int]
    """Rows by rights basis."""
    research_only: bool
    pairs: dict[str, dict[str, int]]
    """kind -> split -> pairs."""
    components: int
    largest_component: float
    """Share of all pairs that lie in the largest component."""
    leaks: dict[str, int]
    """Pairs that left the training part because a text of theirs recurs in a later split, by reason."""


class Report(_Record):
    """Everything that the pages show."""

    schema_version: int = 1
    title: str
    created: str
    """ISO 8601, UTC."""
    summary: str
    """One plain sentence: what was found, or that nothing was."""
    live_evidence: str
    """'no live evidence' unless the results of a real test were given."""
    corpus: Corpus
    claims: list[Claim]
    figures: list[Figure]
    gates: list[GateCount]
    curves: list[Curve]
    examples: list[Example]
    frontier: list[Standing] = Field(default_factory=list)
    """The writer and the systems beside it, in their order; empty without a writer."""
    warnings: list[str]
    """Limits the reader must know: research only, few components, not measured parts."""
    provenance: dict[str, str]
    """What was run on what: commit, versions, device, seconds, hashes of data, base, adapter, judge; name -> value."""

    def figure(self, name: str) -> Figure:
        """The figure of that name. Raises KeyError where there is none."""
        for figure in self.figures:
            if figure.name == name:
                return figure
        raise KeyError(name)
