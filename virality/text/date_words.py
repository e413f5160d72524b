"""The words for days, months, seasons, feasts and parts of day, as patterns: what `virality.text.dates` looks for.

English patterns are matched on lower-cased text, Arabic ones on folded text. Arabic: standard, Egyptian, Gulf,
Levantine and Maghrebi, with the Syriac, French and Hijri months.
"""

from __future__ import annotations

from virality.text.vocabulary import vocabulary

_MONTH = "january february april june july august september october november december"
_DAY = "monday tuesday wednesday thursday friday saturday sunday"
_NTH = r"\d{1,4}(?:st|nd|rd|th)?"
_IN = (
    rf"(?:in|of|by|since|until|till|til|from|after|before|between|through|during|next|last|this|early|mid|late|every"
    rf"|{_NTH})[ -]"
)
_ENDED = r"(?=\.?\s+\d|\s*$|[.,;:!?)&/–-])"
_UNITS = "|".join(f"{_DAY} {_MONTH} march may spring summer autumn winter week month year season decade".split())
_EDGED = rf"(?:(?:on|in|the|next|this|last|of) )*(?:{_UNITS})"

ENGLISH: tuple[tuple[str, str], ...] = (
    *((f"weekday:{day[:3]}", rf"{day}(?:s|['’]s)?") for day in _DAY.split()),
    ("weekday:mon", rf"mon{_ENDED}"),
    ("weekday:tue", "tues?"),
    ("weekday:wed", rf"weds|(?:on|this|next|every) wed{_ENDED}"),
    ("weekday:thu", "thu(?:rs?)?"),
    ("weekday:fri", "fri"),
    ("weekday:sat", rf"(?:on|this|next|every) sat{_ENDED}"),
    ("weekday:sun", rf"(?:on|this|next|every) sun{_ENDED}"),
    ("weekday:weekend", "weekends?"),
    *((f"month:{month[:3]}", rf"{month}(?:['’]s)?") for month in _MONTH.split()),
    *((f"month:{m}", rf"{m}{_ENDED}|{_NTH} {m}") for m in ("jan", "mar")),
    *((f"month:{m}", m) for m in ("feb", "apr", "jun", "jul", "aug", "oct", "nov", "dec")),
    ("month:sep", "sept?"),
    *(
        (f"month:{m[:3]}", rf"{m} {_NTH}|{_IN}(?:the )?{m}(?! (?:be|not|have|seem|on|against|past)\b){but}")
        for m, but in (("march", ""), ("may", r"(?<!this may(?= [a-z]))"))
    ),
    ("season:winter", "winter(?:s|time)?"),
    ("season:summer", "summer(?:s|time)?"),
    ("season:autumn", "autumns?|(?:this|last|next|since|every|in the|of the|by) fall"),
    ("season:spring", r"(?:in|this|last|next|since|the|by|every|early|late|until|till|from|of) spring|springtime"),
    ("feast:christmas", "christmas|xmas"),
    ("feast:new year", "new year(?:['’]s)?(?: (?:day|eve))?"),
    *((f"feast:{name}", name) for name in ("easter", "thanksgiving", "eid", "ramadan", "diwali", "hanukkah")),
    *((f"month:{name}", name) for name in ("rajab", "shawwal")),
    ("feast:halloween", "hallowe['’]?en"),
    ("feast:black friday", "black friday"),
    ("feast:valentine", "valentine['’]?s"),
    ("day:0", "today(?:['’]s)?|tonight(?:['’]s)?|2day|2nite|this (?:morning|afternoon|evening)"),
    ("day:+1", "(?<!day after )(?:tomorrow(?:['’]s)?|tmrw|tmr|2moro|tomoz)"),
    ("day:+2", "day after tomorrow"),
    ("day:-1", "(?<!day before )yesterday(?:['’]s)?|last night(?:['’]s)?"),
    ("day:-2", "day before yesterday"),
    ("span:week+1", "(?:next|coming|following) week"),
    ("span:week-1", "(?:last|past|previous) week|a week ago"),
    ("span:week=0", "this week"),
    ("span:month+1", "(?:next|coming|following) month"),
    ("span:month-1", "(?:last|past|previous) month|a month ago"),
    ("span:month=0", "this month"),
    ("span:year+1", "(?:next|coming|following) year"),
    ("span:year-1", "(?:last|past|previous) year|a year ago"),
    ("span:year=0", "this year"),
    ("span:season+1", "next season"),
    ("span:season-1", "last season"),
    ("part:morning", "mornings?(?! (?:all|everyone|folks|y['’]all))|sunrise"),
    ("part:dawn", "(?:at|before|by|since|until|from) (?:dawn|daybreak|first light)|dawn (?:to|till|until)|daybreak"),
    ("part:noon", "noon|midday|lunchtime"),
    ("part:afternoon", "afternoons?"),
    ("part:evening", r"evenings?|tonight(?:['’]s)?|2nite|overnight|nightly"
     r"|(?:at|last|tomorrow|every|each|per|day) nights?"
     rf"|(?:{_DAY.replace(' ', '|')}) nights?|nights?[ -](?:shifts?|work|bus|trains?|market)"
     r"|(?<!\d )(?<!first )night[ -](?:bakers?|nurses?|duty|class(?:es)?|school|flights?|ferry|guards?|porters?)"),
    ("part:dusk", "dusk|sunset"),
    ("part:midnight", "midnight"),
    ("edge:early", rf"(?:early|start of|beginning of) {_EDGED}"),
    ("edge:mid", rf"(?:mid|middle of)[ -]{_EDGED}"),
    ("edge:late", rf"(?:late|end of) {_EDGED}"),
)  # fmt: skip

ENGLISH_STARTS = vocabulary(
    "mon tue wed thu fri sat sun weekend week jan feb mar apr may jun jul aug sep oct nov dec wint summ",
    "autu fall spri chri xmas year east thanksg hallo black valen eid rama diwa hanu raja shaw toda toni 2da",
    "2ni tomo tmr 2mo yest night morn dawn day noon midd midn lunch aftern evening overn seas deca dusk suns first",
)
"""A row of `ENGLISH` matches only where a word begins so, and the row holds that beginning: asked first, for speed."""

_A = "(?:[وفبك]?ال|[وف]?لل|عال|هال)"
_P = "[وفبلك]?"
_DAY_OF = r"(?:يوم|نهار|ليله|ليلت|مساء|صباح|ظهر|فجر|عصر|عشيه|صبح|قبل|لحد|حتي)"
_AT = r"(?:شهر|في|ف|من|حتي|الي|منتصف|نهايه|اواخر|اوائل|مطلع|بدايه|خلال|اول|اخر|منذ|قبل|بعد|عن|لغايه|غايه|\d{1,4})"
_NEXT = "(?:المقبله?|القادمه?|الجايه?|الجاييه?|(?:اللي|لي) جايه?|الاتيه?|اللي بعده|ماجي|الماجي)"
_LAST = "(?:الماضيه?|الفايته?|الفائته?|(?:اللي|لي) فاتت?|المنصرمه?|السابقه?|الفارطه?|اللي راحت?|اللي مرت?|اللي قبل)"
_WEEKDAYS = "(?:احد|اثنين|اتنين|ثلاثاء|اربعاء|خميس|جمعه|سبت)"

_MONTHS = {
    "jan": "يناير|كانون الثاني|كانون تاني|جانفي",
    "feb": "فبراير|شباط|فيفري",
    "mar": "اذار",
    "apr": "ابريل|نيسان|افريل",
    "may": "مايو|ايار",
    "jun": "يونيو|يونيه|حزيران",
    "jul": "يوليو|يوليه|تموز|جويليه|يوليوز",
    "aug": "اغسطس|غشت",
    "sep": "سبتمبر|ايلول|شتنبر",
    "oct": "اكتوبر|تشرين الاول|تشرين اول",
    "nov": "نوفمبر|تشرين الثاني|تشرين تاني|نونبر",
    "dec": "ديسمبر|كانون الاول|كانون اول|دجنبر",
    "rajab": "رجب",
    "shaban": "شعبان",
    "shawwal": "شوال",
    "qaada": "ذ[وي] القعده",
    "hijja": "ذ[وي] الحجه",
    "rabi1": "ربيع الاول",
    "rabi2": "ربيع (?:الثاني|الاخر)",
    "jumada1": "جمادي الاولي",
    "jumada2": "جمادي (?:الثانيه|الاخره|الاخري)",
}
_MONTHS_AFTER_A_WORD = {"mar": "مارس", "may": "ماي", "jun": "جوان", "aug": "اب|اوت", "muharram": "محرم", "safar": "صفر"}
_EDGE_OF = rf"(?:{_A}?(?:شهر|عام|سنه|موسم|صيف|شتا|شتاء|خريف|ربيع)|{_A}اسبوع|{'|'.join(_MONTHS.values())}|مارس|رمضان)"

ARABIC: tuple[tuple[str, str], ...] = (
    ("weekday:sun", rf"{_A}احد|{_DAY_OF} (?:ال)?(?:احد|حد)|الحد (?:{_NEXT}|{_LAST})"),
    ("weekday:mon", rf"{_A}(?:اثنين|اتنين|تنين)|{_DAY_OF} (?:اثنين|اتنين|لثنين)"),
    ("weekday:tue", rf"{_A}(?:ثلاثاء|ثلاثا|تلات|تلاتا|ثلوث|تلاتاء)|{_DAY_OF} (?:ثلاثاء|ثلاثا|تلات|تلاتا|التلاته)"),
    ("weekday:wed", rf"{_A}(?:اربعاء|اربعا|اربعه(?= {_NEXT}))|{_DAY_OF} (?:ال)?(?:اربعاء|اربعا|ربوع|اربع)|لاربعا"),
    ("weekday:thu", rf"{_A}خميس|{_DAY_OF} خميس|لخميس"),
    ("weekday:fri", rf"{_A}جمعه|{_DAY_OF} جمعه|لجمعه|الجمع"),
    ("weekday:sat", rf"{_A}سبت|{_DAY_OF} سبت|لسبت"),
    ("weekday:weekend", rf"{_P}(?:نهايه|عطله|اخر) (?:نهايه )?(?:ال)?(?:اسبوع|سيمانه)|{_A}?ويك ?ا?ند"),
    *((f"month:{name}", rf"{_P}(?:{row})") for name, row in _MONTHS.items()),
    *(
        (f"month:{name}", rf"(?:{_AT} |(?<=\d )){_P}(?:{row})|{_P}(?:{row}) (?:{_NEXT}|{_LAST}|الجاري|\d{{4}})")
        for name, row in _MONTHS_AFTER_A_WORD.items()
    ),
    ("feast:ramadan", rf"{_P}رمضان|الشهر الفضيل|شهر الصيام"),
    ("season:winter", rf"(?:{_A}|{_P})شتا(?:ء|ءا)?|{_A}?شتويه?"),
    ("season:summer", rf"(?:{_A}|{_P})صيفا?|{_A}?صيفيه?"),
    ("season:autumn", rf"(?:{_A}|{_P})خريفا?|{_A}?خريفيه?"),
    ("season:spring", rf"{_A}ربيع|{_P}ربيعا|{_P}ربيع (?:\d{{4}}|{_NEXT}|{_LAST}|هذا)|{_A}?ربيعيه?"),
    ("feast:eid", rf"{_A}عيد(?! الميلاد)|{_P}عيد (?:الفطر|الاضحي)|العيدين"),
    ("feast:new year", rf"{_P}راس (?:ال)?(?:سنه|عام)|{_A}سنه الجديده|ليله راس السنه"),
    ("feast:christmas", rf"{_P}عيد الميلاد|{_A}?(?:كريسماس|كريستماس)|اعياد الميلاد"),
    ("feast:mawlid", rf"{_A}مولد(?: النبوي)?"),
    ("feast:ashura", "عاشوراء?"),
    ("day:0", rf"{_P}(?:ال|هال|ها ?د ال|هذا ال)يوم(?! (?:الاول|الثاني|الثالث|الرابع|الاخير|التالي|نفسه|ذاته|الواحد"
     rf"|العالمي|الدولي|الوطني|السابق|المفتوح|الدراسي|الذي|اللي))"
     rf"|{_P}(?:النهارده|النهارضه|انهارده|ليوما?|ليومه|الليله|هالليله|الليلادي|الليله دي)"
     rf"|(?:هذا|هاد|هال|هذه|ها) ?(?:ال)?(?:مساء|مسا|صباح|صبح|عشيه|ليله)"),
    ("day:+1", rf"(?<!بعد )(?<!بعد ال){_P}(?:غدا|بكره(?! (?:ال)?(?:قدم|سله|يد|طائره|طايره|مضرب)))"
     rf"|(?<!بعد ){_P}(?:بكرا|باكر|غدوه|غدوا|غدي)"
     r"|(?<!بعد )(?:يوم )?(?:ال|ب ?ال|لل)?غد"),
    ("day:+2", rf"{_P}بعد (?:بكره|بكرا|ال?غد|غدوه|باكر)"),
    ("day:-1", rf"(?<!اول )(?<!قبل )(?<!من ){_P}(?:امس|البارحه?|بارح|مبارح|امبارح|انبارح|لبارحه?|يامس)"
     r"|(?<!اول )من (?:امس|البارحه?|مبارح)"),
    ("day:-2", rf"{_P}(?:اول|قبل) (?:من )?(?:امس|البارحه?|مبارح|امبارح)"),
    *(
        row
        for unit, words in (
            ("week", "(?:اسبوع|سيمانه|جمعه)"),
            ("month", "شهر"),
            ("year", "(?:عام|سنه)"),
            ("season", "موسم"),
        )
        for row in (
            (f"span:{unit}+1", rf"{_A}{words} {_NEXT}"),
            (f"span:{unit}-1", rf"{_A}{words} {_LAST}"),
            (f"span:{unit}=0", rf"(?:هذا|هذه|هاد|هاذ|ها) ?ال{words}|هال{words}"
             rf"|{_A}{words} (?:ده|دي|هذا|هذه|الجاري|الحالي|الجاريه|الحاليه)"),
        )
    ),
    ("part:morning", rf"{_P}(?:ال)?(?:صباح|صبح)ا?(?! (?:الخير|النور|الورد|الفل|الياسمين))|{_A}?صباحيه?"),
    ("part:dawn", rf"{_A}فجر|{_P}فجرا|{_P}فجر (?=ال|غد)"),
    ("part:noon", rf"(?<!بعد ){_A}(?:ظهر|ضهر)|{_P}(?:ظهرا|ضهرا)|{_P}ظهر (?={_A}{_WEEKDAYS}|غد|اليوم|امس)|{_A}ظهيره"),
    ("part:afternoon", rf"{_P}بعد (?:ال)?(?:ظهر|ضهر)|{_A}عصر|{_P}عصرا|{_P}عصر (?={_A}{_WEEKDAYS}|غد|اليوم|امس)"),
    ("part:evening", rf"{_P}(?:ال)?(?:مساء?|مساءا|عشيه|عشيا)(?! (?:الخير|النور|الورد))|{_A}?مسائيه?"
     rf"|{_P}ليلا|{_A}(?:ليل|ليله)|{_A}?ليليه?"
     rf"|{_P}ليله (?={_A}{_WEEKDAYS}|امس|غد|البارح)|{_P}كل ليله|سهره"),
    ("part:midnight", rf"{_P}(?:منتصف|نصف|نص) (?:ال)?ليل"),
    *(
        (f"part:{name}", rf"(?:قبل|بعد|عقب|صلاه|اذان|وقت|مع|عند) (?:صلاه |اذان |اذان صلاه )?ال(?:{row})")
        for name, row in (("sunset", "مغرب"), ("isha", "عشاء|عشا"))
    ),
    ("edge:early", rf"{_P}(?:اوائل|مطلع|بدايه|بدايات|مستهل) {_EDGE_OF}|{_P}اول ال(?:شهر|سنه|عام)"),
    ("edge:mid", rf"{_P}(?:منتصف|اواسط|نص) {_EDGE_OF}"),
    ("edge:late", rf"(?!{_P}نهايه (?:ال)?اسبوع){_P}(?:اواخر|نهايه|اخر|ختام) (?:{_EDGE_OF})"),
)  # fmt: skip
"""Rows of 'slot:value' and pattern; '+1' is the next, '-1' the last, '=0' this one."""

ARABIC_STARTS = vocabulary(
    "احد حد اثن اتن تني لثن ثلا تلا ثلو ارب ربو ربع خمي جمع سبت نها عطل اخر ويك ينا كان جان فبر شبا فيف اذا ابر نيس",
    "افر ماي ايا يون حزي يول تمو جوي اغس غشت ايل شتن اكت تشر نوف نون ديس دجن رجب شعب شوا قعد حجه ربي جما مار جوا اب",
    "اوت محر صفر رمض فضي صيا شتا شتو صيف خري عيد راس سنه كري ميل مول عاش يوم انه ليو ليل هال مسا صبا صبح عشي غدا بكر",
    "باك غدو غدي غد امس بار مبا امب انب لبا يام اسب سيم شهر عام موس فجر ظهر ضهر ظهي عصر سهر منت نصف نص مغر عشا",
)
"""The same for `ARABIC`: the first three letters, after up to three of what may be glued to a word."""
