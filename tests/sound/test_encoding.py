"""Encoded files last as long as the mix, hold its sound, and say what they are."""

from __future__ import annotations

import io
from pathlib import Path

import av
import mutagen
import numpy as np
import pytest
import soundfile
from mutagen.id3 import ID3
from PIL import Image

from compositions.sound import SoundError, Tags, encode
from tests.sound import meters

RATE = 44_100
TAGS = Tags(
    title="Regen über Köln",
    artist="AriaForge",
    album="First songs",
    genre="Lo-fi",
    year="2026",
    bpm=82.4,
    key="D minor",
    comment="seed 7",
    lyrics="Line one\nLine two",
)


@pytest.fixture(scope="module")
def wav(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of a chord that fades, 24 bit."""
    path = tmp_path_factory.mktemp("source") / "mix.wav"
    seconds = np.arange(6 * RATE + 123) / RATE
    tone = sum(np.sin(2 * np.pi * f * seconds) for f in (220.0, 277.2, 329.6)) / 6
    stereo = np.stack([tone * np.exp(-seconds / 3), tone * np.exp(-seconds / 4)], axis=1)
    soundfile.write(path, stereo, RATE, "PCM_24")
    return path


def png() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), (20, 60, 120)).save(buffer, "PNG")
    return buffer.getvalue()


def decode(path: Path) -> tuple[float, np.ndarray, dict[str, str]]:
    """Seconds, samples and tags by FFmpeg."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        blocks = [frame.to_ndarray() for frame in container.decode(stream)]
        tags = {**container.metadata, **stream.metadata}
        rate = stream.rate
    planar = [block if block.shape[0] == 2 else block.reshape(-1, 2).T for block in blocks]
    audio = np.concatenate(planar, axis=1)
    if audio.dtype != np.float32:
        audio = audio / np.iinfo(audio.dtype).max
    return audio.shape[1] / rate, audio.T, {key.lower(): value for key, value in tags.items()}


@pytest.mark.parametrize("audio_format", ["mp3", "flac", "ogg", "wav"])
def test_duration_sound_and_tags(audio_format: str, wav: Path, tmp_path: Path) -> None:
    seen: list[float] = []
    path = encode(
        wav,
        tmp_path / f"song.{audio_format}",
        format=audio_format,  # type: ignore[arg-type]
        tags=TAGS,
        cover=png(),
        on_progress=seen.append,
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]

    source = meters.samples(wav)
    seconds, audio, tags = decode(path)
    assert seconds == pytest.approx(len(source) / RATE, abs=1152 / RATE)
    assert mutagen.File(path).info.length == pytest.approx(len(source) / RATE, abs=1152 / RATE)
    count = min(len(source), len(audio))
    error = meters.energy_db(audio[:count] - source[:count]) - meters.energy_db(source)
    assert error < (-80.0 if audio_format in ("flac", "wav") else -20.0)
    assert tags["title"] == TAGS.title
    assert tags["artist"] == TAGS.artist
    assert tags["genre"] == TAGS.genre


def test_id3_holds_everything(wav: Path, tmp_path: Path) -> None:
    path = encode(wav, tmp_path / "song.mp3", format="mp3", tags=TAGS, cover=png())
    frames = ID3(path)
    assert str(frames["TALB"]) == TAGS.album
    assert str(frames["TBPM"]) == "82"
    assert str(frames["TKEY"]) == "Dm"
    assert str(frames["TDRC"]) == "2026"
    assert frames.getall("COMM")[0].text == [TAGS.comment]
    assert frames.getall("USLT")[0].text == TAGS.lyrics
    assert frames.getall("APIC")[0].data == png()


@pytest.mark.parametrize("audio_format", ["flac", "ogg"])
def test_vorbis_comments_hold_everything(audio_format: str, wav: Path, tmp_path: Path) -> None:
    path = tmp_path / f"song.{audio_format}"
    encode(wav, path, format=audio_format, tags=TAGS, cover=png())  # type: ignore[arg-type]
    file = mutagen.File(path)
    assert file["bpm"] == ["82.4"]
    assert file["key"] == ["D minor"]
    assert file["lyrics"] == [TAGS.lyrics]
    assert file["comment"] == [TAGS.comment]
    if audio_format == "flac":
        assert file.pictures[0].mime == "image/png"
    else:
        assert "metadata_block_picture" in file


def test_a_constant_bit_rate(wav: Path, tmp_path: Path) -> None:
    for rate in (128, 192, 320):
        path = encode(wav, tmp_path / "a.mp3", format="mp3", tags=Tags(), bitrate_kbps=rate)
        assert mutagen.File(path).info.bitrate == pytest.approx(rate * 1000, rel=0.001)


def test_a_long_vorbis_file_does_not_crash(tmp_path: Path) -> None:
    source = tmp_path / "long.wav"
    noise = np.random.default_rng(3).normal(0, 0.1, (RATE, 2))
    with soundfile.SoundFile(source, "w", RATE, 2, "PCM_16") as file:
        for _ in range(90):
            file.write(noise)
    path = encode(source, tmp_path / "long.ogg", format="ogg", tags=Tags(title="Long"))
    assert soundfile.info(path).frames == 90 * RATE


def test_what_cannot_be_encoded_is_told(wav: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mp3"
    text = tmp_path / "text.wav"
    text.write_text("no audio")
    with pytest.raises(SoundError, match="could not be encoded"):
        encode(text, target, format="mp3", tags=Tags())
    with pytest.raises(SoundError, match="could not be encoded"):
        encode(tmp_path / "missing.wav", target, format="wav", tags=Tags())
    with pytest.raises(SoundError, match="JPEG or PNG"):
        encode(wav, target, format="mp3", tags=Tags(), cover=b"GIF89a")
    with pytest.raises(SoundError, match="not one of"):
        encode(wav, target, format="aac", tags=Tags())  # type: ignore[arg-type]
    with pytest.raises(SoundError, match="bit rate"):
        encode(wav, target, format="mp3", tags=Tags(), bitrate_kbps=8)
    assert [entry.name for entry in tmp_path.iterdir()] == ["text.wav"]
