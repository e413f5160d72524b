"""Numbers, links, handles and names of the draft stay, and none are invented."""

from __future__ import annotations

import pytest

from virality.gates import Context, Verdict, handles, hashtags, links, names, numbers

CONTEXT = Context()


def test_a_new_number_is_named() -> None:
    assert numbers.check("We have seats", "We have 15 seats", CONTEXT) == Verdict(
        "numbers", "fail", "number 15 is not in the draft", ("15",)
    )


def test_a_lost_number_is_named() -> None:
    verdict = numbers.check("15 seats, 3 tables", "seats and tables", CONTEXT)
    assert verdict.reason == "numbers 15 and 3 of the draft are gone"
    assert verdict.evidence == ("15", "3")


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("1,000 seats at 5pm", "at 17:00: 1000 seats"),
        ("seven seats", "7 seats"),
        ("1 seat left", "one seat left"),
        ("a rise of five percent", "a 5% rise"),
        ("٥٠ مقعدا بسعر ٣ دولار", "50 مقعدا بسعر $3"),
        ("5 seats, I repeat: 5 seats", "5 seats"),
        ("half past six in the evening", "at 6:30 pm"),
        ("from 5 to 7 pm", "5pm to 7pm"),
        ("at noon", "at 12 pm"),
        ("half of them", "50% of them"),
        ("a dozen eggs", "12 eggs"),
        ("half a million people", "500,000 people"),
        ("two hundred and fifty seats", "250 seats"),
        ("an hour later", "1 hour later"),
        ("half an hour", "30 minutes"),
        ("on the 3rd of July", "on July 3"),
        ("she is 94 years old", "she turned 94"),
        ("twice a week", "two times a week"),
        ("5 pounds of flour", "5 lb of flour"),
        ("USD 5 million", "$5m"),
        ("الساعة ٦ المسا", "الساعة 6 مساءً"),
        ("يومين فقط", "٢ يوم فقط"),
        ("سنتين ونحن هنا", "عامين ونحن هنا"),
        ("نص ساعة", "30 دقيقة"),
        ("الساعة التاسعة مساء", "الساعة 9 المسا"),
        ("مئة وخمسون شخصا", "150 شخصا"),
        ("ثلاثة آلاف وخمسمئة ليرة", "3,500 ليرة"),
        ("٨ ديال العشية", "8 مساء"),
        ("خصم 50%", "خصم نصف السعر"),
        ("baked at 5 every morning", "baked every morning at 5 am"),
        ("three decades of it", "thirty years of it"),
        ("six months sober", "half a year sober"),
        ("within 2 days", "within 48 hours"),
        ("free for over-60s", "free if you are over 60"),
        ("back around 3ish", "back around 3"),
        ("half of the packers", "one in two packers"),
        ("من التاسعة صباحا حتى الثالثة عصرا", "من 9 صباحا إلى 3 عصرا"),
        ("تبدأ في 12 مارس", "تبدأ في 12/3"),
        ("بعد نص سنة", "بعد 6 أشهر"),
        ("خمسطاش كتاب", "15 كتاب"),
    ],
)
def test_a_number_in_another_spelling_is_the_same_number(draft: str, rewrite: str) -> None:
    assert numbers.check(draft, rewrite, CONTEXT).state == "pass"
    assert numbers.check(rewrite, draft, CONTEXT).state == "pass"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("rose 5%", "rose 5"),
        ("costs $5", "costs €5"),
        ("in 3 days", "in 3 weeks"),
        ("5 km away", "5 miles away"),
        ("$3 million", "$3 billion"),
        ("at 5am", "at 5pm"),
        ("ارتفع ٥٪", "ارتفع ٥٠٪"),
        ("خلال ثلاثة أيام", "خلال ثلاثة أسابيع"),
        ("two years out", "two months out"),
        ("1 September", "September"),
        ("2 hectares", "2 acres"),
        ("a 180 g candle", "a 180 ml candle"),
        ("30 dirhams a kilo", "30 euros a kilo"),
        ("our first year", "our first month"),
        ("paid weekly", "paid monthly"),
        ("one point ahead", "one goal ahead"),
        ("prices doubled", "prices tripled"),
        ("up 5 percentage points", "up 5%"),
        ("الكيلو بـ 30 درهم", "الأوقية بـ 30 درهم"),
        ("بسعر 180 شيكل", "بسعر 180 دولار"),
        ("٣ رحلات أسبوعيا", "٣ رحلات يوميا"),
        ("خلال يومين", "خلال أسبوعين"),
        ("كل يوم ساعة", "كل يوم دقيقة"),
        ("الساعة 8 صباحا", "الساعة 8 مساء"),
        ("baked at 5 every morning", "baked every morning at 5 pm"),
        ("open at 5", "open at 5 pm"),
        ("three decades of it", "three years of it"),
        ("every third week instead of weekly", "every third month instead of weekly"),
        ("تبدأ في 12/3", "تبدأ في 12 أبريل"),
    ],
)
def test_another_value_or_unit_is_another_number(draft: str, rewrite: str) -> None:
    assert numbers.check(draft, rewrite, CONTEXT).state == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("the cure helps up to 40 patients", "the cure helps 40 patients"),
        ("at least 200 people died", "200 people died"),
        ("fewer than 20 tigers are left", "20 tigers are left"),
        ("nearly 90% stayed at home", "90% stayed at home"),
        ("over 90% of them were women", "nearly 90% of them were women"),
        ("no more than 5 of us", "more than 5 of us"),
        ("about 50 cyclists came", "50 cyclists came"),
        ("50 people or so", "50 people"),
        ("more than two hundred loaves", "200 loaves"),
        ("raised 300+ in a day", "raised 300 in a day"),
        ("أكثر من 300 شركة وقعت", "300 شركة وقعت"),
        ("يستفيد حتى 40 مريضا كل يوم", "يستفيد 40 مريضا كل يوم"),
        ("نحو خمسين مشاركا في السباق", "50 مشاركا في السباق"),
        ("لا يقل عن 12 جريحا", "12 جريحا"),
    ],
)
def test_a_bound_of_a_number_is_neither_lost_nor_new_nor_another(draft: str, rewrite: str) -> None:
    for verdict in (numbers.check(draft, rewrite, CONTEXT), numbers.check(rewrite, draft, CONTEXT)):
        assert verdict.state == "fail"
        assert verdict.reason.endswith("stands in one text only")


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("more than 300 firms signed", "over 300 firms signed"),
        ("max two per customer", "no more than two for each customer"),
        ("fines start at 150 francs", "150 francs and up"),
        ("nearly 300 homes are dark", "just under 300 homes are dark"),
        ("at least four cubs", "no fewer than four cubs"),
        ("a row over 2 seats", "a row about 2 seats"),
        ("a film about 12 cats", "12 cats are what the film shows"),
        ("rain over 3 days", "rain for 3 days"),
        ("swam over 200 m", "swam the 200 m"),
        ("open up to 02:10", "open until 02:10"),
        ("free for over-60s", "free if you are over 60"),
        ("مفتوح حتى 5 مساء", "مفتوح إلى 5 مساء"),
        ("من 3 حتى 7 أيار", "من 3 إلى 7 أيار"),
        ("أكثر من 300 شركة", "ما يزيد على 300 شركة"),
        ("نحو 50 مشاركا", "حوالي 50 مشاركا"),
        ("ألا يقل الوزن عن 50 كيلوغراما", "50 كيلوغراما على الأقل"),
    ],
)
def test_bounds_in_other_words_stay(draft: str, rewrite: str) -> None:
    assert numbers.check(draft, rewrite, CONTEXT).state == "pass"
    assert numbers.check(rewrite, draft, CONTEXT).state == "pass"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("3 boats sank and 12 people swam home", "12 boats sank and 3 people swam home"),
        ("3 boats sank and twelve people swam home", "twelve boats sank, three swimmers came home"),
        ("the price rose from $3 to $5", "the price rose from $5 to $3"),
        ("٣ قوارب غرقت و١٢ شخصا سبحوا إلى الشاطئ", "١٢ قاربا غرق و٣ أشخاص سبحوا إلى الشاطئ"),
        ("ارتفعت الحصيلة من 3 إلى 5", "ارتفعت الحصيلة من 5 إلى 3"),
    ],
)
def test_numbers_do_not_change_places(draft: str, rewrite: str) -> None:
    verdict = numbers.check(draft, rewrite, CONTEXT)
    assert verdict.state == "fail"
    assert verdict.reason.endswith("changed places")


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("3 boats sank and 12 people swam home", "12 people swam home after 3 boats sank"),
        ("her crews won eight of ten races", "her crews won eight races out of ten"),
        ("up from 3 to 5 dollars", "5 dollars it is, up from 3"),
        ("2 of the 9 bakers are twins", "of 9 bakers 2 are twins"),
        ("غرقت 3 قوارب وسبح 12 شخصا", "سبح 12 شخصا بعد غرق 3 قوارب"),
    ],
)
def test_numbers_may_come_in_another_order(draft: str, rewrite: str) -> None:
    assert numbers.check(draft, rewrite, CONTEXT).state == "pass"
    assert numbers.check(rewrite, draft, CONTEXT).state == "pass"


def test_links_must_be_the_same_letter_for_letter() -> None:
    draft = "Read https://a.example/x?y=1 now"
    assert links.check(draft, "Now read: https://a.example/x?y=1.", CONTEXT).state == "pass"
    for rewrite in (
        "Read now",
        "Read https://a.example/x?y=2 now",
        draft + " https://b.example",
        draft + " " + draft,
    ):
        assert links.check(draft, rewrite, CONTEXT).state == "fail"


def test_a_slot_that_was_not_filled_fails() -> None:
    assert links.check("Read https://a.example", "Read https://a.example <link3>", CONTEXT).evidence == ("<link3>",)
    assert handles.check("Ask @nasa", "Ask @nasa and @7", CONTEXT).evidence == ("@7",)


def test_handles_stay_in_any_case() -> None:
    assert handles.check("Ask @NASA", "@nasa knows", CONTEXT).state == "pass"
    assert handles.check("Ask @NASA", "Ask them", CONTEXT).state == "fail"
    assert handles.check("اسأل @nasa", "اسأل @esa", CONTEXT).state == "fail"


def test_an_e_mail_address_is_kept_like_a_link() -> None:
    draft = "Write to desk@paper.example by noon"
    assert links.check(draft, "By noon, write to desk@paper.example", CONTEXT).state == "pass"
    assert links.check(draft, "By noon, write to desk@paper.test", CONTEXT).evidence == ("desk@paper.test",)


def test_a_hashtag_may_become_plain_words() -> None:
    draft = "Storm warning #ClimateChange #خصم_كبير"
    assert hashtags.check(draft, "Storm warning: climate change, خصم كبير", CONTEXT).state == "pass"
    assert hashtags.check(draft, "Storm warning #ClimateChange", CONTEXT).evidence == ("#خصم_كبير",)


def test_a_hashtag_that_repeats_a_name_does_not_go() -> None:
    draft = "The water bill has failed #WaterBill"
    assert hashtags.check(draft, "It has failed, the water bill", CONTEXT).evidence == ("#WaterBill",)
    assert hashtags.check(draft, "#waterbill: the water bill has failed", CONTEXT).state == "pass"


def test_a_hashtag_does_not_stand_more_often_than_in_the_draft() -> None:
    draft = "Storm warning for the coast #coast"
    assert hashtags.check(draft, f"{draft} #Coast", CONTEXT).evidence == ("#coast",)
    assert hashtags.check(f"{draft} #coast", "#coast: storm warning #coast", CONTEXT).state == "pass"
    assert hashtags.check("Storm warning", "#Storm #storm warning", CONTEXT).state == "fail"


def test_one_new_hashtag_may_mark_what_the_draft_says_and_no_more() -> None:
    draft = "Storm warning for the coast, تحذير من العاصفة"
    assert hashtags.check(draft, "#Storm warning for the coast, تحذير من العاصفة", CONTEXT).state == "pass"
    assert hashtags.check(draft, "Storm warning for the coast #تحذير, من العاصفة", CONTEXT).state == "pass"
    assert hashtags.check(draft, f"{draft} #storm #coast", CONTEXT).evidence == ("#coast", "#storm")
    assert hashtags.check(draft, f"{draft} #MustRead", CONTEXT).evidence == ("#MustRead",)


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("We met Anna Berg in Leeds", "In Leeds we met Anna Berg"),
        ("Leeds is where we met", "We met in Leeds"),
        ("We praise President Anna Berg", "We praise Anna Berg"),
        ("He works in the USA", "The US is where he works"),
        ("He works in the United States", "In the U.S. he works"),
        ("It was the World Health Organization", "It was the WHO"),
        ("We read Anna's book", "We read the book by Anna"),
        ("It is NASA'S plan", "It is the plan of NASA"),
        ("They like David O'Leary", "People like David O'Leary"),
        ("She moves to Berlin now", "She is Berlin-bound now"),
        ("We want your card PIN now", "They asked for card PINs"),
        ("TIL it rains in Leeds", "I learned that it rains in Leeds"),
        ("We live near Parr St. Calling helps", "We live near Parr St and it helps to call"),
    ],
)
def test_a_name_in_another_place_or_form_is_the_same_name(draft: str, rewrite: str) -> None:
    assert names.check(draft, rewrite, CONTEXT).state == "pass"
    assert names.check(rewrite, draft, CONTEXT).state != "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("We met Anna in Leeds", "We met Anna in York"),
        ("We met Anna in Leeds", "We met in Leeds"),
        ("She works for NASA", "She works for ESA"),
        ("They told us to wait in Leeds", "In Leeds the US told them to wait"),
    ],
)
def test_a_swapped_or_lost_name_fails(draft: str, rewrite: str) -> None:
    assert names.check(draft, rewrite, CONTEXT).state == "fail"


@pytest.mark.parametrize(
    ("draft", "rewrite"),
    [
        ("انتهى الدرس وبدأ اللعب", "بدأ اللعب وانتهى الدرس"),
        ("MAYOR OPENS BRIDGE IN LEEDS", "The mayor opens a bridge"),
        ("Mayor Opens Long Bridge Across River", "The mayor opens a long bridge"),
    ],
)
def test_where_capitals_say_nothing_names_are_not_checked(draft: str, rewrite: str) -> None:
    assert names.check(draft, rewrite, CONTEXT).state == "not_checked"


def test_a_new_name_fails_even_where_the_draft_is_in_title_case() -> None:
    verdict = names.check("Mayor Opens Long Bridge Across River", "The mayor of Leeds opens a long bridge", CONTEXT)
    assert verdict.evidence == ("Leeds",)
