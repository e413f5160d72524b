"""The rewrite is the post and nothing else: no chatty frame, list of variants, wrapping quotes, markup or open slot.

What the draft has itself may stay. The lists are English and Arabic (with its dialects); markup, slots and control
characters are seen in any language.
"""

from __future__ import annotations

import re

from virality.gates import frames
from virality.gates.verdict import Context, Verdict, failed
from virality.text.normalise import HANDLE, LINK, fold
from virality.text.slots import SLOT

GATE = "format"
LISTS = frames.LISTS
_MARKUP = {
    "bold or italics": re.compile(
        r"\*\*[^*\n]+\*\*|(?<!\w)__[^_\n]+__(?!\w)|(?<![\w*])\*[^\s*][^*\n]*[^\s*]\*(?![\w*])|~~[^~\n]+~~"
    ),
    "code": re.compile(r"```|(?<!`)`[^`\n]+`(?!`)"),
    "a heading": re.compile(r"^\s{0,3}#{1,6}\s+\S", re.MULTILINE),
    "a rule": re.compile(r"^\s*(?:-{3,}|\*{3,}|_{3,}|={3,})\s*$", re.MULTILINE),
    "a quoted line": re.compile(r"^\s*>+ ?\w", re.MULTILINE),
    "a link in brackets": re.compile(r"!?\[[^\]\n]+\]\([^)\n]*\)"),
    "a table": re.compile(r"^\s*\|.*\|\s*$", re.MULTILINE),
    "HTML": re.compile(r"</?[a-zA-Z][a-zA-Z0-9]{0,15}(?:\s[^<>]{0,200})?/?>|<!--"),
    "an end that breaks off": re.compile(r"(?:[,;،؛—–]|(?<![:\w])\w+:)\s*$"),
    "an entity": re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|amp|lt|gt|quot|apos|nbsp|hellip|mdash|ndash|rsquo);"),
    "a mark of a chat model": re.compile(
        r"<\|[^|\n]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?s>|</?think(?:ing)?>|^(?:user|assistant)\s*:"
        r"|^#+ ?(?:response|instruction|input|output)\b",
        re.MULTILINE | re.IGNORECASE,
    ),
}
_BULLET = re.compile(r"^\s*[-*+–]\s+\S", re.MULTILINE)
_ENUMERATED = re.compile(
    r"(?:^|(?<=[.!?:؟…])) *(?:\(?[1-9١-٩](?:[.)/]|-(?=\s))\s*(?=\D)|\(?[A-Cأبج][.):](?=\s)|[1-9]\ufe0f?\u20e3)",
    re.MULTILINE,
)
_BLANK = re.compile(
    r"[\[{<](?:(?:insert|add|your|the|a|enter|include|attach|put)\b[^\]}>\n]{0,60}|(?:link|url|handle|name|date|time|place"
    r"|location|photo|image|picture|video|emoji|hashtags?|brand|company|product|city|website|price|number|user(?:name)?)s?"
    r"(?: here)?\d*|(?:اسم|رابط|أضف|اضف|أدخل|ادخل|ضع|صورة|الرابط|الاسم|التاريخ|المكان|رقم|هاشتاق|هاشتاغ"
    r"|وسم)[^\]}>\n]{0,40})[\]}>]"
    r"|\{\{?[^{}\n]{1,40}\}?\}|\b(?:lorem ipsum|(?-i:TODO|TBD|X{3,}))\b|_{4,}",
    re.IGNORECASE,
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2028-\u202e\u2060-\u2064\ufeff\ufff9-\uffff\ue000-\uf8ff]"
)
_QUOTES = {'"': '"', "“": "”", "«": "»", "'": "'", "‘": "’", "„": "“", "`": "`", "「": "」"}
_LABEL = re.compile(
    r"^\W*(?:(?:[\w-]+ ){0,2}(?:rewrite|re-write|rewording|caption|version|variant|alternative|revision)"
    r"|(?:(?:new|final|improved|suggested|updated|edited|better|rewritten|social media|revised|reworded|my|your|the|x"
    r"|twitter|instagram|linkedin|facebook) ){0,3}(?:post|tweet|text|title|copy|answer|draft|response|output|headline"
    r"|option|suggestion)"
    r"|revised|rewritten|rephrased|reworded|edited|improved|paraphrased|try(?: this)?|how about(?: this)?"
    r"|المنشور|التغريدة|تغريدة|النص|الصياغة|النسخة|البوست|منشور|بوست|(?:ال)?صيغة(?: \w+)?|صياغة(?: \w+)?"
    r"|نسخة(?: \w+)?|إعادة (?:ال)?صياغة|(?:ال)?عنوان (?:ال)?مقترح|الاقتراح|اقتراح|المقترح|مقترح(?: \w+)?|الناتج"
    r"|الكابشن|(?:ال)?خيار|النسخة \w+|الصيغة \w+|تفض\u0651?ل(?:ي|وا)?|إليكم?|اليكم?"
    r"|جر\u0651?بي?(?: هذه| هذا| هاي| دي)?)"
    r"\s*(?:[\dA-Ca-c١-٩]|الأول|الأولى|الثاني|\([^)\n]{1,20}\))?\s*\W{0,3}[:：]",
    re.IGNORECASE,
)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on what a model says around a post, on variants, an end that breaks off, markup, slots and controls.

    Where `context.accounted` asks, for writers that sample: on new quotation marks and marks that stand alone too.
    """
    if found := _left(draft, rewrite):
        return failed(GATE, f"a slot was left open: {found}", found)
    if control := next((c for c in _CONTROL.findall(rewrite) if c not in draft), None):
        return failed(GATE, f"a control character: U+{ord(control):04X}", f"U+{ord(control):04X}")
    for what, pattern in _MARKUP.items():
        if (match := pattern.search(rewrite)) and not pattern.search(draft):
            return failed(GATE, f"{what} that the draft does not have: {match[0].strip()[:40]!r}", match[0].strip())
    for what, pattern in (("bullets", _BULLET), ("a numbered list", _ENUMERATED)):
        if len(pattern.findall(rewrite)) >= 2 and not pattern.search(draft):
            return failed(GATE, f"{what} that the draft does not have", pattern.findall(rewrite)[0].strip())
    for what, found in (
        ("it is labelled", _labelled(draft, rewrite)),
        ("it stands in quotation marks", _wrapped(draft, rewrite)),
        ("marks that the draft does not have", _new_marks(draft, rewrite) if context.accounted else ""),
        ("it speaks about the post", frames.framed(draft, rewrite)),
    ):
        if found:
            return failed(GATE, f"{what}: {found!r}", found)
    return Verdict(GATE, "pass")


def breaks_off(text: str) -> bool:
    """Whether it ends on what something must follow: a comma, a dash, a word and a colon."""
    return _MARKUP["an end that breaks off"].search(text) is not None


def _left(draft: str, rewrite: str) -> str:
    """The first slot of the writer ('<link1>', '@1') or blank to fill in ('[photo]') that is new; '' if none."""
    for match in SLOT.finditer(rewrite):
        if match[0] not in draft:
            return match[0]
    bare = HANDLE.sub(" ", LINK.sub(" ", rewrite))
    for match in _BLANK.finditer(bare):
        if fold(match[0]) not in fold(draft):
            return match[0]
    return ""


_DOUBLE = re.compile(r"[\"“”«»„]")
_SINGLE = re.compile(r"(?<!\w)['‘](?!(?:em|til|cause|tis|n)\b)(?=\w)[^'‘’\n]*(?:\w['’]\w[^'‘’\n]*)*[\w.,!?…]['’](?!\w)")
_STRAY = re.compile(r"^[ \t]*(?![:;=]['-]?[()DPp/|\]\[]+[ \t]*$|<3)[!-/:-@\[-`{-~—–]+[ \t]*$|<[>!)]", re.MULTILINE)
"""A line of marks that are no emoticon, or a tag's rest."""


def _new_marks(draft: str, rewrite: str) -> str:
    """Quotation marks around what the draft says itself, one without its partner, a line of marks alone; '' if none.

    A quotation says that somebody else speaks, and a small writer that is paid for it quotes everything.
    """
    marks, had = (_DOUBLE.findall(text) + 2 * _SINGLE.findall(text) for text in (rewrite, draft))
    if len(marks) > len(had) or len(marks) % 2 > len(had) % 2:
        return rewrite[rewrite.index(marks[0]) :][:40]
    if (stray := _STRAY.search(rewrite)) and not _STRAY.search(draft):
        return stray[0].strip()
    for one, other in ("()", "[]", "“”", "«»"):
        if rewrite.count(one) != rewrite.count(other) and draft.count(one) == draft.count(other):
            return one + other
    return ""


def _labelled(draft: str, rewrite: str) -> str:
    label = _LABEL.search(rewrite)
    return label[0].strip() if label and fold(label[0]) not in fold(draft) else ""


def _wrapped(draft: str, rewrite: str) -> str:
    """The first paragraph that stands in quotation marks from end to end, where the draft has no such one."""
    if any(_in_quotes(part) for part in (draft, *draft.split("\n"))):
        return ""
    parts = (part.strip() for part in (rewrite, *rewrite.split("\n")))
    return next((p[:40] for p in parts if _in_quotes(p) and len(p) > len(draft) / 3 and p not in draft), "")


def _in_quotes(text: str) -> bool:
    text = text.strip().rstrip(".!؟?…")
    closing = _QUOTES.get(text[:1])
    if closing is None or len(text) < 12 or not text.endswith(closing):
        return False
    inner = text[1:-1]
    return closing not in inner or (closing in "'’" and not re.search(r"\w\s['’]|['’]\s\w", inner))
