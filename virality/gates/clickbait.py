"""No new clickbait: formulas, English and Arabic, and for English a model of headlines trained by `virality train`."""

from __future__ import annotations

from virality.gates.clickbait_model import log_odds, weights
from virality.gates.phrases import new_phrases, rows
from virality.gates.verdict import Context, Verdict, failed
from virality.gates.wording import language_of

GATE = "clickbait"
LISTS = (rows(GATE), weights()["about"])


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a kind of formula that the rewrite has and the draft has not, and where the model sees a headline.

    The model is asked for English alone: it fails a rewrite of at least `context.clickbait_odds`, in nats, that has
    risen by `context.clickbait_rise` over the draft.
    """
    verdict = new_phrases(GATE, "clickbait", draft, rewrite, context)
    if verdict.state != "pass" or language_of(rewrite, draft, context.lang) != "en":
        return verdict
    after = log_odds(rewrite)
    if after >= context.clickbait_odds and after - log_odds(draft) >= context.clickbait_rise:
        return failed(GATE, f"reads like a clickbait headline (log-odds {after:.1f}), and the draft does not")
    return verdict
