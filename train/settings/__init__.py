"""Settings of `virality train`: what a file in configs/train/ may say."""

from train.settings.adapter import AdapterSettings, Lora, Tracking
from train.settings.common import Count, Folders, Kinds, Rule, as_list
from train.settings.scorer import (
    Calibrated,
    Fits,
    FittedSettings,
    LoraScorerSettings,
    Member,
    PromptedSettings,
    ScorerSettings,
    StackSettings,
    Tune,
)
from train.settings.writer import TWO_REWRITES, Grpo, Push, WriterSettings

__all__ = [
    "TWO_REWRITES",
    "AdapterSettings",
    "Calibrated",
    "Count",
    "Fits",
    "FittedSettings",
    "Folders",
    "Grpo",
    "Kinds",
    "Lora",
    "LoraScorerSettings",
    "Member",
    "PromptedSettings",
    "Push",
    "Rule",
    "ScorerSettings",
    "StackSettings",
    "Tracking",
    "Tune",
    "WriterSettings",
    "as_list",
]
