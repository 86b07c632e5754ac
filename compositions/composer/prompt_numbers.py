"""Number words 2-299 of Spanish, French, German, Italian and Portuguese."""

from __future__ import annotations

from functools import lru_cache

_UNITS = {
    "es": "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince"
    " dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro"
    " veinticinco veintiséis veintisiete veintiocho veintinueve",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze"
    " seize dix-sept dix-huit dix-neuf",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn"
    " fünfzehn sechzehn siebzehn achtzehn neunzehn",
    "it": "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici"
    " quattordici quindici sedici diciassette diciotto diciannove",
    "pt": "zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze"
    " dezesseis dezessete dezoito dezenove",
}
_TENS = {
    "es": ",,veinte,treinta,cuarenta,cincuenta,sesenta,setenta,ochenta,noventa",
    "fr": ",,vingt,trente,quarante,cinquante,soixante,,quatre-vingt",
    "de": ",,zwanzig,dreißig,vierzig,fünfzig,sechzig,siebzig,achtzig,neunzig",
    "it": ",,venti,trenta,quaranta,cinquanta,sessanta,settanta,ottanta,novanta",
    "pt": ",,vinte,trinta,quarenta,cinquenta,sessenta,setenta,oitenta,noventa",
}


def _below_hundred(language: str, number: int) -> list[str]:
    units, tens = _UNITS[language].split(), _TENS[language].split(",")
    if number < len(units):
        return [units[number]]
    ten, unit = divmod(number, 10)
    if language == "fr":
        if ten in (7, 9):
            ten, unit = ten - 1, unit + 10
        if unit == 0:
            return [tens[ten] + ("s" if ten == 8 else "")]
        joints = ["-et-", " et "] if unit in (1, 11) and ten != 8 else ["-", " "]
        return [tens[ten] + j + units[unit] for j in joints]
    if unit == 0:
        return [tens[ten]]
    if language == "de":
        return [("ein" if unit == 1 else units[unit]) + "und" + tens[ten]]
    if language == "it":
        stem = tens[ten][:-1] if unit in (1, 8) else tens[ten]
        return [stem + units[unit], f"{tens[ten]} {units[unit]}"]
    joint = "y" if language == "es" else "e"
    return [f"{tens[ten]} {joint} {units[unit]}"]


def _spelled(language: str, number: int) -> list[str]:
    if number < 100:
        return _below_hundred(language, number)
    hundreds, rest = divmod(number, 100)
    tails = _below_hundred(language, rest) if rest else [""]
    heads = {
        "es": [["cien" if not rest else "ciento"], ["doscientos"]],
        "fr": [["cent"], ["deux cents" if not rest else "deux cent"]],
        "de": [["hundert", "einhundert"], ["zweihundert"]],
        "it": [["cento"], ["duecento"]],
        "pt": [["cem" if not rest else "cento"], ["duzentos"]],
    }[language][hundreds - 1]
    joints = {"es": [" "], "fr": [" ", "-"], "de": ["", " "], "it": ["", " ", " e "],
              "pt": [" e "]}[language]  # fmt: skip
    if not rest:
        return heads
    return [head + joint + tail for head in heads for joint in joints for tail in tails]


@lru_cache(maxsize=8)
def number_words(language: str) -> dict[str, int]:
    """Return number word -> value for 2-299 of one of the five languages.

    "One" is left out: it is the article too. Raises ``KeyError`` for another language.
    """
    found: dict[str, int] = {}
    for number in range(299, 1, -1):
        for word in _spelled(language, number):
            found[word] = number
    return found
