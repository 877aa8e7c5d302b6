"""Files that people send: looked into before they are kept, and never served as pages."""

import hashlib
import io
import zipfile
from collections.abc import Collection
from dataclasses import dataclass
from typing import IO
from urllib.parse import quote

from django.core.files.base import ContentFile
from django.db.models.fields.files import FieldFile
from django.http import FileResponse
from django.utils.text import get_valid_filename
from django.utils.translation import gettext_lazy as _
from PIL import Image, UnidentifiedImageError

from core.errors import InvalidInput

LARGEST = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
IMAGES = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}
OFFICE = {
    "word/document.xml": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xl/workbook.xml": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
}
DOCUMENTS = frozenset({"application/pdf", "image/jpeg", "image/png", "image/webp"})
EVIDENCE = DOCUMENTS | {"text/plain"} | {kind for kind, _ in OFFICE.values()}
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file fit to be kept: its own name made safe, what it really is, and its digest."""

    name: str
    content_type: str
    sha256: str
    size: int
    content: ContentFile


def checked_upload(upload: IO[bytes], *, name: str, kinds: Collection[str], field: str) -> CheckedFile:
    """Look into a file: its size, and its kind by its content whatever its name says. Pictures are drawn anew.

    Raises InvalidInput on `field` for a file that is empty, over 10 MB, or of none of the kinds.
    """
    data = upload.read(LARGEST + 1)
    if not data:
        raise InvalidInput(_("This file is empty. Choose another."), field=field)
    if len(data) > LARGEST:
        raise InvalidInput(_("This file is larger than 10 MB. Make it smaller or split it."), field=field)
    found = _look(data, field)
    if found is None or found[0] not in kinds:
        raise InvalidInput(
            _("This kind of file cannot be used here. Send one of: %(kinds)s.") % {"kinds": _names(kinds)}, field=field
        )
    content_type, suffix, data = found
    stem = get_valid_filename(name.rsplit(".", 1)[0][:80] or "file")
    return CheckedFile(
        stem + suffix, content_type, hashlib.sha256(data).hexdigest(), len(data), ContentFile(data, name=stem + suffix)
    )


def _names(kinds: Collection[str]) -> str:
    suffixes = {
        "application/pdf": "PDF",
        "text/plain": "TXT",
        **{kind: suffix[1:].upper() for kind, suffix in [*IMAGES.values(), *OFFICE.values()]},
    }
    return ", ".join(sorted(suffixes[kind] for kind in kinds))


def _look(data: bytes, field: str) -> tuple[str, str, bytes] | None:
    if data.startswith(b"%PDF-"):
        return "application/pdf", ".pdf", data
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    if data.startswith((b"\xff\xd8\xff", b"\x89PNG", b"RIFF")):
        return _redrawn(data, field)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if any(ord(character) < 32 and character not in "\t\r\n\f" for character in text):
        return None
    return "text/plain", ".txt", data


def _office(data: bytes) -> tuple[str, str, bytes] | None:
    try:
        names = set(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except zipfile.BadZipFile:
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next(((*kind, data) for part, kind in OFFICE.items() if part in names), None)


def _redrawn(data: bytes, field: str) -> tuple[str, str, bytes] | None:
    try:
        with Image.open(io.BytesIO(data), formats=list(IMAGES)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise InvalidInput(_("This picture has too many pixels. Make it smaller."), field=field)
            kept = image.format or ""
            image.load()
            clean = image.convert("RGB") if kept == "JPEG" else image.copy()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return None
    out = io.BytesIO()
    clean.info.clear()
    clean.save(out, format=kept, quality=88)
    return (*IMAGES[kept], out.getvalue())


def file_response(stored: FieldFile, *, name: str, content_type: str) -> FileResponse:
    """The file as a download; a picture may be shown where it is asked for, and nothing may run.

    Who may have it is the view's question, asked before.
    """
    response = FileResponse(stored.open("rb"), content_type=content_type)
    placed = "inline" if content_type in PICTURES else "attachment"
    response.headers["Content-Disposition"] = f"{placed}; filename*=UTF-8''{quote(name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response
