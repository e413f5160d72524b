"""What the gates hold a rewrite to: the `gates` section of an evaluation and of a round, and the file of `--gates`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field

from train.candidates import gates_of
from virality.config import Settings
from virality.gates import Context


class GateSettings(Settings):
    """Models that gates may ask, and their thresholds; docs/gates.md tells false alarms and misses of the defaults."""

    encoder: str | None = None
    """Of sentences, that says how near two are (hub id, folder, pypi:PACKAGE); null: words decide."""
    entailment: str | None = None
    """A sequence-classification model that says whether one text follows from the other; null: words decide."""
    paraphrase: bool = True
    """Other words for the same are let pass; false: only the draft's own words count, as for pairs of training."""
    accounted: bool = False
    """Each word that came must stand for one that went, by rows that people checked. Few samples are lost that say the
    same, and most restatements by people: for writers that learned from edits."""
    min_kept_words: float = Field(0.7, ge=0, le=1)
    """Least share of the draft's content words that stand in the rewrite, without paraphrase."""
    max_new_words: float = Field(0.25, ge=0, le=1)
    """Greatest share of the rewrite's content words that the draft does not have, without paraphrase."""
    min_kept_freely: float = Field(0.45, ge=0, le=1)
    """Least share with paraphrase, a synonym counted as kept."""
    max_new_freely: float = Field(0.55, ge=0, le=1)
    """Greatest share with paraphrase, a synonym counted as known."""
    claim_odds: float = 0.7
    """Log-odds from which a free rewrite counts as claiming more than the draft."""
    loss_odds: float = -0.35
    """Log-odds from which it counts as saying less."""
    max_growth: float = Field(1.5, ge=1)
    """Greatest length of the rewrite as a multiple of the draft's, and 40 characters."""
    min_length: float = Field(0.5, ge=0, le=1)
    """Least length of the rewrite as a multiple of the draft's."""
    min_edit: float = Field(0.0, ge=0, lt=1)
    """Least edit ratio between draft and rewrite, capitals not counted; what changes less is no rewrite."""
    max_copied_words: int = Field(10, ge=8)
    """Greatest number of words in a row that stand in the training corpus and not in the draft."""
    clickbait_odds: float = 5.0
    """Least log-odds at which the model of headlines calls a rewrite clickbait."""

    def thresholds(self) -> dict[str, Any]:
        """As `virality.gates.Context` names them."""
        return self.model_dump(exclude={"encoder", "entailment"})


def context(settings: GateSettings, run: Path | None) -> Context:
    """What the gates know by these settings; `run`: of the writer, which must not recite what it learned from."""
    return gates_of(run, settings.encoder, settings.entailment, settings.thresholds())
