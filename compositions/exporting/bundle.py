"""A folder for studio programs: stems, notes, tempo and markers, sheet, and project files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from compositions.exporting.dawproject import AudioClip, write_dawproject
from compositions.exporting.reaper import write_reaper_project
from compositions.exporting.stems import WrittenStems
from compositions.exporting.time_map import time_map, to_csv, to_labels, words
from compositions.score.document import Score
from compositions.score.midi import write_midi
from compositions.score.musicxml import write_musicxml
from compositions.sound.loudness import linear

STEMS_FOLDER = "stems"
_MOST_EMBEDDED_BYTES = 1_000_000_000
"""Stems beyond this are not copied into the DAWproject file but named there."""

_README = """{title}

{title}.mid          notes as they are played, with tempo, meter, key, sections, chords, words
{title}.musicxml     the notes as they are written
{title}.dawproject   for Bitwig Studio, Studio One, Cubase and others
{title}.rpp          for REAPER
{title} (mix).wav    the finished mix, for comparison
stems/               a file for each track, all equally long; stems/README.txt says more
tempo.csv, meter.csv, key.csv, markers.csv, chords.csv, words.csv, time map.json
markers.txt, chords.txt   label tracks for Audacity (File, Import, Labels)

In the project files each track is there as its stem, and as notes that sound once you give their
track an instrument. The stems add up to the mix before mastering.
{external}"""


def write_bundle(
    score: Score,
    destination: Path,
    *,
    name: str,
    stems: WrittenStems,
    fields: Mapping[str, str],
    remarks: list[str],
) -> Path:
    """Write all but mix and stems to ``destination``, in whose ``stems`` folder the stems are.

    ``name`` is that of the files, ``fields`` what the project says of the song. What MusicXML
    cannot say is added to ``remarks``.
    """
    written = write_musicxml(score)
    remarks += written.remarks
    (destination / f"{name}.mid").write_bytes(write_midi(score))
    (destination / f"{name}.musicxml").write_bytes(written.content)
    rows = time_map(score)
    rows["words"] = words(score)
    for title, found in rows.items():
        if found:
            path = destination / f"{_SINGULAR.get(title, title)}.csv"
            path.write_text(to_csv(found), encoding="utf-8")
    text = json.dumps(rows, ensure_ascii=False, indent=1)
    (destination / "time map.json").write_text(text + "\n", encoding="utf-8")
    for title, field in (("markers", "name"), ("chords", "symbol")):
        if rows[title]:
            path = destination / f"{title}.txt"
            path.write_text(to_labels(rows[title], field), encoding="utf-8")
    size = sum(stem.path.stat().st_size for stem in stems.stems)
    external = size > _MOST_EMBEDDED_BYTES
    clips = [
        AudioClip(
            path=stem.path,
            reference=f"{STEMS_FOLDER}/{stem.path.name}",
            name=stem.name,
            tracks=stem.tracks,
            seconds=stems.frames / stems.sample_rate,
            sample_rate=stems.sample_rate,
            gain=linear(-stems.gain_db),
            external=external,
        )
        for stem in stems.stems
    ]
    write_dawproject(score, clips, fields, destination / f"{name}.dawproject")
    write_reaper_project(score, clips, destination / f"{name}.rpp")
    note = "Keep the DAWproject file beside the stems folder: it names them.\n" if external else ""
    readme = _README.format(title=name, external=note)
    (destination / "README.txt").write_text(readme, encoding="utf-8")
    return destination


_SINGULAR = {"tempos": "tempo", "meters": "meter", "keys": "key"}
