"""Which error is whose."""

from __future__ import annotations

import errno

import pytest

from virality.errors import Interrupted, ViralityError, is_disk_full


def test_exit_codes_tell_a_mistake_from_an_interruption() -> None:
    assert (ViralityError.exit_code, Interrupted.exit_code) == (2, 75)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OSError(errno.EFBIG, "File too large"),
        RuntimeError("Error while serializing: I/O error: No space left on device (os error 28)"),
        RuntimeError("Error writing bytes to file. Detail: [errno 28]"),
    ],
)
def test_a_full_disk_is_known_by_its_number_or_by_the_words_that_libraries_leave(error: Exception) -> None:
    assert is_disk_full(error)
    wrapped = ValueError("could not save")
    wrapped.__cause__ = error
    assert is_disk_full(wrapped)


@pytest.mark.parametrize("error", [OSError(errno.ENOENT, "No such file"), ValueError("28"), KeyError("disk")])
def test_any_other_error_is_none(error: Exception) -> None:
    assert not is_disk_full(error)
