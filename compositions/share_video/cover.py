"""Cover art made from a song: the same song, genre and size give the same picture.

Four kinds of drawing (a horizon, circles, waves, a grid), in the colours of the genre's family;
which, and where everything lies, is decided by the song's seed.
"""

from __future__ import annotations

import colorsys
import hashlib
import io
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from compositions.share_video.lettering import fitted, readable, wrapped

Colour = tuple[int, int, int]
# Hues in degrees of the ground's two ends and of the light, by family of genres.
_PALETTES: dict[str, tuple[tuple[int, int, int], ...]] = {
    "electronic": ((265, 200, 320), (230, 285, 175), (250, 310, 55)),
    "warm": ((20, 340, 45), (35, 10, 190), (15, 300, 50)),
    "earth": ((95, 40, 30), (150, 60, 45), (30, 200, 40)),
    "night": ((225, 260, 40), (215, 190, 15), (245, 215, 340)),
    "bright": ((195, 330, 50), (345, 200, 60), (175, 265, 45)),
    "dark": ((0, 340, 25), (215, 230, 5), (280, 250, 15)),
}
_FAMILIES = {
    "electronic": (
        "house", "techno", "trance", "synth", "chip", "edm", "dubstep", "hyper", "drum-and-bass",
    ),
    "warm": (
        "soul", "gospel", "r-and-b", "funk", "disco", "latin", "salsa", "bossa", "reggae", "afro",
    ),
    "earth": ("folk", "country", "bluegrass", "celtic", "americana", "acoustic"),
    "night": (
        "jazz", "lo-fi", "ambient", "classical", "blues", "piano", "cinematic", "film", "waltz",
    ),
    "bright": ("pop", "indie", "ska", "surf", "city"),
    "dark": ("metal", "punk", "rock", "trap", "drill", "hip-hop", "boom", "industrial"),
}  # fmt: skip
_COARSE = 2
_QUALITY = 90


def cover_art(seed: str, genre: str, side: int) -> Image.Image:
    """Return a square picture of ``side`` pixels, without words."""
    random = np.random.default_rng(list(hashlib.sha256(seed.encode()).digest()))
    family = next(
        (name for name, words in _FAMILIES.items() if any(word in genre for word in words)),
        sorted(_PALETTES)[int(random.integers(len(_PALETTES)))],
    )
    hues = _PALETTES[family][int(random.integers(3))]
    ground, ground_end = _colour(hues[0], 0.62, 0.24), _colour(hues[1], 0.6, 0.55)
    light, shade = _colour(hues[2], 0.72, 0.97), _colour(hues[0], 0.7, 0.1)
    size = side * _COARSE
    picture = _gradient(size, ground, ground_end, float(random.uniform(0.15, 0.45)))
    draw = (_horizon, _circles, _waves, _grid)[int(random.integers(4))]
    draw(picture, random, light, shade, ground_end)
    return _grained(picture.resize((side, side), Image.Resampling.LANCZOS), random)


def cover_jpeg(seed: str, genre: str, title: str, artist: str, side: int) -> bytes:
    """Return a cover with title and artist as a JPEG file, as players show it."""
    picture = cover_art(seed, genre, side)
    shade = np.asarray(picture, dtype=np.float32)
    fall = np.clip((np.arange(side) / side - 0.55) / 0.45, 0.0, 1.0)[:, None, None]
    picture = Image.fromarray((shade * (1.0 - 0.65 * fall)).astype(np.uint8))
    pen = ImageDraw.Draw(picture)
    margin, width = round(side * 0.07), round(side * 0.86)
    title, artist = readable(title), readable(artist)
    face = fitted(title, round(side * 0.085), width, bold=True, least=0.72)
    lines = wrapped(title, face, width, 2) if title else []
    step = round(face.size * 1.15)
    below = round(side * 0.075) if artist else 0
    top = side - margin - below - step * len(lines)
    for line in lines:
        pen.text((margin, top), line, font=face, fill=(255, 255, 255))
        top += step
    if artist:
        small = fitted(artist, round(side * 0.045), width)
        pen.text((margin, top + round(side * 0.012)), artist, font=small, fill=(222, 222, 226))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def accent_of(picture: Image.Image) -> Colour:
    """Return a bright colour that goes with a picture: the hue of its most colourful parts."""
    small = np.asarray(picture.convert("RGB").resize((24, 24)), dtype=np.float64) / 255.0
    pixels = small.reshape(-1, 3)
    weight = (pixels.max(axis=1) - pixels.min(axis=1)) * pixels.max(axis=1) + 1e-6
    hues = np.array([colorsys.rgb_to_hsv(*pixel)[0] for pixel in pixels]) * 2.0 * np.pi
    mean = np.arctan2((weight * np.sin(hues)).sum(), (weight * np.cos(hues)).sum())
    grey = float(weight.max()) < 0.02
    return _colour(round(float(np.degrees(mean))) % 360, 0.0 if grey else 0.5, 1.0)


def _colour(hue: int, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue / 360.0, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _gradient(size: int, top: Colour, bottom: Colour, slant: float) -> Image.Image:
    down, right = np.mgrid[0:size, 0:size] / size
    share = np.clip(down * (1.0 - slant) + right * slant, 0.0, 1.0)[..., None]
    ends = np.array(top, dtype=np.float64), np.array(bottom, dtype=np.float64)
    return Image.fromarray((ends[0] + (ends[1] - ends[0]) * share).astype(np.uint8))


def _horizon(
    picture: Image.Image, random: np.random.Generator, light: Colour, shade: Colour, mid: Colour
) -> None:
    """A sun over layers of hills."""
    size = picture.width
    pen = ImageDraw.Draw(picture)
    x, y = random.uniform(0.3, 0.7) * size, random.uniform(0.3, 0.48) * size
    radius = random.uniform(0.13, 0.22) * size
    glow = Image.new("L", picture.size)
    ImageDraw.Draw(glow).ellipse(_box(x, y, radius * 1.5), fill=120)
    picture.paste(light, mask=glow.filter(ImageFilter.GaussianBlur(radius * 0.5)))
    pen.ellipse(_box(x, y, radius), fill=light)
    layers = int(random.integers(4, 7))
    places = np.linspace(0.0, 1.0, 160)
    for layer in range(layers):
        height = 0.5 + 0.42 * layer / layers
        phases, waves = random.uniform(0, 6.28, 3), random.uniform(1.0, 5.0, 3)
        hill = sum(
            np.sin(places * wave * 3.14 + phase) * 0.045 / (index + 1)
            for index, (wave, phase) in enumerate(zip(waves, phases, strict=True))
        )
        points = [(place * size, (height + rise) * size)
                  for place, rise in zip(places, hill, strict=True)]  # fmt: skip
        pen.polygon(
            [*points, (size, size), (0, size)], fill=_mixed(mid, shade, (layer + 1) / layers)
        )


def _circles(
    picture: Image.Image, random: np.random.Generator, light: Colour, shade: Colour, mid: Colour
) -> None:
    """Arcs around a point, as the grooves of a record."""
    size = picture.width
    pen = ImageDraw.Draw(picture)
    x, y = random.uniform(0.25, 0.75, 2) * size
    rings = int(random.integers(7, 12))
    for ring in range(rings, 0, -1):
        radius = size * 0.78 * ring / rings
        colour = _mixed(shade, mid if ring % 2 else light, 1.0 - 0.85 * ring / rings)
        pen.ellipse(_box(x, y, radius), fill=colour)
        begin, length = random.uniform(0, 360), random.uniform(40, 200)
        pen.arc(_box(x, y, radius), begin, begin + length, fill=light, width=max(2, size // 180))
    pen.ellipse(_box(x, y, size * 0.035), fill=shade)


def _waves(
    picture: Image.Image, random: np.random.Generator, light: Colour, shade: Colour, mid: Colour
) -> None:
    """Lines that swell in the middle, one above the other."""
    size = picture.width
    pen = ImageDraw.Draw(picture)
    count = int(random.integers(18, 30))
    places = np.linspace(0.0, 1.0, 240)
    envelope = np.exp(-(((places - random.uniform(0.35, 0.65)) / 0.2) ** 2))
    for row in range(count):
        noise = sum(
            np.sin(places * random.uniform(8, 60) + random.uniform(0, 6.28)) / 3.0 for _ in range(4)
        )
        base = size * (0.2 + 0.66 * row / count)
        line = base - envelope * np.abs(noise) * size * 0.1
        points = list(zip(places * size, line, strict=True))
        pen.polygon([*points, (size, size), (0, size)], fill=_mixed(shade, mid, 0.18))
        colour = _mixed(light, mid, row / count)
        for one, other in pairwise(points):
            pen.line([one, other], fill=colour, width=max(2, size // 260))


def _grid(
    picture: Image.Image, random: np.random.Generator, light: Colour, shade: Colour, mid: Colour
) -> None:
    """Quarter circles and squares in rows, as tiles."""
    size = picture.width
    pen = ImageDraw.Draw(picture)
    cells = int(random.integers(4, 7))
    step = size / cells
    palette = (light, mid, shade, _mixed(light, mid, 0.5), _mixed(mid, shade, 0.5))
    for row in range(cells):
        for column in range(cells):
            x, y = column * step, row * step
            pen.rectangle((x, y, x + step, y + step), fill=palette[int(random.integers(5))])
            colour = palette[int(random.integers(5))]
            corner = int(random.integers(5))
            if corner < 4:
                pen.pieslice(
                    _box(x + step * (corner % 2), y + step * (corner // 2), step),
                    (0, 90, 270, 180)[corner], (90, 180, 360, 270)[corner], fill=colour,
                )  # fmt: skip
            else:
                pen.ellipse(_box(x + step / 2, y + step / 2, step * 0.28), fill=colour)


def _box(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return x - radius, y - radius, x + radius, y + radius


def _grained(picture: Image.Image, random: np.random.Generator) -> Image.Image:
    """The picture with a little noise, against bands in its gradients."""
    noise: NDArray[np.float64] = random.normal(0.0, 3.0, (picture.height, picture.width, 1))
    grained = np.asarray(picture, dtype=np.float64) + noise
    return Image.fromarray(np.clip(np.rint(grained), 0, 255).astype(np.uint8))
