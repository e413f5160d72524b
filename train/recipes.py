"""Settings of an adapter -> the recipe, the pairs that judge it and the callbacks, which `train.fit` takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from data_prep.records import Pair
from train.examples import Example
from train.fit import Recipe
from train.scorers import Scorer
from train.settings import AdapterSettings
from train.steps import Writer
from train.tracking import Tracker, samples
from virality.errors import ViralityError

AUTO_BATCH = 16
"""Examples of an optimiser step where batch_size = auto."""


def recipe_of(settings: AdapterSettings) -> Recipe:
    """How `settings` want their adapter trained."""
    batch_size, micro_batch = sizes(settings)
    return Recipe(
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        batch_size=batch_size,
        micro_batch=micro_batch,
        warmup=settings.warmup,
        schedule=settings.schedule,
        shared_prefix=settings.shared_prefix,
        save_every=settings.save_every,
        seed=settings.seed,
        evaluate_every=settings.evaluate_every,
        patience=settings.patience,
        b_ratio=settings.lora.b_ratio,
    )


def callbacks_of(
    settings: AdapterSettings,
    tracker: Tracker,
    writer: Writer | None = None,
    pairs: Sequence[Pair] = (),
    guide: Scorer | None = None,
) -> list[Any]:
    """Callbacks that tell `tracker` the curves and, of a writer, its rewrites of validation drafts.

    Args:
        settings: of the run.
        tracker: what `tracking.opened` gives.
        writer: how a draft is put to the model that is trained.
        pairs: of the data, of all splits.
        guide: scores the rewrites that pass, where the run has one.
    """
    if settings.tracking.to == "none":
        return []
    from train.tracking.curves import Tracked

    drafts = samples.drafts(pairs, settings.tracking.tables, settings.seed)
    if writer is None or not drafts:
        return [Tracked(tracker)]
    asked = writer

    def rewrites(model: Any) -> Any:
        made = samples.rewrite(replace(asked, model=model), drafts, guide)
        return *samples.table(made, text=settings.tracking.send_text), samples.figures(made)

    return [Tracked(tracker, rewrites)]


def sizes(settings: AdapterSettings) -> tuple[int, int]:
    """Examples of an optimiser step, and examples side by side, where `auto` stands for either.

    The first is statistics, so auto is `AUTO_BATCH` on every machine. The second is memory: until that is estimated,
    auto is the whole step.
    """
    batch_size = AUTO_BATCH if settings.batch_size == "auto" else settings.batch_size
    asked = settings.micro_batch or ("auto" if settings.batch_size == "auto" else batch_size)
    return batch_size, batch_size if asked == "auto" else asked


def judges_of(settings: AdapterSettings, found: list[Example], too_long: int) -> list[Example]:
    """The measured validation pairs that judge checkpoints.

    Raises:
        ViralityError: checkpoints are to be judged, and there is none; `too_long` says how many were left out.
    """
    if settings.evaluate_every and not found:
        start = f"evaluate_every = {settings.evaluate_every}:"
        if too_long:
            raise ViralityError(f"{start} every measured pair in the validation split is longer than max_tokens = "
                                f"{settings.max_tokens}; raise it, or leave evaluate_every out")  # fmt: skip
        raise ViralityError(f"{start} the data have no measured pair in the validation split to judge checkpoints by; "
                            "leave it out, or name prepared data too")  # fmt: skip
    return found
