"""What figures, curves and kinds of example are called in words, the same in every page of a report."""

from __future__ import annotations

import math

from eval.place import ACCURACY
from eval.records import Figure, Report, Standing
from virality.page import Axis, interval, number, scale

FIGURES = {
    "scorer.pair_accuracy": "The scorer",
    "scorer.pair_accuracy.length_only": "Length only",
    "scorer.pair_accuracy.features_only": "Features of form only",
    "scorer.pair_accuracy.clickbait_only": "Clickbait only",
    "scorer.pair_accuracy.metadata_only": "Metadata only",
    "scorer.pair_accuracy.shuffled": "Control: shuffled labels",
    "scorer.pair_accuracy.linear": "The linear family",
    "scorer.pair_accuracy.random_split": "Leak: rows split at random",
    "scorer.pair_accuracy.ceiling": "Noise ceiling",
    "scorer.pair_accuracy.p01": "The scorer, pairs with p < .01",
    "scorer.pair_accuracy.p01.ceiling": "Noise ceiling, pairs with p < .01",
    "scorer.pair_accuracy.p05": "The scorer, pairs with p < .05",
    "scorer.pair_accuracy.p05.ceiling": "Noise ceiling, pairs with p < .05",
    "scorer.pair_accuracy.confident_quarter": "The scorer, most confident quarter",
    "scorer.pair_accuracy.confident_half": "The scorer, most confident half",
    "scorer.pair_accuracy.answered": "The scorer, where it does not abstain",
    "scorer.answered": "Pairs that it answers",
    "scorer.pair_accuracy.judge": "The judge",
    "scorer.ece": "Calibration error (ECE)",
    "scorer.ece.by_chance": "Calibration error by chance, mean",
    "scorer.ece.by_chance_most": "Calibration error by chance, at most",
    "scorer.calibration_slope": "Calibration slope",
    "scorer.learning.last_doubling": "What the last doubling of pairs brought",
    "scorer.brier": "Brier score",
    "scorer.sets.tau": "Rank agreement in sets (Kendall's tau)",
    "scorer.sets.top_1": "The best of a set is found",
    "scorer.gain_over.length_only": "The scorer minus length only",
    "scorer.gain_over.features_only": "The scorer minus features only",
    "scorer.gain_over.clickbait_only": "The scorer minus clickbait only",
    "scorer.gain_over.metadata_only": "The scorer minus metadata only",
    "writer.win_rate": "Drafts improved, writer",
    "writer.win_rate.versus_draft": "Writer beats leaving the draft alone",
    "writer.win_rate.returned": "Returned rewrites that beat their draft",
    "writer.win_rate.versus_base": "Writer beats the base model",
    "writer.gate_pass_rate": "Rewrites that pass every gate, writer",
    "writer.drafts_with_passing": "Drafts with a passing rewrite, writer",
    "writer.drafts_with_suggestion": "Drafts with a suggestion, writer",
    "writer.gain": "Gain",
    "writer.net_gain": "Net gain",
    "writer.edit_ratio": "Share of the draft edited",
    "writer.length_ratio": "Length of the rewrite against the draft",
    "writer.win_rate.shrunk": "Drafts improved, less the luck of the choice",
    "writer.proxy_gap": "Proxy gap: the scorer's opinion minus the judge's, writer",
    "writer.facts.numbers": "Numbers kept (F1)",
    "writer.facts.links": "Links kept (F1)",
    "writer.facts.handles": "Handles kept (F1)",
    "writer.facts.names": "Names kept (F1)",
    "writer.meaning.kept": "Says all that the draft says (stand-in)",
    "writer.meaning.added": "Says something the draft does not (stand-in)",
    "writer.harm": "Rewrites with more of any of these than their draft",
    "writer.new_claims": "Rewrites with a new claim",
    "writer.language_kept": "Language kept",
    "writer.net_gain.regression": "Gain net of every harm, by regression",
    "writer.net_gain.matched": "Gain where no harm rose",
    "statistics.unscored": "Scores that are missing",
    "live.lift": "Lift with readers",
    "live.odds_ratio": "Odds of success, rewrite over draft",
    "live.p_value": "p of no lift with readers",
    "live.tests": "Live tests",
    "live.sample_ratio": "p of impressions dealt evenly",
    "raters.win_rate": "People prefer the rewrite",
    "raters.agreement": "Agreement of raters (Krippendorff's alpha)",
    "raters.raw_agreement": "Two raters say the same",
    "raters.same_meaning": "Raters say that both mean the same",
    "raters.judge_agreement": "The judge sides with most raters",
    "writer.unchanged": "Rewrites equal to the draft",
    "writer.extraction.exposure": "Exposure of planted canaries",
    "writer.extraction.exposure.over_base": "Exposure over the base model's",
    "writer.extraction.longest_run": "Longest run of words from a training post",
    "writer.extraction.long_runs": "Rewrites with more than 10 words of one in a row",
    "writer.extraction.completed": "Training posts completed word for word",
    "writer.extraction.completed.over_base": "Training posts completed, over the base model",
    "writer.second_judge.win_rate": "Drafts improved by a second judge's word, writer",
    "writer.second_judge.versus_draft": "Writer beats leaving the draft alone, second judge",
    "writer.second_judge.agreement": "Both judges say the same of a rewrite",
}
CHANGES = {
    "writer.honesty.clickbait": "Clickbait",
    "writer.honesty.bait_vote": "Bait: vote",
    "writer.honesty.bait_react": "Bait: react",
    "writer.honesty.bait_share": "Bait: share",
    "writer.honesty.bait_tag": "Bait: tag",
    "writer.honesty.bait_comment": "Bait: comment",
    "writer.honesty.bait_follow": "Bait: follow",
    "writer.honesty.toxicity": "Insults",
    "writer.honesty.outrage": "Outrage words",
    "writer.honesty.emoji": "Emoji a post",
    "writer.honesty.hashtags": "Hashtags a post",
    "writer.honesty.shouted": "Words in capitals a post",
    "writer.honesty.stretched": "Stretched words a post",
    "writer.honesty.exclamations": "Exclamation marks a post",
    "writer.voice.distance_own": "Style distance to the account's own posts",
    "writer.voice.distance_others": "Style distance to other accounts",
    "writer.voice.own_nearer": "Other accounts farther than its own",
    "writer.voice.between_accounts": "Style distance between accounts",
    "writer.voice.machine_phrases": "Phrases that give machines away",
    "writer.voice.dashes": "Dashes a post",
    "writer.diversity.distinct_1": "Different words (distinct-1)",
    "writer.diversity.distinct_2": "Different pairs of words (distinct-2)",
    "writer.diversity.self_bleu": "Likeness to each other (self-BLEU)",
}
"""What is measured of drafts and of rewrites; each with `.before`, `.after` and `.difference`."""
WHEN = {"before": "drafts", "after": "rewrites", "difference": "change"}
FIGURES |= {f"{name}.{when}": f"{words}, {said}" for name, words in CHANGES.items() for when, said in WHEN.items()}
SYSTEMS = {
    "base": "base model",
    "human": "the pair's better post",
    "ungated": "the writer without gates",
    "edits": "edits without a writer",
    "random_edit": "a random edit",
    "cuts": "cutting alone",
}
"""What stands beside the writer; other systems go by their names."""
BASELINES = {"embedding": "sentence embedding", "asked": "base model asked", "tfidf": "tf-idf"}
"""Baselines that a config usually names; others go by their names."""
CURVES = {
    "scorer.reliability": (
        "Calibration",
        "How often the scorer is right, by how sure it is. On the diagonal it is as sure as it should be; of scorers "
        "that are, 95% lie within the band.",
    ),
    "scorer.coverage": (
        "Accuracy when it may abstain",
        "Accuracy on the pairs it is surest of, by the share of pairs answered.",
    ),
    "scorer.learning": (
        "More pairs to learn from",
        "Accuracy of the linear family on the same test pairs, by the pairs it learned from; each step doubles them.",
    ),
    "scorer.learning_runs": (
        "More pairs to learn from, the scorer's own family",
        "Accuracy on the same test pairs, by the pairs it learned from.",
    ),
    "writer.best_of": (
        "More rewrites a draft",
        "Share of drafts improved, by the number of rewrites generated to choose from.",
    ),
    "writer.passing": (
        "A rewrite that passes",
        "Share of drafts with one that passes every gate, by the number of rewrites the writer generated.",
    ),
    "writer.passing.base": (
        "A rewrite that passes: the base model asked nicely",
        "The same of the base model without the adapter.",
    ),
}
KINDS = {
    "good": ("The judge prefers the rewrite", "Returned."),
    "bad": ("The judge prefers the draft", "Returned, since every gate passed."),
    "none_passed": (
        "No rewrite passed the gates",
        "The draft was returned as it is; this is the first rewrite generated.",
    ),
}
VERDICTS = {"yes": "Yes", "no": "No", "unclear": "Unclear", "not_measured": "Not measured"}
_FEW = 10  # as many counts can each have a tick of their own
_AXES = {  # words, unit and start of x, then of y
    "scorer.reliability": (("predicted probability", "share", 0.5), ("share right", "share", 0.5)),
    "scorer.coverage": (("share of pairs answered", "share", 0.0), ("accuracy", "share", 0.5)),
    "scorer.learning": (("training pairs", "count", 0.0), ("accuracy", "share", 0.5)),
    "scorer.learning_runs": (("training pairs", "count", 0.0), ("accuracy", "share", 0.5)),
    "writer.best_of": (("rewrites a draft", "count", 0.0), ("drafts improved", "share", 0.0)),
    "writer.passing": (("rewrites a draft", "count", 0.0), ("drafts with one", "share", 0.0)),
    "writer.passing.base": (("rewrites a draft", "count", 0.0), ("drafts with one", "share", 0.0)),
}
_DOUBLING = ("scorer.learning", "scorer.learning_runs")
"""Curves over counts that double: each doubling is as wide as the next."""

LEAD = "writer.lead_over"
GAIN = "scorer.gain_over."
"""Beginning of what the scorer is ahead of its controls and baselines."""
TRANSFER = "scorer.transfer."
"""Beginning of the transfer matrix; what was trained on follows, and the corpus that was tested on."""
OWN = "its own corpus"
"""Beginning of the note where these are the same."""
SLICES = ("platform_", "year_", "hours_", "followers_", "size_")
"""Beginnings of the subsets by which the scorer's accuracy is told."""
LANGUAGE = "scorer.pair_accuracy.lang_"


def label(figure: Figure) -> str:
    """The figure in words; its name where no words were given to it."""
    if figure.name.startswith(LANGUAGE):
        seen = ", which it never saw" if "never saw it" in figure.note else ""
        return f"The scorer, language {figure.name.removeprefix(LANGUAGE)}{seen}"
    if figure.name in FIGURES:
        return FIGURES[figure.name]
    if figure.name == f"{ACCURACY}.{figure.subset}" and figure.note:
        return f"The scorer, {figure.note}"
    if figure.name.startswith(TRANSFER):
        return f"Trained on {trained_on(figure)}, tested on {figure.corpus}"
    for beginning_, words in ((f"{ACCURACY}.", "Baseline: "), (GAIN, "The scorer minus ")):
        if figure.name.startswith(beginning_):
            baseline = figure.name.removeprefix(beginning_)
            return f"{words}{BASELINES.get(baseline, baseline)}"
    measure, _, system = figure.name.rpartition(".")
    named_ = SYSTEMS.get(system, system)
    if measure == LEAD:
        return f"The writer minus {named_}"
    return f"{FIGURES[measure].removesuffix(', writer')}, {named_}" if measure in FIGURES else figure.name


def trained_on(figure: Figure) -> str:
    """What the scorer of a figure of the transfer matrix was trained on."""
    return figure.name.removeprefix(TRANSFER).removesuffix(f".{figure.corpus}")


def circumstances(report: Report, figure: Figure) -> str:
    """What else a figure rests on: its n, best of how many, and what sets it apart from its namesakes."""
    parts = [f"n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{figure.n:,}"] if figure.value is not None else []
    if figure.best_of is not None:
        parts.append(f"best of\N{NO-BREAK SPACE}{figure.best_of}")
    namesakes = [other for other in report.figures if other.name == figure.name]
    for field in ("subset", "split", "corpus", "family", "seed"):
        value = getattr(figure, field)
        if value is not None and len({getattr(other, field) for other in namesakes}) > 1:
            parts.append(f"{field} {value}")
    return ", ".join(parts)


def value_and_interval(figure: Figure) -> str:
    """`65.8% [61.9, 66.4]`, `65.8%` where no interval was computed, or 'not measured'."""
    text = number(figure.value, figure.unit)
    return text if figure.value is None else f"{text} {interval(figure.low, figure.high, figure.unit)}".strip()


def named(report: Report, *names: str) -> list[Figure]:
    """The report's figures of these names, in the order of the names; absent ones are left out."""
    return [figure for name in names for figure in report.figures if figure.name == name]


def beginning(report: Report, prefix: str) -> list[Figure]:
    """The report's figures whose dotted name starts with the prefix, in the report's order."""
    return [figure for figure in report.figures if figure.name.startswith(prefix)]


def across(name: str, x: float) -> float:
    """Where a curve's x stands on its axis: counts that double stand at even distances."""
    return math.log2(x) if name in _DOUBLING else x


def curve_axes(name: str, xs: list[float], ys: list[float]) -> tuple[Axis, Axis]:
    """Axes that hold a curve, chance or zero always in sight; those of a curve unknown here have no units."""
    if name not in _AXES:
        return Axis("x", scale(xs)), Axis("y", scale(ys))
    (x_words, x_unit, x_start), (y_words, y_unit, y_start) = _AXES[name]
    y = Axis(y_words, scale([y_start, *ys]), y_unit)
    if name in _DOUBLING:
        counts = sorted({*xs})
        return Axis(x_words, [across(name, x) for x in counts], x_unit, tuple(f"{x:,.0f}" for x in counts)), y
    x_ticks = scale([x_start, *xs]) if x_unit == "share" or len(xs) > _FEW else sorted({x_start, *xs})
    return Axis(x_words, x_ticks, x_unit), y


def measures(one: Standing) -> list[str]:
    """Gain, kept, harm and proxy gap of a system in words."""
    return [*(number(value, "share") for value in (one.gain, one.kept, one.harm)), number(one.gap, "points")]
