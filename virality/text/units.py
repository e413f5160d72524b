"""Units of measure and currencies, English and Arabic (standard and spoken): one name for each, and their kind."""

from __future__ import annotations

import re

from virality.text.vocabulary import vocabulary

_ALEFS = str.maketrans("أإآ", "ااا")


def _table(rows: dict[str, str]) -> dict[str, str]:
    """Canonical by word, from words by canonical; Arabic also with bare alefs and haa for taa marbuta."""
    table = {word: name for name, row in rows.items() for word in vocabulary(row)}
    table |= {word.translate(_ALEFS): name for word, name in table.items()}
    return table | {re.sub("ة$", "ه", word): name for word, name in table.items()}


SCALES = _table(
    {
        "2": "hundred مئة مائة",
        "3": "k thousand thousands ألف ألفا آلاف تلاف",
        "6": "mn mln mio million millions مليون مليونا ملايين",
        "9": "bn bln billion billions مليار مليارا مليارات بليون",
        "12": "tn trn trillion trillions تريليون",
    }
)
"""Power of ten by word."""

_CURRENCIES = {
    "$": "dollar dollars usd us_dollars us_dollar bucks دولار دولارا دولارات دولاران دولارين",
    "€": "euro euros eur يورو أورو يوروهات",
    "£": "gbp quid sterling",
    "pound": "pounds pound جنيه جنيها جنيهات جنيهين egp",
    "¥": "yen jpy ين",
    "₹": "rupee rupees inr rs روبية روبيات",
    "yuan": "yuan rmb cny renminbi يوان",
    "riyal": "riyal riyals rial rials sar qar omr ريال ريالا ريالات ريالين",
    "dirham": "dirham dirhams aed dhs درهم درهما دراهم درهمين",
    "dinar": "dinar dinars kwd bhd jod iqd dzd tnd lyd دينار دينارا دنانير دينارين",
    "lira": "lira liras lire syp lbp ليرة ليرات ليرتين",
    "shekel": "shekel shekels ils nis شيكل شيكلا شواكل شيقل شيقلا شاقل",
    "peso": "peso pesos mxn ars بيزو",
    "franc": "franc francs chf xof xaf فرنك فرنكا فرنكات",
    "krona": "krona kronor kroner krone sek nok dkk kr كرونة",
    "zloty": "zł zl zloty zlotys złoty złotych pln زلوتي",
    "rouble": "ruble rubles rouble roubles روبل",
    "rand": "rand zar راند",
    "real": "reais brl",
    "baht": "baht thb بات",
    "won": "krw",
    "cent": "cent cents سنت سنتا سنتات",
    "pence": "pence penny",
    "piastre": "piastre piastres قرش قروش",
    "fils": "fils فلس فلسا فلوس_معدنية",
    "millime": "millime millimes مليم",
}
DOTTED_CURRENCY = re.compile(
    r"(?<=\d)\s?(?:(?P<dinar>د ?\. ?[كأاعجتلب])|(?P<dirham>د ?\. ?[إم])|(?P<riyal>ر ?\. ?[سقعي])|(?P<pound>ج ?\. ?[مس])"
    r"|(?P<lira>ل ?\. ?[سل]))(?!\w)\.?"
)
"""'300 د.ك', as Gulf shops write it: the first letters of the currency and of its country."""
_DOTTED = {"dinar": "دينار", "dirham": "درهم", "riyal": "ريال", "pound": "جنيه", "lira": "ليرة"}


def dotted_currency(match: re.Match[str]) -> str:
    """The currency's name in letters."""
    return f" {_DOTTED[match.lastgroup or '']}"


_TIME = {
    "second": "second seconds sec secs ثانية ثوان ثواني ثانيتين ثانيتان",
    "minute": "minute minutes min mins دقيقة دقائق دقايق دقيقتين دقيقتان دقايئ",
    "hour": "hour hours hr hrs h ساعة ساعات ساعتين ساعتان سوايع",
    "day": "day days يوم يوما أيام يومين يومان ليوم نهارات",
    "week": "week weeks wk wks أسبوع أسبوعا أسابيع أسبوعين أسبوعان سيمانة سيمانات جمعات",
    "month": "month months شهر شهرا أشهر شهور شهرين شهران شهورة",
    "year": "year years yr yrs سنة سنوات سنين عام عاما أعوام سنتين سنتان عامين عامان",
    "decade": "decade decades عقد عقدا عقود عقدين عقدان",
    "century": "century centuries قرن قرنا قرون قرنين قرنان",
}
_LENGTH = {
    "km": "km kms kilometre kilometres kilometer kilometers كم كلم كيلومتر كيلومترا كيلومترات",
    "m": "m metre metres meter meters متر مترا أمتار مترين متران",
    "cm": "cm cms centimetre centimetres centimeter centimeters سم سنتيمتر سنتيمترا سنتيمترات سنتي",
    "mm": "mm millimetre millimetres millimeter millimeters مم ملم مليمتر مليمترا مليمترات",
    "mi": "mi mile miles ميل ميلا أميال ميلين",
    "ft": "ft foot feet قدم قدما أقدام",
    "yd": "yd yds yard yards ياردة ياردات",
    "inch": "inch inches إنش بوصة بوصات انشات",
    "nmi": "nautical_mile nautical_miles ميل_بحري",
    "fathom": "fathom fathoms",
}
_MASS = {
    "kg": "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes كجم كغ كغم كيلو كيلوغرام كيلوغراما كيلوغرامات"
    " كيلوجرام كيلوجراما كيلوجرامات كيلوهات",
    "g": "g gr gm gram grams gramme grammes غ غم غرام غراما غرامات جرام جراما جرامات جم جرامين غرامين",
    "mg": "mg milligram milligrams ملغ ملغم مليغرام مليغراما ملجم",
    "t": "t ton tons tonne tonnes طن طنا أطنان طنين",
    "lb": "lb lbs رطل رطلا أرطال رطلين",
    "oz": "oz ounce ounces أونصة أونصات أوقية أواق أوقيات وقية",
    "l": "l litre litres liter liters لتر لترا لترات ليتر ليترا ليترات لترين",
    "ml": "ml millilitre millilitres milliliter milliliters مل ملل مليلتر مليلترا",
    "cl": "cl centilitre centilitres",
    "gal": "gal gallon gallons غالون غالونا غالونات جالون جالونا جالونات",
    "pt": "pint pints",
    "qt": "quart quarts",
    "barrel": "barrel barrels برميل برميلا براميل",
    "cup": "cup cups كوب كوبا أكواب كوبين كوبان",
    "spoon": "spoon spoons teaspoon teaspoons tablespoon tablespoons tsp tbsp ملعقة ملاعق ملعقتين",
    "dozen": "dozen درزن دزينة دستة درازن",
    "piece": "piece pieces pcs قطعة قطع حبة حبات حبتين قطعتين",
}
_AREA = {
    "km²": "km² km2 sq_km square_kilometres square_kilometers كيلومتر_مربع كم²",
    "m²": "m² m2 sqm sq_m square_metres square_meters متر_مربع م²",
    "ft²": "sq_ft sqft square_feet square_foot قدم_مربع",
    "mi²": "sq_mi square_miles square_mile ميل_مربع",
    "ha": "ha hectare hectares هكتار هكتارا هكتارات",
    "acre": "acre acres آكر إيكر",
    "feddan": "feddan feddans فدان فدانا أفدنة",
    "dunam": "dunam dunams دونم دونما دونمات",
    "m³": "m³ m3 cubic_metres cubic_meters متر_مكعب",
}
_RATE = {
    "mph": "mph",
    "km/h": "km/h kmh kph",
    "m/s": "m/s",
    "knot": "knot knots عقدة_بحرية",
}
_HEAT = {"°c": "°c celsius مئوية", "°f": "°f fahrenheit فهرنهايت"}
_DATA = {
    "kb": "kb kilobyte kilobytes كيلوبايت",
    "mb": "mb megabyte megabytes ميجا ميغا ميجابايت ميغابايت",
    "gb": "gb gig gigs gigabyte gigabytes جيجا غيغا جيجابايت غيغابايت",
    "tb": "tb terabyte terabytes تيرابايت تيرا",
    "w": "watt watts واط وات",
    "kw": "kw kilowatt kilowatts كيلوواط كيلووات",
    "mw": "mw megawatt megawatts ميغاواط ميجاوات ميجاواط ميغاوات",
    "gw": "gw gigawatt gigawatts غيغاواط جيجاوات",
    "kwh": "kwh kilowatt_hours",
}
_SHARE = {
    "%": "percent per_cent pct بالمئة بالمائة في_المئة في_المائة بالمية في_المية بالميه في_الميه فالمية المئة",
    "pp": "percentage_points percentage_point pp نقطة_مئوية نقاط_مئوية",
}
KINDS = {
    "money": _CURRENCIES,
    "time": _TIME,
    "length": _LENGTH,
    "amount": _MASS,
    "area": _AREA,
    "speed": _RATE,
    "heat": _HEAT,
    "data": _DATA,
    "share": _SHARE,
}
"""Rows of words by unit, by kind: within a kind one unit can stand in another's place."""

UNITS = _table({unit: row for rows in KINDS.values() for unit, row in rows.items()})
"""Unit by word."""

ISO_BEFORE = re.compile(
    r"\b(USD|EUR|GBP|JPY|INR|CNY|SAR|QAR|OMR|AED|MAD|KWD|BHD|JOD|IQD|DZD|TND|LYD|SYP|LBP|ILS|NIS|MXN|CHF|SEK|NOK|DKK"
    r"|PLN|ZAR|BRL|EGP)\s?(\d[\d,.]*\d|\d)(\s?(?:k|K|m|M|bn|million|billion)\b)?"
)
"""A currency by its letters before the sum: group 1, the sum 2, a scale 3."""

_NO_DUAL = vocabulary("ين سنين فدان ثوان")
_DUALS = sorted(word for word in UNITS if word.endswith(("ين", "ان")) and word not in _NO_DUAL)
DUAL = re.compile(rf"\b[وفبلك]?(?:ال)?({'|'.join(_DUALS)})\b")
"""An Arabic unit in the dual ('يومين' = two days): group 1 is a word of `UNITS`."""
