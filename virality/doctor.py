"""`virality doctor`: what of this machine can be used, and what is missing. One line each, never a failure."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import netrc
import os
import platform
import shutil
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from virality import machine

_SECONDS = 2.0
"""Time that each site has to answer."""

_NEEDED = ("torch", "transformers", "peft", "accelerate", "datasets", "wandb")
_OPTIONAL = {
    "trl": ("objective=grpo", "pip install 'virality[trl]'"),
    "bitsandbytes": ("bits=4, on an NVIDIA GPU", "pip install 'virality[gpu]'"),
    "deepspeed": ("the ZeRO configs of accelerate", "pip install deepspeed"),
    "pyspark": ("machine.engine=spark", "pip install 'virality[spark]'"),
    "vllm": ("engine=vllm of evaluate, on an NVIDIA GPU", "pip install 'virality[vllm]'"),
    "tensorboard": ("tracking.to=tensorboard", "pip install tensorboard"),
}
"""Package -> what needs it, and how to get it."""
_HUB_ADVICE = "hf auth login, or HF_TOKEN; only gated bases and uploads need one"
_WANDB_ADVICE = "wandb login, or WANDB_API_KEY; without, tracking.to=wandb keeps runs here"
_LITTLE_DISK, _LITTLE_MEMORY = 10, 4
"""GiB below which a hint is given."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: ok, missing (something cannot be done without it) or hint (something could be better)."""

    what: str
    state: Literal["ok", "missing", "hint"]
    said: str


def command(*, as_json: bool, runs: Path = Path("runs")) -> int:
    """Print what there is; `as_json` as one JSON list. Returns 0 always."""
    found = list(findings(runs))
    if as_json:
        print(json.dumps([asdict(one) for one in found], ensure_ascii=False))
    else:
        for one in found:
            print(f"{one.state:<7}  {one.what:<12}  {one.said}")
    return 0


def findings(runs: Path) -> Iterator[Finding]:
    """Everything, in the order in which it is read; `runs` is where runs would be written."""
    asked = _ask({"hub": _hub_url(), "W&B": _wandb_url()})  # while the rest is looked at
    yield Finding("Python", "ok", platform.python_version())
    yield from _processor()
    yield from _memory()
    yield _disk(runs)
    yield from _gpu()
    yield from _packages()
    answers = asked()
    yield _site("hub", answers, _hub_offline(), _hub_login(), _HUB_ADVICE)
    yield _site("W&B", answers, _wandb_offline(), _wandb_login(), _WANDB_ADVICE)
    yield from _malloc()


def _processor() -> Iterator[Finding]:
    known = machine.bf16_flags()
    count = f"{machine.cores()} cores"
    if known is None:
        yield Finding("processor", "ok", f"{count}; what it can do in bf16 is measured when a run starts")
    elif known:
        yield Finding("processor", "ok", f"{count}; bf16 by {', '.join(known)}")
    else:
        yield Finding("processor", "hint", f"{count}; no bf16 (avx512_bf16, amx_bf16): precision=auto takes fp32")


def _memory() -> Iterator[Finding]:
    found = machine.memory()
    if found is not None:
        total, free = found
        state: Literal["ok", "hint"] = "ok" if free >= _LITTLE_MEMORY else "hint"
        advice = "" if state == "ok" else "; close other programs, or set machine.memory_mb and micro_batch lower"
        yield Finding("memory", state, f"{free:.1f} of {total:.1f} GiB free{advice}")


def _disk(runs: Path) -> Finding:
    place = next(folder for folder in (runs.absolute(), *runs.absolute().parents) if folder.is_dir())
    free = shutil.disk_usage(place).free / 2**30
    if not os.access(place, os.W_OK):
        return Finding("disk", "missing", f"{runs}: may not be written; run in another folder, or use out=")
    if free < _LITTLE_DISK:
        return Finding("disk", "hint", f"{runs}: {free:.1f} GiB free; checkpoints and corpora may need more")
    return Finding("disk", "ok", f"{runs}: {free:.0f} GiB free")


def _gpu() -> Iterator[Finding]:
    if not machine.sees_nvidia():
        yield Finding("GPU", "hint", "no NVIDIA GPU is seen; small bases train on the processor")
        return
    gpus = machine.gpus()
    for one in gpus:
        yield Finding("GPU", "ok", f"{one.name}, {one.memory:.0f} GiB")
    if not gpus:
        yield Finding("GPU", "missing", "nvidia-smi does not answer; is the driver loaded?")
    if gpus and (build := _torch_build()) == "the processor":
        yield Finding("GPU", "missing", f"torch is built for {build} alone; pip install --force-reinstall torch")


def _torch_build() -> str | None:
    """What torch is built for, by its version file; None where it is not installed."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    try:
        text = (Path(spec.origin).parent / "version.py").read_text(encoding="utf-8")
    except OSError:
        return None
    for line in text.splitlines():
        name, _, value = (part.strip() for part in line.partition("="))
        kind, built = name.partition(":")[0].strip(), value.strip("'\"")
        if kind in ("cuda", "hip", "xpu") and built not in ("None", ""):
            return f"{kind} {built}"
    return "the processor"


def _packages() -> Iterator[Finding]:
    for name in _NEEDED:
        version = _version(name)
        if version is None:
            yield Finding(name, "missing", f"pip install {name}")
        else:
            yield Finding(name, "ok", version + (f", for {_torch_build()}" if name == "torch" else ""))
    for name, (use, pip) in _OPTIONAL.items():
        version = _version(name)
        if version is None:
            yield Finding(name, "missing", f"for {use}: {pip}")
        elif name == "pyspark" and shutil.which("java") is None:
            yield Finding(name, "missing", f"{version}, and it needs a Java runtime, which is not here")
        else:
            yield Finding(name, "ok", version)


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _malloc() -> Iterator[Finding]:
    if not sys.platform.startswith("linux"):
        return
    if "MALLOC_TRIM_THRESHOLD_" in os.environ or os.environ.get("LD_PRELOAD"):
        yield Finding("malloc", "ok", "large temporaries are kept between steps")
    else:
        said = "export MALLOC_TRIM_THRESHOLD_=268435456 MALLOC_MMAP_THRESHOLD_=268435456"
        yield Finding("malloc", "hint", f"{said}: fewer page faults when training on the processor")


def _site(name: str, answers: dict[str, str], offline: str | None, login: str | None, advice: str) -> Finding:
    logged_in = f"login by {login}" if login else f"no login ({advice})"
    if offline:
        return Finding(name, "hint", f"not asked, {offline} is set; {logged_in}")
    answer = answers.get(name, f"no answer in {_SECONDS:g} s")
    state: Literal["ok", "hint"] = "ok" if login and answer == "reachable" else "hint"
    return Finding(name, state, f"{answer}; {logged_in}")


def _ask(sites: dict[str, str | None]) -> Callable[[], dict[str, str]]:
    """Ask all sites at once, in the background; what is answered gives what they have said in time."""
    answers: dict[str, str] = {}

    def head(name: str, url: str) -> None:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, method="HEAD"), timeout=_SECONDS):
                answers[name] = "reachable"
        except urllib.error.HTTPError:
            answers[name] = "reachable"  # it answers, if only that it does not like to be asked so
        except (OSError, ValueError) as error:
            answers[name] = f"not reachable ({getattr(error, 'reason', error)})"

    # daemons: a name server that does not answer is no reason to wait
    started = [threading.Thread(target=head, args=(name, url), daemon=True) for name, url in sites.items() if url]
    for one in started:
        one.start()

    def wait() -> dict[str, str]:
        for one in started:
            one.join(_SECONDS + 0.5)
        return dict(answers)

    return wait


def _hub_offline() -> str | None:
    return next((f"{name}={os.environ[name]}" for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
                 if os.environ.get(name, "").lower() in ("1", "true", "yes", "on")), None)  # fmt: skip


def _hub_url() -> str | None:
    return None if _hub_offline() else os.environ.get("HF_ENDPOINT", "https://huggingface.co")


def _hub_login() -> str | None:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        if os.environ.get(name):
            return name
    home = os.environ.get("HF_HOME") or f"{os.environ.get('XDG_CACHE_HOME', '~/.cache')}/huggingface"
    path = Path(os.environ.get("HF_TOKEN_PATH") or f"{home}/token").expanduser()
    return "its token file" if path.is_file() else None


def _wandb_offline() -> str | None:
    mode = os.environ.get("WANDB_MODE", "")
    return f"WANDB_MODE={mode}" if mode in ("offline", "disabled", "dryrun") else None


def _wandb_url() -> str | None:
    return None if _wandb_offline() else os.environ.get("WANDB_BASE_URL", "https://api.wandb.ai")


def _wandb_login() -> str | None:
    if os.environ.get("WANDB_API_KEY"):
        return "WANDB_API_KEY"
    host = (os.environ.get("WANDB_BASE_URL") or "https://api.wandb.ai").partition("://")[2].partition("/")[0]
    try:
        return "netrc" if netrc.netrc().authenticators(host) is not None else None
    except (OSError, netrc.NetrcParseError):
        return None
