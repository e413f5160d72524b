"""The one way to clean a post (normalise), to compare posts (fold) and to cut them (words, sentences).

`LINK`, `HANDLE` and `HASHTAG` are what the whole project means by these words.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from virality.text.vocabulary import vocabulary


def _mark_ranges() -> str:
    """Combining marks of the BMP as the inside of a character class; no enclosing ones or selectors."""
    points = {c for c in range(0x300, 0xFE00) if unicodedata.category(chr(c)) in ("Mn", "Mc")}
    starts = sorted(c for c in points if c - 1 not in points)
    ends = sorted(c for c in points if c + 1 not in points)
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in zip(starts, ends, strict=True))


MARKS = _mark_ranges()
"""The inside of a character class: marks that `\\w` leaves out (harakat, Indic and Thai vowel signs)."""

_STOP = r"\s<>\"“”«»"
_BODY = rf"(?:[^{_STOP}()]|\([^{_STOP}()]*\))*"
_LAST = rf"(?:[^{_STOP}().,;:!?…'’\]}}*،؛؟۔]|\([^{_STOP}()]*\))"
_GENERIC = "com|org|net|edu|gov|info|news|app|dev|io|ly|co|tv|gl"
_HOST = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}"
LINK_PATTERN = (
    rf"(?:https?://|(?<![\w@./-])www\.){_BODY}{_LAST}"
    rf"|(?<![\w@./-]){_HOST}"
    rf"(?:(?:{_GENERIC})(?:\.[a-z]{{2}})?(?![\w@])(?:/(?:{_BODY}{_LAST})?)?|[a-z]{{2}}/{_BODY}{_LAST})"
)
HANDLE_PATTERN = (
    r"(?<![A-Za-z0-9_@/.])"
    r"@(?:[A-Za-z0-9_-]+(?:\.[a-z0-9-]*[a-z0-9])+|\w+@[\w-]+(?:\.[\w-]+)+|\w+)(?![0-9])"
)
LINK = re.compile(LINK_PATTERN, re.IGNORECASE)
"""A link with or without protocol; punctuation that ends the sentence stays outside."""
HANDLE = re.compile(HANDLE_PATTERN, re.ASCII)
"""@name, @name.bsky.social, @name@server.example: ASCII as on the platforms, never in an e-mail address."""
_HANDLE_S = re.compile(HANDLE_PATTERN + r"(?:['’]s\b)?", re.ASCII)
HASHTAG = re.compile(rf"(?<![\w&/])[#＃](?=\w*[^\W\d_])[\w{MARKS}]+")
"""#Tag with at least one letter (#1 is a number)."""

LINK_SLOT = re.compile(r"<link\d+>")
"""What stands in a link's place while a writer works, see `virality.text.slots`."""
_MAYBE_LINK = re.compile(r"[A-Za-z0-9]\.[A-Za-z]|://", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_LINE_END = re.compile(r"\r\n?|[\u2028\u2029]")
_DROPPED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufeff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_BLANKS = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_WORD = re.compile(rf"[0-9]+(?:[.,٫٬][0-9]+)+|(?!_)\w[\w{MARKS}]*(?:['’\u200c](?!_)\w[\w{MARKS}]*)*")
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")

_HARAKAT = re.compile(r"[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed]")
_LETTERS = str.maketrans("أإآٱىیةک", "ااااييهك")
_PLAIN_DROPPED = re.compile(r"[^a-z0-9$+<=>]+")
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´")


def normalise(text: str) -> str:
    """A post as it is kept: NFC, entities unescaped once, line ends as LF, controls out, blanks tidy.

    Diacritics, emoji sequences (ZWJ, variation selectors), tabs, LRM, RLM and isolates stay. C0 and C1
    controls, unpaired surrogates, BOM and the embedding and override marks U+202A to U+202E go.
    """
    if "&" in text:
        text = _ENTITY.sub(lambda m: html.unescape(m[0]), text)
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    text = _DROPPED.sub("", _LINE_END.sub("\n", text))
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def ascii_digits(text: str) -> str:
    """The text with every decimal digit (Arabic-Indic, Persian, ...) as ASCII, of the same length."""
    if text.isascii():
        return text
    return _OTHER_DIGIT.sub(lambda m: str(unicodedata.decimal(m[0])), text)


def without_harakat(text: str) -> str:
    """The text without Arabic vowel marks, Koranic marks and tatweel."""
    return _HARAKAT.sub("", text)


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """The matching key of a post: two posts with one key say the same in the same words.

    Case, width, links, punctuation, apostrophes, tatweel, harakat, digit shapes and the spellings of alef,
    taa marbuta and alef maqsura fall away; emoji, currency signs and the accents of Latin letters stay.
    May be empty.
    """
    if _MAYBE_LINK.search(text):
        text = LINK.sub(" ", text)
    if text.isascii():
        return " ".join(_PLAIN_DROPPED.sub(" ", text.lower().translate(_APOSTROPHES)).split())
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    text = ascii_digits(without_harakat(text.translate(_APOSTROPHES)).translate(_LETTERS))
    return unicodedata.normalize("NFKC", " ".join("".join(map(_folded, text)).split()))


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    if char.isalnum() or char in "$+<=>":
        return char
    category = unicodedata.category(char)
    if category in ("Cf", "Cc", "Cs") or "\ufe00" <= char <= "\ufe0f":
        return " " if char in "\n\t\r" else ""
    return " " if category[0] in "PZ" or category == "Sk" or char in "|~^" else char


@lru_cache(maxsize=1024)
def without_mentions(text: str) -> str:
    """The text with a blank for each link and handle (and its possessive 's); hashtags stay."""
    if _MAYBE_LINK.search(text):
        text = LINK.sub(" ", text)
    return _HANDLE_S.sub(" ", text) if "@" in text else text


def with_plain_links(text: str) -> str:
    """The text with each link, or slot of one (`<link1>`), as the word http: what an address holds says nothing."""
    if "<link" in text:
        text = LINK_SLOT.sub("http", text)
    return LINK.sub("http", text) if _MAYBE_LINK.search(text) else text


def words(text: str) -> list[str]:
    """The words in order: apostrophes inside kept, hashtags without '#', numbers whole, no mentions."""
    return list(_words(text))


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(without_mentions(text).replace("_", " ")))


_ABBREVIATIONS = vocabulary(
    "mr mrs ms dr prof sr jr st gen sen rep gov lt col sgt capt rev hon mt vs approx fig e.g i.e cf dept",
    "est al",
)
_BEFORE_NUMBER = frozenset(("no", "nos", "vol", "pp", "art", "ch"))
_END = re.compile(r"(?:(?<![.!?…؟۔])[.!?…؟۔]++[\"'”’)\]»]*+(?=\s)|[。！？]+[”」』]?)\s*")
_LAST_TOKEN = re.compile(r"[^\s(\"“'‘]+$")


def sentences(text: str) -> list[str]:
    """The sentences in order, trimmed, without empty ones; a line break ends a sentence.

    A full stop after a title, an initial or a dotted abbreviation ('Mr.', 'J.', 'U.S.') or in a number
    does not.
    """
    return [found for line in text.splitlines() for found in _of_line(line)]


def _of_line(line: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(line):
        if _is_abbreviation(line, start, end):
            continue
        if sentence := line[start : end.end()].strip():
            yield sentence
        start = end.end()
    if rest := line[start:].strip():
        yield rest


def _is_abbreviation(line: str, start: int, end: re.Match[str]) -> bool:
    mark, following = end[0].strip(), line[end.end() : end.end() + 1]
    if mark in ("...", "…"):
        return following.islower()
    if mark != ".":
        return False
    token = _LAST_TOKEN.search(line[max(start, end.start() - 20) : end.start()])
    if token is None:
        return False
    word = token[0].casefold()
    if word in _BEFORE_NUMBER:
        return following.isdecimal()
    dotted = "." in word and all(len(part) == 1 and part.isalpha() for part in word.split("."))
    return word in _ABBREVIATIONS or dotted or (len(word) == 1 and token[0].isupper() and word != "i")
