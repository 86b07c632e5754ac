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
from scipy.signal import resample_poly

from compositions.sound import FORMATS, SoundError, Tags, encode
from compositions.sound.cutting import Cut, resampled
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


@pytest.mark.parametrize("audio_format", FORMATS)
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
    if audio_format == "opus":  # 48 kHz whatever goes in
        source = resample_poly(source, 160, 147, axis=0)
    rate = len(source) * RATE / (6 * RATE + 123)
    seconds, audio, tags = decode(path)
    # FFmpeg counts what an encoder fills its last frame with.
    longest = 2048 if audio_format == "m4a" else 1152
    assert seconds == pytest.approx(len(source) / rate, abs=longest / rate)
    assert mutagen.File(path).info.length == pytest.approx(len(source) / rate, abs=1152 / rate)
    count = min(len(source), len(audio))
    error = meters.energy_db(audio[:count] - source[:count]) - meters.energy_db(source)
    assert error < (-80.0 if audio_format in ("flac", "wav", "aiff") else -20.0)
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


def test_iff_files_hold_id3(wav: Path, tmp_path: Path) -> None:
    for name in ("wav", "aiff"):
        path = encode(wav, tmp_path / f"song.{name}", format=name, tags=TAGS, cover=png())  # type: ignore[arg-type]
        frames = mutagen.File(path).tags
        assert str(frames["TPE1"]) == TAGS.artist
        assert str(frames["TKEY"]) == "Dm"
        assert frames.getall("USLT")[0].text == TAGS.lyrics
        assert frames.getall("APIC")[0].data == png()


def test_mp4_holds_everything(wav: Path, tmp_path: Path) -> None:
    path = encode(wav, tmp_path / "song.m4a", format="m4a", tags=TAGS, cover=png())
    atoms = mutagen.File(path)
    assert atoms["\xa9alb"] == [TAGS.album]
    assert atoms["\xa9lyr"] == [TAGS.lyrics]
    assert atoms["tmpo"] == [82]
    assert bytes(atoms["----:com.apple.iTunes:initialkey"][0]) == b"Dm"
    assert bytes(atoms["covr"][0]) == png()
    assert atoms.info.codec_description == "AAC LC"


@pytest.mark.parametrize("audio_format", ["flac", "ogg", "opus"])
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


@pytest.mark.parametrize(("audio_format", "depth", "subtype"), [
    ("wav", 16, "PCM_16"), ("wav", 24, "PCM_24"), ("wav", 32, "FLOAT"),
    ("aiff", 16, "PCM_16"), ("aiff", 24, "PCM_24"), ("flac", 16, "PCM_16"), ("flac", 24, "PCM_24"),
])  # fmt: skip
def test_bits_of_a_sample(
    audio_format: str, depth: int, subtype: str, wav: Path, tmp_path: Path
) -> None:
    path = tmp_path / "song"
    encode(wav, path, format=audio_format, tags=TAGS, bit_depth=depth)  # type: ignore[arg-type]
    assert soundfile.info(path).subtype == subtype
    error = soundfile.read(path)[0] - soundfile.read(wav)[0]
    if depth >= 24:
        assert not error.any()
    else:  # triangular dither: less than 1.5 steps, and not bound to the sound
        assert 0.5 / 32768 < np.abs(error).max() <= 1.5 / 32768
        assert abs(np.mean(error)) < 0.02 / 32768


def test_the_same_file_twice(wav: Path, tmp_path: Path) -> None:
    def once(name: str, audio_format: str) -> bytes:
        path = tmp_path / name
        encode(wav, path, format=audio_format, tags=TAGS)  # type: ignore[arg-type]
        return path.read_bytes()

    for audio_format in ("m4a", "flac"):
        assert once("a", audio_format) == once("b", audio_format)


@pytest.mark.parametrize("wanted", [48_000, 96_000, 44_100])
def test_another_sample_rate(wanted: int, wav: Path, tmp_path: Path) -> None:
    path = encode(
        wav, tmp_path / "a.wav", format="wav", tags=TAGS, sample_rate=wanted, bit_depth=32
    )
    source = soundfile.read(wav)[0]
    audio, rate = soundfile.read(path)
    assert rate == wanted
    assert len(audio) == -(-len(source) * wanted // RATE)
    seconds = np.arange(len(audio)) / rate
    tone = sum(np.sin(2 * np.pi * f * seconds) for f in (220.0, 277.2, 329.6)) / 6
    exact = np.stack([tone * np.exp(-seconds / 3), tone * np.exp(-seconds / 4)], axis=1)
    inside = slice(rate // 50, -rate // 50)
    assert np.abs(audio - exact)[inside].max() < 2e-5


def test_blocks_are_resampled_as_one_file() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, (200_003, 2))
    whole = np.concatenate(list(resampled([noise], 44_100, 48_000)))
    parts = [noise[:1], noise[1:70_000], noise[70_000:70_100], noise[70_100:]]
    assert np.allclose(np.concatenate(list(resampled(parts, 44_100, 48_000))), whole, atol=1e-12)
    assert len(whole) == -(-200_003 * 160 // 147)
    back = np.concatenate(list(resampled([whole], 48_000, 44_100)))[: len(noise)]
    low = np.abs(np.fft.rfft(back - noise, axis=0))[: len(noise) // 3]  # below 14.7 kHz
    assert low.max() < 1e-3 * np.abs(np.fft.rfft(noise, axis=0)).max()


def test_a_stretch_with_a_count_in(wav: Path, tmp_path: Path) -> None:
    cut = Cut(start=1.0, end=3.0, clicks=((0.0, True), (0.5, False)), clicks_last=1.0)
    path = encode(wav, tmp_path / "a.wav", format="wav", tags=TAGS, cut=cut, bit_depth=32)
    audio, source = soundfile.read(path)[0], soundfile.read(wav)[0]
    assert len(audio) == 3 * RATE
    middle = slice(RATE + RATE // 10, 3 * RATE - RATE // 10)
    assert np.abs(audio[middle] - source[RATE:][RATE // 10 : 2 * RATE - RATE // 10]).max() < 1e-6
    assert abs(audio[RATE]).max() < 1e-6
    assert abs(audio[-1]).max() < 1e-3
    loud = [np.abs(audio[round(at * RATE) :][:2000]).max() for at in (0.0, 0.25, 0.5, 0.75)]
    assert loud[0] > 0.3 < loud[2]
    assert loud[1] == loud[3] == 0.0


def test_a_loop_joins_itself(wav: Path, tmp_path: Path) -> None:
    def step(path: Path) -> float:
        audio = soundfile.read(path)[0]
        joined = np.concatenate([audio[-200:], audio[:200]])
        return float(np.abs(np.diff(joined, axis=0, n=2)).max())

    cut = Cut(start=1.0, end=2.337, loop=True)
    loop = encode(wav, tmp_path / "a.wav", format="wav", tags=TAGS, cut=cut, bit_depth=32)
    assert soundfile.info(loop).frames == round(2.337 * RATE) - RATE
    hard = tmp_path / "hard.wav"
    source = soundfile.read(wav)[0]
    soundfile.write(hard, source[RATE : round(2.337 * RATE)], RATE, "FLOAT")
    assert step(hard) > 0.03
    assert step(loop) < 0.005


def test_choices_that_a_format_does_not_have(wav: Path, tmp_path: Path) -> None:
    with pytest.raises(SoundError, match="sample rate of opus"):
        encode(wav, tmp_path / "a", format="opus", tags=Tags(), sample_rate=44_100)
    with pytest.raises(SoundError, match="bit depth of mp3"):
        encode(wav, tmp_path / "a", format="mp3", tags=Tags(), bit_depth=16)
    with pytest.raises(SoundError, match="the mix lasts"):
        encode(wav, tmp_path / "a", format="wav", tags=Tags(), cut=Cut(start=7.0))
    assert not list(tmp_path.iterdir())
