"""English that a rewrite broke: articles, doubled words, a sentence behind 'this is'."""

from __future__ import annotations

import pytest

from virality.gates import GATES, Context

EN = Context(lang="en")


def state(draft: str, rewrite: str) -> str:
    return GATES["grammar"](draft, rewrite, EN).state


@pytest.mark.parametrize(
    ("draft", "rewrite", "slip"),
    [
        ("The explanation of why bread rises", "Here is a explanation of why bread rises", "a explanation"),
        ("Watch the baker feed the town", "See an baker feed the town", "an baker"),
        ("The baker fed the town", "The baker fed the the town", "the the"),
        ("Time to put a stop to it", "Time to put an halt to it", "an halt"),
    ],
)
def test_an_article_that_does_not_agree_and_a_word_twice_fail(draft: str, rewrite: str, slip: str) -> None:
    assert GATES["grammar"](draft, rewrite, EN).evidence == (slip,)


@pytest.mark.parametrize(
    "rewrite",
    [
        "A European union of bakers",
        "An hour at a university, a one-off",
        "An honest herb, an heir, an historic hotel",
        "He had had bread",
        "A US town, an NHS nurse",
        "Plan A is on",
    ],
)
def test_what_only_looks_like_that_passes(rewrite: str) -> None:
    assert state("Bread", rewrite) == "pass"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("A global protest is going down today", "Here is a global protest is going down today"),
        ("When bakers meet, they sing", "This is when bakers meet, they sing"),
        ("The bakers will not sell bread", "This is the bakers will not sell bread"),
    ],
)
def test_a_sentence_behind_this_is_fails(draft: str, rewrite: str) -> None:
    assert state(draft, rewrite) == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("How bakers feed a town", "This is how bakers feed a town"),
        ("5 films about bread you will love", "Here are 5 films about bread that you will love"),
        ("The one thing you can do about bread", "This is the one thing you can do about bread"),
        ("A video is broken on purpose", "Here is a video that is broken on purpose"),
        ("This is bread is life", "This is: bread is life"),
        ("A look at bread. It's good.", "This is a look at bread. It is good."),
    ],
)
def test_a_phrase_behind_this_is_passes(draft: str, rewrite: str) -> None:
    assert state(draft, rewrite) == "pass"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("In the end she reveals the rest", "She reveals the rest in the end and"),
        ("A baker ranted about flour", "A baker ranted about flour, this is the"),
        ("What does bread cost in Tarn?", "Here is what does bread cost in Tarn."),
    ],
)
def test_what_does_not_hang_together_fails(draft: str, rewrite: str) -> None:
    assert state(draft, rewrite) == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("She baked for years. It was not enough.", "She baked for years, and it was not enough."),
        ("Bread and butter, rain and wind", "Rain and wind, butter and bread"),
        ("He left. Here's why.", "He left, and here's why."),
        ("They bake. That's how they live.", "They bake and that's how they live."),
        ("What are you waiting for?", "What is it that you are waiting for?"),
    ],
)
def test_what_hangs_together_passes(draft: str, rewrite: str) -> None:
    assert state(draft, rewrite) == "pass"


SAMPLED = Context(lang="en", accounted=True)


@pytest.mark.parametrize(
    ("draft", "rewrite", "slip"),
    [
        ("If it were bread day", "If it been bread day", "it been"),
        ("The bakers ranted about flour", "The bakers ranted about flour, this is the here", "the here"),
        ("They worked hard. But it rained", "They worked hard and but it rained", "and but"),
        ("This man bakes bread for a town", "Here is this man bakes bread for a town", "Here is this"),
        ("On this day the mill burned", "Here is on this day and the mill burned", "Here is on"),
        ("Have you seen this mill? It turns", "Has you seen this mill and it turns", "Has you"),
        ("Because we can't live without bread", "This is because we can'm not live without bread", "can'm"),
        ("Because we can't live without bread", "Because we can’re not live without bread", "can’re"),
        ("Rolls, 2 each (if they're warm)", "Rolls, 2 each ($if they are warm)", "$if"),
        ("The mill, the river - all gone", "All gone, the mill and the. The river", "the."),
        ("The band of the land plays", "The band plays and. Of the land", "and."),
        ("These memories serve as her excuse", "This memories serve as her excuse", "This memories"),
        ("This baker sleeps", "Late these baker sleeps", "these baker"),
        ("She won't hide the recipe", "She is not hide the recipe", "is not hide"),
        ("They don't sell bread", "They are not sell bread", "are not sell"),
        ("Rolls at $5 each this month", "This month, rolls. That costs a $5 each", "a $5 each"),
        ("The miller talks about rye", "An’ about rye the miller talks", "An’"),
        ("Rye sinks? Enjoy this rye day", "The rye is, sinks. Enjoy this day", "The rye is,"),
        ("So what do you all think of rye?", "To what do you all think of rye?", "To what do you all think"),
        ("Rye (because it is warm), said they", "(because it is warm)they said rye", ")"),
        ("Two mills stopped by rain shut", "Shut, two mills stopped by. Rain", "stopped by"),
        ("They all looked grim until noon", "All. They looked grim until noon", "All"),
        ("How a town's mill turned the river red", "Turned the river red. How a town's mill", "how a town's mill"),
    ],
)
def test_slips_of_samples_fail_and_are_named_where_words_are_accounted_for(draft: str, rewrite: str, slip: str) -> None:
    assert GATES["grammar"](draft, rewrite, SAMPLED).evidence == (slip,)
    assert state(draft, rewrite) == "pass"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("It's been a year of bread", "A year of bread it has been"),
        ("The mill is gone. We were here", "Haven't we been here before? The mill is gone"),
        ("Bread will not be cheap", "Bread is not going to be cheap"),
        ("She will never stop baking", "She is never going to stop baking"),
        ("The council will cut fees", "Fees are cut by the council"),
        ("Say hello to my puppy", "This is my puppy, say hello to him"),
        ("He has you in mind. Good.", "He has you in mind and it is good"),
        ("What excites you?", "What has you excited?"),
        ("I'm the miller, ma'am", "Ma'am, I'm the miller"),
        ("These are habits that kill sleep", "Habits that are killing sleep"),
        ("This week's letter", "Here is this week's letter"),
        ("This once closed", "This is once again closed"),
        ("Everybody here strikes", "Everyone here is on strike"),
        ("The road in Los Angeles is shut", "The road is shut in L.A. It is long"),
        ("Flour stocks jump", "$AAPL and A$AP jump, A to Z"),
        ("The mill opens at 9:00 and the shop at 10", "The shop opens at 10 and the mill at 9:00"),
        ("The best rye I've ever worked on and I'm glad", "The best rye I have ever worked on. And I am glad"),
        ("Thought this was a great loaf", "It was a great loaf. I thought it was."),
        ("A baker wants to teach you how to rest dough", "To rest dough: a baker wants to teach you how."),
        ("While rain falls, read here: https://example.org", "While rain falls, read here. https://example.org"),
        ("Rolls at $5 each this month", "This month, rolls for $5 each."),
    ],
)
def test_what_only_looks_broken_passes(draft: str, rewrite: str) -> None:
    assert GATES["grammar"](draft, rewrite, SAMPLED).state == "pass"


def test_an_article_is_compared_with_those_of_the_draft() -> None:
    assert state("Florida orange growers lose a crop", "A orange crop is lost") == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("Meet the baker who feeds the harbour", "This Meet the baker who feeds the harbour"),
        ("This baker wants to teach you how to knead", "There is this baker wants to teach you how to knead"),
        ("This might seem small, but think about it", "There is a might seem small, but think about it"),
        ("At first he just seems tired, but wait", "This is at first he just seems tired, but wait"),
        ("What does bread cost? For us, too much.", "For us, too much. This is what does bread cost."),
        ("She is the last baker of the street", "Here is she is the last baker of the street"),
        ("They needed a roof, so they baked bread", "This was they needed a roof, so they baked bread"),
        ("Bread. A baker explains the price of flour", "Bread. There is a baker explains the price of flour"),
        ("After the storm they had no flour", "This after the storm they had no flour"),
        ("Two bakers talk about bread", "This is Two Bakers Talk About Bread"),
        ("Still reading the report on bread", "This is still reading the report on bread"),
        ("How about some bread that lasts?", "This is how about some bread that lasts."),
        ("Bakers are trying to hide the crumbs", "This is bakers trying to hide the crumbs"),
        ("After the rain, the bakery opens", "This after the rain, the bakery opens"),
        ("She is going to bake. It's loud", "Here she is going to bake. It's loud"),
        (
            "Once you taste it, you'll know. They call it rye.",
            "There once you taste it, you'll know. They call it rye.",
        ),
        ("Meet some bakers who want you to close", "This is the Meet some bakers who want you to close"),
        ("These letters give us six reasons to bake", "Here are the letters give us six reasons to bake"),
        ("Sorry. But I have tips!", "Sorry. This is the tips that I have."),
        ("U.K. bakers reject rye", "This is a U.K. bakers reject rye."),
        ("Her memories serve as her excuse", "There was a memories that serve as her excuse"),
    ],
)
def test_an_opener_that_nothing_follows_is_seen_where_a_writer_samples(draft: str, rewrite: str) -> None:
    sampled = Context(lang="en", accounted=True)
    assert GATES["grammar"](draft, rewrite, sampled).state == "fail"
    assert GATES["grammar"](draft, draft, sampled).state == "pass"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("Girl bakes history. Man asks her why", "This girl bakes history. Man asks her why"),
        ("The cure for stale bread: give it water", "There is a cure for stale bread. Give it water"),
        ("A story of a baker who refuses to close", "This is a story of a baker who refuses to close"),
        ("The new bakery opens on Friday", "This new bakery opens on Friday"),
        ("6 reasons to bake at home", "Here are 6 reasons to bake at home"),
        ("It has been in the harbour for six years", "It's been in the harbour for six years"),
        ("We want the bread that was promised", "It is we who want the bread that was promised"),
        ("A machine that pulls water from air", "Here's a machine that pulls water from air"),
        ("What is left of the old bakery is a wall", "This is what is left of the old bakery: a wall"),
        ("Nothing is wrong with rye, bakers say", "There is nothing wrong with rye, bakers say"),
        ("The rye is out. That's sure not slowing her down", "It is sure not slowing her down. The rye is out."),
        ("Here's why rye matters", "This is why rye matters"),
        ("In 2031, there will be two fairs", "There will be two fairs in 2031"),
        ("8 students bake this week", "These 8 students bake this week"),
        ("Time to bake at last", "It is time to bake at last"),
        ("Thought this was a great loaf https://example.org", "This is a great loaf https://example.org"),
        ("The news of the mill is bad", "This is the news of the mill: it is bad"),
    ],
)
def test_an_opener_that_fits_passes(draft: str, rewrite: str) -> None:
    assert GATES["grammar"](draft, rewrite, Context(lang="en", accounted=True)).state == "pass"


@pytest.mark.parametrize(
    ("draft", "rewrite", "slip"),
    [
        ("See what's happened to rye", "See what is happened to rye", "what is happened"),
        ("What does the baker have? Find out", "Find out what does the baker has", "does the baker has"),
        ("These guys bring rye", "This men bring rye", "This men"),
        ("We bake for the summer", "At this summer, we bake", "At this summer"),
        ("What if rye grew in pots?", "If rye grew in pots, what?", ", what?"),
    ],
)
def test_forms_that_samples_get_wrong_are_named(draft: str, rewrite: str, slip: str) -> None:
    verdict = GATES["grammar"](draft, rewrite, SAMPLED)
    assert verdict.state == "fail"
    assert slip in verdict.reason
    assert GATES["grammar"](draft, rewrite, Context(lang="en")).state == "pass"
