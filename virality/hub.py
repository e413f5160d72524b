"""The Hugging Face Hub: whose token this is, what it may do, which repository it is, and whether it can be reached.

No token is written anywhere: not into an error, a file or a log.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from virality import hub_errors
from virality.errors import ViralityError
from virality.reach import PATIENCE, ask

_TRUE = {"1", "on", "yes", "true"}
_WRITES = {"write", "admin", "contributor"}
"""Roles in an organisation with which one may make a repository."""
_PATIENCE = 20.0
"""Seconds, where something is to be sent."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a token is of, and what it may do.

    Fields:
        name: of the account.
        organisations: those in which it may write.
        role: of the token: read, write, fineGrained; empty where the hub does not say.
        scopes: fine-grained: account, organisation or repository -> what the token may do there.
    """

    name: str
    organisations: tuple[str, ...] = ()
    role: str = ""
    scopes: Mapping[str, frozenset[str]] = field(default_factory=dict)


def token() -> str | None:
    """The token of this machine: `HF_TOKEN`, or what `hf auth login` left; None: nobody is logged in."""
    from huggingface_hub import get_token

    return get_token()


def whoami(token: str) -> str:
    """The account that a token is of.

    Raises:
        ViralityError: the hub cannot be reached, or does not take the token.
    """
    return account(token).name


def account(token: str, *, patience: float = PATIENCE) -> Account:
    """The account that a token is of, with what the token may do.

    Args:
        token: of the hub.
        patience: seconds until the hub counts as unreachable.

    Raises:
        ViralityError: the hub cannot be reached, or does not take the token.
    """
    answer = ask(f"{endpoint()}/api/whoami-v2", {"Authorization": f"Bearer {token}"}, patience=patience)
    if answer.status in (401, 403):
        way_out = "`hf auth login` again, or set a valid HF_TOKEN"
        raise ViralityError(f"{endpoint()}: refuses the token ({answer.status}); {way_out}")
    if answer.status != 200:
        raise ViralityError(f"{endpoint()}: cannot be reached ({answer.why or f'it answers {answer.status}'})")
    try:
        return _account(json.loads(answer.body))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ViralityError(f"{endpoint()}: answers what is no account; see HF_ENDPOINT") from error


def reachable() -> str | None:
    """What is wrong with the way to the hub, in one line, within two seconds; None: nothing is.

    Without a token only the way is tried.
    """
    if is_offline():
        return "hub: HF_HUB_OFFLINE is set, so only what is on this machine is used"
    try:
        if (mine := token()) is not None:
            whoami(mine)
            return None
    except ViralityError as error:
        return f"hub: {error}"
    answer = ask(f"{endpoint()}/api/models?limit=1")
    if answer.status == 200:
        return None
    return f"hub: {endpoint()}: cannot be reached ({answer.why or f'it answers {answer.status}'})"


def endpoint() -> str:
    """The address of the hub: `HF_ENDPOINT`, or huggingface.co."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def is_offline() -> bool:
    """Whether the environment keeps us from asking the hub."""
    return os.environ.get("HF_HUB_OFFLINE", "").lower() in _TRUE


def no_name(repo: str) -> str | None:
    """Why this cannot be the name of a repository, with the way out; None: it can."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(repo)
    except HFValidationError as error:
        return f"is no name of a repository ({str(error).partition(':')[0].lower()}); write USER/NAME"
    return None if repo.count("/") == 1 else "names no account; write USER/NAME"


def no_revision(name: str) -> str | None:
    """Why git would not take this as the name of a branch or tag, with the way out; None: it would."""
    fine = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name) and ".." not in name and not name.endswith((".lock", "."))
    if fine and not re.fullmatch(r"[0-9a-fA-F]{40}", name):
        return None
    return "is no name of a revision; write letters, digits, dots and dashes, as v1 or step-1200"


def may_not_write(mine: Account, repo: str) -> str | None:
    """Why this account with this token may not write to `repo`, with the way out; None: nothing speaks against it."""
    space = repo.partition("/")[0]
    if space != mine.name and space not in mine.organisations:
        where = ", ".join([mine.name, *mine.organisations])
        return f"is of another account: this token is {mine.name}'s, who may write to {where}; name one of those"
    settings = f"{endpoint()}/settings/tokens"
    if mine.role == "read":
        return f"this token may only read; make one that may write at {settings}"
    if mine.role != "fineGrained":
        return None
    if any("repo.write" in mine.scopes.get(name, ()) for name in (space, repo)):
        return None
    return f"this token may not write there (no repo.write for {space} or {repo}); change it at {settings}"


def ready(repo: str, *, private: bool) -> str:
    """Make the repository, or find it, and make sure that this machine's token may write to it. Returns its address.

    Raises:
        ViralityError: the name is none, the hub is switched off or cannot be reached, the token is missing, wrong or
            may not write there, or the repository is there and public where a private one is asked for, or the other
            way round.
    """
    if wrong := no_name(repo):
        raise ViralityError(f"repo = {repo}: {wrong}")
    if is_offline():
        raise ViralityError(f"repo = {repo}: HF_HUB_OFFLINE is set, so nothing is sent; unset it, or take to=FOLDER")
    mine = token()
    if mine is None:
        raise ViralityError(f"repo = {repo}: no token on this machine; `hf auth login`, or set HF_TOKEN")
    if wrong := may_not_write(account(mine, patience=_PATIENCE), repo):
        raise ViralityError(f"repo = {repo}: {wrong}")
    made = api()
    try:
        address = str(made.create_repo(repo, private=private, exist_ok=True))
        about = made.repo_info(repo)
        made.auth_check(repo, write=True)
    except Exception as error:
        raise ViralityError(f"repo = {repo}: {hub_errors.told(error)}") from None
    if private and not about.private:
        raise ViralityError(f"repo = {repo}: is there and is public; make it private in its settings, or say "
                            "private=false")  # fmt: skip
    if about.private and not private:
        raise ViralityError(f"repo = {repo}: is there and is private; make it public in its settings, or leave "
                            "private=false out")  # fmt: skip
    return address


def api() -> Any:
    """The hub's client, with this machine's token and endpoint."""
    from huggingface_hub import HfApi

    return HfApi(endpoint=endpoint(), token=token(), library_name="virality")


def _account(said: Mapping[str, Any]) -> Account:
    about = (said.get("auth") or {}).get("accessToken") or {}
    scoped = (about.get("fineGrained") or {}).get("scoped") or []
    scopes = {str(one["entity"].get("name")): frozenset(map(str, one.get("permissions") or ())) for one in scoped}
    places = [str(one["name"]) for one in said.get("orgs") or [] if one.get("roleInOrg", "write") in _WRITES]
    return Account(str(said["name"]), tuple(places), str(about.get("role") or ""), scopes)
