"""A trained adapter into a private repository of the hub, to a revision of its own: it has no evidence yet.

The repository and the token's rights are looked at before anything is trained, so that nothing fails after hours, and a
push that fails afterwards fails no run. `main` gets what has evidence, by `virality publish`.
"""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from data_prep.rights import NOT_FOR_TRAINING, is_basis
from train.settings import WriterSettings
from virality import hub, ledger, runs, upload
from virality.errors import ViralityError
from virality.mistakes import Mistakes
from virality.models.base import find
from virality.models.named import licence_of
from virality.models.terms import slug, terms, with_rows
from virality.progress import say

_SENT = "work/pushed.json"
"""In a run's folder: what was sent, so that the same command sends nothing twice."""

_CARD = """\
---
library_name: peft
pipeline_tag: text-generation
license: {licence}
{more}tags:
- virality
- not-evaluated
---

# {name}, not evaluated yet: no evidence

An adapter on `{base}` as its training left it after {steps} steps. Nothing is known of what its rewrites are worth,
what they keep and what they harm: do not use it, and do not pass it on. A card with figures comes with
`virality publish`.

- Rights of the rows that it learned from: {rights}.
- Licence of the base: {terms}.
- SHA-256 of the adapter: `{adapter}`
"""


def refuse(settings: WriterSettings, found: Mistakes) -> None:
    """Note in `found` why what these settings make could never be published."""
    if settings.push is None:
        return
    repo = settings.push.repo
    if wrong := hub.no_name(repo):
        found.add("push.repo", wrong, repo)
    for folder, about in _rights_behind([*settings.data, settings.init, settings.grpo.scorer]).items():
        barred = [basis for basis in about.get("basis", {}) if _is_barred(basis)]
        if about.get("research_only") or barred:
            why = "is marked research_only" if about.get("research_only") else f"has rows of {', '.join(barred)}"
            found.add("push.repo", f"{folder} {why}: what is trained on it is never published; leave push out", repo)
    try:
        asked = terms(licence_of(find(settings.base, trust_remote_code=settings.trust_remote_code)))
    except ViralityError:
        return  # told of the base itself
    if asked.forbidden:
        found.add("push.repo", f"base = {settings.base}: {asked.forbidden}; take another base, or leave push out", repo)
    if asked.named and not repo.rpartition("/")[2].startswith(asked.named):
        what = f"the licence of {settings.base} ({asked.licence}) asks for a name that begins with {asked.named}"
        found.add("push.repo", f"{what}; name it so", repo)


def prepare(settings: object, folder: Path, *, fresh: bool = False) -> None:
    """Make the private repository and see that the token may write to it, where the settings ask for a push.

    Args:
        settings: of the run.
        folder: of the run; where it is done there is nothing to lose, and `after` asks.
        fresh: it is done again.

    Raises:
        ViralityError: it cannot be made, or not be written to.
    """
    if not isinstance(settings, WriterSettings) or settings.push is None:
        return
    if fresh or _read(folder / "run.json").get("state") != "done":
        say(f"  {hub.ready(settings.push.repo, private=True)}: there, private, and this token may write to it")


def after(settings: object, here: runs.Run, command: Sequence[str]) -> None:
    """Send the adapter of a finished run to the revision `step-N`; what goes wrong is told, and fails nothing.

    Args:
        settings: of the run.
        here: the run.
        command: which repeats it, as words.
    """
    if not isinstance(settings, WriterSettings) or settings.push is None or here.document.get("state") != "done":
        return
    if why := ledger.forgotten(here.folder):
        say(f"{why}; so its adapter is sent nowhere")
        return
    repo, adapter = settings.push.repo, here.document["outputs"]["adapter/adapter_model.safetensors"]["sha256"]
    mark = {"repo": repo, "adapter": adapter}
    if _read(here.folder / _SENT) == mark:
        return
    revision = f"step-{_step(here.document)}"
    try:
        hub.ready(repo, private=True)
        folder = _gathered(here, adapter)
        names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
        sent = upload.send(repo, folder, names, message=f"virality train: {revision}", revision=revision,
                           alone=True)  # fmt: skip
    except (ViralityError, OSError) as error:
        say(f"{error}; the run is whole, and this sends its adapter: {shlex.join(command)}")
        return
    shutil.rmtree(folder)
    here.write_json(_SENT, mark)
    say(f"{sent.address}: the adapter, not evaluated yet; virality evaluate, then virality publish repo={repo}")


def _rights_behind(folders: Sequence[str | None]) -> dict[str, dict[str, Any]]:
    """Folder -> `rights`, of these runs and of every run that they were made of, as far as they lie here."""
    found: dict[str, dict[str, Any]] = {}
    waiting = [one for one in folders if one is not None]
    while waiting:
        folder = waiting.pop(0)
        if folder not in found and (document := _read(Path(folder) / "run.json")):
            found[folder] = document.get("rights") or {}
            waiting += document.get("inputs", {})
    return found


def _is_barred(basis: str) -> bool:
    """Whether nothing that is trained on rows of this rights basis is ever published."""
    licence = basis.removeprefix("licence:") if basis.startswith("licence:") else None
    return basis in NOT_FOR_TRAINING or not is_basis(basis) or bool(licence and terms(licence).forbidden)


def _read(path: Path) -> dict[str, Any]:
    """What a JSON file holds; nothing where there is none, or it cannot be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _step(document: dict[str, Any]) -> int:
    """After how many steps the adapter was what is sent: the best of those that validation judged, or the last."""
    training = document["training"]
    return int(training.get("best_step") or training["steps"])


def _gathered(here: runs.Run, adapter: str) -> Path:
    """Adapter, tokenizer and card in one folder."""
    document = here.document
    folder = here.folder / "work" / "push"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(here.folder / "adapter", folder, ignore=shutil.ignore_patterns("*.py"))
    base = document["base"]["spec"]
    named = Path(base).name if Path(base).is_absolute() else base
    about = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    (folder / "adapter_config.json").write_text(json.dumps(about | {"base_model_name_or_path": named}, indent=2))
    found = find(base, trust_remote_code=bool(document["settings"]["trust_remote_code"]))
    asked = with_rows(terms(licence_of(found)), document["rights"]["basis"])
    more = f"license_name: {slug(asked.licence)}\n" + (f"license_link: {asked.link}\n" if asked.link else "")
    rights = ", ".join(f"{rows:,} rows `{basis}`" for basis, rows in document["rights"]["basis"].items())
    said = _CARD.format(name=document["name"], base=named, licence=asked.tag, rights=rights, terms=asked.licence,
                        more=more if asked.tag == "other" else "", adapter=adapter,
                        steps=_step(document))  # fmt: skip
    (folder / "README.md").write_text(f"{said}{asked.notice}\n" if asked.notice else said, encoding="utf-8")
    return folder
