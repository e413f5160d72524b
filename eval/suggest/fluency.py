"""Whether a base can write a language at all, told before anything is generated.

Two measures on sentences that say the same in both languages, each in proportion to English:

- fertility: tokens a word (Rust et al. 2021, arXiv:2012.15613). A tokenizer that never saw a script cuts its words into
  letters or bytes.
- information parity: the nats that the model needs for the English sentences over those for the others (Tsvetkov and
  Kipnis 2024, arXiv:2406.14719). What is said is the same, so a model that knows both languages needs about as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from train.steps import Writer

PARALLEL: dict[str, tuple[str, ...]] = {
    "en": (
        "The library opens at nine in the morning and closes at six in the evening.",
        "My grandmother taught me how to bake bread when I was a child.",
        "Heavy rain is expected tomorrow, so the match has been moved to Friday.",
        "The new bridge will shorten the way to the hospital for thousands of people.",
        "We are looking for volunteers who can help us plant trees next week.",
    ),
    "ar": (
        "تفتح المكتبة أبوابها في التاسعة صباحًا وتغلق في السادسة مساءً.",
        "علّمتني جدتي كيف أخبز الخبز عندما كنت طفلًا.",
        "من المتوقع هطول أمطار غزيرة غدًا، لذلك نُقلت المباراة إلى يوم الجمعة.",
        "سيختصر الجسر الجديد الطريق إلى المستشفى على آلاف الناس.",
        "نبحث عن متطوعين يمكنهم مساعدتنا في زراعة الأشجار الأسبوع المقبل.",
    ),
}
"""Sentences that say the same."""

MOST_FERTILITY = 3.0
LEAST_PARITY = 0.5
"""SmolLM2-135M, which learned from English alone, has 0.36 in Arabic and a fertility of 5.3."""

NAMES = {"ar": "Arabic"}
ABLE = {"ar": ("Qwen/Qwen3-4B", "Qwen/Qwen3-8B", "google/gemma-3-4b-it", "CohereLabs/c4ai-command-r7b-arabic-02-2025")}
"""Bases whose makers say that they write a language; none of their weights was tried here."""


@dataclass(frozen=True, slots=True)
class Fluency:
    """What was measured of a base in a language.

    Fields:
        lang: ISO 639-1.
        fertility: tokens a word, in proportion to English.
        parity: nats of the English sentences over those of the others; None where the model cannot be asked.
    """

    lang: str
    fertility: float
    parity: float | None

    @property
    def able(self) -> bool:
        """Whether the base can write it: by its parity or, where that is not known, by its fertility."""
        return self.fertility <= MOST_FERTILITY if self.parity is None else self.parity >= LEAST_PARITY

    def why_not(self, base: str) -> str:
        """One line for whoever asked, with bases that can."""
        parity = "" if self.parity is None else f", and a sentence costs it {1 / self.parity:.1f} times the nats"
        return (f"the base {base} cannot write {NAMES[self.lang]}: its tokenizer cuts a word into {self.fertility:.1f} "
                f"times the tokens of an English one{parity}; train on a base that can, such as "
                f"{', '.join(ABLE[self.lang])}")  # fmt: skip


def measure(writer: Writer, lang: str) -> Fluency | None:
    """How a writer's base does in a language; None where nothing is known of that language here."""
    if lang == "en" or lang not in PARALLEL:
        return None
    mine, english = (_fertility(writer.tokenizer, PARALLEL[one]) for one in (lang, "en"))
    asked = writer.engine == "transformers" and writer.model is not None
    parity = _nats(writer, PARALLEL["en"]) / _nats(writer, PARALLEL[lang]) if asked else None
    return Fluency(lang, mine / english, parity)


def _fertility(tokenizer: Any, texts: Sequence[str]) -> float:
    tokens = sum(len(tokenizer(text, add_special_tokens=False)["input_ids"]) for text in texts)
    return tokens / sum(len(text.split()) for text in texts)


def _nats(writer: Writer, texts: Sequence[str]) -> float:
    """What all texts cost the model, each behind a line break."""
    import torch

    total = 0.0
    with torch.inference_mode():
        for text in texts:
            ids = writer.tokenizer(f"\n{text}", return_tensors="pt")["input_ids"].to(writer.model.device)
            logits = writer.model(input_ids=ids).logits[0, :-1].float()
            total += float(torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum"))
    return total
