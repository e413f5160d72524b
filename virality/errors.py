"""The errors a person can meet, by exit code.

ViralityError        2   the user's mistake or machine: one line, where, what value, how to mend it
Interrupted         75   stopped from outside; the same command continues
any other exception  1   our bug, with its traceback
"""

from __future__ import annotations

import errno


class ViralityError(Exception):
    """A mistake the user can mend. Its message is one line: place, value, way out."""

    exit_code = 2


class Interrupted(ViralityError):
    """The run was stopped from outside and can be continued by the same command."""

    exit_code = 75


_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DISK_FULL_WORDS = ("no space left on device", "os error 28", "errno 28", "disk quota exceeded", "file too large")


def is_disk_full(error: BaseException) -> bool:
    """Whether an error, or anything that caused it, says that the disk or the quota is full.

    Libraries written in Rust or C++ (safetensors, arrow) lose the errno and keep the words.
    """
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _DISK_FULL:
            return True
        if any(words in str(seen).lower() for words in _DISK_FULL_WORDS):
            return True
        seen = seen.__cause__ or seen.__context__
    return False
