"""The assistant: rewrites of drafts that passed every gate and are likely to do better, for a call and a command.

from eval.suggest import Assistant

assistant = Assistant.open("runs/train/demo_writer")
for answer in assistant.suggest(["Our bakery opens on Monday at 7."], platform="bluesky", tone="warm"):
    ...
"""

from __future__ import annotations

from eval.suggest.assistant import Assistant
from eval.suggest.command import Wanted, command
from eval.suggest.command import raw_text as raw
from eval.suggest.drafts import checked, checked_tone
from eval.suggest.history import History
from eval.suggest.lines import as_text
from eval.suggest.records import TONES, Answer, Suggestion, Tone, as_json

__all__ = [
    "TONES",
    "Answer",
    "Assistant",
    "History",
    "Suggestion",
    "Tone",
    "Wanted",
    "as_json",
    "as_text",
    "checked",
    "checked_tone",
    "command",
    "raw",
]
