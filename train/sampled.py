"""What every step that samples rewrites says: what leads its samples, and what they must hold."""

from __future__ import annotations

from pydantic import Field

from train.gate_settings import GateSettings
from train.steering import Steering
from virality.config import RunSettings


class Sampled(RunSettings):
    """Of a round of `virality improve` and of an evaluation alike, so that a writer is measured as it was taught."""

    gates: GateSettings = GateSettings()
    """What a rewrite must hold."""
    copy_penalty: float = Field(0.0, ge=0)
    """Nats by which the word that comes next in the draft is less likely when a rewrite is sampled: a small writer
    copies, and rewrites that hardly differ do not pass `gates.min_edit`. 0: none; not with vLLM."""
    distinct_starts: bool = False
    """The samples of a draft begin with tokens of their own, drawn without replacement: eight samples of a small writer
    begin alike else, and more drafts get a rewrite that passes. Not with vLLM."""

    def steering(self) -> Steering:
        """What leads sampling."""
        return Steering(self.gates.accounted, self.copy_penalty, self.distinct_starts)
