"""Accounts become keyed hashes; e-mail addresses and phone numbers in posts are masked.

The key is made once, lies outside every run (mode 0600) and is never logged. Neither the splits, nor the order of rows,
nor a pair_id depends on it.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
import unicodedata
from functools import lru_cache
from pathlib import Path

from virality.errors import ViralityError
from virality.text.normalise import normalise

_EMAIL = re.compile(r"(?<![\w.+@-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?![\w-])")
_PHONE = re.compile(
    r"(?<![A-Za-z0-9_/.=-])(?<!\d)(?<!\d[,٬٫])(?:"
    r"(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ .-]?|\d{3}[ .-])\d{3}[ .-]?\d{4}"  # 555-123-4567, (555) 123 4567
    r"|\+\d{9,15}|\+\d{1,3}[ .-]\(?\d{1,4}\)?(?:[ .-]\d{2,4}){2,4}"  # +962791234567, +44 20 7946 0958
    r"|[0٠۰]\d{8,13}|[0٠۰]\d{2,4}[ -]\d{3,4}[ -]?\d{3,4}"  # 0501234567, 00966..., 07911 123456, 010 1234 5678
    r"|\d{10,15}\+"  # as it is seen from right to left
    r")(?![\w-])"
    r"|(?<=\bwa\.me/)\+?\d{8,15}"
)
_BEFORE = re.compile(r"^(?:@|/?[uU]/)")
_THREE_DIGITS = re.compile(r"\d{3}")
"""What every phone number without a plus has."""


def author_key() -> bytes:
    """The key of this person on this machine, made at the first call.

    Raises:
        ViralityError: the file cannot be made or read, is damaged, or others may read it.
    """
    path = _key_path()
    try:
        if not path.exists():
            _make_key(path)
        if path.stat().st_mode & 0o077:
            raise ViralityError(f"{path}: the key that hides accounts can be read by others; chmod 600 it")
        written = path.read_text().strip()
    except OSError as error:
        raise ViralityError(
            f"{path}: the key that hides accounts cannot be kept there ({error.strerror}); set XDG_CONFIG_HOME"
        ) from error
    if not re.fullmatch(r"[0-9a-f]{64}", written):
        raise ViralityError(f"{path}: the key that hides accounts is damaged; restore it, or remove it to make another")
    return bytes.fromhex(written)


def _make_key(path: Path) -> None:
    """Write a new key whole or not at all; where another process was faster its key stands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{os.getpid()}.partial")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)


@lru_cache(maxsize=65536)
def hash_author(name: str, key: bytes) -> str:
    """An account as 16 hex digits of HMAC-SHA-256; the same key gives the same hash, with an `@` or without."""
    return hash_as_written(plain_name(name), key)


def hash_as_written(name: str, key: bytes) -> str:
    """The same of a name as it stands, but for its capitals: what runs before version 3 of the reading hold."""
    return hmac.new(key, name.casefold().encode(), hashlib.sha256).hexdigest()[:16]


def plain_name(name: str) -> str:
    """An account or id as lists of them are compared: normalised, case folded, without `@` and Reddit's `u/`.

    Marks that nobody sees (of direction, zero width) and blanks around it go too.
    """
    if not name.isascii() or "&" in name or "  " in name:
        name = "".join(one for one in normalise(name) if unicodedata.category(one) != "Cf")
    return _BEFORE.sub("", name.strip()).casefold()


def mask(text: str) -> str:
    """The text with e-mail addresses and phone numbers as `<email>` and `<phone>`."""
    if "@" in text:
        text = _EMAIL.sub("<email>", text)
    return _PHONE.sub("<phone>", text) if "+" in text or _THREE_DIGITS.search(text) else text


def config_folder() -> Path:
    """What this person keeps on this machine beside the runs: the key, and who asked to be forgotten."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "virality"


def _key_path() -> Path:
    return config_folder() / "author.key"
