"""Where drafts come in, from the page and from clients: checked, and worked on one after the other."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from eval.suggest.assistant import Assistant
from eval.suggest.drafts import checked, checked_tone
from eval.suggest.history import History
from eval.suggest.records import Answer

MOST_WAITING = 8
"""Drafts that may wait for the one that is worked on."""
MOST_SHOWN = 8
"""Suggestions for a draft."""
SAMPLES = 8
"""Rewrites generated for a draft."""
MOST_SAMPLES = 64
REASONS = 4
"""Words a side, and features a side, that are named for a suggestion."""


class Busy(Exception):
    """More drafts wait than are let in."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for a draft.

    Fields:
        draft: the post; it is data, whatever it says.
        platform: whose length limit holds; None is that of the training posts.
        tone: one of the assistant's.
        n: suggestions at most.
        samples: rewrites to choose from.
        alt: what a picture of the post shows, in words.
    """

    draft: str
    platform: str | None = None
    tone: str = "as-is"
    n: int = 3
    samples: int = SAMPLES
    alt: str | None = None


class Desk:
    """An assistant that many may ask, and that answers one at a time.

    Fields:
        name: what it is called.
    """

    def __init__(self, assistant: Assistant, history: History | None = None) -> None:
        self._assistant = assistant
        self._history = history
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(1 + MOST_WAITING)
        self.name = assistant.name or assistant.writer.name

    def answer(self, asked: Asked) -> Answer:
        """What is suggested for a draft, once those before it are done.

        Raises:
            Busy: too many wait.
            ViralityError: the draft is empty, too long or more than the platform allows, or a name is not known.
        """
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            with self._lock:
                return self._ask(asked)
        finally:
            self._places.release()

    def sidecar(self, answer: Answer) -> dict[str, Any]:
        """`suggestion.json` of an answer."""
        return self._assistant.sidecar(answer)

    def _ask(self, asked: Asked) -> Answer:
        answers = self._assistant.suggest(
            [checked(asked.draft, asked.platform)], platform=asked.platform, tone=checked_tone(asked.tone), n=asked.n,
            samples=max(asked.samples, asked.n), alt=asked.alt, history=self._history, reasons=REASONS,
        )  # fmt: skip
        return next(iter(answers))
