"""Writes a scene and a sound file as an MP4: H.264 and AAC, ready to be streamed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av

from compositions.share_video.parts import FRAME_RATE
from compositions.share_video.planes import BT709
from compositions.share_video.scene import Scene

_QUALITY = "21"
_KEY_FRAME_SECONDS = 4
_THREADS = 2
"""Always as many, since the number of threads changes the bytes."""


def write_video(
    scene: Scene,
    audio: Path,
    destination: Path,
    *,
    tags: dict[str, str],
    on_frame: Callable[[int, int], None],
) -> int:
    """Write ``scene`` with the AAC sound of ``audio`` (an M4A file); return how many frames.

    The picture lasts as long as the scene, to the next whole frame. ``on_frame(done, all)`` is
    called before each frame; an exception raised in it stops the work, and no file stays. The same
    scene and sound give the same bytes. Raises ``OSError`` when the disk is full.
    """
    count = max(1, math.ceil(scene.seconds * FRAME_RATE - 1e-6))
    try:
        with (
            av.open(str(audio)) as sound,
            av.open(str(destination), "w", format="mp4", options=_options()) as file,
        ):
            file.metadata.update(tags)
            picture = _stream(file, scene)
            track = file.add_stream_from_template(sound.streams.audio[0])
            packets = (packet for packet in sound.demux(audio=0) if packet.dts is not None)
            waiting = next(packets, None)
            for number, frame in enumerate(_frames(scene, count, on_frame)):
                file.mux(picture.encode(frame))
                # The sound up to here, so that both lie side by side in the file.
                while waiting is not None and _begin(waiting) <= (number + 1) / FRAME_RATE:
                    waiting.stream = track
                    file.mux(waiting)
                    waiting = next(packets, None)
            file.mux(picture.encode(None))
            while waiting is not None:
                waiting.stream = track
                file.mux(waiting)
                waiting = next(packets, None)
    except BaseException:
        destination.unlink(missing_ok=True)
        raise
    return count


def _begin(packet: Any) -> float:
    return float((packet.dts or 0) * packet.time_base)


def _options() -> dict[str, str]:
    # The index in front; nothing of the clock in the file.
    return {"movflags": "faststart", "fflags": "+bitexact"}


def _stream(file: Any, scene: Scene) -> Any:
    stream = file.add_stream("libx264", rate=FRAME_RATE)
    stream.width, stream.height = scene.width, scene.height
    stream.pix_fmt = "yuv420p"
    stream.time_base = Fraction(1, FRAME_RATE)
    stream.codec_context.gop_size = _KEY_FRAME_SECONDS * FRAME_RATE
    stream.codec_context.thread_count = _THREADS
    stream.codec_context.color_range = 1
    stream.codec_context.colorspace = BT709
    stream.codec_context.color_primaries = BT709
    stream.codec_context.color_trc = BT709
    stream.options = {"preset": "superfast", "tune": "animation", "crf": _QUALITY}
    return stream


def _frames(
    scene: Scene, count: int, on_frame: Callable[[int, int], None]
) -> Iterator[av.VideoFrame]:
    canvas = scene.ground.copy()
    for number in range(count):
        on_frame(number, count)
        scene.frame(canvas, number / FRAME_RATE)
        frame = av.VideoFrame(scene.width, scene.height, "yuv420p")
        canvas.write(frame)
        frame.pts, frame.time_base = number, Fraction(1, FRAME_RATE)
        yield frame
