"""Drums fill and crash, energy decides who plays, parts keep out of each other's way."""

from __future__ import annotations

import pytest

from compositions.composer import Composition, compose, parse_prompt
from compositions.composer.styles import styles
from compositions.score.document import Note, Score, Section, Track

GENRES = sorted(styles())
ALWAYS_FULL = {"baroque-chorale", "hymn"}
"""Styles in which all voices always sing together: their energy is in the loudness alone."""
FILL_PIECES = {38, 39, 41, 45, 47, 50, 60, 61, 63, 64, 65, 66}


@pytest.fixture(scope="module")
def songs() -> dict[str, Composition]:
    return {
        genre: compose(parse_prompt("", overrides={"genre": genre, "bars": 36}), seed=9)
        for genre in GENRES
    }


def drums(score: Score) -> Track | None:
    return next((track for track in score.tracks if track.role.value == "drums"), None)


def inside(track: Track, start: int, end: int) -> list[Note]:
    return [note for note in track.notes if start - 20 <= note.start < end - 20]


def steps(notes: list[Note], end: int) -> set[tuple[int, int]]:
    return {(round((end - note.start) / 120), note.pitch) for note in notes}


def test_drum_fills_lead_into_louder_sections(songs: dict[str, Composition]) -> None:
    checked = 0
    for song in songs.values():
        track = drums(song.score)
        if track is None:
            continue
        bar = song.score.meters[0].ticks_per_bar
        for section, following in zip(song.score.sections, song.score.sections[1:], strict=False):
            if following.energy < section.energy + 0.1 or following.duration < 4 * bar:
                continue
            if len(inside(track, following.start, following.start + bar)) < 3:
                continue
            last = inside(track, section.end - bar // 2, section.end)
            fill = [note for note in last if note.pitch in FILL_PIECES]
            groove = inside(track, section.end - 5 * bar // 2, section.end - 2 * bar)
            before = [note for note in groove if note.pitch in FILL_PIECES]
            checked += 1
            assert fill, (song.theory["genre"], section.label)
            # The bar no longer says what the groove says, and it does not shrink back.
            assert steps(last, section.end) != steps(groove, section.end - 2 * bar)
            softest = min((note.velocity for note in before), default=0)
            assert max(note.velocity for note in fill) + 10 >= softest
            assert max(note.velocity for note in fill) <= 122
    assert checked >= 25


def test_a_climax_begins_with_a_crash() -> None:
    score = compose(parse_prompt("rock, intro verse chorus verse chorus outro"), seed=3).score
    track = drums(score)
    assert track is not None
    for section in score.sections:
        if section.kind == "chorus":
            assert 49 in {note.pitch for note in inside(track, section.start, section.start + 60)}


def strokes_per_beat(score: Score, section: Section) -> float:
    """How often somebody plays: a chord counts once, however many notes its shape has."""
    count = sum(
        len({note.start for note in inside(track, section.start, section.end)})
        for track in score.tracks
    )
    return count / (section.duration / 480)


def loudness(score: Score, section: Section) -> float:
    notes = [n for track in score.tracks for n in inside(track, section.start, section.end)]
    return sum(note.velocity for note in notes) / len(notes)


def test_energy_decides_how_full_a_section_is(songs: dict[str, Composition]) -> None:
    for genre, song in songs.items():
        score = song.score
        # The last section holds the ending.
        full = score.sections[:-1]
        low = min(full, key=lambda section: section.energy)
        high = max(full, key=lambda section: section.energy)
        if high.energy - low.energy < 0.2:
            continue
        if genre in ALWAYS_FULL:
            assert loudness(score, high) > loudness(score, low), genre
            continue

        def playing(section: Section, score: Score = score) -> int:
            return sum(bool(inside(track, section.start, section.end)) for track in score.tracks)

        assert playing(high) >= playing(low)
        # Who accompanies may leave room for those who come in.
        louder_by_more = playing(high) > playing(low) and loudness(score, high) > loudness(
            score, low
        )
        assert louder_by_more or strokes_per_beat(score, high) > strokes_per_beat(score, low), genre


def test_something_sounds_in_every_bar(songs: dict[str, Composition]) -> None:
    for genre, song in songs.items():
        bar = song.score.meters[0].ticks_per_bar
        for start in range(0, song.score.end, bar):
            sounding = any(
                note.start < start + bar and note.end > start
                for track in song.score.tracks
                for note in track.notes
            )
            assert sounding, (genre, start // bar + 1)


def test_no_close_chords_below_c3(songs: dict[str, Composition]) -> None:
    for genre, song in songs.items():
        for track in song.score.tracks:
            if track.role.value not in ("chords", "pad", "arpeggio"):
                continue
            low = [note for note in track.notes if note.pitch < 48]
            pairs = [
                (one, other)
                for index, one in enumerate(low)
                for other in low[index + 1 : index + 4]
                if other.start < one.end - 60
                and abs(one.pitch - other.pitch) in (1, 2, 3, 4)
                and one.pitch != other.pitch
            ]
            assert len(pairs) <= 0.02 * len(track.notes), (genre, track.name)


def test_the_bass_lies_below_the_chords(songs: dict[str, Composition]) -> None:
    for genre, song in songs.items():
        means = {
            track.role.value: sum(n.pitch for n in track.notes) / len(track.notes)
            for track in song.score.tracks
            if not track.percussion
        }
        if "bass" in means and "chords" in means:
            assert means["bass"] + 9 < means["chords"], genre
        if "lead" in means and "chords" in means:
            assert means["lead"] > means["chords"] - 3, genre


def test_bars_are_not_all_the_same(songs: dict[str, Composition]) -> None:
    """Drum bars of a long section differ by fills, turns and ghost notes."""
    for genre in ("pop", "rock", "funk", "boom-bap", "swing-jazz"):
        score = songs[genre].score
        track = drums(score)
        assert track is not None
        bar = score.meters[0].ticks_per_bar
        section = max(score.sections, key=lambda s: (s.duration, s.energy))
        bars = {
            tuple(
                (round((note.start - start) / 120), note.pitch)
                for note in inside(track, start, start + bar)
            )
            for start in range(section.start, section.end, bar)
        }
        assert len(bars) >= 3, genre


def test_the_ending_ends(songs: dict[str, Composition]) -> None:
    """All meet on the last bar: the chord is held there, or struck short and cold."""
    for genre, song in songs.items():
        score = song.score
        meter = score.meters[0]
        bar, beat = meter.ticks_per_bar, 1920 // meter.denominator
        final = score.sections[-1].end - bar
        last = [
            note
            for track in score.tracks
            if not track.percussion
            for note in track.notes
            if note.end > final and note.start >= final - 60
        ]
        words = styles()[genre].ending.split()
        held = max((note.duration for note in last), default=0) >= bar * 0.8
        cold = bool(last) and all(note.start < final + 2 * beat for note in last)
        assert (held and words != ["cold"]) or (cold and not held and "cold" in words), genre
        if words == ["ritardando"]:
            assert score.tempos[-1].bpm < score.tempos[0].bpm


def test_parts_do_not_drown_the_lead(songs: dict[str, Composition]) -> None:
    for genre, song in songs.items():
        loudness = {
            track.role.value: sum(n.velocity for n in track.notes) / len(track.notes)
            + 3 * track.gain_db
            for track in song.score.tracks
        }
        if "lead" in loudness:
            for role in ("chords", "pad", "arpeggio", "counter_melody"):
                if role in loudness:
                    assert loudness[role] < loudness["lead"], (genre, role)
