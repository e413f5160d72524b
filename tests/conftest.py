"""What every test stands on: no network, no account, and no key or setting of the person who runs them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("untimed", deadline=None, derandomize=True)  # --hypothesis-profile=default looks further
settings.load_profile("untimed")

_home = tempfile.TemporaryDirectory(prefix="virality-tests-")
os.environ["XDG_CONFIG_HOME"] = _home.name
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["WANDB_MODE"] = "offline"


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are named by their argument: what packers write holds the time, and workers must agree about names."""
    return argname if isinstance(val, bytes) else None


def pytest_unconfigure() -> None:
    _home.cleanup()


@pytest.fixture
def shared_data() -> Path:
    """The real corpora that lie beside the repository and are no part of it."""
    beside = Path(__file__).resolve().parent.parent.parent / "shared"
    folder = Path(os.environ.get("VIRALITY_SHARED", beside)) / "data"
    if not folder.is_dir():
        pytest.skip(f"the real corpora are not here ({folder}); VIRALITY_SHARED names another place")
    return folder
