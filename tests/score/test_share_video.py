"""The share video: read back by another reader, its frames looked at in numbers."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray
from PIL import Image

from compositions.share_video.cover import accent_of, cover_art, cover_jpeg
from compositions.share_video.lettering import can_show, font, readable, wrapped
from compositions.share_video.parts import FRAME_RATE, RollNote, TimedWord
from compositions.share_video.planes import Box
from compositions.share_video.scene import Scene, draw_scene
from compositions.share_video.shapes import SHAPES
from compositions.share_video.writing import write_video
from compositions.sound import Tags, encode

SIZE = (160, 90)
SECONDS = 2.01
LINE = (TimedWord("Rain", 0.2, 0.8), TimedWord("on", 0.8, 1.2), TimedWord("tape", 1.2, 1.6))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    wav, m4a = folder / "mix.wav", folder / "mix.m4a"
    time = np.arange(round(SECONDS * 44_100)) / 44_100
    soundfile.write(wav, 0.3 * np.sin(2 * np.pi * 440 * time), 44_100)
    return encode(wav, m4a, format="m4a", tags=Tags())


def scene(size: tuple[int, int] = SIZE, **fields: object) -> Scene:
    given = {
        "cover": cover_art("a", "pop", 64), "title": "Rain", "artist": "Ada", "seconds": SECONDS,
        "levels": [0.2, 0.9, 0.5] * 20,
    } | fields  # fmt: skip
    return draw_scene(size=size, **given)  # type: ignore[arg-type]


def brightness(one: Scene, seconds: float) -> NDArray[np.uint8]:
    canvas = one.ground.copy()
    one.frame(canvas, seconds)
    return canvas.brightness.copy()


def test_the_video_is_read_back_with_picture_and_sound(sound: Path, tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    seen: list[int] = []
    count = write_video(
        scene(lines=[LINE]), sound, path, tags={"title": "Rain"},
        on_frame=lambda done, count: seen.append(done),
    )  # fmt: skip
    assert seen == list(range(count))
    with av.open(str(path)) as file:
        picture, track = file.streams.video[0], file.streams.audio[0]
        assert (picture.codec_context.name, track.codec_context.name) == ("h264", "aac")
        assert (picture.width, picture.height, picture.pix_fmt) == (*SIZE, "yuv420p")
        assert picture.average_rate == FRAME_RATE
        assert file.metadata["title"] == "Rain"
        for stream in (picture, track):
            length = float((stream.duration or 0) * (stream.time_base or 0))
            assert length == pytest.approx(SECONDS, abs=1 / FRAME_RATE)
        frames = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
    assert len(frames) == count
    for frame in (frames[0], frames[len(frames) // 2], frames[-1]):
        assert 15 < frame.mean() < 130
        assert frame.reshape(-1, 3).std(axis=0).min() > 10
    assert np.abs(frames[0].astype(int) - frames[-1]).max() > 60
    # The index lies in front, so that the video plays while it loads.
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_the_same_song_gives_the_same_bytes_and_stopping_leaves_nothing(
    sound: Path, tmp_path: Path
) -> None:
    copies = []
    for name in ("a.mp4", "b.mp4"):
        write_video(scene(), sound, tmp_path / name, tags={}, on_frame=lambda done, count: None)
        copies.append((tmp_path / name).read_bytes())
    assert copies[0] == copies[1]

    class StoppedError(Exception):
        pass

    def stop(done: int, count: int) -> None:
        if done == 5:
            raise StoppedError

    with pytest.raises(StoppedError):
        write_video(scene(), sound, tmp_path / "c.mp4", tags={}, on_frame=stop)
    assert not (tmp_path / "c.mp4").exists()


def test_the_waveform_fills_from_left_to_right() -> None:
    one = scene()
    start, middle, end = (brightness(one, time).astype(int) for time in (0.0, 1.0, SECONDS))
    filled = (middle - start).max(axis=0) > 20
    assert filled[: 160 // 3].any()
    assert not filled[85:].any()
    assert ((end - start).max(axis=0) > 20)[120:150].any()


def test_words_fill_while_they_are_sung_and_go() -> None:
    one = scene(lines=[LINE])
    top, bottom = 50, 66
    light = [int(brightness(one, time)[top:bottom].astype(int).sum()) for time in (0.1, 0.7, 1.55)]
    assert light == sorted(light)
    assert light[-1] > light[0]
    gone = brightness(one, 3.2)[top:bottom].astype(int)
    assert gone.sum() < light[0]


def test_notes_pass_by_and_light_up() -> None:
    notes = [RollNote(1.0, 1.5, 60, 0), RollNote(1.0, 1.5, 36, 1, drum=True)]
    one = scene(notes=notes, levels=())
    head = 2 * round(160 * 0.3 / 2)
    early, now = brightness(one, 0.5), brightness(one, 1.2)
    column = slice(50, 88)
    assert early[column, head - 6].max() < now[column, head - 6].max()
    assert early[column, head + 8 :].max() > early[column, : head - 4].max()
    assert one.frame(one.ground.copy(), 30.0) is None  # nothing is left, and nothing fails


@pytest.mark.parametrize("size", [*SHAPES.values(), (160, 90), (90, 160), (64, 64)])
def test_everything_lies_inside_every_shape(size: tuple[int, int]) -> None:
    long = tuple(TimedWord("Donaudampfschiff" * 2, i, i + 1.0) for i in range(9))
    one = scene(size, title="A very long title " * 9, artist="Ada " * 60, lines=[long], notes=[])
    assert brightness(one, 4.0).shape == (size[1], size[0])


def test_letters_that_the_font_lacks_are_left_out_and_counted() -> None:
    assert can_show("Žluťoučký Ελλάδα Привет")
    assert not can_show("雨")
    assert readable("雨 Rain\u0301 雨") == "Raiń"
    line = (TimedWord("雨", 0.0, 0.5), TimedWord("Rain", 0.5, 1.0))
    one = scene(title="雨", lines=[line, (TimedWord("雪", 1.0, 2.0),)])
    assert one.left_out == 2
    assert brightness(one, 0.7).any()
    rows = wrapped("one two three four", font(20), 60, 2)
    assert len(rows) == 2
    assert rows[1].endswith("…")


def test_a_cover_is_the_songs_own() -> None:
    def print_of(*given: str) -> str:
        return hashlib.sha256(cover_art(*given, 48).tobytes()).hexdigest()

    assert print_of("a", "jazz") == print_of("a", "jazz")
    assert len({print_of(name, "jazz") for name in "abcdefgh"}) == 8
    assert print_of("a", "jazz") != print_of("a", "metal")
    with Image.open(io.BytesIO(cover_jpeg("a", "", "雨", "", 120))) as picture:
        assert (picture.format, picture.size) == ("JPEG", (120, 120))
    assert max(accent_of(Image.new("RGB", (8, 8), (90, 20, 20)))) == 255


def test_boxes_are_even() -> None:
    box = Box.around(3.3, 5.9, 0.1, 7.4)
    assert (box.x, box.y, box.width, box.height) == (4, 6, 2, 8)
