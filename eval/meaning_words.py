"""Small words and opposites that change what a post says, English and Arabic: lists for `eval.meaning`."""

from __future__ import annotations

from virality.text.vocabulary import vocabulary

OPPOSITES = {
    "en": (
        "rise rose risen increase grow grew up/fall fell fallen decrease shrink drop down",
        "win won beat/lose lost defeat",
        "open/close shut",
        "start begin began launch/end stop finish",
        "buy bought/sell sold",
        "hire/fire",
        "accept approve agree pass/reject refuse oppose fail",
        "allow permit legal/ban forbid prohibit illegal",
        "love/hate",
        "good better/bad worse",
        "support/oppose",
        "raise/cut lower",
        "high/low",
        "hot/cold",
        "arrive/leave",
        "safe/dangerous unsafe",
        "true/false",
        "cheap/expensive",
        "early/late",
        "before/after",
        "more/less fewer",
        "apologise apology praise/blame accuse",
    ),
    "ar": (
        "ارتفع ارتفعت يرتفع ترتفع ارتفاع زاد زادت تزيد يزيد زياده/انخفض انخفضت ينخفض تنخفض انخفاض تراجع تراجعت هبط",
        "فاز فازت يفوز تفوز فوز/خسر خسرت يخسر تخسر خساره هزيمه",
        "فتح فتحت افتتح افتتحت يفتح تفتح افتتاح/اغلق اغلقت يغلق تغلق اغلاق",
        "بدا بدات يبدا تبدا بدء بدايه انطلق انطلقت/انتهي انتهت ينتهي تنتهي نهايه توقف توقفت",
        "وافق وافقت قبلت موافقه/رفض رفضت يرفض ترفض",
        "سمح سمحت يسمح تسمح/منع منعت يمنع تمنع حظر حظرت",
        "نجح نجحت نجاح/فشل فشلت",
        "دعم ايد ايدت/عارض عارضت",
        "قبل/بعد",
        "رفع رفعت يرفع ترفع/خفض خفضت يخفض تخفض",
        "وصل وصلت/غادر غادرت",
        "امن امنه/خطر خطير خطيره",
        "صحيح صحيحه/خاطي خاطئ خاطئه",
        "يحب تحب احب/يكره تكره اكره",
        "ارخص رخيص/اغلي غال",
        "اكثر/اقل",
        "اعتذر اعتذرت اعتذار/اتهم اتهمت اتهام لام",
    ),
}
"""Words of which one says the opposite of the other, a row 'these/those'; Arabic as `fold` spells it."""

HEDGES = {
    "en": vocabulary(
        "may might could possibly perhaps maybe probably likely allegedly reportedly apparently seems seem seemingly",
        "suggest suggests suggested rumoured rumored some few several",
    ),
    "ar": vocabulary("ربما يحتمل محتمل محتمله لعل يبدو تبدو يزعم تزعم مزاعم بعض"),
}
"""Words that say that it may not be so, or not for all; a rewrite that loses the last of them says more."""

CONDITIONS = {
    "en": vocabulary(
        "if unless plan plans planned promise promises promised vow vows vowed hope hopes hoped",
    ),
    "ar": vocabulary("اذا لو يعتزم تعتزم وعد وعدت تعد تعهد تعهدت ينوي تنوي يامل تامل"),
}
"""Words without which more is said than was said: they stand on both sides or on neither."""
