"""A report made by hand: believable figures, posts written for it, one of everything a page must show."""

from __future__ import annotations

from eval.records import Claim, Corpus, Curve, Example, Figure, GateCount, GateVerdict, Report, Standing

_CORPUS = "same-link posts"
_Interval = tuple[float, float] | None

_SCORER: list[tuple[str, float | None, _Interval, int]] = [
    ("scorer.pair_accuracy", 0.658, (0.632, 0.686), 1141),
    ("scorer.pair_accuracy.length_only", 0.554, (0.525, 0.583), 1141),
    ("scorer.pair_accuracy.features_only", 0.625, (0.597, 0.653), 1141),
    ("scorer.pair_accuracy.clickbait_only", 0.507, (0.501, 0.513), 1141),
    ("scorer.pair_accuracy.shuffled", 0.493, (0.464, 0.522), 1141),
    ("scorer.pair_accuracy.linear", 0.634, (0.605, 0.662), 1141),
    ("scorer.pair_accuracy.random_split", 0.778, (0.754, 0.802), 1141),
    ("scorer.pair_accuracy.ceiling", 0.809, (0.796, 0.822), 1141),
    ("scorer.pair_accuracy.p05", 0.747, (0.722, 0.771), 347),
    ("scorer.pair_accuracy.p05.ceiling", 0.978, (0.971, 0.984), 347),
    ("scorer.pair_accuracy.p01", 0.765, (0.733, 0.796), 222),
    ("scorer.pair_accuracy.p01.ceiling", 0.991, None, 222),
    ("scorer.pair_accuracy.confident_quarter", 0.812, (0.765, 0.858), 285),
    ("scorer.pair_accuracy.confident_half", 0.748, (0.711, 0.785), 570),
    ("scorer.pair_accuracy.answered", 0.733, (0.699, 0.767), 622),
    ("scorer.pair_accuracy.judge", 0.617, (0.588, 0.646), 1141),
    ("scorer.pair_accuracy.lang_en", 0.664, (0.636, 0.693), 1058),
    ("scorer.answered", 0.545, (0.516, 0.574), 1141),
]
_WRITER: list[tuple[str, float | None, _Interval, int]] = [
    ("writer.win_rate", 0.541, (0.478, 0.603), 240),
    ("writer.win_rate.returned", 0.596, (0.521, 0.669), 164),
    ("writer.win_rate.base", 0.468, (0.405, 0.532), 240),
    ("writer.win_rate.versus_base", 0.573, (0.509, 0.635), 240),
    ("writer.gate_pass_rate", 0.427, (0.391, 0.463), 960),
    ("writer.gate_pass_rate.base", 0.284, (0.252, 0.317), 960),
    ("writer.drafts_with_suggestion", 0.683, (0.621, 0.741), 240),
    ("writer.drafts_with_suggestion.base", 0.496, (0.433, 0.559), 240),
    ("writer.edit_ratio", 0.312, None, 164),
    ("writer.length_ratio", 0.94, None, 164),
    ("writer.unchanged", 0.021, (0.008, 0.044), 240),
    ("writer.win_rate.theirs", 0.317, (0.258, 0.379), 240),
    ("writer.facts.numbers", 0.993, (0.981, 1.0), 88),
    ("writer.facts.numbers.base", 0.977, (0.951, 0.996), 71),
    ("writer.meaning.kept", 0.939, (0.902, 0.975), 164),
    ("writer.meaning.kept.base", 0.874, (0.821, 0.926), 119),
    ("writer.harm", 0.067, (0.031, 0.107), 164),
    ("writer.honesty.clickbait.before", 0.049, (0.018, 0.085), 164),
    ("writer.honesty.clickbait.after", 0.061, (0.027, 0.101), 164),
    ("writer.voice.machine_phrases.before", 0.006, (0.0, 0.018), 164),
    ("writer.voice.machine_phrases.after", 0.031, (0.006, 0.057), 164),
    ("writer.diversity.distinct_1.before", 0.412, (0.397, 0.428), 164),
    ("writer.diversity.distinct_1.after", 0.389, (0.371, 0.405), 164),
]


def _share(name: str, value: float | None, ends: _Interval, n: int, **more: object) -> Figure:
    low, high = ends or (None, None)
    parts = name.split(".")
    subset = next((part for part in parts if part in ("p01", "p05", "confident_quarter")), "all")
    linear = parts[0] == "writer" or parts[-1] in ("judge", "linear", "random_split")
    family = "linear" if linear else "encoder"
    fields = {
        "unit": "share",
        "corpus": _CORPUS,
        "subset": subset,
        "family": family,
        "source": f"{'scores' if parts[0] == 'scorer' else 'rewrites'}.parquet",
        **more,
    }
    return Figure.model_validate({"name": name, "value": value, "low": low, "high": high, "n": n, **fields})


def _figures() -> list[Figure]:
    scorer = [_share(*row) for row in _SCORER]
    scorer += [
        _share("scorer.ece", 0.031, (0.019, 0.052), 1141, unit="probability"),
        _share("scorer.ece.by_chance", 0.024, None, 1141, unit="probability"),
        _share("scorer.ece.by_chance_most", 0.037, None, 1141, unit="probability"),
        _share("scorer.calibration_slope", 0.94, (0.81, 1.07), 1141, unit="ratio"),
        _share("scorer.learning.last_doubling", 2.3, (0.4, 4.2), 1141, unit="points"),
        _share("scorer.pair_accuracy.lang_ar", 0.578, (0.463, 0.694), 83, note="the scorer never saw it"),
        _share("scorer.pair_accuracy.metadata_only", None, None, 0, note="the posts of a pair are alike in it"),
        _share("scorer.gain_over.clickbait_only", 15.1, (12.2, 18.1), 1141, unit="points"),
        _share("scorer.brier", 0.214, (0.206, 0.223), 1141, unit="probability"),
        _share("scorer.gain_over.length_only", 10.4, (7.1, 13.6), 1141, unit="points"),
        _share("scorer.gain_over.features_only", 3.3, (-0.2, 6.7), 1141, unit="points"),
        _share(
            "scorer.pair_accuracy.asked",
            0.531,
            (0.502, 0.56),
            1141,
            family="prompted",
            note="a small model as it is, asked which of two posts did better; it learned from no pair",
        ),
        _share("scorer.gain_over.asked", 12.7, (8.9, 16.4), 1141, unit="points"),
        _share("scorer.transfer.same-link posts.same-link posts", 0.66, (0.62, 0.7), 500, note="its own corpus"),
        _share(
            "scorer.transfer.same-link posts.headlines",
            0.53,
            (0.49, 0.57),
            484,
            corpus="headlines",
            note="16 of 500 pairs left out, as it learned from a post of theirs; never saw ar (12 pairs)",
        ),
        _share("scorer.transfer.headlines.same-link posts", None, None, 0, note="its data are not here: gone"),
    ]
    writer = [_share(*row, best_of=4, seed=17) for row in _WRITER]
    writer += [
        _share("writer.gain", 0.118, (0.036, 0.201), 164, unit="nats", note="the judge's log odds"),
        _share(
            "writer.net_gain",
            0.081,
            (0.022, 0.139),
            240,
            unit="nats",
            note="a draft left alone counts as zero",
        ),
        _share("writer.lead_over.base", 7.3, (1.2, 13.5), 240, unit="points"),
        _share("writer.proxy_gap", 4.3, (2.1, 6.6), 410, unit="points"),
        _share("writer.honesty.clickbait.difference", 1.2, (-0.6, 3.1), 164, unit="points"),
        _share("writer.honesty.clickbait.difference.base", 2.4, (0.3, 4.9), 119, unit="points"),
        _share("writer.voice.machine_phrases.difference", 2.4, (0.1, 5.2), 164, unit="points"),
        _share("writer.extraction.exposure", 2.6, (1.1, 4.4), 12, unit="bits", note="of 20 bits"),
        _share("writer.extraction.exposure.base", 1.3, (0.6, 2.1), 12, unit="bits"),
        _share("writer.extraction.longest_run", 9, None, 960, unit="count", note="a greatest value has no interval"),
        _share("writer.extraction.completed", None, None, 0, note="its data are gone"),
        _share("writer.diversity.distinct_1.difference", -0.023, (-0.041, -0.006), 164, unit="ratio"),
    ]
    judge = Figure(
        name="judge.second_agreement",
        value=None,
        n=0,
        unit="share",
        corpus=_CORPUS,
        family="lora",
        source="scores.parquet",
        note="no judge of the lora family was trained",
    )
    return scorer + writer + [judge]


def _frontier() -> list[Standing]:
    return [
        Standing(system="writer", gain=0.541, kept=0.939, harm=0.067, gap=4.3, best=True, chosen=True,
                 why="chosen: the most drafts improved of those that hold every level"),
        Standing(system="theirs", gain=0.317, kept=0.712, harm=0.233, gap=None,
                 why="not chosen: 71.2% of its rewrites say all that the draft says, and 90% is asked"),
        Standing(system="base", gain=0.468, kept=0.874, harm=0.081, gap=1.9, why="stands here to compare with"),
    ]  # fmt: skip


def _claims() -> list[Claim]:
    return [
        Claim(
            question="Is the scorer better than chance?",
            answer="It names the better of two held-out posts clearly more often than a coin.",
            verdict="yes",
            figures=["scorer.pair_accuracy"],
        ),
        Claim(
            question="Is the scorer better than length?",
            answer="It beats 'the longer post wins' on the same pairs.",
            verdict="yes",
            figures=["scorer.gain_over.length_only"],
        ),
        Claim(
            question="Is the scorer better than features of form?",
            answer="The interval of the difference includes zero.",
            verdict="unclear",
            figures=["scorer.gain_over.features_only"],
        ),
        Claim(
            question="Does the writer beat leaving the draft alone?",
            answer="A judge that trained neither prefers its rewrite about as often as the draft.",
            verdict="unclear",
            figures=["writer.win_rate"],
        ),
        Claim(
            question="Does the writer beat the base model, asked nicely?",
            answer="By a little: the same judge, the same drafts, the same gates.",
            verdict="yes",
            figures=["writer.win_rate.versus_base"],
        ),
    ]


def _gates() -> list[GateCount]:
    failed = {
        "numbers": (88, 171, 0),
        "links": (31, 204, 0),
        "handles": (12, 65, 0),
        "names": (143, 208, 0),
        "omission": (207, 156, 0),
        "language": (4, 39, 11),
        "length": (9, 54, 0),
        "new claims": (176, 312, 0),
        "bait": (22, 47, 0),
        "toxicity": (0, 3, 960),
    }
    langs: dict[str | None, int] = {None: 12, "ar": 1, "en": 11}  # twelfths of the 960 rewrites
    return [
        GateCount(system=system, gate=gate, lang=lang, failed=counts[i] // 12 * part,
                  not_checked=min(counts[2], 960 - counts[i] // 12 * 12) // 12 * part, n=80 * part)
        for lang, part in langs.items()
        for gate, counts in failed.items()
        for i, system in enumerate(("writer", "base"))
    ]  # fmt: skip


def _curves() -> list[Curve]:
    bins = [0.53, 0.58, 0.63, 0.68, 0.73, 0.78, 0.84, 0.91]
    right = [0.52, 0.561, 0.641, 0.663, 0.748, 0.759, 0.815, 0.883]
    answered = [0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]
    accuracy = [0.877, 0.851, 0.823, 0.812, 0.797, 0.771, 0.748, 0.726, 0.705, 0.689, 0.674, 0.658]
    tries, improved = [1.0, 2.0, 4.0, 8.0], [0.213, 0.304, 0.408, 0.492]
    return [
        Curve(
            name="scorer.reliability",
            x=bins,
            y=right,
            low=[y - 0.045 for y in right],
            high=[y + 0.045 for y in right],
            n=[211, 187, 176, 154, 139, 117, 92, 65],
            band_low=[x - 0.052 for x in bins],
            band_high=[x + 0.052 for x in bins],
        ),
        Curve(
            name="scorer.learning",
            x=[570.0, 1140.0, 2280.0, 4561.0, 9121.0],
            y=[0.571, 0.589, 0.604, 0.621, 0.644],
            low=[0.542, 0.56, 0.575, 0.592, 0.615],
            high=[0.6, 0.618, 0.633, 0.65, 0.673],
            n=[1141] * 5,
        ),
        Curve(
            name="scorer.coverage",
            x=answered,
            y=accuracy,
            low=[y - 0.028 / x**0.5 for x, y in zip(answered, accuracy, strict=True)],
            high=[min(1.0, y + 0.028 / x**0.5) for x, y in zip(answered, accuracy, strict=True)],
            n=[57, 114, 228, 285, 342, 456, 570, 685, 799, 913, 1027, 1141],
        ),
        Curve(
            name="writer.best_of",
            x=tries,
            y=improved,
            low=[y - 0.06 for y in improved],
            high=[y + 0.06 for y in improved],
            n=[240, 240, 240, 240],
        ),
    ]


_PASSED = [GateVerdict(gate=gate, state="pass") for gate in ("numbers", "links", "handles", "names", "length", "bait")]
_UNCHECKED = GateVerdict(gate="toxicity", state="not_checked", reason="no weights for this language")
_POSTS: list[tuple[str, str | None, str, str, str | None, float | None, float | None]] = [
    (
        "good",
        "en",
        "Today we are publishing the results of our survey on remote work, which 1,204 people answered. "
        "Most of them said they would take a pay cut to keep working from home.",
        "Most people would take a pay cut to keep working from home. That is what 1,204 people told us "
        "in our survey on remote work, out today.",
        "We are excited to share our remote work survey! 1,204 people answered. "
        "Most would take a pay cut to stay home.",
        0.74,
        0.69,
    ),
    (
        "good",
        "en",
        "The bakery on Mill Street will close on 30 June after 41 years. "
        "The owners are retiring and found no successor.",
        "After 41 years, the bakery on Mill Street closes on 30 June. Its owners are retiring and found no successor.",
        None,
        0.66,
        0.71,
    ),
    (
        "good",
        "ar",
        "نعلن اليوم عن افتتاح مكتبة الحي الجديدة يوم السبت الساعة 10 صباحا، والدخول مجاني للجميع.",
        "السبت الساعة 10 صباحا: مكتبة الحي الجديدة تفتح أبوابها، والدخول مجاني للجميع.",
        "نعلن عن افتتاح مكتبة الحي يوم السبت الساعة 10 صباحا والدخول مجاني.",
        0.63,
        0.6,
    ),
    (
        "good",
        "en",
        "We measured how long our readers wait for a page. The answer is 4.2 seconds on a phone, and "
        "we found that half of this is one font. https://example.org/fonts",
        "Half of the 4.2 seconds our readers wait for a page on a phone is one font. How we "
        "measured it: https://example.org/fonts",
        "Did you know? Our readers wait 4.2 seconds for a page on a phone. Half of it is one font! "
        "https://example.org/fonts",
        0.71,
        0.64,
    ),
    (
        "bad",
        "en",
        "New on the blog: what we learned from moving 12 databases in one weekend, "
        "and what we would not do again. @opsweekly",
        "What we learned from moving 12 databases in one weekend. @opsweekly",
        "Moving 12 databases in one weekend: what we learned and what we would not do again. @opsweekly",
        0.38,
        0.57,
    ),
    (
        "bad",
        "ar",
        "شاركونا: ما الكتاب الذي غيّر نظرتكم إلى القراءة؟ سنجمع إجاباتكم في مقال الأسبوع القادم @maktaba_app",
        "ما الكتاب الذي غيّر نظرتكم إلى القراءة؟ سنجمع إجاباتكم في مقال @maktaba_app",
        None,
        0.41,
        0.55,
    ),
    (
        "bad",
        "en",
        "Our clinic has free flu shots until Friday. No appointment needed, just bring your insurance card.",
        "Free flu shots at our clinic until Friday. Bring your insurance card, no appointment needed.",
        "Get your free flu shot until Friday! No appointment needed. Bring your insurance card.",
        0.46,
        0.61,
    ),
    (
        "bad",
        None,
        "Rain again. The match is off, tickets stay valid.",
        "The match is off: rain again. Tickets stay valid.",
        "Rain again, so the match is off. Tickets stay valid.",
        None,
        0.52,
    ),
    (
        "none_passed",
        "en",
        "The council votes on the new cycle lane tomorrow at 18:00. You can watch it online.",
        "Tomorrow at 18:00 the council decides whether 15% of our streets become safe for cyclists. Watch it online!",
        None,
        None,
        None,
    ),
    (
        "none_passed",
        "en",
        "Thanks to everyone who came to the open day. We will put the slides online next week.",
        "You will not believe what happened at our open day! Slides next week.",
        None,
        None,
        None,
    ),
]
_FAILED = {
    8: [
        GateVerdict(gate="numbers", state="fail", reason="'15%' is not in the draft"),
        GateVerdict(
            gate="new claims",
            state="fail",
            reason="'our streets become safe for cyclists' is not said by the draft",
        ),
    ],
    9: [
        GateVerdict(gate="bait", state="fail", reason="'You will not believe'"),
        GateVerdict(gate="omission", state="fail", reason="'Thanks to everyone who came' is missing"),
    ],
}


def _examples() -> list[Example]:
    return [
        Example.model_validate(
            {
                "example_id": f"d{i:03d}",
                "component": f"c{i * 7 + 3}",
                "kind": kind,
                "lang": lang,
                "draft": draft,
                "rewrite": rewrite,
                "base_rewrite": base,
                "judge_p": judge,
                "scorer_p": scorer,
                "verdicts": [*_FAILED.get(i, []), *(_PASSED[2:5] if i in _FAILED else _PASSED), _UNCHECKED],
            }
        )
        for i, (kind, lang, draft, rewrite, base, judge, scorer) in enumerate(_POSTS)
    ]


def sample_report() -> Report:
    """A whole report: scorer, writer, gates, curves, ten examples."""
    return Report(
        title="Rewriting posts on the same link",
        created="2026-03-14T09:26:53Z",
        summary=(
            "The scorer tells the better of two posts apart more often than length does; whether rewriting "
            "helps a draft is not settled by 240 drafts."
        ),
        live_evidence="no live evidence",
        corpus=Corpus(
            name=_CORPUS,
            posts=22806,
            dropped=1377,
            accounts=236,
            first_post="2012-11-02T08:14:00Z",
            last_post="2013-10-30T21:40:00Z",
            languages={"en": 21492, "ar": 903, "unknown": 411},
            rights={"research copy": 21492, "own posts": 1314},
            research_only=True,
            pairs={
                "same_link": {"train": 6842, "judge": 1704, "validation": 574, "test": 1141},
                "paraphrase": {"train": 1216},
            },
            components=213,
            largest_component=0.064,
            leaks={"near-duplicate text": 38, "same link": 12},
        ),
        claims=_claims(),
        figures=_figures(),
        gates=_gates(),
        curves=_curves(),
        frontier=_frontier(),
        examples=_examples(),
        warnings=[
            "Measured on archived posts: nothing here was shown to an audience.",
            "The corpus may be used for research only; models trained on it are not for distribution.",
            "Arabic rests on 903 posts, too few to say anything of Arabic alone.",
            "A second judge of the lora family was not trained, so agreement between judges is not measured.",
        ],
        provenance={
            "command": "virality evaluate configs/eval/demo.yaml",
            "commit": "4f1d2ab",
            "versions": "virality 0.1.0, torch 2.11.0, transformers 5.17.0",
            "device": "cpu, 2 cores",
            "seconds": "184.2",
            "data sha256": "9c4e7d0b6a1f3358c2d97e40b51fa86623dd08e4f7a9b1c05e6d3f2a8b7c4d19",
            "base": "HuggingFaceTB/SmolLM2-135M-Instruct at 12fd25f",
            "judge": "linear, trained on split judge, sha256 71b0c2e4",
        },
    )


def scorer_only_report() -> Report:
    """A report of a scorer without a writer, curves, examples or gates."""
    whole = sample_report()
    return whole.model_copy(
        update={
            "figures": [figure for figure in whole.figures if figure.name.startswith("scorer.")],
            "claims": whole.claims[:3],
            "gates": [],
            "curves": [],
            "examples": [],
        }
    )
