"""Operations that move clauses, speakers, labels, tags and words in English, and where they hold still."""

from __future__ import annotations

import pytest

from virality.text.edits import OPERATIONS


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("link_last", "When the oven is hot, we bake bread.", "We bake bread when the oven is hot."),
        ("link_last", "In defense of bread, a miller writes a letter", "A miller writes a letter in defense of bread"),
        ("link_first", "Our bakers will stop if flour gets dear.", "If flour gets dear, our bakers will stop."),
        ("time_first", "The mill opened its doors today", "Today, the mill opened its doors"),
        ("time_last", "Tonight, the mill opens its doors", "The mill opens its doors tonight"),
        ("speaker_last", "The miller says that bread will get dear", "Bread will get dear, the miller says"),
        ("speaker_last", "The miller says that bread will get dear", "According to the miller, bread will get dear"),
        ("speaker_first", "Bread will get dear, Anna Vik says", "Anna Vik says bread will get dear"),
        ("speaker_first", "Bread will get dear, according to Anna Vik", "According to Anna Vik, bread will get dear"),
        ("label_last", "VIDEO: How rye bread is made", "How rye bread is made (VIDEO)"),
        ("label_last", "Poll: bread is loved by all", "Bread is loved by all, poll says"),
        ("label_last", "Oslo: The mill is closed", "The mill is closed — Oslo"),
        ("label_first", "How rye bread is made (video)", "Video: How rye bread is made"),
        ("quotes", 'Anna Vik: "Bread is all I need"', '"Bread is all I need," says Anna Vik'),
        ("quotes", '"Bread is all I need" - Anna Vik', 'Anna Vik: "Bread is all I need"'),
        ("source_placed", "Bread wins the day - The Mill News", "The Mill News: Bread wins the day"),
        ("lists", "12 Loaves That Will Warm You", "These 12 Loaves Will Warm You"),
        ("meets", "Meet the baker who feeds Oslo", "This baker feeds Oslo"),
        ("points", "12 tips for better bread", "Here are 12 tips for better bread"),
        ("points", "The First Mill In Oslo", "This Is The First Mill In Oslo"),
        ("why_last", "How rye bread became famous", "Rye bread became famous. Here's how."),
        ("tense", "Oslo mill launches a new loaf", "Oslo mill has launched a new loaf"),
        ("tense", "Oslo Mill to open doors in May", "Oslo Mill will open doors in May"),
        ("and_swapped", "Stories of salt and flour", "Stories of flour and salt"),
        ("owners", "Bakers love Oslo's mills", "Bakers love the mills of Oslo"),
        ("owners", "Bakers question the plans of Oslo", "Bakers question Oslo's plans"),
        ("reduced", "We know people who are living on bread", "We know people living on bread"),
        ("figures", "5 loaves are left", "Five loaves are left"),
        ("figures", "We baked over 40 loaves", "We baked more than 40 loaves"),
        ("plain_words", "We utilize good flour", "We use good flour"),
        ("same_words", "Maybe bread is enough", "Perhaps bread is enough"),
        ("throat", "UPDATE: The mill is open again", "The mill is open again"),
        ("sentence_case", "A Baker In Oslo Makes The Best Bread", "A baker in Oslo makes the best bread"),
        ("title_case", "A baker in Oslo makes good bread", "A Baker in Oslo Makes Good Bread"),
        ("join_sentences", "The oven is hot. Nobody sleeps now.", "The oven is hot — nobody sleeps now."),
        ("cut_sentence", "The oven is hot today and we bake all night", "The oven is hot today. We bake all night"),
        ("swap_sentences", "The mill is open. Bakers need flour.", "Bakers need flour. The mill is open."),
        ("one_line", "The mill is open.\nCome now.", "The mill is open. Come now."),
        ("link_placed", "<link1> The mill is open today", "The mill is open today: <link1>"),
        ("link_placed", "The mill is open <link1> #bread", "The mill is open #bread <link1>"),
        ("link_led", "The mill is open today <link1>", "The mill is open today. More here: <link1>"),
        ("link_led", "The mill is open today. More here: <link1>", "The mill is open today. <link1>"),
        ("tags_last", "#Oslo: The mill is open", "The mill is open #Oslo"),
        ("tags_first", "The mill is open. #Oslo", "#Oslo: The mill is open."),
        ("via_last", "Via @1: The mill is open", "The mill is open (via @1)"),
        ("via_first", "The mill is open via @1", "Via @1: The mill is open"),
        ("tag_as_word", "The mill in #Oslo is open", "The mill in Oslo is open"),
    ],
)  # fmt: skip
def test_each_operation_does_what_it_says(name: str, before: str, after: str) -> None:
    assert after in list(OPERATIONS[name](before))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("link_last", "When the baker saw the oven, he ran for water."),
        ("link_first", "He called the baker when she lost her keys."),
        ("link_first", "This is the day when bread will be free."),
        ("time_first", "What will the mill sell today"),
        ("speaker_last", "The miller says he will bake bread"),
        ("speaker_last", "The miller says goodbye to his old mill"),
        ("speaker_last", 'The miller says "bread is dear" and goes'),
        ("speaker_first", "Join us at the mill, bake and say"),
        ("label_last", "Released: The new loaf of the mill"),
        ("label_last", "Look at this: The mill is open"),
        ("points", "The mill is open again"),
        ("points", "9 bakers were late for work"),
        ("figures", "Come at 5 on Monday"),
        ("same_words", "The bakers went to bed"),
        ("sentence_case", "The mill is open"),
        ("title_case", "The mill is open now <link1>"),
        ("tags_first", "The mill in #Oslo"),
        ("tag_as_word", "The mill is open #Oslo"),
        ("link_led", "The mill is open: <link1>"),
        ("join_sentences", "Who is there? The baker is."),
        ("tense", "How the mill launches a loaf"),
        ("and_swapped", "The mill and the oven"),
        ("owners", "The mill of bread"),
        ("cut_sentence", "We bake bread for Anna and her sister every single day"),
    ],
)
def test_an_operation_holds_still_where_grammar_would_break(name: str, text: str) -> None:
    assert list(OPERATIONS[name](text)) == []


def test_english_operations_leave_arabic_posts_alone() -> None:
    post = "الفرن ساخن — الخبز جاهز الآن. تعالوا مبكرا"
    assert list(OPERATIONS["plain_marks"](post)) == []
