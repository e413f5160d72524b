"""One cell as a count, a truth, an id or a language: what exports write for them. Times are in `moments`.

A million rows pass through here, so the commonest spellings are tried first.
"""

from __future__ import annotations

import hashlib
import math
import re

from data_prep.sources.moments import NOTHING, BadValue, is_null, moment

__all__ = ["BadValue", "count", "identifier", "is_null", "language", "moment", "truth"]

_FALSE = NOTHING | frozenset(["0", "false", "no", "0.0", "n/a"])
_MOST = 2**53
_MARKS = str.maketrans("٬٫", ",.")
"""Arabic marks of thousands and decimals."""
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.0*)?")
_WHOLE = re.compile(r"(?<=\d),0{1,2}$")
"""'12,0', as spreadsheets with a decimal comma write a whole number."""


def count(value: object) -> int | None:
    """A cell as a count: '1,204' -> 1204, an empty cell or NaN -> None (not counted).

    Raises:
        BadValue: it is negative, broken, above 2^53 or no number; `1.2K` is no count, but about one.
    """
    if type(value) is int:
        if 0 <= value <= _MOST:
            return value
        raise BadValue(value)
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 16:
        return int(value)
    if is_null(value):
        return None
    text = str(value).strip().translate(_MARKS)
    text = _WHOLE.sub("", text) if _WHOLE.search(text) else text
    if _GROUPED.fullmatch(text):
        text = text.replace(",", "")
    if text.lower() in NOTHING:
        return None
    try:
        number = float(text)
    except ValueError as error:
        raise BadValue(text) from error
    if not math.isfinite(number) or number < 0 or number != int(number) or number > _MOST:
        raise BadValue(text)
    return int(number)


def identifier(*parts: object) -> str:
    """A short stable id from whatever tells one thing from another: 16 hex digits of a SHA-256."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode("utf-8", "replace")).hexdigest()[:16]


def truth(value: object) -> bool:
    """True where a cell holds anything but nothing, 0, no or false."""
    if value is None or value is False:
        return False
    return not is_null(value) and str(value).strip().lower() not in _FALSE


def language(value: object) -> str | None:
    """A cell as a language code: `en`, `en-GB` -> `en`. None where it is none, as X's `und`, `zxx` and `qme`."""
    found = _LANGUAGE.match(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    code = found[1].lower()
    if code in _NO_LANGUAGES or (len(code) == 3 and code.startswith("q")):
        return None
    return _FORMER.get(code, code)


_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*$")
_NO_LANGUAGES = frozenset(["und", "zxx", "mul", "mis", "nan"])
_FORMER = {"in": "id", "iw": "he", "ji": "yi"}
