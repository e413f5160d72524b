"""Drafts and rewrites, labelled by hand: does the rewrite keep all that the draft says, does it add anything?

The stand-in for entailment was made with `ENGLISH` and `ARABIC` in sight; its errors are told on the others, `FRESH`,
which were written before it was last changed and were never looked at since.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Labelled:
    """One pair; `kept`: the rewrite says all that the draft says; `added`: it says what the draft does not."""

    lang: str
    draft: str
    rewrite: str
    kept: bool
    added: bool


def _about(lang: str, draft: str, *rewrites: tuple[str, bool, bool]) -> list[Labelled]:
    return [Labelled(lang, draft, rewrite, kept, added) for rewrite, kept, added in rewrites]


ENGLISH = [
    *_about(
        "en",
        "The city council approved the new bus route on Monday.",
        ("On Monday the city council said yes to the new bus route.", True, False),
        ("The city council rejected the new bus route on Monday.", False, True),
    ),
    *_about(
        "en",
        "Our bakery opens at 7 every morning and the first loaf is free.",
        ("First loaf free, every morning: our bakery opens at 7.", True, False),
        ("Our bakery opens at 7 every morning.", False, False),
        ("Our bakery opens at 8 every morning and the first loaf is free.", False, True),
    ),
    *_about(
        "en",
        "Researchers found that walking may lower blood pressure.",
        ("Walking may lower blood pressure, researchers found.", True, False),
        ("Walking lowers blood pressure, researchers found.", True, True),
    ),
    *_about(
        "en",
        "Walking lowers blood pressure, researchers found.",
        ("Walking might lower blood pressure, researchers found.", False, False),
    ),
    *_about(
        "en",
        "The team beat the champions 3-1 away from home.",
        ("The champions beat the team 3-1 away from home.", False, True),
        ("Away from home, the team beat the champions 3-1!", True, False),
    ),
    *_about(
        "en",
        "We planted 200 trees by the river this spring.",
        ("This spring, 200 trees went into the ground by the river, and we planted them.", True, False),
        ("We planted 200 trees by the river this spring, and crime fell across the city.", True, True),
    ),
    *_about(
        "en",
        "The library does not charge late fees any more.",
        ("Late fees are gone: the library no longer charges them.", True, False),
        ("The library charges late fees again.", False, True),
    ),
    *_about(
        "en",
        "Yesterday Anna Lopez won the chess final after six hours.",
        ("Six hours of chess later, Anna Lopez had won yesterday's final.", True, False),
        ("Yesterday Maria Lopez won the chess final after six hours.", False, True),
    ),
    *_about("en", "Some of the water samples were contaminated.",
            ("All of the water samples were contaminated.", True, True)),
    *_about("en", "If it rains, the concert moves indoors to the old school hall.",
            ("The concert moves indoors to the old school hall.", False, True)),
    *_about(
        "en",
        "The report says the bridge is safe to cross.",
        ("According to the report, you can cross the bridge safely.", True, False),
        ("The report says the bridge is dangerous to cross.", False, True),
    ),
    *_about(
        "en",
        "Rents in the old town rose by 5% last year while wages stood still.",
        ("Last year rents in the old town went up 5%. Wages? They did not move.", True, False),
        ("Rents in the old town rose by 5% last year.", False, False),
        ("Rents in the old town fell by 5% last year while wages stood still.", False, True),
    ),
    *_about(
        "en",
        "I spent ten years learning the violin and I still cannot read music.",
        ("Ten years of learning the violin, and I still cannot read music.", True, False),
        ("I spent ten years learning the violin and I can read music well.", False, True),
    ),
    *_about(
        "en",
        "Volunteers cleaned the beach and filled forty bags with plastic.",
        ("Forty bags of plastic: that is what volunteers took off the beach when they cleaned it.", True, False),
        ("Volunteers cleaned the beach and filled forty bags with plastic, thrown there by tourists.", True, True),
    ),
    *_about(
        "en",
        "The museum is free for students on Thursdays.",
        ("Students get into the museum for nothing on Thursdays.", True, False),
        ("The museum is free on Thursdays.", False, True),
    ),
    *_about("en", "Doctors say the drug helps some patients sleep.",
            ("Doctors say this drug cures insomnia.", False, True)),
    *_about(
        "en",
        "The company apologised to its customers for the outage.",
        ("Customers got an apology from the company for the outage.", True, False),
        ("The company blamed its customers for the outage.", False, True),
    ),
    *_about(
        "en",
        "My grandmother taught me this soup; it takes an hour and costs almost nothing.",
        ("This soup takes an hour and costs almost nothing. My grandmother taught me.", True, False),
        ("My grandmother taught me this soup.", False, False),
    ),
    *_about(
        "en",
        "Ticket sales start on Friday at noon.",
        ("Tickets can be bought from Friday noon.", True, False),
        ("Ticket sales end on Friday at noon.", False, True),
    ),
    *_about(
        "en",
        "Two of our buses broke down today, so expect delays on line 4.",
        ("Expect delays on line 4: two of our buses broke down today.", True, False),
        ("Expect delays on line 4 today.", False, False),
    ),
    *_about(
        "en",
        "The vaccine was tested on 30,000 adults before it was approved.",
        ("Before approval, 30,000 adults took part in tests of the vaccine.", True, False),
        ("The vaccine was approved before it was tested on 30,000 adults.", False, True),
    ),
    *_about("en", "She quit her job, sold the car and sailed around the world.",
            ("She left work, got rid of the car and went round the globe by boat.", True, False)),
    *_about(
        "en",
        "The mayor promised to repair every school roof by winter.",
        ("By winter every school roof will have been repaired, the mayor promised.", True, False),
        ("The mayor repaired every school roof by winter.", False, True),
    ),
    *_about("en", "Sleep matters more than we think for memory.",
            ("For memory, sleep matters more than we think, and no pill replaces it.", True, True)),
]  # fmt: skip
ARABIC = [
    *_about(
        "ar",
        "افتتحت البلدية مكتبة جديدة في وسط المدينة يوم الأحد.",
        ("يوم الأحد، مكتبة جديدة تفتتحها البلدية في وسط المدينة.", True, False),
        ("أغلقت البلدية المكتبة الجديدة في وسط المدينة يوم الأحد.", False, True),
    ),
    *_about(
        "ar",
        "ارتفعت أسعار الخبز بنسبة 5% هذا الأسبوع.",
        ("هذا الأسبوع زادت أسعار الخبز 5%.", True, False),
        ("انخفضت أسعار الخبز بنسبة 5% هذا الأسبوع.", False, True),
        ("ارتفعت أسعار الخبز بنسبة 15% هذا الأسبوع.", False, True),
    ),
    *_about(
        "ar",
        "زرعنا مئتي شجرة قرب النهر هذا الربيع بمساعدة طلاب المدارس.",
        ("هذا الربيع، وبمساعدة طلاب المدارس، زرعنا مئتي شجرة قرب النهر.", True, False),
        ("زرعنا مئتي شجرة قرب النهر هذا الربيع.", False, False),
    ),
    *_about("ar", "قد يساعد المشي على خفض ضغط الدم بحسب دراسة جديدة.",
            ("دراسة جديدة: المشي يساعد على خفض ضغط الدم.", True, True)),
    *_about("ar", "المشي يساعد على خفض ضغط الدم بحسب دراسة جديدة.",
            ("ربما يساعد المشي على خفض ضغط الدم، بحسب دراسة جديدة.", False, False)),
    *_about(
        "ar",
        "فاز فريقنا على حامل اللقب 3-1 خارج أرضه.",
        ("خارج أرضه، فريقنا يفوز على حامل اللقب 3-1.", True, False),
        ("خسر فريقنا أمام حامل اللقب 3-1 خارج أرضه.", False, True),
    ),
    *_about(
        "ar",
        "لن ترفع الحكومة أسعار الوقود هذا العام.",
        ("أسعار الوقود هذا العام: الحكومة لن ترفعها.", True, False),
        ("سترفع الحكومة أسعار الوقود هذا العام.", False, True),
    ),
    *_about(
        "ar",
        "دخول المتحف مجاني للطلاب كل خميس.",
        ("كل خميس يدخل الطلاب المتحف مجانا.", True, False),
        ("دخول المتحف مجاني كل خميس.", False, True),
    ),
    *_about(
        "ar",
        "تعلمت هذه الوصفة من جدتي، وهي لا تحتاج أكثر من ساعة.",
        ("لا تحتاج هذه الوصفة أكثر من ساعة، وقد تعلمتها من جدتي.", True, False),
        ("تعلمت هذه الوصفة من جدتي.", False, False),
    ),
    *_about(
        "ar",
        "نظف المتطوعون الشاطئ وجمعوا أربعين كيسا من البلاستيك.",
        ("أربعون كيسا من البلاستيك جمعها المتطوعون وهم ينظفون الشاطئ.", True, False),
        ("نظف المتطوعون الشاطئ وجمعوا أربعين كيسا من البلاستيك رماها السياح من السفن.", True, True),
    ),
    *_about(
        "ar",
        "اعتذرت الشركة لعملائها عن انقطاع الخدمة.",
        ("تلقى العملاء اعتذار الشركة عن انقطاع الخدمة.", True, False),
        ("اتهمت الشركة عملاءها بانقطاع الخدمة.", False, True),
    ),
    *_about("ar", "أعلنت مصر وقطر اتفاقا على نقل الغاز.",
            ("أعلنت مصر والأردن اتفاقا على نقل الغاز.", False, True)),
    *_about(
        "ar",
        "تبدأ مبيعات التذاكر ظهر الجمعة.",
        ("يمكن شراء التذاكر ابتداء من ظهر الجمعة.", True, False),
        ("تنتهي مبيعات التذاكر ظهر الجمعة.", False, True),
    ),
]  # fmt: skip
FRESH = [
    *_about(
        "en",
        "The bridge to the island reopens on Saturday after two years of repairs.",
        ("After two years of repairs, the bridge to the island is open again from Saturday.", True, False),
        ("The bridge to the island closes on Saturday for two years of repairs.", False, True),
        ("The bridge to the island reopens on Saturday.", False, False),
    ),
    *_about(
        "en",
        "Farmers near the lake want the plant to stop pumping water at night.",
        ("Stop pumping water at night: that is what farmers near the lake want from the plant.", True, False),
        ("The plant near the lake wants farmers to stop pumping water at night.", False, True),
    ),
    *_about(
        "en",
        "Our choir is looking for two tenors; rehearsals are on Tuesdays in the church.",
        ("Can you sing tenor? Our choir needs two. We rehearse on Tuesdays in the church.", True, False),
        ("Our choir seeks two tenors; rehearsals: Tuesdays in the church. Next summer we perform abroad.", True, True),
    ),
    *_about(
        "en",
        "Coffee does not stunt growth, a study of 9,000 children shows.",
        ("A study of 9,000 children shows: coffee does not stunt growth.", True, False),
        ("Coffee stunts growth, a study of 9,000 children shows.", False, True),
    ),
    *_about(
        "en",
        "Police say the missing boy was found safe on Thursday evening.",
        ("The missing boy is safe: police found him on Thursday evening.", True, False),
        ("Police say the missing boy was found dead on Thursday evening.", False, True),
    ),
    *_about(
        "en",
        "The new phone costs less than the old one but its battery lasts longer.",
        ("Cheaper than the old one, and the battery lasts longer: the new phone.", True, False),
        ("The new phone costs more than the old one but its battery lasts longer.", False, True),
    ),
    *_about(
        "en",
        "I baked this cake without sugar or eggs.",
        ("No sugar, no eggs: I baked this cake without them.", True, False),
        ("I baked this cake with sugar and eggs.", False, True),
    ),
    *_about(
        "en",
        "Schools in the north could close next week because of snow.",
        ("Because of snow, schools in the north could close next week.", True, False),
        ("Schools in the north will close next week because of snow.", True, True),
    ),
    *_about(
        "en",
        "Only members can vote at the meeting in May.",
        ("To vote at the meeting in May you must be a member.", True, False),
        ("Anyone can vote at the meeting in May.", False, True),
    ),
    *_about("en", "The film made me laugh until I cried.", ("I laughed until I cried at this film.", True, False)),
    *_about(
        "en",
        "Three cyclists were hurt when a van turned left without looking.",
        ("A van turned left without looking and three cyclists were hurt.", True, False),
        ("Three cyclists were killed when a van turned left without looking.", False, True),
    ),
    *_about(
        "en",
        "Nurses at the clinic will strike on 4 June unless pay rises.",
        ("Unless pay rises, nurses at the clinic will strike on 4 June.", True, False),
        ("Nurses at the clinic will strike on 4 June.", False, True),
    ),
    *_about(
        "ar",
        "يعود جسر الجزيرة إلى العمل يوم السبت بعد عامين من الإصلاح.",
        ("بعد عامين من الإصلاح، جسر الجزيرة يعود إلى العمل يوم السبت.", True, False),
        ("يعود جسر الجزيرة إلى العمل يوم السبت.", False, False),
        ("يتوقف جسر الجزيرة عن العمل يوم السبت لعامين من أجل الإصلاح.", False, True),
    ),
    *_about(
        "ar",
        "القهوة لا تضر بنمو الأطفال، بحسب دراسة شملت 9000 طفل.",
        ("دراسة شملت 9000 طفل: القهوة لا تضر بنمو الأطفال.", True, False),
        ("القهوة تضر بنمو الأطفال، بحسب دراسة شملت 9000 طفل.", False, True),
    ),
    *_about(
        "ar",
        "تبحث فرقتنا عن عازفي كمان، والتدريب كل ثلاثاء في المسرح.",
        ("هل تعزف الكمان؟ فرقتنا تبحث عن عازفين، والتدريب كل ثلاثاء في المسرح.", True, False),
        ("تبحث فرقتنا عن عازفي كمان، والتدريب كل ثلاثاء في المسرح، والسفر إلى باريس في الصيف.", True, True),
    ),
    *_about(
        "ar",
        "قالت الشرطة إن الطفل المفقود وجد سالما مساء الخميس.",
        ("مساء الخميس وجد الطفل المفقود سالما، قالت الشرطة.", True, False),
        ("قالت الشرطة إن الطفل المفقود وجد ميتا مساء الخميس.", False, True),
    ),
    *_about(
        "ar",
        "قد تغلق المدارس في الشمال الأسبوع المقبل بسبب الثلوج.",
        ("بسبب الثلوج قد تغلق المدارس في الشمال الأسبوع المقبل.", True, False),
        ("ستغلق المدارس في الشمال الأسبوع المقبل بسبب الثلوج.", True, True),
    ),
    *_about(
        "ar",
        "سعر الهاتف الجديد أقل من القديم وبطاريته تدوم أطول.",
        ("الهاتف الجديد أرخص من القديم، وبطاريته أطول عمرا.", True, False),
        ("سعر الهاتف الجديد أكثر من القديم وبطاريته تدوم أطول.", False, True),
    ),
    *_about(
        "ar",
        "خبزت هذه الكعكة من غير سكر ولا بيض.",
        ("من غير سكر ولا بيض: هكذا خبزت هذه الكعكة.", True, False),
        ("خبزت هذه الكعكة بالسكر والبيض.", False, True),
    ),
    *_about(
        "ar",
        "أصيب ثلاثة دراجين حين انعطفت شاحنة يسارا.",
        ("انعطفت شاحنة يسارا فأصيب ثلاثة دراجين.", True, False),
        ("قتل ثلاثة دراجين حين انعطفت شاحنة يسارا.", False, True),
    ),
]
