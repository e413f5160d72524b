"""Settings of an adapter -> the recipe, and the pairs that judge it, which `train.fit` takes."""

from __future__ import annotations

from train import tracking
from train.examples import Example
from train.fit import Recipe
from train.settings import AdapterSettings
from virality import runs
from virality.errors import ViralityError


def recipe_of(settings: AdapterSettings, here: runs.Run) -> Recipe:
    """How `settings` want their adapter trained in the run `here`; opens its tracking."""
    report_to = tracking.prepare(settings.tracking.to, settings.tracking.project, here.folder.name, here.folder)
    return Recipe(
        learning_rate=settings.learning_rate,
        epochs=settings.epochs,
        batch_size=settings.batch_size,
        micro_batch=settings.micro_batch or settings.batch_size,
        warmup=settings.warmup,
        schedule=settings.schedule,
        shared_prefix=settings.shared_prefix,
        save_every=settings.save_every,
        seed=settings.seed,
        evaluate_every=settings.evaluate_every,
        patience=settings.patience,
        b_ratio=settings.lora.b_ratio,
        report_to=tuple(report_to),
    )


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
