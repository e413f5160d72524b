"""No new clickbait formula: a small list; a weight file replaces it when one has been trained."""

from __future__ import annotations

from virality.gates.phrases import new_phrases, phrase_list
from virality.gates.verdict import Context, Verdict

GATE = "clickbait"
PHRASES = {
    "disbelief": (
        r"(?:you|u) (?:wont|will not|will never|cant|would not|wouldnt|are not going to"
        r"|arent going to) (?:even )?believe",
        r"(?:لن|ما راح|مش ح?|مو راح) ?(?:تصدق|تصدقوا|تصدقي|تتخيل|تتخيلوا|تتوقع|تتوقعوا)",
        r"مش هتصدق\w*",
        r"لن يخطر (?:ب|علي )بالك",
    ),
    "next": (
        r"what (?:happens|happened|he did|she did|they did|he does|she does|comes|came) next",
        r"(?:and )?then this happen(?:s|ed)",
        r"wait (?:till|until|til) you (?:see|hear|read)",
        r"(?:شاهد|شاهدوا|انظر) (?:ماذا|ما) (?:حدث|حصل|جري|فعل)",
        r"(?:ما|ماذا|اللي) (?:حدث|حصل) بعد (?:ذلك|كده|هيك)",
        r"والنتيجه (?:صادمه|لا تصدق)",
    ),
    "trick": (
        r"(?:this|these|one|with this) (?:one |\d+ )?(?:weird|simple|crazy|genius|strange|secret"
        r"|old) (?:little )?(?:tricks?|tips?|hacks?|secrets?)",
        r"this one (?:trick|tip|hack|thing|secret)",
        r"(?:doctors|dentists|experts|banks|they) (?:hate|dont want you to know|do not want you to know)",
        r"(?:حيله|خدعه|طريقه|حركه) (?:واحده|بسيطه|سريه|عجيبه)",
        r"الاطباء (?:يكرهون|يخفون)\w*",
    ),
    "feeling": (
        r"(?:will|gonna|going to) (?:blow your mind|shock you|amaze you|make you cry|break your heart"
        r"|melt your heart|give you chills"
        r"|leave you speechless|restore your faith\w*|change your life|surprise you)",
        r"(?:jaw dropping|mind blowing|mindblowing|gone wrong|goes wrong|faith in humanity"
        r"|break the internet|broke the internet)",
        r"(?:س|سوف )(?:يصدمك|تصدمك|يذهلك|تذهلك|يبكيك|يغير حياتك|تغير حياتك|يدهشك)",
        r"(?:صدم|ابكي|اذهل|يصدم) (?:الجميع|الملايين|العالم)",
    ),
    "hurry": (
        r"before (?:its|it is) (?:too late|deleted|taken down|removed)",
        r"(?:the )?(?:number|no) \d+ (?:will|is going to)",
        r"(?:everyone|everybody|the internet) is (?:talking about|losing it|freaking out)",
        r"(?:شاهد )?قبل (?:ال)?(?:حذف|فوات الاوان)\w*",
        r"الجميع يتحدث عن",
    ),
}
LISTS = PHRASES
_KNOWN = phrase_list(PHRASES)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a kind of formula that the rewrite has and the draft has not; English and Arabic."""
    return new_phrases(GATE, "clickbait", _KNOWN, draft, rewrite, context)
