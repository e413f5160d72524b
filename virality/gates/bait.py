"""No new engagement bait: Facebook's five kinds (vote, react, share, tag, comment), and follow.

Asking what readers think is no bait; asking them to press, tag, share or type is.
"""

from __future__ import annotations

from virality.gates.phrases import new_phrases, phrase_list
from virality.gates.verdict import Context, Verdict

GATE = "bait"
_PRESS = "(?:like|heart|double tap|react|retweet|rt|repost|upvote|fav|لايك|اعجاب|ريتويت|رتويت)"
PHRASES = {
    "vote": (
        r"vote (?:with|by|using) (?:a |an |your )?(?:like|heart|emoji|reaction|comment|retweet|share)\w*",
        rf"{_PRESS} (?:for|=|if) [^\n]{{1,40}} (?:comment|retweet|rt|love|share|heart|angry|wow|haha) (?:for"
        rf"|=|if)",
        r"(?:👍|❤|😂|😮|😡|🔁|💙) ?(?:for|if|=|لو|اذا)",
        r"صوت(?:وا|ي)? (?:ب|عن طريق )(?:ال)?(?:لايك|ايموجي|تعليق|اعجاب|ريتويت)\w*",
    ),
    "react": (
        rf"{_PRESS} (?:this |it |now )?(?:post |tweet |photo |video )?(?:if|when) (?:you|u|your)\w*",
        r"(?:hit|smash|press|tap|click) (?:that |the |this )?(?:like|heart|thumbs up)(?: button)?",
        r"(?:like|upvote) (?:and|&|\+) (?:share|retweet|follow|comment|subscribe)",
        r"double tap (?:this|to|if|for)",
        r"(?:give|drop|leave|show) (?:this|us|me|it) (?:a |some )?(?:like|likes|upvote|thumbs up)",
        r"(?:اضغط|اضغطوا|اعمل|اعملوا|حط|حطوا|دوس|سوي) (?:علي )?(?:ال|زر )?(?:ال)?(?:لايك|لايكات|اعجاب)",
        r"لايك (?:لو|اذا|ان)",
    ),
    "share": (
        r"(?:please |pls |plz )?(?:share|retweet|rt|repost|spread|forward) (?:this|it|now)(?: post| tweet"
        r"| video| message)?"
        r"(?: (?:with|to|if|and|before|so|everywhere|everyone|far|around|now|please)| ?$)",
        r"(?:share|retweet|rt|repost) (?:if|to (?:win|spread|save))",
        r"(?:please|pls|plz) (?:share|retweet|rt|repost)",
        r"share with (?:\w+ ){0,2}(?:friends|friend|people|everyone|someone|family)",
        r"(?:شارك|شاركوا|شاركها|شاركه|انشر|انشرها|انشروا|انشروها) (?:ال|هذا ال|هذه ال)?(?:منشور|تغريده|بوست"
        r"|فيديو|مقطع|مع \w+)",
        r"(?:اعمل|اعملوا|سوي|دوس) (?:شير|مشاركه|ريتويت|رتويت)",
        r"(?:ريتويت|رتويت|شير) (?:لو|اذا|فضلا)",
        r"انشر (?:تؤجر|ولك الاجر)",
    ),
    "tag": (
        r"tag (?:a|an|your|someone|somebody|that|two|three|2|3|5|10|friends|us)(?: \w+)?",
        r"mention (?:a|your|two|three|2|3|5|10) (?:friend|buddy|bestie|colleague)s?",
        r"(?:منشن|تاج|تاق|اعمل تاج|اعمل منشن|سوي منشن|اشر|منشني) (?:ل|الي )?(?:صديق|صديقك|صديقتك|صاحبك|شخص"
        r"|حد|اصدقائك|واحد|لشخص|لصديق)\w*",
    ),
    "comment": (
        r"comment (?:below|yes|no|amen|done|with|the word|your|an? (?:emoji|word))(?: \w+)?",
        r"(?:type|reply|write) (?:yes|no|amen|done|the word|with an? (?:emoji|yes|word))",
        r"(?:leave|drop|post|put) (?:your|us|me|an?|some) (?:\S+ ){0,3}(?:comments?|below)",
        r"(?:sound off|tell us|tell me|let us know|let me know|answer) in (?:the )?comments?",
        r"comment (?:if|to)",
        r"(?:علق|علقوا|اكتب|اكتبوا|اكتبي|اترك|اتركوا|جاوب|شاركونا) (?:\w+ ){0,2}(?:تم|امين|ب?التعليقات|تعليق"
        r"|تعليقا|بالكومنت|الكومنتات|كومنت)",
        r"(?:علق|علقوا) ب\w+",
    ),
    "follow": (
        r"(?:follow|subscribe)(?: to)? (?:us|me|my|our|this|for|now|if|@?\w+ for more)(?: \w+)?",
        r"(?:تابعنا|تابعونا|تابعني|تابعوني|اعمل متابعه|اعمل فولو|فولو|اشترك في القناه|تابع حسابنا"
        r"|تابعوا حسابنا)",
    ),
}
LISTS = PHRASES
_KNOWN = phrase_list(PHRASES)


def check(draft: str, rewrite: str, context: Context) -> Verdict:
    """Fails on a kind of bait that the rewrite has and the draft has not; English and Arabic phrases."""
    return new_phrases(GATE, "engagement bait", _KNOWN, draft, rewrite, context)
