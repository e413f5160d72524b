"""Where the curves go: Weights & Biases (online or kept offline), TensorBoard, or nowhere. Never text, unless asked."""

from __future__ import annotations

import netrc
import os
from pathlib import Path

from virality.progress import say


def prepare(to: str, project: str, name: str, folder: Path) -> list[str]:
    """Set the tracker's environment and answer what `report_to` of transformers wants.

    `wandb` without a login becomes an offline run; one line says how to send it later.
    """
    if to == "none":
        return []
    if to == "tensorboard":
        os.environ["TENSORBOARD_LOGGING_DIR"] = str(folder / "tracking")
        return ["tensorboard"]
    os.environ |= {
        "WANDB_PROJECT": project,
        "WANDB_NAME": name,
        "WANDB_DIR": str(folder / "tracking"),
        "WANDB_LOG_MODEL": "false",
        "WANDB_DISABLE_CODE": "true",
        "WANDB_DISABLE_GIT": "true",
        "WANDB_CONSOLE": "off",
        "WANDB__DISABLE_STATS": "true",
    }
    (folder / "tracking").mkdir(parents=True, exist_ok=True)
    if to == "offline" or not _logged_in():
        os.environ["WANDB_MODE"] = "offline"
        say(f"  tracking offline; send it later with: wandb sync {folder / 'tracking' / 'wandb'}/offline-run-*")
    return ["wandb"]


def _logged_in() -> bool:
    if os.environ.get("WANDB_API_KEY"):
        return True
    try:
        return netrc.netrc().authenticators("api.wandb.ai") is not None
    except (OSError, netrc.NetrcParseError):
        return False
