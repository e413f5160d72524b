"""Files of a folder into a repository of the hub, in one commit: what was sent before is not sent again.

Large files go first, one by one, each kept by the hub as soon as it is there; then one commit names them all, so that a
repository never holds half of a publication. What lies there afterwards is compared with what was sent, by hash.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from virality import hub, hub_errors
from virality.atomic import sha256
from virality.errors import ViralityError
from virality.progress import say

WAITS = (2.0, 10.0)
"""Seconds before a push that was cut off is tried again; the client tries single requests more often."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What lies in the repository now.

    Fields:
        commit: its hash.
        address: where it can be looked at.
        others: files that lie there beside those that were sent.
    """

    commit: str
    address: str
    others: tuple[str, ...] = ()


def send(
    repo: str,
    folder: Path,
    files: Sequence[str],
    *,
    message: str,
    revision: str = "main",
    tag: str | None = None,
    alone: bool = False,
) -> Sent:
    """Send `files` of `folder` to a repository that is there.

    Args:
        repo: `user/name`.
        folder: where the files lie.
        files: paths in it, which are those in the repository.
        message: of the commit.
        revision: the branch that they go to; made where it is not there.
        tag: given to the commit; one that is there already must name the same files.
        alone: what else lies in the branch is taken out of it: a new one begins with the files of `main`.

    Raises:
        ViralityError: it could not be sent, or what lies there is something else. What arrived stays there, and the
            same call goes on from it.
    """
    waits = iter(WAITS)
    while True:
        try:
            return _send(repo, folder, files, message, revision, tag, alone)
        except ViralityError:
            raise
        except Exception as error:  # of the hub's client, of httpx or of hf_xet: all of them are told in one line
            said, wait = hub_errors.told(error), next(waits, None)
            if wait is None or not hub_errors.is_passing(error):
                raise ViralityError(f"repo = {repo}: not sent: {said}") from None
        say(f"  {said}: again in {wait:g} s")
        time.sleep(wait)


def _send(
    repo: str, folder: Path, files: Sequence[str], message: str, revision: str, tag: str | None, alone: bool
) -> Sent:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete

    api = hub.api()
    refs = api.list_repo_refs(repo)
    tagged = {one.name: one.target_commit for one in refs.tags}
    if tag is not None and tag in tagged:
        if different := _different(api, repo, tag, folder, files)[0]:
            raise ViralityError(f"tag = {tag}: is there already in {repo}, with another {different[0]}; take another")
        return Sent(tagged[tag], f"{hub.endpoint()}/{repo}/tree/{tag}")
    if revision != "main" and revision not in {one.name for one in refs.branches}:
        api.create_branch(repo, branch=revision, exist_ok=True)
    operations = [CommitOperationAdd(name, folder / name) for name in files]
    for one in sorted(operations, key=lambda one: one.upload_info.size):
        started = time.monotonic()
        api.preupload_lfs_files(repo, [one], revision=revision, free_memory=False)
        if one._upload_mode == "lfs" and one.upload_info.size > 1e6:
            say(f"  {one.path_in_repo}: {one.upload_info.size / 1e6:.1f} MB there, {time.monotonic() - started:.0f} s")
    gone = _different(api, repo, revision, folder, files)[1] if alone else ()
    changes = [*operations, *(CommitOperationDelete(name) for name in gone)]
    made = api.create_commit(repo, changes, commit_message=message, revision=revision)
    different, others = _different(api, repo, made.oid, folder, files)
    if different:
        raise ViralityError(f"repo = {repo}: {', '.join(different)}: lies there otherwise than it was sent; "
                            "send it again")  # fmt: skip
    if tag is not None:
        api.create_tag(repo, tag=tag, revision=made.oid)
    return Sent(made.oid, f"{hub.endpoint()}/{repo}/tree/{tag or revision}", tuple(others))


def _different(api: Any, repo: str, revision: str, folder: Path, files: Sequence[str]) -> tuple[list[str], list[str]]:
    """Which of `files` are not the same at `revision`, and what else lies there."""
    there = {one.path: one for one in api.list_repo_tree(repo, recursive=True, revision=revision)
             if hasattr(one, "blob_id")}  # fmt: skip
    different = [name for name in files if name not in there or not _same(folder / name, there[name])]
    return different, sorted(there.keys() - set(files) - {".gitattributes"})


def _same(path: Path, there: Any) -> bool:
    if there.size != path.stat().st_size:
        return False
    if there.lfs is not None:
        return bool(there.lfs.sha256 == sha256(path))
    held = path.read_bytes()
    return bool(there.blob_id == hashlib.sha1(b"blob %d\0" % len(held) + held, usedforsecurity=False).hexdigest())
