"""How the writer is asked: by the prompt it learned with, or by one that carries tone, voice and picture as data."""

from __future__ import annotations

from eval.suggest.history import History
from eval.suggest.records import Tone
from train.steps import Writer
from virality.models.prompts import Prompt, load_prompt, tones
from virality.text.normalise import without_mentions

_ALT = 500
"""Characters of an alt text that are told, at most."""


def prompt_for(
    writer: Writer, lang: str | None, *, tone: Tone = "as-is", alt: str | None = None, history: str = ""
) -> Prompt:
    """The prompt for a draft.

    A trained writer of whom nothing is asked beyond a rewrite is asked as it was trained. With a tone, posts of the
    author or an alt text it is asked by `assist_en` or `assist_ar`, which begin alike; a base that was not trained by
    `ask_en` or `ask_ar`, which say more. The Arabic one is for Arabic drafts.

    Args:
        writer: that is asked; trained where it has languages.
        lang: of the draft.
        tone: that is asked for.
        alt: what a picture beside the post shows; its links and handles are not told.
        history: earlier posts of the author, a line each; see `History.lines`.
    """
    trained = bool(writer.languages)
    fields = {"alt": _plain(alt), "history": history}
    if trained and tone == "as-is" and not any(fields.values()):
        return writer.prompt
    name = f"{'assist' if trained else 'ask'}_{'ar' if lang == 'ar' else 'en'}"
    return load_prompt(name, fields | {"tone": tones(name).get(tone, "")})


def history_for(history: History | None, draft: str, lang: str | None) -> str:
    """The best posts of the author in the draft's language, as the prompt tells them."""
    return "" if history is None else history.lines(draft, lang)


def _plain(alt: str | None) -> str:
    return " ".join(without_mentions(alt or "").split())[:_ALT]
