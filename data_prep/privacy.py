"""Accounts become keyed hashes; e-mail addresses and phone numbers in posts are masked.

The key is made once, lies outside every run (mode 0600) and is never logged. Neither the splits, nor the order of rows,
nor a pair_id depends on it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from virality.errors import ViralityError

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}(?![\w-])")
_PHONE = re.compile(r"(?<![\w/.=-])(?:\+\d{1,3}[ .-]?)?(?:\(\d{2,4}\)[ .-]?|\d{3}[ .-])\d{3}[ .-]?\d{4}(?![\w-])")


def author_key() -> bytes:
    """The key of this person on this machine, made at the first call.

    Raises:
        ViralityError: the file is there and cannot be read, or others may read it.
    """
    path = _key_path()
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was faster
            return author_key()
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_hex(32))
    if path.stat().st_mode & 0o077:
        raise ViralityError(f"{path}: the key that hides accounts can be read by others; chmod 600 it")
    return bytes.fromhex(path.read_text().strip())


def hash_author(name: str, key: bytes) -> str:
    """An account as 16 hex digits of HMAC-SHA-256; the same key gives the same hash."""
    return hmac.new(key, name.casefold().encode(), hashlib.sha256).hexdigest()[:16]


def mask(text: str) -> str:
    """The text with e-mail addresses and phone numbers as `<email>` and `<phone>`."""
    if "@" in text:
        text = _EMAIL.sub("<email>", text)
    return _PHONE.sub("<phone>", text)


def _key_path() -> Path:
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return home / "virality" / "author.key"
