"""What stands in the files that would be sent: no secret, no address, no path of this machine, no post."""

from __future__ import annotations

import html
import netrc
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from data_prep import privacy
from publish.checks import Refusal
from publish.checks.weights import PICKLES
from virality import hub
from virality.gates.corpus import Corpus

_SECRETS = {
    "a token of Hugging Face": r"\bhf_[A-Za-z0-9]{20,}|\bapi_org_[A-Za-z0-9]{20,}",
    "a key of OpenAI or the like": r"\bsk-(?:proj-|ant-|svcacct-)?[A-Za-z0-9_-]{20,}",
    "a key of AWS": r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a token of GitHub": r"\bgh[pousr]_[A-Za-z0-9]{30,}|\bgithub_pat_[A-Za-z0-9_]{30,}",
    "a key of Google": r"\bAIza[A-Za-z0-9_-]{35}\b",
    "a token of Slack": r"\bxox[abprs]-[A-Za-z0-9-]{10,}",
    "a key of W&B": r"(?i:wandb[\w.\"' ]{0,20}[=: ][\"' ]*[0-9a-f]{40}\b)|\bwandb_v\d_[A-Za-z0-9_]{30,}",
}
_ROOTS = (
    "home|root|Users|tmp|var|mnt|media|data|work|workspace|workspaces|scratch|private|opt|srv|Volumes|content|kaggle|gpfs"
    "|lustre|nfs"
)
_LOCAL = re.compile(rf"(?:(?<![\w/.:<-])|(?<=file://))/(?:{_ROOTS})/[\w.~-]+|\b[A-Za-z]:\\+Users\\+[\w.~-]+")
_SECRET_NAME = re.compile(r"(?:KEY|TOKEN|SECRET|PASSWORD)$")
"""Ends the names of variables of the environment that hold a secret."""
_MARKS = re.compile(r"<[^>]*>|\\u[0-9a-f]{4}|\\[ntr\"]")
_WORDS = (".md", ".html", ".json", ".yaml", ".jinja", ".txt", "")
_VOCABULARY = ("tokenizer.json", "vocab.json", "merges.txt", "tokenizer.model")
"""What a tokenizer knows is no text."""
_BLOCK = 1 << 24
_OVERLAP = 256
MOST_BYTES = 50 * 10**9
"""A larger file the hub does not take in one piece."""


def check(
    folder: Path, files: Sequence[str], corpus: Corpus | None, *, licences: Sequence[str] = ()
) -> Iterator[Refusal]:
    """Look into every file that would be sent.

    Args:
        folder: where they lie.
        files: paths in it.
        corpus: the index of what the writer learned from; None: there is none.
        licences: files that are another's legal text, whose addresses and paths are not ours; posts they hold none.
    """
    mine = _keys_here()
    for name in files:
        path = folder / name
        yield from large(path, path.stat().st_size)
        if path.suffix in PICKLES:
            yield Refusal(str(path), "is not safetensors: reading it may run code", "take it out", firm=True)
        for kind in secrets(path, mine):
            yield Refusal(str(path), f"holds {kind}", "take it out of what it comes from, and revoke it", firm=True)
        if path.suffix in _WORDS and name not in _VOCABULARY:
            yield from _of_text(path, corpus, is_licence=name in licences)


def large(path: Path, size: int) -> Iterator[Refusal]:
    """Refuse a file that the hub would refuse after hours; `size` in bytes."""
    if size > MOST_BYTES:
        what = f"is {size / 1e9:.0f} GB, and {MOST_BYTES / 1e9:.0f} GB is the most for one file"
        yield Refusal(str(path), what, "export=adapter")


def secrets(path: Path, keys: Sequence[bytes] = ()) -> list[str]:
    """What of secrets stands in a file, read in blocks; `keys`: those of this machine, looked for as they are."""
    patterns = {kind: re.compile(pattern.encode()) for kind, pattern in _SECRETS.items()}
    found: dict[str, None] = {}
    with path.open("rb") as stream:
        before = b""
        while block := stream.read(_BLOCK):
            held = before + block
            found |= dict.fromkeys(kind for kind, pattern in patterns.items() if pattern.search(held))
            found |= {"a key of this machine": None} if any(key in held for key in keys) else {}
            before = held[-_OVERLAP:]
    return list(found)


def _of_text(path: Path, corpus: Corpus | None, *, is_licence: bool) -> Iterator[Refusal]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace" if is_licence else "strict")
    except UnicodeDecodeError:
        yield Refusal(str(path), "is no text in UTF-8", "export it again, with --fresh")
        return
    if not is_licence and privacy.mask(text).count("<email>") > text.count("<email>"):
        yield Refusal(str(path), "holds an e-mail address", "take it out of title, example or settings")
    if not is_licence and (local := _LOCAL.search(text)):
        what = f"names a path of this machine ({local[0]})"
        yield Refusal(str(path), what, "run with paths that are relative, or leave it out")
    if corpus is not None and (words := corpus.longest(_MARKS.sub(" ", html.unescape(text)), "")):
        what = f"holds {len(words)} words in a row of a post that it learned from"
        yield Refusal(str(path), what, "take another example or title", firm=True)


def _keys_here() -> list[bytes]:
    """Keys of this machine; short ones are no keys."""
    known = [hub.token(), *(value for name, value in os.environ.items() if _SECRET_NAME.search(name)), *_logins()]
    if (mine := privacy.config_folder() / "author.key").is_file():
        known.append(mine.read_text(encoding="utf-8").strip())
    return [key.encode() for key in known if key and len(key) >= 16]


def _logins() -> list[str | None]:
    """Passwords of ~/.netrc, in which W&B keeps its key."""
    try:
        return [password for _, _, password in netrc.netrc(os.environ.get("NETRC")).hosts.values()]
    except (OSError, ValueError, netrc.NetrcParseError):
        return []
