"""What licences ask of what is made from something: carried over and named, or nothing may be published."""

from __future__ import annotations

import pytest

from virality.models.named import _FACTS
from virality.models.terms import terms, with_rows


@pytest.mark.parametrize("licence", ["apache-2.0", "MIT", "CC-BY-4.0", "cc-by-sa-4.0", "openrail", "ODbL-1.0"])
def test_open_licences_ask_for_nothing(licence: str) -> None:
    asked = terms(licence)
    assert (asked.forbidden, asked.notice, asked.named, asked.copied, asked.commercial) == ("", "", "", False, True)


@pytest.mark.parametrize(("licence", "version"), [("llama3.1", "3.1"), ("llama3.2", "3.2"), ("llama4", "4")])
def test_a_llama_keeps_its_name_its_notice_and_its_text(licence: str, version: str) -> None:
    asked = terms(licence)
    assert (asked.named, asked.copied, asked.tag) == ("Llama", True, licence)
    assert f"Llama {version} Community License" in asked.notice
    assert asked.notice.startswith("Built with Llama.")
    assert asked.link.startswith("https://www.llama.com/llama")


def test_gemma_and_deepseek_keep_their_terms() -> None:
    assert "ai.google.dev/gemma/terms" in terms("gemma").notice
    assert terms("deepseek").tag == "other"
    assert all(terms(name).copied and terms(name).link for name in ("gemma", "deepseek"))


@pytest.mark.parametrize("licence", ["cc-by-nc-4.0", "CC-BY-NC-SA-4.0", "some-noncommercial"])
def test_non_commercial_ones_say_so(licence: str) -> None:
    assert not terms(licence).commercial
    assert not terms(licence).forbidden


@pytest.mark.parametrize("licence", [None, "", "cc-by-nd-4.0", "cc-by-nc-nd-4.0", "proprietary", "shareware"])
def test_what_forbids_it_or_is_not_known_is_not_published(licence: str | None) -> None:
    assert terms(licence).forbidden


def test_the_licence_of_every_base_with_a_recipe_is_known() -> None:
    assert not [facts.licence for facts in _FACTS.values() if terms(facts.licence).forbidden]


def test_rows_bind_what_is_made_of_an_open_base() -> None:
    bases = ["own_export", "licence:CC-BY-NC-4.0", "licence:CC-BY-4.0"]
    open_ = with_rows(terms("mit"), bases)
    assert (open_.tag, open_.commercial, open_.licence) == ("cc-by-nc-4.0", False, "mit; rows: CC-BY-NC-4.0")
    llama = with_rows(terms("llama3.2"), bases)
    assert (llama.tag, llama.commercial, llama.named) == ("other", False, "Llama")
    assert with_rows(terms("mit"), ["own_export", "licence:CC-BY-4.0"]) == terms("mit")
