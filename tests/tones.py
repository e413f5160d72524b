"""Posts in a tone, and a neutral corpus in which they stand out: hand-written, English and Arabic."""

from __future__ import annotations

from virality.text.tone import Tone

NEUTRAL: dict[str, tuple[str, ...]] = {
    "en": (
        "The bus from the station runs every ten minutes on weekdays.",
        "The library on the hill has a new room for maps.",
        "A boat with three crew members left the harbour on Monday.",
        "The school garden grows beans and tomatoes this year.",
        "Our shop sells bread, rolls and cakes until six.",
        "Workers found an old coin below the floor of the church.",
        "The museum shows paintings from the last two centuries.",
        "Rain is expected in the north of the country tonight.",
        "The town plans a bridge for bikes over the river.",
        "He walked across the island in four days with a dog.",
        "The film about the lighthouse opens in cinemas in May.",
        "A farmer near the coast makes cheese with herbs.",
        "The train to the city stops at two more stations now.",
        "She wrote a book about birds and the people who count them.",
        "The market moves to the square behind the town hall.",
        "The band plays songs from its second record on Friday.",
        "You can see the comet in the evening above the lake.",
        "A new study looks at how children learn to read.",
        "The bakery opens at seven and closes when the bread is gone.",
        "I painted the kitchen door green over the weekend.",
        "The team trains in the old hall by the park.",
        "Volunteers planted two hundred trees along the road.",
        "The price of tickets stays the same next season.",
        "It seems the ferry could leave a bit later tomorrow.",
    ),
    "ar": (
        "تنطلق الحافلة من المحطة كل عشر دقائق في أيام الأسبوع.",
        "في المكتبة على التل قاعة جديدة للخرائط القديمة.",
        "غادر قارب الميناء صباح الاثنين وعليه ثلاثة بحارة.",
        "تزرع حديقة المدرسة الفول والطماطم هذا العام.",
        "يبيع المتجر الخبز والكعك حتى السادسة مساء.",
        "وجد العمال قطعة نقود قديمة تحت أرض البيت.",
        "يعرض المتحف لوحات من القرنين الماضيين.",
        "تسقط الأمطار الليلة في شمال البلاد.",
        "تخطط البلدة لبناء جسر للدراجات فوق النهر.",
        "سار الرجل عبر الجزيرة في أربعة أيام مع كلبه.",
        "يبدأ عرض فيلم المنارة في دور السينما في مايو.",
        "يصنع مزارع قرب الساحل الجبن بالأعشاب.",
        "يقف القطار إلى المدينة في محطتين جديدتين الآن.",
        "كتبت مؤلفة كتابا عن الطيور والناس الذين يعدونها.",
        "ينتقل السوق إلى الساحة خلف مبنى البلدية.",
        "تعزف الفرقة أغاني من ألبومها الثاني يوم الجمعة.",
        "يمكن رؤية المذنب في المساء فوق البحيرة.",
        "تبحث دراسة جديدة في كيفية تعلم الأطفال القراءة.",
        "يفتح المخبز في السابعة ويغلق عند نفاد الخبز.",
        "طليت باب المطبخ بالأخضر في نهاية الأسبوع.",
        "يتدرب الفريق في القاعة القديمة قرب الحديقة.",
        "زرع متطوعون مئتي شجرة على طول الطريق.",
        "يبقى سعر التذاكر كما هو في الموسم المقبل.",
        "ربما تغادر العبارة غدا في وقت متأخر قليلا.",
    ),
}
TONED: dict[str, dict[Tone, tuple[str, ...]]] = {
    "en": {
        "plain": (
            "We sell tea. It is hot. Come in.",
            "The shop is open. We have bread. It is new.",
            "It is cold. The bus is late. We walk.",
        ),
        "warm": (
            "Thank you so much, dear friends, we love having you with us ❤",
            "Good morning everyone! Wishing you a lovely day with the people you love.",
            "Welcome home, we missed you and we’re so happy you are here.",
        ),
        "bold": (
            "Stop waiting. Grab your seat. No excuses.",
            "Nobody beats our bread. Dare to try it!",
            "We refuse to lose this bridge. Fight for it.",
        ),
        "formal": (
            "We are pleased to announce that the annual general assembly will commence on Thursday; participants are "
            "kindly requested to confirm their attendance.",
            "Pursuant to the regulations, applications regarding accommodation require additional documentation.",
        ),
    },
    "ar": {
        "plain": (
            "نبيع الشاي. هو حار. ادخل.",
            "المحل فتح. عندنا خبز. هو طري.",
            "الجو برد. لا باص. نمشي.",
        ),
        "warm": (
            "شكرا لكم من القلب يا أصدقائي، نحبكم ونسعد بكم دائما ❤",
            "صباح الخير أحبتي، أتمنى لكم يوما جميلا مع من تحبون",
            "أهلًا بكم في بيتكم، اشتقنا لكم وفرحتنا بكم كبيرة",
        ),
        "bold": (
            "كفى انتظارا. احجز مقعدك. لا أعذار!",
            "لا أحد يخبز أقوى منا. تحدوا أنفسكم!",
            "لن نقبل هدم الجسر. انهضوا الآن.",
        ),
        "formal": (
            "يسرنا أن نحيطكم علما بأن الاجتماع السنوي للجمعية سيتم عقده يوم الخميس، "
            "ويرجى من السادة المشاركين تأكيد الحضور.",
            "بموجب القرار الصادر، يتعين على الراغبين في التسجيل تقديم المستندات المطلوبة إلى الإدارة المعنية.",
        ),
    },
}
