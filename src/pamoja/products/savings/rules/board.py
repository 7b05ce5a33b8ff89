"""What may be said and attached on a circle's board: pure decisions, and files read with suspicion."""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from pamoja.products.savings.errors import FileTooBig, FileUnreadable, NothingSaid, PostTooLong, TooManyFiles

BODY_LENGTH_MAX = 2_000
REASON_LENGTH_MAX = 200
FILES_MAX = 4
FILE_BYTES_MAX = 5 * 1024 * 1024
# Beyond this many pixels a small file unpacks into gigabytes.
PIXELS_MAX = 40_000_000
SIDE_MAX = 1_600
READABLE = ("JPEG", "PNG", "WEBP")
_MEGABYTES = FILE_BYTES_MAX // 1024 // 1024
_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# What runs or carries other files when somebody opens the document.
_ACTIVE = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|OpenAction|AA|XFA)\b")


@dataclass(frozen=True)
class Attachment:
    """A file as it will be kept."""

    kind: Literal["picture", "pdf"]
    title: str
    content: bytes

    @property
    def suffix(self) -> str:
        return "webp" if self.kind == "picture" else "pdf"


def clean_body(text: str, *, has_files: bool = False) -> str:
    """What was said, without control and direction marks, by which a text could pose as another.

    Raises: NothingSaid when there is neither text nor file; PostTooLong.
    """
    body = _INVISIBLE.sub("", text.replace("\r\n", "\n")).strip()
    if not body and not has_files:
        raise NothingSaid(field="body")
    if len(body) > BODY_LENGTH_MAX:
        raise PostTooLong(field="body", length_max=BODY_LENGTH_MAX)
    return body


def check_count(files: int) -> None:
    """Raises: TooManyFiles."""
    if files > FILES_MAX:
        raise TooManyFiles(field="attached", files_max=FILES_MAX)


def attachment(title: str, content: bytes) -> Attachment:
    """A picture, made anew from its pixels and at most 1,600 a side, or a PDF in which nothing runs.

    What it is decides its content; its name and what the browser calls it decide nothing.

    Raises: FileTooBig; FileUnreadable.
    """
    if len(content) > FILE_BYTES_MAX:
        raise FileTooBig(field="attached", megabytes=_MEGABYTES)
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:] or _ACTIVE.search(content):
            raise FileUnreadable(field="attached")
        return Attachment("pdf", _title(title, "Document.pdf"), content)
    return Attachment("picture", _title(title, "Picture"), _made_anew(content))


def _made_anew(content: bytes) -> bytes:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=READABLE) as picture:
                if picture.width * picture.height > PIXELS_MAX:
                    raise FileTooBig(field="attached", megabytes=_MEGABYTES)
                upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        raise FileUnreadable(field="attached") from None
    upright.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.LANCZOS)
    # A new picture of the pixels alone: what else the file carried cannot come along.
    made, plain = io.BytesIO(), Image.new("RGB", upright.size)
    plain.paste(upright)
    plain.save(made, "WEBP", quality=80)
    return made.getvalue()


def _title(name: str, otherwise: str) -> str:
    """The file's name for people: no folders, no marks that turn it round, not too long."""
    bare = re.split(r"[\\/]", name)[-1]
    shown = "".join(each for each in bare if unicodedata.category(each)[0] != "C").strip()
    return shown[-80:] or otherwise
