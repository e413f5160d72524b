"""Settings of `virality evaluate`: what a file in configs/eval/ may say."""

from __future__ import annotations

from pydantic import Field, model_validator

from eval.records import ControlName
from train.settings import Folders
from virality.config import RunSettings


class EvaluateSettings(RunSettings):
    """Writer, scorer and judge on the test split -> rewrites, scores and a report."""

    data: str
    """A prepared run; only its test split is measured."""
    scorer: str | None = None
    """A scorer's run: measured on pairs, and it chooses among the writer's rewrites."""
    judge: str | None = None
    """A scorer's run of another family, trained on the judge split: it says who wins."""
    writer: str | None = None
    """A writer's run."""
    base_prompt: str = "nicely"
    """How the writer's base model, without the adapter, is asked."""
    controls: dict[ControlName, Folders] = Field(default_factory=dict)
    """Name of a control -> the scorer's run, or runs, that are it: trained with control=NAME. Of the linear family they
    are fitted here."""
    refit: bool = True
    """Fit the linear family again: on turned labels, on rows dealt at random (the leak), and for the learning curve.
    false: those are not measured, unless runs of them are named."""
    drafts: int = Field(48, ge=2)
    """Posts of the test split that are rewritten."""
    samples: int = Field(4, ge=1)
    """Rewrites generated for each draft, to choose from."""
    temperature: float = Field(0.7, gt=0)
    """Of sampling."""
    examples: int = Field(10, ge=0)
    """Rewrites shown in the report, at most."""

    @model_validator(mode="after")
    def _something_to_measure(self) -> EvaluateSettings:
        if self.scorer is None and self.writer is None:
            raise ValueError("name a scorer, a writer, or both: there is nothing to measure")
        if len(self.controls.get("random", ())) > 1:
            raise ValueError("controls.random: rows are dealt anew in one way at a time; name one run")
        if self.writer is not None and (self.scorer is None or self.judge is None):
            raise ValueError("a writer is measured with a scorer, which chooses, and a judge, which did not; name both")
        return self
