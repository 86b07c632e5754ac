"""Pictures as encoders take them: a plane of brightness and two of colour, half as wide and high.

BT.709 with video levels, as players expect of high definition.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from av import VideoFrame
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.uint8]
BT709 = 1


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels; all four numbers are even, so that colour planes can be cut too."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def around(cls, x: float, y: float, width: float, height: float) -> Box:
        """The nearest rectangle of even numbers, at least 2 by 2."""
        left, top, wide, high = (2 * round(value / 2) for value in (x, y, width, height))
        return cls(left, top, max(2, wide), max(2, high))

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """Left, top, right and bottom, as Pillow crops."""
        return self.x, self.y, self.x + self.width, self.y + self.height


@dataclass(frozen=True, slots=True)
class Planes:
    """A picture in three planes."""

    brightness: Plane
    blue: Plane
    red: Plane

    @classmethod
    def of(cls, picture: Image.Image) -> Planes:
        """Convert an RGB picture whose width and height are even."""
        frame = VideoFrame.from_ndarray(np.asarray(picture.convert("RGB")), format="rgb24")
        converted = frame.reformat(
            format="yuv420p", dst_colorspace=BT709, src_color_range=2, dst_color_range=1
        )
        brightness, blue, red = (_array(plane).copy() for plane in converted.planes)
        return cls(brightness, blue, red)

    def copy(self) -> Planes:
        """A picture of its own."""
        return Planes(self.brightness.copy(), self.blue.copy(), self.red.copy())

    def crop(self, box: Box) -> Planes:
        """A part of the picture, as a view."""
        x, y, right, bottom = box.corners
        half = np.s_[y // 2 : bottom // 2, x // 2 : right // 2]
        return Planes(self.brightness[y:bottom, x:right], self.blue[half], self.red[half])

    def paste(self, other: Planes, x: int, y: int) -> None:
        """Put another picture here, at an even place."""
        height, width = other.brightness.shape
        here = self.crop(Box(x, y, width, height))
        here.brightness[:] = other.brightness
        here.blue[:] = other.blue
        here.red[:] = other.red

    def write(self, frame: VideoFrame) -> None:
        """Copy the picture into a frame of its size."""
        planes = (self.brightness, self.blue, self.red)
        for plane, values in zip(frame.planes, planes, strict=True):
            _array(plane)[:] = values


def _array(plane: object) -> Plane:
    """The pixels of a plane, without what pads its lines."""
    lines = np.frombuffer(plane, dtype=np.uint8)  # type: ignore[call-overload]
    height, width, size = plane.height, plane.width, plane.line_size  # type: ignore[attr-defined]
    return np.asarray(lines.reshape(-1, size)[:height, :width])
