"""What a chat model says around a post: openings, words about the text itself, notes, offers, options, wishes.

The phrases lie in `data/format_LANG.json` (see `virality.gates.phrases`). Beside them stand rules of form: a first
line that announces the post and a last one that comments on it, and say nothing of what it says.
"""

from __future__ import annotations

import re

from virality.gates.phrases import found, rows
from virality.gates.wording import STOP_WORDS
from virality.text.normalise import fold
from virality.text.vocabulary import vocabulary

_ANNOUNCES = re.compile(r"\A\s*(?P<line>[^\n<]{8,160}?)[:：👇⬇️]+\s*\n+\s*\S", re.DOTALL)
_ASIDE = re.compile(r"\n\s*[(\[*_]+(?P<line>[^\n]{8,200}?)[)\]*_.!]+\s*$")
_LEAD = re.compile(r"\A\s*(?P<line>[^\n:：؟?]{4,100}?)(?:[:：👇؟?]|\n)\s*\S")
_TAIL = re.compile(r"\n\s*(?P<line>[^\n]{6,160})\s*\Z")
_NO_WORD = STOP_WORDS["en"] | STOP_WORDS["ar"]
_OF_A_TEXT = vocabulary(
    "version versions tone shorter longer wording rewrite rewritten reworded rewording rephrased edited edits",
    "hook emoji emojis hashtag hashtags caption tweak tweaks tweaked draft punchy",
    "punchier engaging concise clarity readability explanation rationale requested alternative",
    "alternatively alternatives revised revision variation paraphrase paraphrased catchy catchier rewriting phrasing",
    "صيغه صياغه صياغته نسخه النسخه الصيغه الصياغه المنشور البوست منشور بوست مسوده تعديل التعديل تعديلات وسوم",
    "هاشتاقات هاشتاغات ايموجي الايموجي اختصرت اختصار اختصرته عدلت صغت صغته اعدت الجمل نبره النبره اللهجه حروف احرف",
    "بديل بدائل خيار خيارات اقتراح مقترح اقصر اطول تغريده التغريده كابشن الكابشن صياغتي محسن محسنه",
)
"""Folded words that are of a text and not of the world: with them alone a line speaks about the post."""


LISTS = (rows("format"), sorted(_OF_A_TEXT))


def framed(draft: str, rewrite: str) -> str:
    """The first words of the rewrite that speak about it and not as it, in a way the draft does not; '' if none."""
    if after := found("format", rewrite):
        before, said = found("format", draft), fold(draft)
        if phrase := next((phrase for kind, phrase in after.items() if kind not in before and phrase not in said), ""):
            return phrase
    for pattern, of_a_text in ((_ANNOUNCES, False), (_ASIDE, False), (_LEAD, True), (_TAIL, True)):
        match = pattern.search(rewrite)
        if match and _strange(match["line"], draft, of_a_text) and (of_a_text or not pattern.search(draft)):
            return match["line"].strip()
    return ""


def _strange(line: str, draft: str, of_a_text: bool) -> bool:
    """Whether the line has words of weight and none of them stands in the draft; `of_a_text`: and speaks of a text."""
    weighty = {word for word in fold(line).split() if word not in _NO_WORD and len(word) > 2}
    if of_a_text and weighty.isdisjoint(_OF_A_TEXT):
        return False
    return (of_a_text or len(line.split()) > 2) and bool(weighty) and weighty.isdisjoint(fold(draft).split())
