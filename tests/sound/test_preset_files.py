"""Single instruments for the browser: what a page plays with them is what a render plays."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from compositions.score.document import TrackRole
from compositions.score.timeline import Timeline
from compositions.sound import SoundError, SoundFont
from compositions.sound.performance import perform
from compositions.sound.preset_files import preset_path, write_presets
from compositions.sound.soundfont import Preset, SoundFonts
from compositions.sound.synthesis import Part, engine_module, node_executable, synthesise
from tests.sound import scores

RATE = 22_050
SECONDS = 2.0
FRAMES = round(RATE * SECONDS)
HERE = Path(__file__).parent
TRACK_SYNTH = HERE.parents[1] / "static/aria/track_synth.js"

Samples = NDArray[np.float32]


@pytest.fixture(scope="module")
def fonts(soundfont: Path) -> SoundFonts:
    return SoundFonts([soundfont])


def rendered(part: Part, fonts: SoundFonts, folder: Path) -> Samples:
    (stem,) = (
        np.fromfile(stem.path, np.float32)
        for stem in synthesise(
            [part],
            soundfonts=fonts,
            sample_rate=RATE,
            frames=FRAMES,
            work_dir=folder,
            on_frames=lambda index, frame: None,
        )
    )
    return stem


def played(part: Part, font: Path, folder: Path, begin: int = 0) -> Samples:
    """What a page makes of the same part with its own small font, in pieces."""
    output, job = folder / "page.f32", folder / "page.json"
    job.write_text(
        json.dumps(
            {
                "font": str(font),
                "output": str(output),
                "rate": RATE,
                "frames": FRAMES - begin,
                "from": begin,
                "piece": 2205,
                "track": {
                    "bank": part.preset.bank,
                    "program": part.preset.program,
                    "percussion": part.percussion,
                    "events": [
                        [round(frame / RATE, 7), kind, first, second]
                        for frame, kind, first, second in part.performance.events
                    ],
                },
            }
        )
    )
    script = HERE / "play_in_a_page.mjs"
    command = [node_executable(), script, engine_module(), TRACK_SYNTH, job]
    subprocess.run([str(word) for word in command], check=True)
    return np.fromfile(output, np.float32)


def part_of(fonts: SoundFonts, program: int, *, percussion: bool = False) -> Part:
    events = [(0, 1, 40, 100), (0.5, 0.5, 42, 70), (1, 2, 60, 90), (1.5, 0.5, 64, 80)]
    controls = [(0.75, "cc7", 90), (1.25, "pitch_bend", 2000), (2.25, "pitch_bend", 0)]
    track = scores.track(TrackRole.LEAD, events, program=program, controls=controls)
    song = scores.score(track)
    preset = fonts.resolve(0, program, percussion=percussion)
    return Part(perform(song.tracks[0], Timeline(song), RATE), preset, percussion)


@pytest.mark.parametrize(("program", "percussion"), [(4, False), (0, True)])
def test_a_page_plays_what_a_render_plays(
    fonts: SoundFonts, tmp_path: Path, program: int, percussion: bool
) -> None:
    part = part_of(fonts, program, percussion=percussion)
    (name,) = write_presets([part.preset], fonts, tmp_path / "presets").values()
    font = preset_path(name, tmp_path / "presets")
    assert font is not None
    assert [(one.bank, one.program) for one in SoundFont(font).presets] == [
        (part.preset.bank, part.preset.program)
    ]
    stem, page = rendered(part, fonts, tmp_path), played(part, font, tmp_path)
    assert np.abs(stem).max() > 0.02
    np.testing.assert_array_equal(page, stem)
    # From the middle, notes and controllers that go on are taken up; only attacks are new.
    late = played(part, font, tmp_path, begin=round(1.2 * RATE))
    assert np.abs(late[: RATE // 2]).max() > 0.005


def test_files_are_written_once_and_failures_leave_none(fonts: SoundFonts, tmp_path: Path) -> None:
    piano = fonts.resolve(0, 0, percussion=False)
    (name,) = write_presets([piano], fonts, tmp_path).values()
    before = (tmp_path / name).stat()
    assert write_presets([piano], fonts, tmp_path) == {piano: name}
    assert (tmp_path / name).stat() == before
    with pytest.raises(SoundError, match="no preset 77:3"):
        write_presets([piano, Preset(77, 3, "Nothing")], fonts, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, "write.lock"])


def test_no_other_file_can_be_asked_for(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    for name in ("secret", "../secret", "0" * 16 + "-0-0.sf2", ""):
        assert preset_path(name, tmp_path) is None
