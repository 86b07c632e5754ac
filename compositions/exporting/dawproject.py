"""A song as a DAWproject file: the exchange format of studio programs.

After the open specification and schemas of DAWproject 1.0 (Bitwig, MIT licence,
https://github.com/bitwig/dawproject). Each track of the song is there twice: as notes with the
fader, place, mute and solo of the song's mixer, and as its stem, which has all of that in it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from compositions.score.document import (
    TICKS_PER_QUARTER,
    AutomationPoint,
    Score,
    Track,
    TrackRole,
)
from compositions.score.performed import performed
from compositions.score.timeline import Timeline

PROJECT_VERSION = "1.0"
APPLICATION = "AriaForge"
APPLICATION_VERSION = "1"
_FIRST_TIME = (1980, 1, 1, 0, 0, 0)
_LOUDEST = 16.0
_BEND_STEPS = 8192.0
_CONTROL_TOP = 127.0
_TEMPO_RANGE = ("10.000000", "666.000000")
_UNFIT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""
_COLOURS = {
    TrackRole.LEAD: "#d95f4c",
    TrackRole.VOCAL: "#e0527f",
    TrackRole.BASS: "#7a5cc9",
    TrackRole.DRUMS: "#c98a1b",
    TrackRole.PERCUSSION: "#b3a01e",
    TrackRole.EFFECTS: "#6b7785",
}
_OTHER_COLOUR = "#2f8f9d"


@dataclass(frozen=True, slots=True)
class AudioClip:
    """A stem as it lies in the arrangement from the beginning on.

    ``path`` is the file, ``reference`` its name in the project; ``external`` when it lies beside
    the project file instead of in it. ``gain`` (linear) takes back what lowered the stem.
    """

    path: Path
    reference: str
    name: str
    tracks: tuple[Track, ...]
    seconds: float
    sample_rate: int
    channels: int = 2
    gain: float = 1.0
    external: bool = False


def project_xml(score: Score, clips: Sequence[AudioClip]) -> bytes:
    """Return ``project.xml``; the same song gives the same bytes."""
    return _Project(score, clips).xml()


def metadata_xml(fields: Mapping[str, str]) -> bytes:
    """Return ``metadata.xml`` of the named ``fields`` (Title, Artist, ...), without empty ones."""
    root = Element("MetaData")
    for name in ("Title", "Artist", "Album", "Year", "Genre", "Comment"):
        if fields.get(name):
            SubElement(root, name).text = _fit(fields[name])
    return _bytes(root)


def write_dawproject(
    score: Score, clips: Sequence[AudioClip], fields: Mapping[str, str], destination: Path
) -> Path:
    """Write the project with all stems that are not external; the same input, the same bytes."""
    with zipfile.ZipFile(destination, "w") as archive:
        for name, content in (
            ("project.xml", project_xml(score, clips)),
            ("metadata.xml", metadata_xml(fields)),
        ):
            entry = zipfile.ZipInfo(name, _FIRST_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
        for clip in clips:
            if clip.external:
                continue
            entry = zipfile.ZipInfo(clip.reference, _FIRST_TIME)
            with clip.path.open("rb") as source, archive.open(entry, "w", force_zip64=True) as file:
                while block := source.read(1 << 20):
                    file.write(block)
    return destination


class _Project:
    def __init__(self, score: Score, clips: Sequence[AudioClip]) -> None:
        self._score = performed(score)
        self._clips = clips
        self._timeline = Timeline(score)
        seconds = max((clip.seconds for clip in clips), default=self._timeline.length_seconds)
        # As long as its stems, which ring on after the last note.
        self._beats = max(self._timeline.tick(seconds), score.end) / TICKS_PER_QUARTER

    def xml(self) -> bytes:
        root = Element("Project", version=PROJECT_VERSION)
        SubElement(root, "Application", name=APPLICATION, version=APPLICATION_VERSION)
        self._transport(root)
        structure = SubElement(root, "Structure")
        for number, clip in enumerate(self._clips):
            colour = colour_of(clip.tracks[0])
            self._track(structure, f"a{number}", clip.name, "audio", colour, clip.gain)
        for number, track in enumerate(self._score.tracks):
            self._note_track(structure, f"n{number}", track)
        master = SubElement(
            structure, "Track", contentType="audio notes", loaded="true", id="master", name="Master"
        )
        _channel(master, "masterChannel", "master", "", 1.0, 0.0, muted=False, solo=False)
        self._arrangement(root)
        SubElement(root, "Scenes")
        return _bytes(root)

    def _transport(self, root: Element) -> None:
        transport = SubElement(root, "Transport")
        low, high = _TEMPO_RANGE
        bpm = self._timeline.tempo_at(0)
        SubElement(
            transport, "Tempo", max=high, min=low, unit="bpm", value=f"{bpm:.6f}", id="tempo",
            name="Tempo",
        )  # fmt: skip
        meter = self._timeline.meter_at(0)
        SubElement(
            transport, "TimeSignature", denominator=str(meter.denominator),
            numerator=str(meter.numerator), id="meter",
        )  # fmt: skip

    def _track(
        self, structure: Element, key: str, name: str, content: str, colour: str, gain: float
    ) -> None:
        track = SubElement(
            structure, "Track", contentType=content, loaded="true", id=key, name=_fit(name),
            color=colour,
        )  # fmt: skip
        _channel(track, f"{key}c", "regular", "masterChannel", gain, 0.0, muted=False, solo=False)

    def _note_track(self, structure: Element, key: str, track: Track) -> None:
        element = SubElement(
            structure, "Track", contentType="notes", loaded="true", id=key,
            name=_fit(f"{track.name} (notes)"), color=colour_of(track),
            comment=f"General MIDI {'kit' if track.percussion else 'program'} {track.program + 1}",
        )  # fmt: skip
        gain = 10.0 ** (track.gain_db / 20.0)
        _channel(
            element, f"{key}c", "regular", "masterChannel", gain, track.pan,
            muted=track.muted, solo=track.solo,
        )  # fmt: skip

    def _arrangement(self, root: Element) -> None:
        arrangement = SubElement(root, "Arrangement", id="arrangement")
        lanes = SubElement(arrangement, "Lanes", timeUnit="beats", id="lanes")
        for number, clip in enumerate(self._clips):
            self._audio_lane(lanes, number, clip)
        for number, track in enumerate(self._score.tracks):
            self._note_lane(lanes, number, track)
        if self._score.sections:
            markers = SubElement(arrangement, "Markers", id="markers", timeUnit="beats")
            for section in self._score.sections:
                name = _fit(section.label or section.kind)
                SubElement(markers, "Marker", time=_beats(section.start), name=name)
        tempo = SubElement(
            arrangement, "TempoAutomation", id="tempos", timeUnit="beats", unit="bpm"
        )
        SubElement(tempo, "Target", parameter="tempo")
        for change in self._score.tempos:
            SubElement(
                tempo, "RealPoint", time=_beats(change.tick), value=f"{change.bpm:.6f}",
                interpolation="hold",
            )  # fmt: skip
        meters = SubElement(arrangement, "TimeSignatureAutomation", id="meters", timeUnit="beats")
        SubElement(meters, "Target", parameter="meter")
        for meter in self._score.meters:
            SubElement(
                meters, "TimeSignaturePoint", time=_beats(meter.tick),
                numerator=str(meter.numerator), denominator=str(meter.denominator),
            )  # fmt: skip

    def _audio_lane(self, lanes: Element, number: int, clip: AudioClip) -> None:
        lane = SubElement(lanes, "Lanes", track=f"a{number}", id=f"la{number}")
        clips = SubElement(lane, "Clips", id=f"ca{number}")
        beats = self._timeline.tick(clip.seconds) / TICKS_PER_QUARTER
        element = SubElement(
            clips, "Clip", time="0.0", duration=f"{beats:.6f}", contentTimeUnit="seconds",
            playStart="0.0", playStop=f"{clip.seconds:.9f}", name=_fit(clip.name),
        )  # fmt: skip
        audio = SubElement(
            element, "Audio", channels=str(clip.channels), duration=f"{clip.seconds:.9f}",
            sampleRate=str(clip.sample_rate), id=f"w{number}", timeUnit="seconds",
        )  # fmt: skip
        file = SubElement(audio, "File", path=clip.reference)
        if clip.external:
            file.set("external", "true")

    def _note_lane(self, lanes: Element, number: int, track: Track) -> None:
        lane = SubElement(lanes, "Lanes", track=f"n{number}", id=f"ln{number}")
        clips = SubElement(lane, "Clips", id=f"cn{number}")
        if not track.notes and not track.automation:
            return
        clip = SubElement(
            clips, "Clip", time="0.0", duration=f"{self._beats:.6f}", playStart="0.0",
            name=_fit(track.name),
        )  # fmt: skip
        inside = SubElement(clip, "Lanes", id=f"in{number}")
        notes = SubElement(inside, "Notes", id=f"no{number}")
        channel = "9" if track.percussion else "0"
        for note in track.notes:
            velocity = f"{note.velocity / _CONTROL_TOP:.6f}"
            SubElement(
                notes, "Note", time=_beats(note.start), duration=_beats(note.duration),
                channel=channel, key=str(note.pitch), vel=velocity, rel=velocity,
            )  # fmt: skip
        self._controls(inside, number, channel, track.automation)

    def _controls(
        self, inside: Element, number: int, channel: str, automation: Sequence[AutomationPoint]
    ) -> None:
        parameters = list(dict.fromkeys(point.parameter for point in automation))
        for parameter in parameters:
            points = SubElement(inside, "Points", id=f"p{number}{parameter}", unit="normalized")
            target = SubElement(points, "Target", channel=channel)
            if parameter == "pitch_bend":
                target.set("expression", "pitchBend")
            else:
                target.set("expression", "channelController")
                target.set("controller", parameter.removeprefix("cc"))
            for point in automation:
                if point.parameter != parameter:
                    continue
                value = point.value / _CONTROL_TOP
                if parameter == "pitch_bend":
                    value = (point.value + _BEND_STEPS) / (2 * _BEND_STEPS - 1)
                SubElement(
                    points, "RealPoint", time=_beats(point.tick), value=f"{value:.6f}",
                    interpolation="hold",
                )  # fmt: skip


def _channel(
    track: Element,
    key: str,
    role: str,
    destination: str,
    gain: float,
    pan: float,
    *,
    muted: bool,
    solo: bool,
) -> None:
    channel = SubElement(track, "Channel", audioChannels="2")
    if destination:
        channel.set("destination", destination)
    channel.set("role", role)
    channel.set("solo", "true" if solo else "false")
    channel.set("id", key)
    SubElement(channel, "Mute", value="true" if muted else "false", id=f"{key}m", name="Mute")
    SubElement(
        channel, "Pan", max="1.000000", min="0.000000", unit="normalized",
        value=f"{(pan + 1.0) / 2.0:.6f}", id=f"{key}p", name="Pan",
    )  # fmt: skip
    SubElement(
        channel, "Volume", max=f"{_LOUDEST:.6f}", min="0.000000", unit="linear",
        value=f"{min(gain, _LOUDEST):.6f}", id=f"{key}v", name="Volume",
    )  # fmt: skip


def _beats(ticks: int) -> str:
    return f"{ticks / TICKS_PER_QUARTER:.6f}"


def _fit(text: str) -> str:
    """What XML can hold of a text."""
    return _UNFIT.sub(" ", text)


def colour_of(track: Track) -> str:
    """The colour of a track by its role, as #rrggbb."""
    return _COLOURS.get(track.role, _OTHER_COLOUR)


def _bytes(root: Element) -> bytes:
    indent(root, " ")
    out = io.BytesIO()
    ElementTree(root).write(out, encoding="UTF-8", xml_declaration=True)
    return out.getvalue() + b"\n"
