"""The weights of an export: the adapter as it was trained, the base with it folded in, or that as GGUF."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

from publish.checks.weights import PICKLES
from publish.evidence import ADAPTER
from publish.snippet import no_commit
from train import steps
from virality import runs
from virality.errors import ViralityError
from virality.progress import say, step

Export = Literal["adapter", "merged", "gguf"]

TOKENIZER = (
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "tokenizer.model",
    "vocab.json",
    "merges.txt",
    "chat_template.jinja",
)
CONVERTER = "convert_hf_to_gguf.py"
_SHARD = "2GB"
"""A file of this size at most: what arrived of a large model before a push was cut off is not sent again."""


def refuse(export: Export) -> None:
    """Refuse an export that this machine cannot make, before anything is written.

    Raises:
        ViralityError: llama.cpp's converter is not installed.
    """
    if export == "gguf" and shutil.which(CONVERTER) is None:
        raise ViralityError(
            f"export = gguf: {CONVERTER} is not on the PATH: llama.cpp's own converter, the one that knows every "
            "tokenizer; take it from a checkout of llama.cpp (chmod +x), or say export=merged and convert that folder"
        )


def write(export: Export, folder: Path, document: dict[str, Any], here: runs.Run) -> None:
    """Write weights and tokenizer into the folder of `here`.

    Args:
        export: which.
        folder: of the writer's run.
        document: its run.json.
        here: the open run.
    """
    if export == "adapter":
        _adapter(folder, document, here)
        return
    work = here.folder / "work" / "merged"
    with runs.aside(work) as made:
        _merge(folder, document, made)
    if export == "merged":
        for path in _listed(work):
            with here.file(path.name) as target:
                os.replace(path, target)
    else:
        with here.file("model.gguf") as target:
            _convert(work, target)
        for path in _listed(work):
            if path.name in TOKENIZER:
                with here.file(path.name) as target:
                    os.replace(path, target)
    shutil.rmtree(here.folder / "work")


def _adapter(folder: Path, document: dict[str, Any], here: runs.Run) -> None:
    for name in ("adapter_model.safetensors", *TOKENIZER):
        if (folder / "adapter" / name).is_file():
            with here.file(name) as path:
                shutil.copyfile(folder / "adapter" / name, path)
    about = json.loads((folder / ADAPTER).with_name("adapter_config.json").read_text(encoding="utf-8"))
    base = document["base"]
    pinned = {} if no_commit(base["revision"]) else {"revision": base["revision"]}
    here.write_json("adapter_config.json", about | {"base_model_name_or_path": base["spec"]} | pinned)


def _merge(folder: Path, document: dict[str, Any], made: Path) -> None:
    import torch

    with step("folding the adapter into the base"):
        writer = steps.load_writer(folder, precision="fp32")
        dtype = getattr(torch, str(document["precision"]).removeprefix("torch."), torch.float32)
        for name in ("hf_quantizer", "is_quantized", "quantization_method"):  # a GGUF's, whose weights are plain by now
            if hasattr(writer.model, name):
                delattr(writer.model, name)
        writer.model.to(dtype).save_pretrained(made, max_shard_size=_SHARD)
        writer.tokenizer.save_pretrained(made)


def _convert(model: Path, target: Path) -> None:
    """Make a GGUF of the model in a folder, and look whether it is one."""
    command = [str(shutil.which(CONVERTER)), str(model), "--outfile", str(target), "--outtype", "auto"]
    with step(f"converting with {CONVERTER}"):
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode or not target.is_file():
        why = " ".join((ran.stderr or ran.stdout).split())[-200:]
        raise ViralityError(f"export = gguf: {CONVERTER} failed ({why}); say export=merged")
    from gguf import GGUFReader

    try:
        tensors = len(GGUFReader(str(target)).tensors)
    except (ValueError, OSError, IndexError) as error:
        raise ViralityError(f"export = gguf: {CONVERTER} wrote what is no GGUF ({error}); say export=merged") from error
    say(f"  {tensors} tensors")


def _listed(folder: Path) -> Iterator[Path]:
    """Files of a saved model, without code and without pickles."""
    yield from sorted(path for path in folder.iterdir() if path.is_file() and path.suffix not in (*PICKLES, ".py"))


def run_alone(program: str, folder: Path) -> str | None:
    """Run a card's quick start, word for word, in a process of its own; what is wrong with it, None: it answers.

    Python is started without the user's settings and paths (`-I`), and the program may not have imported virality.
    """
    guarded = f"import sys\nexec({program!r})\nsys.exit('it imports virality' if 'virality' in sys.modules else 0)"
    with step("running the card's quick start"):
        ran = subprocess.run([sys.executable, "-I", "-W", "ignore", "-c", guarded], cwd=folder, capture_output=True,
                             text=True, check=False)  # fmt: skip
    if ran.returncode:
        return (ran.stderr.strip().splitlines() or ["it ended without a word"])[-1][:160]
    return None if ran.stdout.strip() else "it answers nothing"
