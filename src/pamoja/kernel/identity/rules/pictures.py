"""Photos of people: read with suspicion, and made anew, so that only pixels are kept."""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from pamoja.kernel.identity.errors import PictureTooBig, UnreadablePicture

BYTES_MAX = 5 * 1024 * 1024
# Beyond this many pixels a small file unpacks into gigabytes.
PIXELS_MAX = 40_000_000
SIDE = 400
READABLE = ("JPEG", "PNG", "WEBP")


def portrait(content: bytes) -> bytes:
    """The picture as a square WebP of 400 pixels a side, upright, without anything the camera wrote about it.

    Raises: PictureTooBig, UnreadablePicture.
    """
    if len(content) > BYTES_MAX:
        raise PictureTooBig(field="photo", megabytes=BYTES_MAX // 1024 // 1024)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=READABLE) as picture:
                if picture.width * picture.height > PIXELS_MAX:
                    raise PictureTooBig(field="photo", megabytes=BYTES_MAX // 1024 // 1024)
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise UnreadablePicture(field="photo") from None
    made = io.BytesIO()
    # A new picture of the pixels alone: what else the file carried cannot come along.
    ImageOps.fit(upright, (SIDE, SIDE), Image.Resampling.LANCZOS).save(made, "WEBP", quality=82)
    return made.getvalue()
