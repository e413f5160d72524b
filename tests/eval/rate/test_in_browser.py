"""A person rates in a real browser, by keys and by mouse; the program is killed between, and nothing is lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from eval.rate.answers import Answer, read
from eval.rate.items import fingerprint, items
from tests.eval.rate.browser import Browser, browser
from tests.eval.rate.world import POSTS, evaluated, rewrites

pytestmark = pytest.mark.slow

ARABIC = [
    (
        "نعلن اليوم عن افتتاح مكتبة الحي الجديدة يوم السبت الساعة 10 صباحا.",
        "السبت الساعة 10 صباحا: مكتبة الحي الجديدة تفتح أبوابها!",
    )
]
_ADDRESS = f"https://example.org/a/very/long/address/{'x' * 80}"
LONG = [
    (
        "We counted the swifts over the mill.\n\n" + "There were 41 nests, two more than last year. " * 12,
        f"41 nests over the old mill: two more than last year. {_ADDRESS}",
    )
]


@contextmanager
def rating(run: Path, rater: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`virality rate` in a process of its own, and the address that it printed."""
    program = (
        "import sys; from pathlib import Path; from eval.rate import command; command(Path(sys.argv[1]), sys.argv[2:])"
    )
    words = [sys.executable, "-c", program, str(run), f"rater={rater}"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "http://" in line)
        try:
            yield process, re.findall(r"http://\S+", line)[0]
        finally:
            process.kill()


def kept(run: Path, rater: str) -> dict[str, Answer]:
    return read(run, fingerprint(items(run))).get(rater, {})


def pair_in_sight(page: Browser) -> tuple[str, str]:
    first, second = page.evaluate(
        "['first', 'second'].map((side) => document.getElementById(`text-${side}`).textContent)"
    )
    return first, second


def rate_one(page: Browser, run: Path, at: int) -> str:
    """Choose the rewrite of the pair in sight, each time in another way, and go on. Returns how the pair was shown."""
    where = page.evaluate("document.getElementById('where').textContent")
    first, _ = pair_in_sight(page)
    side = "first" if first in rewrites(run) else "second"
    if at % 3 == 0:
        page.press("1" if side == "first" else "2")
    elif at % 3 == 1:
        page.press("ArrowLeft" if side == "first" else "ArrowRight")
    else:
        page.click(f"[data-choice={side}]")
    page.until(f"document.querySelector('[data-choice={side}]').getAttribute('aria-pressed') === 'true'")
    page.press("y")
    page.until("document.querySelector('[data-same=yes]').getAttribute('aria-pressed') === 'true'")
    page.press("Enter")
    page.until(f"document.getElementById('where').textContent !== {where!r}")
    return side


def test_a_person_rates_in_a_browser_through_a_crash(tmp_path: Path) -> None:
    run = evaluated(tmp_path / "run", [*POSTS, *ARABIC])
    with browser(tmp_path / "profile") as page:
        with rating(run, "anna") as (process, address):
            page.open(address)
            for at in range(3):
                rate_one(page, run, at)
            page.press("0")  # changed below
            page.until(
                "document.querySelector('[data-choice=\"no difference\"]').getAttribute('aria-pressed') === 'true'"
            )
            before = pair_in_sight(page)
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert len(kept(run, "anna")) == 4
            page.press("1")
            page.until("!document.getElementById('alert').hidden")
            assert "Your last step was not kept" in page.evaluate("document.getElementById('alert').textContent")
            assert (
                page.evaluate("document.querySelector('[data-choice=first]').getAttribute('aria-pressed')") == "false"
            )
        assert [one.prefers for one in kept(run, "anna").values()] == ["rewrite"] * 3 + ["no difference"]
        with rating(run, "anna") as (process, address):
            page.open(address)
            assert page.evaluate("document.getElementById('where').textContent") == "Pair 5 of 7"
            page.press("Backspace")
            page.until("document.getElementById('where').textContent === 'Pair 4 of 7'")
            assert pair_in_sight(page) == before
            for at in range(4):
                rate_one(page, run, at)
            assert page.evaluate("document.getElementById('done-title').textContent") == "All pairs are answered"
            process.send_signal(signal.SIGINT)
            assert process.wait() == 0
        asked = {urlsplit(one).hostname for one in page.asked if not one.startswith("data:")}
    assert [one.prefers for one in kept(run, "anna").values()] == ["rewrite"] * 7
    assert all(one.same for one in kept(run, "anna").values())
    assert {one.shown_first for one in kept(run, "anna").values()} == {"draft", "rewrite"}
    assert asked == {"127.0.0.1"}


def test_raters_see_their_own_order_and_skipped_pairs_come_back(tmp_path: Path) -> None:
    run = evaluated(tmp_path / "run")
    orders: list[list[tuple[str, str]]] = []
    with browser(tmp_path / "profile") as page:
        for rater in ("anna", "bert"):
            with rating(run, rater) as (_, address):
                page.open(address)
                orders.append([])
                for number in range(1, 7):
                    page.until(f"document.getElementById('where').textContent === 'Pair {number} of 6'")
                    orders[-1].append(pair_in_sight(page))
                    page.click("#next")
                page.until("!document.getElementById('done').hidden")
                assert "6 are still open" in page.evaluate("document.getElementById('done-text').textContent")
                page.click("#skipped")
                page.until("document.getElementById('where').textContent === 'Pair 1 of 6'")
    assert orders[0] != orders[1]
    assert {frozenset(pair) for pair in orders[0]} == {frozenset(pair) for pair in orders[1]}
    assert kept(run, "anna") == {}


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("posts", [ARABIC, LONG], ids=["arabic", "long"])
def test_the_page_fits_its_screen_and_arabic_runs_from_the_right(
    tmp_path: Path, width: int, posts: list[tuple[str, str]]
) -> None:
    run = evaluated(tmp_path / "run", posts)
    pictures = os.environ.get("VIRALITY_PICTURES")
    with browser(tmp_path / "profile") as page, rating(run, "anna") as (_, address):
        for scheme in ("light", "dark"):
            page.look(width, 844 if width < 600 else 800, scheme)
            page.open(address)
            page.press("1")
            page.until("document.querySelector('[data-choice=first]').getAttribute('aria-pressed') === 'true'")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            direction = page.evaluate("getComputedStyle(document.getElementById('text-first')).direction")
            assert direction == ("rtl" if posts is ARABIC else "ltr")
            assert (
                page.evaluate("document.getElementById('next').getBoundingClientRect().bottom <= innerHeight")
                or width > 600
            )
            if pictures:
                name = f"{'arabic' if posts is ARABIC else 'long'}-{width}-{scheme}.png"
                page.look(width, 844 if width < 600 else 800, scheme, Path(pictures) / name)
