"""Suggestions for real drafts: how many get one, whether what is returned keeps what it must, and how long it takes.

`python -m benchmarks.suggest RUN DATA [--drafts 1000] [--platform x] [--scorer RUN] [--out FILE.jsonl]`: drafts of the
test split of a prepared run. Whether a suggestion keeps numbers, links and handles and fits its platform is told by
`tests/eval/kept.py`, which shares no code with the gates. Prints Markdown; FILE.jsonl gets the answers.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from pathlib import Path

import numpy as np

from eval.steps import drafts, test_pairs
from eval.suggest import Answer, Assistant
from eval.suggest.interval import wilson
from eval.suggest.table import as_line
from tests.eval.kept import LIMITS, lost_or_new, spelled, too_long
from train.steps import read_pairs
from virality.circumstances import circumstances
from virality.progress import bar
from virality.text.platforms import length


def measure(assistant: Assistant, texts: list[str], platform: str, samples: int, out: Path | None) -> str:
    """Answers for all texts, as a table."""
    begun, found = time.monotonic(), []
    for answer in bar(assistant.suggest(texts, platform=platform, samples=samples), "suggest", len(texts), "drafts"):
        found.append(answer)
        if out is not None:
            with out.open("a", encoding="utf-8") as stream:
                stream.write(f"{as_line(answer)}\n")
    seconds = time.monotonic() - begun
    returned = [(one.draft, each) for one in found for each in one.suggestions]
    unlike = [(draft, each.text) for draft, each in returned if lost_or_new(draft, each.text)]
    lost = [one for one in unlike if len(spelled(*one)) < len(lost_or_new(*one))]
    long = [each.text for _, each in returned if too_long(each.text, platform)]
    with_one = sum(bool(one.suggestions) for one in found)
    written = sum(any(each.origin == "sample" for each in one.suggestions) for one in found)
    lines = [
        f"{len(texts):,} drafts, {samples} samples each, platform {platform}, {circumstances()['machine']}.", "",
        "| | |", "| --- | ---: |",
        f"| drafts with a suggestion | {_share(with_one, len(found))} |",
        f"| of these with one that the writer wrote | {_share(written, with_one)} |",
        f"| suggestions returned | {len(returned):,} |",
        f"| that keep numbers, links and handles | {_share(len(returned) - len(unlike), len(returned))} |",
        f"| that do, or write one of them in letters | {_share(len(returned) - len(lost), len(returned))} |",
        f"| longer than {platform} allows | {len(long)} |",
        f"| seconds in all, and a draft | {seconds:.0f}, {seconds / len(texts):.2f} |", "",
        *(f"- not kept: {draft!r} -> {text!r}: {', '.join(lost_or_new(draft, text))}" for draft, text in unlike[:20]),
        "", "Why the others got none:", "", *(f"- {why}: {count:,}" for why, count in _reasons(found)),
    ]  # fmt: skip
    return "\n".join(lines)


def latency(assistant: Assistant, texts: list[str], n: int) -> str:
    """Seconds from a single draft to its answer, n suggestions at most, over some drafts; the first is warm-up."""
    took = []
    for text in texts:
        begun = time.monotonic()
        list(assistant.suggest([text], n=n, samples=8))
        took.append(time.monotonic() - begun)
    low, middle, high = np.quantile(took[1:], [0.05, 0.5, 0.95])
    return f"One draft at a time, n = {n}, 8 samples: {middle:.1f} s (5% to 95%: {low:.1f} to {high:.1f})"


def _reasons(found: list[Answer]) -> list[tuple[str, int]]:
    """Answers without a suggestion by the beginning of their reason."""
    kinds = {"none of": "no rewrite passed the gates", "rewrites passed": "none is likely to do better"}
    told = [str(one.reason) for one in found if one.reason is not None]
    return Counter(next((kind for part, kind in kinds.items() if part in one), one[:60]) for one in told).most_common()


def _share(count: int, total: int) -> str:
    if not total:
        return "0 of 0"
    low, high = (float(end[0]) for end in wilson(np.asarray([count / total]), total))
    return f"{count / total:.1%} [{low:.1%}, {high:.1%}] of {total:,}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run")
    parser.add_argument("data")
    parser.add_argument("--scorer")
    parser.add_argument("--drafts", type=int, default=1000)
    parser.add_argument("--samples", type=int, default=8)
    parser.add_argument("--platform", choices=sorted(LIMITS), default="x")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    texts = [one.text for one in drafts(test_pairs(read_pairs([given.data]).pairs), 10**9, 0)]
    texts = [text for text in texts if length(text, given.platform) <= LIMITS[given.platform]][: given.drafts]
    assistant = Assistant.open(given.run, given.scorer)
    print(latency(assistant, texts[:9], 1), latency(assistant, texts[:9], 4), "", sep="\n")
    print(measure(assistant, texts, given.platform, given.samples, given.out))


if __name__ == "__main__":
    main()
