"""One run of Weights & Biases: settings, curves, tables, and what was read and made, by hash. Nothing else goes there.

No code, no console, no name of machine or person, no text of posts but what a table holds (`train.tracking.samples`).
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from train.tracking import Tracker
from train.tracking.lineage import Artifact
from virality.config import flat
from virality.progress import say
from virality.reach import ask

_SECONDS_TO_BEGIN, _SECONDS_TO_END = 20.0, 20.0
"""How long a run waits for W&B; what was not sent by then is kept, and is sent by `wandb sync`."""


class WandbRun(Tracker):
    """Online where W&B answers and knows the login, else offline; one line then says how to send it.

    Args:
        folder: for W&B's files.
        id: of the run, the same when it continues.
        project: of W&B.
        document: run.json.
        online: False keeps it offline, whatever could be reached.
    """

    def __init__(self, folder: Path, id: str, project: str, document: Mapping[str, Any], *, online: bool) -> None:  # noqa: A002
        folder = folder.resolve()
        # read when W&B is imported or needed; what is staged for a later sync stays with the run
        os.environ.setdefault("WANDB_ERROR_REPORTING", "false")
        self._before = {name: os.environ.get(name) for name in ("WANDB_DATA_DIR", "WANDB_CACHE_DIR")}
        os.environ |= {name: str(folder / "wandb") for name in self._before}
        self._run = self._begin(folder, id, project, document, online)
        self._run.define_metric("step", hidden=True)
        self._run.define_metric("*", step_metric="step")  # W&B's own count of lines is not the optimiser's

    def _begin(self, folder: Path, id: str, project: str, document: Mapping[str, Any], online: bool) -> Any:  # noqa: A002
        import wandb

        found = problem() if online else None
        config = flat(dict(document["settings"])) | {
            f"run.{key}": document.get(key) for key in ("inputs", "commit", "dirty", "versions", "machine")
        }
        (folder / "wandb").mkdir(parents=True, exist_ok=True)
        for mode in ("online", "offline") if online and found is None else ("offline",):
            if mode == "offline":
                why = f" ({found})" if found else ""
                say(f"  tracking is kept offline{why}; send it later with: wandb sync {folder / 'wandb'}/offline-run-*")
            try:
                return wandb.init(
                    project=project, id=id, name=document["name"], job_type=document["step"], dir=str(folder),
                    mode=mode, resume="allow" if mode == "online" else None, reinit="create_new", config=config,
                    settings=_settings(wandb),
                )  # fmt: skip
            except Exception as error:
                if mode == "offline":
                    raise
                found = " ".join(str(error).split())[:120]
        raise AssertionError

    def log(self, values: Mapping[str, float], step: int) -> None:
        """Figures at a step."""
        self._run.log({**values, "step": step})

    def table(self, name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], step: int) -> None:
        """A table at a step."""
        import wandb

        self._run.log({name: wandb.Table(columns=list(columns), data=[list(row) for row in rows]), "step": step})

    def read(self, artifact: Artifact) -> None:
        """An input.

        Not by `use_artifact`: offline it refuses, online it waits for the server. What it does is this.
        """
        self._run._log_artifact(_by_hash(artifact), is_user_created=True, use_after_commit=True)

    def made(self, artifact: Artifact) -> None:
        """An output."""
        self._run.log_artifact(_by_hash(artifact))

    def close(self, code: int) -> None:
        """Send what is left, for a while, and end."""
        try:
            self._run.finish(exit_code=code)
        finally:
            for name, value in self._before.items():
                os.environ.pop(name, None) if value is None else os.environ.__setitem__(name, value)


def problem() -> str | None:
    """Why a run cannot be sent to W&B from here, in a few words, within two seconds; None: it can."""
    if os.environ.get("WANDB_MODE", "online") not in ("online", "run"):
        return f"WANDB_MODE = {os.environ['WANDB_MODE']}"
    url, key = _server(), _key()
    if key is None:
        return "no login here; `wandb login` makes one"
    basic = base64.b64encode(f"api:{key}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Content-Type": "application/json"}
    answer = ask(f"{url}/graphql", headers, json.dumps({"query": "query{viewer{username}}"}).encode())
    if answer.status is None:
        return f"{url} cannot be reached ({answer.why})"
    if answer.status in (401, 403) or (answer.status == 200 and not _names_someone(answer.body)):
        return f"{url} refuses the key; `wandb login --relogin`"
    return None if answer.status == 200 else f"{url} answers {answer.status}"


def _names_someone(body: bytes) -> bool:
    try:
        return bool(json.loads(body)["data"]["viewer"])
    except (ValueError, KeyError, TypeError):
        return False


def _server() -> str:
    from wandb.sdk import wandb_setup

    return (os.environ.get("WANDB_BASE_URL") or str(wandb_setup.singleton().settings.base_url)).rstrip("/")


def _key() -> str | None:
    """The key of this machine's login; as W&B looks for it."""
    if key := os.environ.get("WANDB_API_KEY"):
        return key
    from wandb.errors import AuthenticationError
    from wandb.sdk.lib.wbauth import read_netrc_auth

    try:
        found: str | None = read_netrc_auth(host=_server())
    except AuthenticationError:  # what stands there is no key
        return None
    return found


def _settings(wandb: Any) -> Any:
    return wandb.Settings(
        silent=True,
        console="off",
        save_code=False,
        disable_code=True,
        disable_git=True,
        host="",
        x_disable_meta=True,
        x_disable_machine_info=True,
        x_disable_stats=True,
        x_save_requirements=False,
        init_timeout=_SECONDS_TO_BEGIN,
        finish_timeout=_SECONDS_TO_END,
    )


def _by_hash(artifact: Artifact) -> Any:
    """An artifact whose files are references to their SHA-256: no path of this machine, and nothing to upload."""
    import wandb

    made = wandb.Artifact(artifact.name, artifact.type, metadata=artifact.about)
    for name, digest in artifact.files.items():
        made.add_reference(f"sha256:{digest}", name=name, checksum=False)
    return made
