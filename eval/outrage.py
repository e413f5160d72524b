"""Words of moral outrage, English and Arabic: more of them spread a post further, and anger those who read it.

After the moral-emotional words of Brady et al. (2017, PNAS 114:7313): disgust, contempt and anger at what is wrong, not
the names of crimes and wars, which are topics. Insults are the toxicity gate's.
"""

from __future__ import annotations

_CLITIC = "(?:[وفبلك]?ال|لل|[وفبلك])?"
PHRASES = {
    "outrage": (
        r"outrag(?:e|es|ed|eous|eously|ing)|disgrac(?:e|es|ed|eful|efully)|disgust(?:s|ed|ing|ingly)?",
        r"sham(?:e|eful|efully|eless|elessly)|appall(?:ed|ing|ingly)|despicable|deplorable|contemptible|vile"
        r"|abhorrent|repulsive|repugnant|sicken(?:ed|ing|s)?|revolting|loathsome",
        r"evil|wicked|monstrous|heinous|atrocious|horrific|horrifying|barbaric|inhuman|cruelty|ruthless",
        r"betray(?:s|ed|al|als|ing)?|traitors?|treason|hypocrit(?:e|es|ical)|hypocrisy|liars?|corrupt|crooked|greedy",
        r"furious(?:ly)?|fury|infuriat(?:es?|ed|ing)|enrag(?:es?|ed|ing)|hateful|scandalous|unforgivable|inexcusable"
        r"|unacceptable|intolerable",
        r"how dare (?:they|you|he|she|we)|enough is enough|have you no shame|makes? (?:me|my blood|us) (?:sick|boil)"
        r"|should be ashamed",
        rf"{_CLITIC}(?:مخزي|مخزيه|مخز|مشين|مشينه|معيب|معيبه|فضيحه|فضائح|فاضح|مهزله|عار)",
        rf"{_CLITIC}(?:مقزز|مقززه|مقرف|مقرفه|مثير للاشمئزاز|اشمئزاز|بشع|بشعه|شنيع|شنيعه|فظيع|فظيعه|مروع|مروعه|وحشي"
        rf"|وحشيه|همجي|همجيه|شرير|اشرار)",
        rf"{_CLITIC}(?:خائن|خائنه|خونه|خيانه|خيانات|غدر|غدار|منافق|منافقه|منافقين|منافقون|نفاق|كذاب|كذابين|كذابون"
        rf"|فاسد|فاسده|فاسدين|فاسدون|طاغيه|طغاه|ظالم|ظالمه|ظالمين|ظالمون)",
        rf"{_CLITIC}(?:غاضب|غاضبه|غاضبين|غاضبون|ساخط|سخط|يستفز|تستفز|استفزاز|مستفز|مستفزه)|لا يغتفر|غير مقبول",
        r"حسبنا الله|حسبي الله|اين الضمير|بلا (?:ضمير|خجل|حياء)|كفي (?:ظلما|فسادا|كذبا)|الا يخجلون|يا للعار",
    ),
}
