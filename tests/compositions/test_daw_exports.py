"""The bundle for studio programs, each file read back by another reader than ours."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import mido
import pytest
import rpp
import soundfile
from hypothesis import given, settings
from lxml import etree

from compositions.exporting.bundle import write_bundle
from compositions.exporting.dawproject import AudioClip, metadata_xml, project_xml
from compositions.exporting.reaper import project_text
from compositions.exporting.stems import StemChoices, write_stem_folder
from compositions.score.document import AutomationPoint, MeterChange, Score, TempoChange
from compositions.score.note_repair import separate_overlaps
from compositions.score.performed import performed
from compositions.score.timeline import Timeline
from compositions.sound import Tags
from compositions.sound.cutting import Cut
from tests.compositions.songs import example_score
from tests.compositions.test_stem_exports import ABOUT, rendered
from tests.score.musicxml_help import assert_valid
from tests.score.strategies import scores

SCHEMAS = Path(__file__).parent / "dawproject_schema"


@cache
def schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / f"{name}.xsd"))


def valid(content: bytes, name: str) -> Any:
    root = etree.fromstring(content)
    known = schema(name)
    assert known.validate(root), list(known.error_log)[:5]
    return root


def clips_of(score: Score) -> list[AudioClip]:
    return [
        AudioClip(
            Path("x.wav"), f"stems/{track.id}.wav", track.name, (track,), 4.5, 44_100, gain=1.25
        )
        for track in score.tracks
    ]


@settings(max_examples=8, deadline=None)
@given(scores())
def test_any_song_is_a_valid_dawproject_with_all_its_notes(score: Score) -> None:
    root = valid(project_xml(score, clips_of(score)), "Project")
    played = performed(score)
    assert len(root.findall(".//Note")) == played.note_count
    assert len(root.findall(".//Markers/Marker")) == len(score.sections)
    points = root.findall(".//TempoAutomation/RealPoint")
    assert [round(float(point.get("time")) * 480) for point in points] == [
        change.tick for change in score.tempos
    ]
    assert [(int(point.get("numerator")), int(point.get("denominator"))) for point in root.findall(
        ".//TimeSignaturePoint"
    )] == [(meter.numerator, meter.denominator) for meter in score.meters]  # fmt: skip
    controls = sum(len(track.automation) for track in score.tracks)
    assert len(root.findall(".//Lanes/Points/RealPoint")) == controls


@settings(max_examples=8, deadline=None)
@given(scores())
def test_any_song_is_a_reaper_project_with_all_its_notes(score: Score) -> None:
    project = rpp.loads(project_text(score, clips_of(score)))
    tracks = project.findall("TRACK")
    assert len(tracks) == 2 * len(score.tracks)
    for track, element in zip(performed(score).tracks, tracks[len(score.tracks) :], strict=True):
        wanted = [
            (note.start, note.pitch, note.velocity) for note in separate_overlaps(track.notes)[0]
        ]
        assert notes_of(element) == sorted(wanted)


def notes_of(element: Any) -> list[tuple[int, int, int]]:
    """Notes that begin in a track, from the deltas and bytes of its MIDI item."""
    item = element.find("ITEM")
    if item is None:
        return []
    tick, found = 0, []
    for event in item.find("SOURCE").findall("E"):
        tick += int(event[1])
        status, key, velocity = (int(value, 16) for value in event[2:5])
        if status & 0xF0 == 0x90:
            found.append((tick, key, velocity))
    return sorted(found)


def test_mixer_clips_and_tempo_are_in_the_projects() -> None:
    score = example_score()
    first = replace(
        score.tracks[0], name='R"h\x0bodes', gain_db=-6.0, pan=0.5, muted=True,
        automation=(
            AutomationPoint("p", 480, "cc64", 127), AutomationPoint("b", 960, "pitch_bend", 0),
        ),
    )  # fmt: skip
    score = replace(
        score,
        tracks=(first, *score.tracks[1:]),
        tempos=(TempoChange("t1", 0, 120.0), TempoChange("t2", 3840, 60.0)),
        meters=(MeterChange("m1", 0, 4, 4), MeterChange("m2", 3840, 6, 8)),
    )
    root = valid(project_xml(score, clips_of(score)), "Project")
    notes = {track.get("id"): track for track in root.findall(".//Structure/Track")}["n0"]
    assert float(notes.find("Channel/Volume").get("value")) == pytest.approx(0.5012, abs=1e-4)
    assert float(notes.find("Channel/Pan").get("value")) == 0.75
    assert notes.find("Channel/Mute").get("value") == "true"
    audio = root.find(".//Structure/Track")
    assert float(audio.find("Channel/Volume").get("value")) == 1.25
    assert audio.find("Channel/Mute").get("value") == "false"
    clip = root.find(".//Lanes[@track='a0']/Clips/Clip")
    # Four seconds at 120 are eight beats, half a second at 60 is half a beat.
    assert float(clip.get("duration")) == pytest.approx(8.5)
    assert clip.find("Audio/File").get("path") == f"stems/{first.id}.wav"
    project = rpp.loads(project_text(score, clips_of(score)))
    changes = project.find("TEMPOENVEX").findall("PT")
    points = [[float(value) for value in point[1:4]] for point in changes]
    assert points == [[0.0, 120.0, 1.0], [4.0, 60.0, 1.0]]
    assert int(changes[1][4]) == (8 << 16) + 6
    markers = [(float(marker[2]), marker[3]) for marker in project.findall("MARKER")]
    timeline = Timeline(score)
    assert markers == [
        (pytest.approx(timeline.seconds(section.start)), section.label)
        for section in score.sections
    ]
    assert valid(metadata_xml({"Title": "A\x00B", "Artist": ""}), "MetaData")[0].text == "A B"


def test_the_bundle_holds_all_and_other_readers_open_it(tmp_path: Path) -> None:
    score = example_score()
    stems = write_stem_folder(
        score,
        rendered(tmp_path / "render", score, 2.0),
        tmp_path / "bundle" / "stems",
        StemChoices(bit_depth=16),
        cut=Cut(),
        tags=Tags(title="Rain"),
        about=ABOUT,
        progress=lambda part, step: None,
    )
    remarks: list[str] = []
    folder = write_bundle(
        score, tmp_path / "bundle", name="Rain", stems=stems, fields={"Title": "Rain"},
        remarks=remarks,
    )  # fmt: skip
    midi = mido.MidiFile(folder / "Rain.mid")
    assert (midi.type, len(midi.tracks)) == (1, 5)
    kinds = {message.type for message in midi.tracks[0]}
    assert {"set_tempo", "time_signature", "key_signature", "marker"} <= kinds
    assert_valid((folder / "Rain.musicxml").read_bytes())
    with zipfile.ZipFile(folder / "Rain.dawproject") as archive:
        root = valid(archive.read("project.xml"), "Project")
        valid(archive.read("metadata.xml"), "MetaData")
        for audio in root.findall(".//Audio"):
            inside = archive.read(audio.find("File").get("path"))
            info = soundfile.info(io.BytesIO(inside))
            assert info.frames / info.samplerate == pytest.approx(float(audio.get("duration")))
            assert inside == (folder / audio.find("File").get("path")).read_bytes()
    project = rpp.loads((folder / "Rain.rpp").read_text())
    for track in project.findall("TRACK")[:4]:
        source = track.find("ITEM").find("SOURCE")
        assert (folder / source.find("FILE")[1]).exists()
    rows = json.loads((folder / "time map.json").read_text())
    assert [row["name"] for row in rows["markers"]] == [part.label for part in score.sections]
    labels = (folder / "markers.txt").read_text().splitlines()
    assert labels[1].split("\t")[2] == "Verse 1"
    assert (folder / "tempo.csv").read_text() == "seconds,bar,beat,bpm\n0.0,1,1,82.0\n"
