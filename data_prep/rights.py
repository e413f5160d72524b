"""Who may train on what: the rights basis of each row, and what it allows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from data_prep.privacy import plain_name
from data_prep.records import Post
from data_prep.register import Register
from virality.errors import ViralityError

BASES = ("own_export", "opt_in", "own_ab_test", "consent", "x_api", "unknown")
"""And `licence:<SPDX identifier>`."""
NOT_FOR_TRAINING = ("x_api", "unknown")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_KIND = re.compile(r"^t[13]_(?=\w)")
_LICENCE = re.compile(r"licence:[A-Za-z0-9.+-]+")


def is_basis(basis: str) -> bool:
    """Whether this is a rights basis we know."""
    return basis in BASES or bool(_LICENCE.fullmatch(basis))


def count(bases: Iterable[str]) -> dict[str, int]:
    """Rows by rights basis, most first."""
    return dict(Counter(bases).most_common())


def refuse_training(bases: dict[str, int], research_only: bool, place: str) -> None:
    """Refuse to train on rows that may not be trained on.

    Args:
        bases: rows by rights basis.
        research_only: the data run is marked `research_only`: what comes of it is for measuring and comparing, and is
            never published.
        place: named in the error.

    Raises:
        ViralityError: rows are `x_api` or `unknown` and the run is not marked.
    """
    barred = {basis: rows for basis, rows in bases.items() if basis in NOT_FOR_TRAINING}
    if barred and not research_only:
        named = ", ".join(f"{rows} rows with rights basis {basis}" for basis, rows in barred.items())
        raise ViralityError(
            f"{place}: {named} may not be trained on; name the basis you have (rights.basis), or prepare with "
            "rights.research_only=true to measure and never publish"
        )


def read_opt_outs(paths: Sequence[Path]) -> frozenset[str]:
    """Accounts, handles and post ids that must not be used: one a line, `@` or `u/` may stand before.

    `#` at the start of a line or behind a blank begins a comment.

    Raises:
        ViralityError: a list is missing or is not text: a list that is not read must stop the run.
    """
    return frozenset(name for path in paths for line in _names(path) for name in _listed(line) if name)


def _names(path: Path) -> list[str]:
    """What stands in each line before a comment."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ViralityError(f"rights.opt_out: {path}: cannot be read ({error}); give a UTF-8 text file") from error
    return [name for line in lines if (name := _COMMENT.sub("", line).strip())]


def read_named(paths: Sequence[Path]) -> frozenset[str]:
    """The same lines for `Requests`, each as it is written too: ids of posts differ by their capitals.

    Raises:
        ViralityError: as `read_opt_outs`.
    """
    return frozenset(one for path in paths for name in _names(path) for one in (name, plain_name(name)) if one)


def known_as(post_id: str) -> Iterator[str]:
    """How a request may name a post: its id, Reddit's without the kind before it, the number at the end of a link."""
    yield post_id
    yield _KIND.sub("", post_id)
    if "/" in post_id and (number := post_id.rstrip("/").rpartition("/")[2]).isdecimal():
        yield number
        yield f"{post_id.split('/')[2]}/{number}" if "://" in post_id else number


def _listed(line: str) -> Iterator[str]:
    """A line of a list as `known_as` has posts: a link to one by its server and number too."""
    yield plain_name(line)
    server, _, rest = line.partition("://")[2].partition("/")
    if (number := rest.rstrip("/").rpartition("/")[2]).isdecimal():
        yield plain_name(f"{server}/{number}")


def objection(
    post: Post,
    account: str | None,
    opted_out: frozenset[str],
    forgotten: Register | None = None,
    key: bytes = b"",
) -> str | None:
    """Why a row may not be used at all: `opted_out`, `intent` (the account denies generative AI), or None.

    Args:
        post: as read.
        account: its name.
        opted_out: of `read_opt_outs`.
        forgotten: the register, hashed under `key`.
        key: of `privacy.author_key`.
    """
    if opted_out or forgotten:
        owner = re.match(r"at://(did:[^/]+)/", post.post_id)  # Bluesky: a handle may change, the DID does not
        names = [account or "", owner[1] if owner else ""]
        if not opted_out.isdisjoint(map(plain_name, [*known_as(post.post_id), *names])):
            return "opted_out"
        if forgotten and forgotten.names(post, names, key):
            return "opted_out"
    if post.intents is not None and json.loads(post.intents).get("generative_ai") is False:
        return "intent"
    return None
