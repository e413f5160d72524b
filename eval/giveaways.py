"""Phrases that give machines away, English and Arabic: what readers mean by 'it screams ChatGPT'.

From the excess words of machine-written prose (Kobak et al. 2024, arXiv:2406.07016) and from what assistants open and
close with. People write some of them too: read the figure of the rewrites beside that of the drafts.
"""

from __future__ import annotations

PHRASES = {
    "opening": (
        r"in (?:todays|this|our) (?:fast paced|digital|ever changing|ever evolving|modern|hyper ?connected) \w+",
        r"in (?:the|an) (?:ever (?:changing|evolving)|fast paced|dynamic|rapidly (?:changing|evolving)) \w+",
        r"in a world (?:where|full of|that)",
        r"lets (?:dive|delve|explore|unpack|break it down|be honest|face it)|dive (?:in|into|deep|deeper)|deep dive",
        r"buckle up|picture this|heres the (?:thing|kicker|catch)|the best part|look no further|say goodbye to",
        r"في (?:عالم(?:نا)?|زمن(?:نا)?|عصر(?:نا)?) (?:اليوم )?"
        r"(?:متسارع|المتسارع|سريع|السريع|الرقمي|الحالي|الحديث|يتسم)\w*",
        r"في ظل (?:التطور|التطورات|التغيرات|التحولات) (?:المتسارع|السريع|المستمر)\w*",
        r"(?:دعونا|دعنا|هيا بنا|تعالوا) (?:نستكشف|نتعمق|نغوص|نكتشف|نتعرف|نلقي)|لنغوص|لنغص|لنتعمق|لنستكشف",
        r"تخيل(?:وا)? (?:معي|معنا)|هل (?:انت|انتم) (?:مستعد|مستعدون|جاهز|جاهزون)|استعد(?:وا)? ل\w+",
    ),
    "words": (
        r"delv(?:e|es|ed|ing)|tapestry|testament to|game ?chang(?:er|ers|ing)|groundbreaking|transformative|pivotal",
        r"(?:unlock|unleash|harness|elevate|supercharge)(?:s|es|ing)? (?:the|your|our|its|a|new)|embark(?:s|ing)? on",
        r"navigat(?:e|es|ing) the (?:complexities|world|landscape|challenges)|(?:in|into) the realm of|a beacon of",
        r"seamless(?:ly)?|meticulous(?:ly)?|ever evolving|nestled|boasts an?|underscores? the|fostering|a myriad of",
        r"نقله نوعيه|(?:اطلق|يطلق|تطلق|اطلاق) العنان|رحله (?:ملهمه|استثنائيه|استكشاف\w*|لا تنسي)|نسيج (?:غني|متنوع)",
        r"(?:يعد|تعد|يعتبر|تعتبر) بمثابه|(?:يسلط|تسلط|نسلط) الضوء علي|شهاده علي|افاق(?:ا)? جديده|بسلاسه|لا يقدر بثمن",
        r"(?:من )?الجدير بالذكر|تجدر الاشاره|في نهايه المطاف|علاوه علي ذلك|لا شك ان",
    ),
    "contrast": (
        r"(?:its|it is|this is|thats|that is|this|it) (?:not|isnt) (?:just|only|merely|simply) (?:\S+ ){1,8}"
        r"(?:its|it is|but)",
        r"(?:isnt|arent|wasnt|not) just about|(?:is|are|its|were) more than just",
        r"(?:ليس|ليست|لا يقتصر|لا تقتصر) (?:الامر )?(?:مجرد|فقط|علي) (?:\S+ ){1,8}بل|(?:ليس|ليست|اكثر من) مجرد",
    ),
    "assistant": (
        r"as an ai(?: language model| assistant)?|i (?:cant|cannot|am unable to|im unable to) (?:assist|help) with",
        r"(?:sure|certainly|absolutely|of course) heres?|heres (?:a|an|the|your) (?:\S+ )?(?:rewritten|revised|rewrite"
        r"|improved|engaging|punchier|version)",
        r"(?:rewritten|revised|improved) (?:post|tweet|version|headline)|i hope this helps|feel free to",
        r"كنموذج لغ\w+|بصفتي (?:نموذج|مساعد)\w*|(?:بالتاكيد|بالطبع|حسنا|طبعا) (?:اليك|اليكم|هذه|هذا|ها هو|ها هي)",
        r"(?:اليك|اليكم) (?:النسخه|الصياغه|اعاده|المنشور|التغريده)",
        r"(?:اعاده|بعد) (?:صياغه|كتابه) (?:ال)?(?:منشور|تغريده|نص)",
        r"اتمني ان يكون (?:هذا|ذلك) مفيدا|لا تتردد في",
    ),
}
