"""LoRA+ (Hayou et al. 2024, arXiv:2402.12354): the B matrices of an adapter learn faster than the A matrices."""

from __future__ import annotations

from typing import Any


def loraplus(model: Any, arguments: Any, ratio: float | None) -> Any:
    """The optimiser that `arguments` name with LoRA+'s rates, or None, where `transformers.Trainer` makes its own.

    A learns at `arguments.learning_rate`, B (and DoRA's magnitudes) `ratio` times as fast: for features to be learned
    in wide layers the paper asks for a ratio far above 1, with a rate below plain LoRA's. A classifier's head learns
    with A.

    Args:
        model: with an adapter.
        arguments: `transformers.TrainingArguments`.
        ratio: 1 or more; None: plain.
    """
    if ratio is None:
        return None
    from peft.optimizers import create_loraplus_optimizer
    from transformers import Trainer

    kind, options = Trainer.get_optimizer_cls_and_kwargs(arguments, model)
    return create_loraplus_optimizer(
        model,
        kind,
        loraplus_lr_ratio=ratio,
        loraplus_weight_decay=arguments.weight_decay,
        loraplus_lr_embedding=options["lr"],  # peft's own default, 1e-6, all but freezes adapters of embeddings
        **options,
    )
