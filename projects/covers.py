"""Cover images: whatever is uploaded is decoded and written anew.

Writing anew drops EXIF (which may tell where a photograph was taken), colour profiles,
trailing data and everything else that is not the picture.
"""

from __future__ import annotations

import io
import warnings
from typing import BinaryIO

from django.core.files.base import ContentFile
from PIL import Image, ImageOps, UnidentifiedImageError

from ariaforge.exceptions import InvalidInputError, TooLargeError, UnsupportedTypeError

COVER_MAX_BYTES = 10 * 1024 * 1024
COVER_MAX_PIXELS = 40_000_000
COVER_SIDE = 1200
COVER_FORMATS = ("JPEG", "PNG", "WEBP")


def encode_cover(file: BinaryIO, *, size: int) -> ContentFile[bytes]:
    """Return the image in ``file`` (``size`` bytes long) as WebP of at most 1200 x 1200 pixels.

    Raises ``TooLargeError`` above 10 MiB or 40 megapixels (read from the header, before
    decoding), ``UnsupportedTypeError`` for anything but JPEG, PNG and WebP, whatever its
    name says, and ``InvalidInputError`` for a damaged image.
    """
    if size > COVER_MAX_BYTES:
        raise TooLargeError(f"A cover may have {COVER_MAX_BYTES // 1024**2} MB at most.")
    try:
        with warnings.catch_warnings():
            # Our own limit, checked below, is lower than the one Pillow warns of.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(file, formats=COVER_FORMATS)
        if image.width * image.height > COVER_MAX_PIXELS:
            raise TooLargeError(
                f"A cover may have {COVER_MAX_PIXELS // 1_000_000} megapixels at most."
            )
        # Lets the JPEG decoder work at a smaller scale; does nothing for other formats.
        image.draft("RGB", (COVER_SIDE, COVER_SIDE))
        upright = ImageOps.exif_transpose(image)
        has_alpha = upright.has_transparency_data
        picture = upright.convert("RGBA" if has_alpha else "RGB")
    except Image.DecompressionBombError as error:
        raise TooLargeError("This image has too many pixels for a cover.") from error
    except UnidentifiedImageError as error:
        raise UnsupportedTypeError("A cover must be a JPEG, PNG or WebP image.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise InvalidInputError("This image is damaged and cannot be read.") from error
    picture.thumbnail((COVER_SIDE, COVER_SIDE))
    # A new image holds no metadata that the encoder could carry over.
    clean = Image.new(picture.mode, picture.size)
    clean.paste(picture)
    output = io.BytesIO()
    clean.save(output, format="WEBP", quality=85, method=4)
    return ContentFile(output.getvalue())
