"""No insult, slur or obscenity that the draft did not have: a modest list, blind to masked spelling."""

from __future__ import annotations

from virality.gates.phrases import new_phrases, phrase_list
from virality.gates.verdict import Context, Verdict

GATE = "toxicity"
ENGLISH = (
    r"idiot(?:s|ic)?|moron(?:s|ic)?|imbeciles?|stupid(?:ity)?|dumb(?:ass|asses|est)?|losers?|scumbags?|scum"
    r"|pathetic|vermin",
    r"subhumans?|degenerates?|dirtbags?|jackass(?:es)?|ass ?holes?|arseholes?|dick ?heads?|douche(?:bag)?s?"
    r"|jerks?",
    r"bitch(?:es|y)?|bastards?|cunts?|twats?|wankers?|whores?|sluts?|skanks?",
    r"(?:mother)?fuck\w*|bull ?shit|shit(?:ty|s|head|heads)?|piece of (?:shit|crap|trash)",
    r"nigg(?:er|a)s?|fag(?:got)?s?|retard(?:s|ed)?|trann(?:y|ies)|spics?|chinks?|kikes?|wetbacks?|ragheads?"
    r"|towelheads?|gooks?",
)
_CLITIC = "(?:[وفبلك]?ال|لل|[وفبلك])?"
ARABIC = (
    rf"{_CLITIC}(?:احمق|حمقي|حمقاء|غبي|غبيه|اغبياء|غباء|معتوه|معتوهين|متخلف|متخلفه|متخلفين|تافه|تافهه|تافهين"
    rf"|اهبل|هبل)",
    rf"{_CLITIC}(?:حقير|حقيره|حقراء|سافل|سافله|سفله|وسخ|وسخه|اوساخ|قذر|قذره|قذرين|نجس|انجاس|واطي|حثاله)",
    r"(?:يا|انت|انتم|ايها ال) ?(?:كلب|كلاب|حمار|حمير|حيوان|حيوانات|خنزير|خنازير|زباله|بقره|تيس)",
    r"(?:ابن|ابناء|اولاد|بنت|ولاد) (?:ال)?(?:كلب|حرام|شرموطه|قحبه|زنا|وسخه|عاهره)",
    rf"{_CLITIC}(?:شرموط|شرموطه|شراميط|قحبه|قحاب|عاهره|عاهرات|عواهر|ديوث|عرص|معرص|خول|خولات|منيوك|منايك)",
    r"كس (?:ام|اخت)\w*",
)
LISTS = (ENGLISH, ARABIC)
_KNOWN = phrase_list({row: (row,) for row in (*ENGLISH, *ARABIC)})


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a row of the lists that the rewrite has and the draft has not."""
    return new_phrases(GATE, "insulting words", _KNOWN, draft, rewrite, context)
