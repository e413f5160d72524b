"""From what became of the drafts to the writer's figures and curve."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from eval import metrics, rivals
from eval.metrics import Array
from eval.outcomes import Outcome
from eval.place import Place
from eval.records import Curve, Figure
from virality.statistics import mean, share
from virality.text import form
from virality.text.similarity import edit_ratio


def of_writer(
    outcomes: dict[str, list[Outcome]], versus_base: Array | None, place: Place, seed: int
) -> tuple[list[Figure], list[Curve]]:
    """Everything that is said of the writer, and of the systems beside it.

    Args:
        outcomes: of each system, `writer` first; for the same drafts, or for some of them.
        versus_base: judge's P(what the writer gives beats what the base gives), 1/2 where both give the draft: (N,);
            None without a base.
        place: shared fields; family is the judge's.
        seed: of bootstraps.
    """
    mine = outcomes["writer"]
    clusters = [one.component for one in mine]
    out = [one for name, theirs in outcomes.items() for one in _of_system(theirs, name, place, seed)]
    out += [_lead(name, mine, theirs, place, seed) for name, theirs in outcomes.items() if name != "writer"]
    alone = share([0.5 if one.judge is None else float(one.judge > 0.5) for one in mine], clusters, seed)
    note = "what a person gets against the draft; the draft itself, where nothing was returned, counts half"
    out.append(place.figure("writer.win_rate.versus_draft", alone, note=note))
    if versus_base is not None:
        note = "what a person gets from each, the draft where nothing was returned; a tie counts half"
        against = share(metrics.right(versus_base), clusters, seed)
        out.append(place.figure("writer.win_rate.versus_base", against, note=note))
    same = [float(one.draft == text) for one in mine for text in one.rewrites]
    out.append(place.figure("writer.unchanged", share(same, _of_rewrites(mine), seed)))
    back = [one for one in mine if one.judge is not None]
    out += _of_returned(back, place, seed) if back else _nothing_returned(place)
    passing = [_passing(theirs, name) for name, theirs in outcomes.items() if name in ("writer", "base")]
    return out, [_best_of(mine), *passing]


def _lead(name: str, mine: Sequence[Outcome], theirs: Sequence[Outcome], place: Place, seed: int) -> Figure:
    """Paired difference of the shares of drafts improved, on the drafts that both have."""
    known = {one.example_id: one for one in theirs}
    both = [(one, known[one.example_id]) for one in mine if one.example_id in known]
    apart = [100 * (one.improved - other.improved) for one, other in both]
    note = f"drafts improved by the writer less those improved by {name}, on the same drafts"
    return place.figure(f"writer.lead_over.{name}", mean(apart, [one.component for one, _ in both], seed), "points",
                        note=note)  # fmt: skip


def _of_system(outcomes: Sequence[Outcome], name: str, place: Place, seed: int) -> list[Figure]:
    suffix = "" if name == "writer" else f".{name}"
    clusters = [one.component for one in outcomes]
    won = share([float(one.improved) for one in outcomes], clusters, seed)
    if name in rivals.UNGATED:
        return [place.figure(f"writer.win_rate{suffix}", won, subset=name, note=rivals.SAID[name])]
    passed = share([float(good) for one in outcomes for good in one.passed], _of_rewrites(outcomes), seed)
    suggested = share([float(one.returned is not None) for one in outcomes], clusters, seed)
    open_ = share([float(any(one.passed)) for one in outcomes], clusters, seed)
    note = "of all drafts, the judge prefers the returned rewrite; nothing returned counts as a loss"
    return [
        *_proxy_gap(outcomes, suffix, place, seed),
        place.figure(f"writer.win_rate{suffix}", won, note=note),
        place.figure(f"writer.gate_pass_rate{suffix}", passed),
        place.figure(f"writer.drafts_with_passing{suffix}", open_, note="at least one rewrite passed every gate"),
        place.figure(f"writer.drafts_with_suggestion{suffix}", suggested,
                     note="at least one passed every gate and is preferred to the draft by the scorer that chooses"),
    ]  # fmt: skip


def _proxy_gap(outcomes: Sequence[Outcome], suffix: str, place: Place, seed: int) -> list[Figure]:
    """How much better the scorer that chooses thinks of all passing rewrites than the judge does (Gao et al. 2023).

    It opens where a writer learns what pleases the scorer and nobody else (arXiv:2210.10760).
    """
    both = [
        (guide, judge, one.component)
        for one in outcomes
        for guide, judge in zip(one.scorer, one.judged, strict=True)
        if guide is not None and judge is not None
    ]
    name = f"writer.proxy_gap{suffix}"
    if not both:
        return [place.missing(name, "no rewrite passed the gates", "points")]
    apart = [100 * (guide - judge) for guide, judge, _ in both]
    note = "mean P(rewrite beats draft) by the scorer that chooses, less that by the judge, over all that passed"
    return [place.figure(name, mean(apart, [component for *_, component in both], seed), "points", "passed", note)]


def _of_returned(back: Sequence[Outcome], place: Place, seed: int) -> list[Figure]:
    clusters = [one.component for one in back]
    gain = metrics.log_odds(np.asarray([one.judge for one in back], dtype=np.float64))
    edited = [edit_ratio(one.draft, one.text) for one in back]
    longer = [len(one.text) / len(one.draft) for one in back]
    return [
        place.figure("writer.win_rate.returned", share((gain > 0).astype(float), clusters, seed), subset="returned"),
        place.figure("writer.gain", mean(gain, clusters, seed), "nats", "returned",
                     "mean log-odds, by the judge, that the returned rewrite beats its draft"),
        _net_gain(back, gain, place, seed),
        place.figure("writer.edit_ratio", mean(edited, clusters, seed), subset="returned"),
        place.figure("writer.length_ratio", mean(longer, clusters, seed), "ratio", "returned"),
    ]  # fmt: skip


def _net_gain(back: Sequence[Outcome], gain: Array, place: Place, seed: int) -> Figure:
    columns = [form.NAMES.index(feature) for feature in form.HONESTY]
    changes = (form.matrix([one.text for one in back]) - form.matrix([one.draft for one in back]))[:, columns]
    net = metrics.net_of(gain, changes, [one.component for one in back], seed)
    if net is None:
        why = f"{len(back)} returned rewrites are too few, or change in form too much alike, to tell"
        return place.missing("writer.net_gain", why, "nats", "returned")
    note = "the same where length, emoji, hashtags, exclamations, questions and capitals did not change"
    return place.figure("writer.net_gain", net, "nats", "returned", note)


def _nothing_returned(place: Place) -> list[Figure]:
    units = {"win_rate.returned": "share", "gain": "nats", "net_gain": "nats", "edit_ratio": "share",
             "length_ratio": "ratio"}  # fmt: skip
    why = "no rewrite passed the gates and was preferred by the scorer"
    return [place.missing(f"writer.{name}", why, unit, "returned") for name, unit in units.items()]


def _of_rewrites(outcomes: Sequence[Outcome]) -> list[str]:
    """Component of each rewrite."""
    return [one.component for one in outcomes for _ in one.rewrites]


def _best_of(outcomes: Sequence[Outcome]) -> Curve:
    return _curve("writer.best_of", outcomes, lambda one, k: (one.first[k] or 0) > 0.5)


def _passing(outcomes: Sequence[Outcome], name: str) -> Curve:
    """Drafts with a rewrite that passes every gate, whatever a scorer thinks of it."""
    suffix = "" if name == "writer" else f".{name}"
    return _curve(f"writer.passing{suffix}", outcomes, lambda one, k: any(one.passed[:k]))


def _curve(name: str, outcomes: Sequence[Outcome], holds: Callable[[Outcome, int], bool]) -> Curve:
    """Share of drafts of which something holds, by the number of rewrites generated."""
    counts = sorted(outcomes[0].first)
    clusters = [one.component for one in outcomes]
    found = [share([float(holds(one, k)) for one in outcomes], clusters) for k in counts]
    return Curve(
        name=name,
        x=[float(k) for k in counts],
        y=[one.value for one in found],
        low=[one.low for one in found],
        high=[one.high for one in found],
        n=[one.n for one in found],
    )
