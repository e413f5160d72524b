"""A person asks for suggestions in a real browser: desk and phone, from the left and from the right, light and dark."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.eval.rate.browser import Browser, browser
from tests.eval.serve.world import DRAFT, RESTATED, assistant, fitted, serving
from train.scorers import Scorer

pytestmark = pytest.mark.slow

ARABIC = "نعلن اليوم عن افتتاح مكتبة الحي الجديدة يوم السبت الساعة 10 صباحا."
ARABIC_RESTATED = "نعلن عن افتتاح مكتبة الحي الجديدة اليوم، يوم السبت الساعة 10 صباحا."
BROKEN = "<script>document.title='broken'</script>"
HOSTILE = f"<img src=x onerror=\"document.title='broken'\"> {BROKEN} The boat leaves early."


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return fitted()


def write(page: Browser, draft: str) -> None:
    """Type a draft in place of what is there."""
    page.evaluate("document.getElementById('draft').select()")
    page.send("Input.insertText", text=draft)


def ask(page: Browser) -> None:
    page.evaluate("document.getElementById('suggest').scrollIntoView({ block: 'center' })")
    page.click("#suggest")


def answered(page: Browser) -> str:
    page.until("!document.getElementById('suggest').disabled && !document.getElementById('answer').hidden")
    found: str = page.evaluate("document.getElementById('answer').textContent")
    return found


def test_a_person_asks_with_keys_and_mouse_and_nothing_goes_to_the_network(tmp_path: Path, scorer: Scorer) -> None:
    with browser(tmp_path / "profile") as page:
        with serving(assistant(scorer=scorer)) as server:
            page.open(server.address)
            ask(page)  # nothing is written yet, which the browser says
            page.click("#draft")
            write(page, DRAFT)
            enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "modifiers": 2}
            page.send("Input.dispatchKeyEvent", type="rawKeyDown", **enter)
            assert answered(page)
            page.evaluate("document.getElementById('platform').value = 'x'")
            write(page, DRAFT + " So it is." * 40)
            ask(page)
            page.until("!document.getElementById('alert').hidden")
            assert "it allows 280" in page.evaluate("document.getElementById('alert').textContent")
            write(page, DRAFT)
            ask(page)
            page.until("document.getElementById('alert').hidden")
            assert answered(page)
        ask(page)
        page.until("!document.getElementById('alert').hidden")
        assert "virality serve" in page.evaluate("document.getElementById('alert').textContent")
        asked = {urlsplit(one).hostname for one in page.asked if not one.startswith("data:")}
    assert asked == {"127.0.0.1"}


def test_a_draft_that_is_markup_is_shown_as_text(tmp_path: Path) -> None:
    with browser(tmp_path / "profile") as page, serving(assistant(HOSTILE.replace("early", "earlier"))) as server:
        page.open(server.address)
        title = page.evaluate("document.title")
        write(page, HOSTILE)
        ask(page)
        assert BROKEN in answered(page)
        assert page.evaluate("document.querySelectorAll('#answer img, #answer script').length") == 0
        assert page.evaluate("document.title") == title


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("lang", ["en", "ar"])
def test_the_page_fits_its_screen_in_both_directions(tmp_path: Path, width: int, lang: str, scorer: Scorer) -> None:
    draft, restated = (DRAFT, RESTATED) if lang == "en" else (ARABIC, ARABIC_RESTATED)
    pictures = os.environ.get("VIRALITY_PICTURES")
    given = assistant(restated, scorer if lang == "en" else None)
    with browser(tmp_path / "profile") as page, serving(given) as server:
        for scheme in ("light", "dark"):
            page.look(width, 844 if width < 600 else 800, scheme)
            page.open(server.address + lang)
            write(page, draft)
            ask(page)
            assert (restated if lang == "ar" else "Likely to do better") in answered(page)
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            for shown in ("#draft", "#text-1", "h1", "#answer .odds"):
                direction = page.evaluate(f"getComputedStyle(document.querySelector({json.dumps(shown)})).direction")
                assert direction == ("rtl" if lang == "ar" else "ltr"), shown
            tall = page.evaluate("document.documentElement.scrollHeight")
            if pictures:
                page.look(width, tall, scheme, Path(pictures) / f"serve-{lang}-{width}-{scheme}.png")
