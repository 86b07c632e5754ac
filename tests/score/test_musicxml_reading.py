"""MusicXML as other programs write it, element by element."""

from __future__ import annotations

import io
import re
import zipfile

import pytest

from compositions.score.document import Mode, Score
from compositions.score.musicxml import read_musicxml, write_musicxml
from compositions.score.musicxml_repeats import Marks, play_order

QUARTER = "<duration>1</duration>"


def pitch(step: str, octave: int = 4, alter: int = 0) -> str:
    altered = f"<alter>{alter}</alter>" if alter else ""
    return f"<pitch><step>{step}</step>{altered}<octave>{octave}</octave></pitch>"


def note(
    step: str, octave: int = 4, duration: int = 1, more: str = "", attributes: str = ""
) -> str:
    length = f"<duration>{duration}</duration>"
    return f"<note {attributes}>{pitch(step, octave)}{length}{more}</note>"


def document(*measures: str, part: str = "", attributes: str = "", extra: str = "") -> bytes:
    """A file with one part whose divisions are 1 and whose meter is 4/4."""
    body = "".join(
        measure
        if measure.startswith("<measure")
        else f'<measure number="{number}">{measure}</measure>'
        for number, measure in enumerate(measures, start=1)
    )
    first = (
        "<attributes><divisions>1</divisions><key><fifths>0</fifths></key>"
        f"<time><beats>4</beats><beat-type>4</beat-type></time>{attributes}</attributes>"
    )
    body = re.sub(r"(<measure[^>]*>)", r"\1" + first, body, count=1)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 3.1 Partwise//EN" '
        '"http://www.musicxml.org/dtds/partwise.dtd">'
        f'<score-partwise version="3.1">{extra}<part-list><score-part id="P1">'
        f"<part-name>Lead</part-name>{part}</score-part></part-list>"
        f'<part id="P1">{body}</part></score-partwise>'
    ).encode()


def read(*measures: str, **more: str) -> Score:
    return read_musicxml(document(*measures, **more)).score


def heard(score: Score) -> list[tuple[int, int, int]]:
    return [(n.start, n.duration, n.pitch) for track in score.tracks for n in track.notes]


def test_notes_rests_chords_and_voices() -> None:
    score = read(
        note("C") + f"<note><rest/>{QUARTER}</note>" + note("E", duration=2)
        + f"<note><chord/>{pitch('G')}<duration>2</duration></note>"
        + "<backup><duration>4</duration></backup><forward><duration>1</duration></forward>"
        + note("C", 3)
    )  # fmt: skip
    assert heard(score) == [(0, 480, 60), (480, 480, 48), (960, 960, 64), (960, 960, 67)]


def test_ties_join_over_bar_lines_within_chords_and_voices() -> None:
    start, stop = '<tie type="start"/>', '<tie type="stop"/>'
    score = read(
        note("C", duration=3) + note("D", more=start),
        note("D", duration=1, more=stop + start) + note("D", duration=3, more=stop),
    )
    assert heard(score) == [(0, 1440, 60), (1440, 480 * 5, 62)]


def test_a_transposing_instrument_sounds_as_it_sounds() -> None:
    score = read(
        note("D", duration=4)
        + "<harmony><root><root-step>E</root-step></root><kind>minor</kind></harmony>",
        attributes="<transpose><diatonic>-1</diatonic><chromatic>-2</chromatic></transpose>",
    )
    assert heard(score)[0][2] == 60
    assert (score.keys[0].tonic, score.keys[0].mode) == ("Bb", Mode.MAJOR)
    assert score.chords[0].symbol == "Dm"


def test_a_pickup_begins_the_next_bar_where_it_begins() -> None:
    score = read(
        '<measure number="0" implicit="yes">' + note("G") + "</measure>", note("C", duration=4)
    )
    assert [(m.tick, m.numerator, m.denominator) for m in score.meters] == [(0, 4, 4), (480, 4, 4)]
    content, _ = write_musicxml(score)
    assert b'<measure number="0" implicit="yes">' in content
    assert heard(read_musicxml(content).score) == heard(score)


def test_tempo_from_playback_or_from_the_printed_mark() -> None:
    mark = (
        "<direction><direction-type><metronome><beat-unit>quarter</beat-unit>"
        "<beat-unit-dot/><per-minute>{}</per-minute></metronome></direction-type>{}</direction>"
    )
    score = read(
        mark.format("ca. 80", "") + note("C", duration=4),
        mark.format(60, '<sound tempo="100"/>') + note("C", duration=4),
        '<sound tempo="5"/>' + note("C", duration=4),
    )
    assert [(t.tick, t.bpm) for t in score.tempos] == [(0, 120), (1920, 100), (3840, 10)]


def test_velocity_from_numbers_and_from_dynamics() -> None:
    piano = "<direction><direction-type><dynamics><p/></dynamics></direction-type></direction>"
    score = read(
        note("C") + piano + note("D") + '<sound dynamics="100"/>' + note("E")
        + note("F", attributes='dynamics="50"')
    )  # fmt: skip
    assert [n.velocity for n in score.tracks[0].notes] == [80, 49, 90, 45]


def test_performed_timing() -> None:
    score = read(note("C", attributes='attack="0.25" release="-0.5"'))
    assert heard(score) == [(120, 120, 60)]


def test_grace_notes_come_before_the_beat() -> None:
    grace = f"<note><grace/>{pitch('B', 3)}</note>"
    score, remarks = read_musicxml(document(note("C") + grace + note("D")))
    assert heard(score) == [(0, 480, 60), (420, 60, 59), (480, 480, 62)]
    assert any("grace" in remark for remark in remarks)


def test_drums_by_number_and_by_their_place() -> None:
    part = (
        '<score-instrument id="I1"><instrument-name>Kick</instrument-name></score-instrument>'
        '<score-instrument id="I2"><instrument-name>Hat</instrument-name></score-instrument>'
        '<midi-instrument id="I1"><midi-channel>10</midi-channel>'
        "<midi-unpitched>37</midi-unpitched></midi-instrument>"
        '<midi-instrument id="I2"><midi-channel>10</midi-channel>'
        "<midi-unpitched>43</midi-unpitched></midi-instrument>"
    )
    place = (
        "<unpitched><display-step>{}</display-step><display-octave>{}</display-octave></unpitched>"
    )
    score = read(
        f'<note>{place.format("F", 4)}{QUARTER}<instrument id="I1"/></note>'
        f'<note>{place.format("G", 5)}{QUARTER}<instrument id="I2"/></note>'
        f"<note>{place.format('C', 5)}{QUARTER}</note>",
        part=part,
    )
    assert score.tracks[0].percussion
    assert [n.pitch for n in score.tracks[0].notes] == [36, 42, 38]


def test_chord_symbols_with_degrees_bass_and_an_end() -> None:
    harmony = (
        "<harmony><root><root-step>{}</root-step><root-alter>{}</root-alter></root>"
        "<kind{}>{}</kind>{}</harmony>"
    )
    degree = (
        "<degree><degree-value>{}</degree-value><degree-alter>{}</degree-alter>"
        "<degree-type>{}</degree-type></degree>"
    )
    bass = "<bass><bass-step>B</bass-step><bass-alter>-1</bass-alter></bass>"
    score, remarks = read_musicxml(
        document(
            harmony.format("C", 0, ' text="-7"', "minor-seventh", bass) + note("C")
            + harmony.format("F", 1, "", "dominant", degree.format(9, -1, "add")) + note("D")
            + harmony.format("C", 0, "", "none", "") + note("E")
            + harmony.format("E", -1, "", "suspended-fourth", degree.format(7, 0, "add"))
            + note("F"),
            harmony.format("C", 0, "", "Tristan", "") + note("C", duration=4),
        )
    )  # fmt: skip
    assert [(c.start, c.duration, c.symbol) for c in score.chords] == [
        (0, 480, "C-7/Bb"), (480, 480, "F#7b9"), (1440, 480, "Eb7sus4"), (1920, 1920, "Cm7b5"),
    ]  # fmt: skip
    assert any("nearest" in remark for remark in remarks)


def test_verses_are_sung_in_their_turn() -> None:
    lyric = '<lyric number="{}"><syllabic>{}</syllabic><text>{}</text></lyric>'
    both = lyric.format(1, "begin", "one") + lyric.format(2, "single", "two")
    repeat = '<barline location="right"><repeat direction="backward"/></barline>'
    score, remarks = read_musicxml(document(note("C", duration=4, more=both) + repeat))
    assert [(s.text, s.continues) for s in score.syllables] == [("one", True), ("two", False)]
    assert any("played out" in remark for remark in remarks)
    assert len({n.id for n in score.tracks[0].notes}) == 2


def test_lines_end_where_the_file_says_so() -> None:
    lyric = "<lyric><syllabic>{}</syllabic><text>{}</text>{}</lyric>"
    score = read(
        note("C", more=lyric.format("begin", "morn", ""))
        + note("D", more=lyric.format("end", "ing", "<end-line/>"))
        + note("E", more=lyric.format("single", "light", ""))
    )
    assert [line.text for line in score.lines] == ["morning", "light"]
    assert [s.line_id for s in score.syllables] == [
        score.lines[0].id, score.lines[0].id, score.lines[1].id,
    ]  # fmt: skip
    assert score.tracks[0].role == "vocal"


def test_composite_and_unknown_meters() -> None:
    time = "<attributes><time>{}</time></attributes>"
    pair = "<beats>{}</beats><beat-type>{}</beat-type>"
    score = read(
        note("C", duration=4),
        time.format(pair.format("3+2", 8)) + f"<note>{pitch('C')}<duration>2.5</duration></note>",
        time.format(pair.format(3, 4) + pair.format(1, 8))
        + f"<note>{pitch('C')}<duration>3.5</duration></note>",
        time.format(pair.format(4, 3)) + f"<note>{pitch('C')}<duration>3.5</duration></note>",
    )
    assert [(m.tick, m.numerator, m.denominator) for m in score.meters] == [
        (0, 4, 4), (1920, 5, 8), (3120, 7, 8),
    ]  # fmt: skip


def test_sections_title_people_and_rights() -> None:
    rehearsal = "<direction><direction-type><rehearsal>{}</rehearsal></direction-type></direction>"
    score = read(
        rehearsal.format("Verse 1") + note("C", duration=4),
        rehearsal.format("Pre-Chorus") + note("C", duration=4),
        extra="<work><work-title>Ode  to\nRain</work-title></work><identification>"
        '<creator type="composer">A. Nobody</creator><rights>© All</rights></identification>',
    )
    assert score.title == "Ode to Rain"
    assert score.metadata == {"composer": "A. Nobody", "copyright": "© All"}
    assert [(s.start, s.duration, s.label, s.kind) for s in score.sections] == [
        (0, 1920, "Verse 1", "verse"), (1920, 1920, "Pre-Chorus", "pre-chorus"),
    ]  # fmt: skip


def test_damper_pedal() -> None:
    pedal = '<direction><direction-type><pedal type="{}"/></direction-type>{}</direction>'
    score = read(
        pedal.format("start", "") + note("C") + pedal.format("stop", '<sound damper-pedal="50"/>')
        + note("D")
    )  # fmt: skip
    assert [(p.tick, p.parameter, p.value) for p in score.tracks[0].automation] == [
        (0, "cc64", 127.0), (480, "cc64", 64.0),
    ]  # fmt: skip


def test_timewise_files_read_as_partwise_ones() -> None:
    partwise = document(note("C", duration=4), note("D", duration=4))
    text = partwise.decode()
    text = text.replace("score-partwise", "score-timewise").replace('<part id="P1">', "", 1)
    text = text.replace("</part></score", "</score")
    text = re.sub(r'(<measure number="\d">)(.*?)(</measure>)', r'\1<part id="P1">\2</part>\3', text)
    assert heard(read_musicxml(text.encode()).score) == heard(read_musicxml(partwise).score)


def packed(content: bytes, path: str = "score.xml") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.recordare.musicxml")
        archive.writestr(
            "META-INF/container.xml",
            f'<container><rootfiles><rootfile full-path="{path}"/></rootfiles></container>',
        )
        archive.writestr(path, content)
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "iso-8859-1"])
def test_packed_and_in_other_encodings(encoding: str) -> None:
    text = document(note("C", duration=4), extra="<movement-title>Für Elise</movement-title>")
    named = encoding.removesuffix("-sig").removesuffix("-le").upper()
    content = text.decode().replace("UTF-8", named).encode(encoding)
    assert read_musicxml(content).score.title == "Für Elise"
    assert heard(read_musicxml(packed(content)).score) == [(0, 1920, 60)]


def test_ids_come_back_where_another_program_keeps_them() -> None:
    twice = note("C", attributes='id="af-one"') + note("D", attributes='id="af-one"')
    score = read(twice + note("E", attributes='id="af-meta"') + note("F", attributes='id="n1"'))
    ids = [n.id for n in score.tracks[0].notes]
    assert ids[0] == "one"
    assert len(set(ids)) == 4
    assert "meta" not in ids


def test_too_many_rests_do_not_move_the_next_bar() -> None:
    rest = "<note><rest/><duration>4</duration></note>"
    content = document(note("C", duration=4), note("D", duration=4)).decode()
    second = f'<part id="P2"><measure number="1">{rest}{rest}</measure></part></score-partwise>'
    content = content.replace("</score-partwise>", second)
    # The divisions of a part hold for that part alone, so this one says its own.
    content = content.replace(
        f'<part id="P2"><measure number="1">{rest}',
        '<part id="P2"><measure number="1"><attributes><divisions>1</divisions></attributes>'
        + rest,
    )
    score = read_musicxml(content.encode()).score
    assert [n[0] for n in heard(score)] == [0, 1920]


# -- The order of playing -----------------------------------------------------------------


def order(*marks: Marks) -> list[int]:
    return [index for index, _ in play_order(list(marks)).order]


def test_repeats_and_endings() -> None:
    first, second = frozenset({1}), frozenset({2})
    assert order(Marks(), Marks(backward=2), Marks()) == [0, 1, 0, 1, 2]
    assert order(Marks(), Marks(forward=True, backward=3), Marks()) == [0, 1, 1, 1, 2]
    assert order(
        Marks(),
        Marks(ending=first, ending_stops=True, backward=2),
        Marks(ending=second, ending_stops=True),
        Marks(),
    ) == [0, 1, 0, 2, 3]
    assert order(
        Marks(forward=True),
        Marks(ending=frozenset({1, 2}), ending_stops=True, backward=2),
        Marks(ending=frozenset({3}), ending_stops=True),
        Marks(forward=True, backward=2),
    ) == [0, 1, 0, 1, 0, 2, 3, 3]


def test_jumps() -> None:
    assert order(Marks(), Marks(fine=True), Marks(dacapo=True)) == [0, 1, 2, 0, 1]
    assert order(
        Marks(), Marks(segno="s"), Marks(to_coda="c"), Marks(dalsegno="s"), Marks(coda="c")
    ) == [0, 1, 2, 3, 1, 2, 4]
    # Repeats are not taken again after a jump, but the last ending is.
    assert order(
        Marks(),
        Marks(ending=frozenset({1}), ending_stops=True, backward=2),
        Marks(ending=frozenset({2}), ending_stops=True),
        Marks(dacapo=True),
    ) == [0, 1, 0, 2, 3, 0, 2, 3]


def test_endless_repeats_end() -> None:
    marks = [Marks(backward=16) for _ in range(40_000)]
    played = play_order(marks)
    assert played.is_cut
    assert len(played.order) == 50_000
