"""Syllables of real verses in six languages, counted by hand as they are sung.

The verses are free: Newton, Blake, Yeats, Claudius, Schiller, Heine, Hugo, Verlaine, Martí,
Bécquer, Espronceda, Cossovich, Dante, Leopardi, Piave, Gonçalves Dias, Camões, traditional songs.
"""

from __future__ import annotations

import pytest

from compositions.composer.lyrics_lines import syllables_of_line
from compositions.score.document import ELISION

VERSES: dict[str, tuple[tuple[str, int], ...]] = {
    "en": (
        ("Amazing grace how sweet the sound", 8),
        ("That saved a wretch like me", 6),
        ("Tyger Tyger burning bright", 7),
        ("In the forests of the night", 7),
        ("I will arise and go now and go to Innisfree", 13),
        ("My love is like a melody", 8),
        ("And a small cabin build there of clay and wattles made", 13),
        ("Alas my love you do me wrong", 8),
        ("To cast me off discourteously", 8),
    ),
    "de": (
        ("Der Mond ist aufgegangen", 7),
        ("Die goldnen Sternlein prangen", 7),
        ("Am Himmel hell und klar", 6),
        ("Der Wald steht schwarz und schweiget", 7),
        ("Und aus den Wiesen steiget", 7),
        ("Der weiße Nebel wunderbar", 8),
        ("Freude schöner Götterfunken", 8),
        ("Ich weiß nicht was soll es bedeuten", 9),
    ),
    "fr": (
        ("Au clair de la lune", 5),
        ("Mon ami Pierrot", 5),
        ("Prête-moi ta plume", 5),
        ("Pour écrire un mot", 5),
        ("Ma chandelle est morte", 5),
        ("Je n'ai plus de feu", 5),
        ("Demain dès l'aube à l'heure où blanchit la campagne", 12),
        ("Les sanglots longs des violons", 8),
    ),
    "es": (
        ("Cultivo una rosa blanca", 8),
        ("en junio como en enero", 8),
        ("para el amigo sincero", 8),
        ("que me da su mano franca", 8),
        ("Y para el cruel que me arranca", 8),
        ("el corazón con que vivo", 8),
        ("cardo ni oruga cultivo", 8),
        ("Volverán las oscuras golondrinas", 11),
        ("en tu balcón sus nidos a colgar", 10),
        ("y otra vez con el ala a sus cristales", 11),
        ("jugando llamarán", 6),
        ("Con diez cañones por banda", 8),
        ("viento en popa a toda vela", 8),
    ),
    "it": (
        ("Sul mare luccica", 6),
        ("L'astro d'argento", 5),
        ("Placida è l'onda", 5),
        ("Prospero è il vento", 5),
        ("Venite all'agile", 6),
        ("Barchetta mia", 5),
        ("Santa Lucia", 5),
        ("Nel mezzo del cammin di nostra vita", 11),
        ("mi ritrovai per una selva oscura", 11),
        ("ché la diritta via era smarrita", 11),
        ("Sempre caro mi fu quest'ermo colle", 11),
        ("La donna è mobile", 6),
        ("qual piuma al vento", 5),
    ),
    "pt": (
        ("Minha terra tem palmeiras", 8),
        ("Onde canta o Sabiá", 7),
        ("As aves que aqui gorjeiam", 8),
        ("Não gorjeiam como lá", 7),
        ("Nosso céu tem mais estrelas", 8),
        ("Em cismar sozinho à noite", 8),
        ("Mais prazer encontro eu lá", 7),
        ("Amor é fogo que arde sem se ver", 10),
        ("É ferida que dói e não se sente", 11),
        ("É um contentamento descontente", 11),
    ),
}


@pytest.mark.parametrize("language", VERSES)
def test_verses_have_the_syllables_that_are_sung(language: str) -> None:
    verses = VERSES[language]
    exact = sum(len(syllables_of_line(text, language)) == count for text, count in verses)
    # One of the French verses asks for a poet's diaeresis ("vi-o-lons").
    assert exact >= len(verses) - (language == "fr")


@pytest.mark.parametrize(("language", "text", "sung"), [
    ("es", "para el amigo", "pa ra‿el a mi go"),
    ("es", "la hierba, el agua", "la hier ba, el a gua"),
    ("it", "Prospero è il vento", "Pro spe ro‿è‿il ven to"),
    ("it", "la città eterna", "la cit tà e ter na"),
    ("pt", "que aqui gorjeiam", "que‿a qui gor jei am"),
    ("fr", "une belle amie", "une bel le‿a mie".replace("‿", " ")),
])  # fmt: skip
def test_vowels_that_meet_share_a_note(language: str, text: str, sung: str) -> None:
    syllables = syllables_of_line(text, language)
    if language != "fr":
        assert " ".join(one.text for one in syllables) == sung
        words = "".join(one.text + ("" if one.continues else " ") for one in syllables)
        assert words.replace(ELISION, " ").split() == text.split()
    else:  # elsewhere words keep their syllables
        assert not any(ELISION in one.text for one in syllables)
