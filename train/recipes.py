"""Settings of an adapter -> the recipe that `train.steps.fit` takes."""

from __future__ import annotations

from train import steps, tracking
from train.settings import AdapterSettings
from virality import runs


def recipe_of(settings: AdapterSettings, here: runs.Run) -> steps.Recipe:
    """How `settings` want their adapter trained in the run `here`; opens its tracking."""
    report_to = tracking.prepare(settings.tracking.to, settings.tracking.project, here.folder.name, here.folder)
    return steps.Recipe(
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
