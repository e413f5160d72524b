"""Operations that take the force out of a post, or words that say nothing: spelt out, contracted, without fillers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from virality.text.edits.parts import cased, raised, titled

_FILLERS = re.compile(
    r"(?<!\bnot )(?<!n['’]t )\b(?:very|really|truly|actually|simply|in fact,?|of course,?"
    r"|just(?! (?:as|like|in|because|about|how|what|when|where|who|why|before|after|over|under|one|a|an|the|\d+)\b)"
    r"|quite(?! (?:a|an|the)\b)"
    r"|(?<=\bam )so|(?<=\bare )so|(?<=\bis )so|(?<=\bwas )so|(?<=['’]m )so|(?<=['’]re )so|(?<=['’]s )so)"
    r"(?<!\bso(?= (?:that|far|much|many|long|as|what|called|be|do|is|was|will|did|he|she|it|they|"
    r"we|you|i)\b))\s+(?=[a-z])",
    re.IGNORECASE,
)
_CONTRACTIONS = (
    ("can't", "cannot"), ("won't", "will not"), ("don't", "do not"), ("doesn't", "does not"), ("didn't", "did not"),
    ("isn't", "is not"), ("aren't", "are not"), ("wasn't", "was not"), ("weren't", "were not"),
    ("haven't", "have not"), ("hasn't", "has not"), ("couldn't", "could not"), ("shouldn't", "should not"),
    ("wouldn't", "would not"), ("I'm", "I am"), ("I've", "I have"), ("I'll", "I will"), ("you're", "you are"),
    ("we're", "we are"), ("we've", "we have"), ("they're", "they are"), ("it's", "it is"), ("that's", "that is"),
    ("let's", "let us"), ("what's", "what is"), ("there's", "there is"), ("here's", "here is"), ("she's", "she is"),
    ("he's", "he is"), ("you've", "you have"), ("they've", "they have"), ("you'll", "you will"),
    ("we'll", "we will"), ("they'll", "they will"), ("it'll", "it will"), ("who's", "who is"),
)  # fmt: skip
_SHORTHAND = (
    (r"(?<=[a-z])\s&\s(?=[a-z])", " and "),
    (r"\bw/o\b", "without"),
    (r"\bw/\s?(?=\w)", "with "),
    (r"\bppl\b", "people"),
    (r"\bthx\b", "thanks"),
    (r"\b(?:tmrw|tmw|tmrrw)\b", "tomorrow"),
    (r"\b2nite\b", "tonight"),
    (r"\bb/c\b", "because"),
    (r"\bb4\b", "before"),
    (r"\bgonna\b", "going to"),
    (r"\bwanna\b", "want to"),
    (r"\bkinda\b", "kind of"),
    (r"\bgovt\b", "government"),
)
_HAS = (
    r"(?!\s+(?:been|got|had|gone|become|come|taken|made|done|never|always|already|just|said|seen|won|lost|left|given"
    r"|found|\w{3,}ed)\b)"
)
"""After it's, that's, what's, there's: there the 's is 'has'."""
_ONE = (
    r"(?!\s+(?:\d|some|many|a few|several|two|three|four|five|six|seven|eight|nine|ten|more|the "
    r"\d|lots|plenty|\w+s\b))"
)
_NOT_BEFORE = r"(?=\s+\w)(?!\s+(?:and|or|but|that|of|in|on|at|to)\b)"
_NOUN_IS = re.compile(
    r"(?<=[a-z]{3})(?<![Hh]ere)(?<![Hh]at)(?<![Ll]et)['’]s (?=(?:the|not|going|getting|just|so|"
    r"an?)\b)",
    re.IGNORECASE,
)
"""'Bread's the best': 's behind a noun is 'is'."""
_THROAT = re.compile(
    r"^(?:(?:I )?(?:just )?(?:want(?:ed)?|would like|['’]?d like) to (?:say|tell you|let you know)(?: that)?\s+"
    r"|(?:JUST IN|Just in|UPDATED?|Updated?|NEW|New|NEWS|News|READ|Read)\s?(?::|\s[-–—|]\s)\s*"
    r"|RT\s+(?=[\"“A-Z#])"
    r"|(?:Also|So|Well|Yes|Yep|Oh|OK|Ok|Okay|Anyway|Actually|By the way|Note|Look|Now),\s+(?=[a-zA-Z])"
    r"|(?:Yes|Well|OK|Okay|Oh|Take a look)\s*[!:.]+\s+(?=[A-Z]))"
)
_SAYS_NOTHING_INSIDE = re.compile(
    r"\b(?:in order (?=to\b)|the fact that (?=the\b|this\b|we\b)|(?<=[Ii]t is )important to note that "
    r"|(?:quick )?reminder that )",
)


def _swap(text: str, pairs: Iterable[tuple[str, str]], followed: Callable[[str], str]) -> str | None:
    """`text` with the first of each pair replaced by the second, where what `followed` answers for it comes after."""
    out = text
    for before, after in pairs:
        ahead = r"(?<![Ww]hy )(?<![.!?:] )(?<!^)" if before.endswith("n't") else ""
        pattern = rf"(?<!\w){ahead}{re.escape(before)}(?![\w'’]){followed(before)}".replace("'", "['’]")
        parts = re.split(f"({pattern})", out, flags=re.IGNORECASE)
        out = "".join(cased(part, after, text) if at % 2 else part for at, part in enumerate(parts))
    return out if out != text else None


def spell_out(text: str) -> str | None:
    """Contractions and shorthand are written in full: don't -> do not, & -> and; 'don't you' stays."""

    def followed(short: str) -> str:
        if short.endswith("n't"):
            return r"(?=\s+\w)(?!\s+(?:you|we|they|i|he|she|it|the|this|that)\b)"
        if short in ("here's", "there's"):
            return _HAS + _ONE
        return _HAS if short.endswith("'s") and short != "let's" else ""

    out = _swap(text, _CONTRACTIONS, followed) or text
    out = _NOUN_IS.sub(lambda found: " Is " if titled(text) else " is ", out)
    for pattern, word in _SHORTHAND:
        out = re.sub(pattern, lambda found, word=word: cased(found[0], word, text), out, flags=re.IGNORECASE)  # type: ignore[misc]
    return out if out != text else None


def _contracted(long: str) -> str:
    """What must follow a form written in full for it to be contracted: after 'have' a participle."""
    if "not" in long:
        return r"(?=\s+\w)(?!\s+only\b)"
    return r"(?=\s+(?:been|got|had|done|gone|made|found|seen|won|\w{3,}(?:ed|en))\b)" if "have" in long else _NOT_BEFORE


def contract(text: str) -> str | None:
    """Do not -> don't: the spoken form; never at the end of a sentence ('so it is')."""
    return _swap(
        text,
        [(long, short) for short, long in _CONTRACTIONS],
        _contracted,
    )


def unfill(text: str) -> str | None:
    """Words that only press (very, really, just, so) are left out."""
    out = _FILLERS.sub("", text)
    out = re.sub(r"\b([Aa])n (?=[bcdfgjklmnpqrstvwxyz])", r"\1 ", out) if "an " in out and out != text else out
    out = out[:1].upper() + out[1:] if text[:1].isupper() else out
    return out if out != text and out.strip() else None


def unclear_throat(text: str) -> Iterator[str]:
    """What comes before the point is left out: 'BREAKING:', 'So,', 'I just want to say that', 'RT'."""
    out = _THROAT.sub("", text, count=1)
    if out != text and len(out.split()) >= 4:
        yield raised(out)
    inside = _SAYS_NOTHING_INSIDE.sub("", text)
    if inside != text:
        yield raised(inside)


def shorter(text: str) -> str | None:
    """Fillers go and the spoken form is used."""
    out = unfill(text) or text
    out = contract(out) or out
    return out if len(out) < len(text) else None
