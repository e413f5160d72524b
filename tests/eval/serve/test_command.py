"""`virality serve` says in one line what it cannot do, before a model is loaded where it can."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.eval.rate.world import ask
from virality.cli import main


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--token", "short"], "--token: has 16 to 128"),
        (["--token", "a token with spaces in it"], "--token: has 16 to 128"),
        (["--port", "70000"], "port = 70000: is 0"),
        (["--host", "192.0.2.1", "--port", "0"], "host = 192.0.2.1"),
        (["--port", "0"], "no-such-run"),
        (["--port", "0", "--history", "no-such-posts.csv"], "no-such-posts.csv"),
    ],
)
def test_what_cannot_be_served_is_one_line(words: list[str], why: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "runs/no-such-run", *words]) == 2
    said = capsys.readouterr().err
    assert why in said
    assert said.count("\n") == 1


@pytest.mark.slow
def test_beyond_this_machine_a_token_is_made_and_an_interrupt_ends_it(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "virality", "serve", "tiny:llama", "--port", "0", "--host", "0.0.0.0"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as process:
        assert process.stderr is not None
        said = [process.stderr.readline(), process.stderr.readline()]
        port, token = re.findall(r":(\d+)/([\w-]{32})/ in a browser", said[0])[0]
        assert f"API key {token}" in said[1]
        root = f"http://127.0.0.1:{port}"
        assert ask(f"{root}/")[0] == 403
        assert ask(f"{root}/{token}/")[0] == 200
        assert ask(f"{root}/v1/models", Authorization=f"Bearer {token}")[0] == 200
        process.terminate()
        assert process.wait() == 0
