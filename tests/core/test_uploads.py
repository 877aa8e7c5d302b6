import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from core.errors import InvalidInput
from core.uploads import DOCUMENTS, EVIDENCE, LARGEST, PICTURES, checked_upload


def picture(kind: str = "PNG", **extra) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, format=kind, **extra)
    return out.getvalue()


def check(data: bytes, name: str = "x.pdf", kinds=EVIDENCE):
    return checked_upload(ContentFile(data), name=name, kinds=kinds, field="evidence")


def test_a_file_is_what_its_content_says_and_its_name_follows() -> None:
    kept = check(picture("JPEG"), name="../../营业执照.exe")

    assert (kept.name, kept.content_type) == ("营业执照.jpg", "image/jpeg") or kept.name.endswith("营业执照.jpg")
    assert "/" not in kept.name
    assert kept.size == len(kept.content)


def test_pictures_are_drawn_anew_without_what_hides_in_them() -> None:
    image = picture("JPEG", exif=b"Exif\x00\x00secret place", comment=b"<script>alert(1)</script>")
    assert b"secret place" in image

    kept = check(image, kinds=PICTURES).content.read()

    assert b"secret place" not in kept
    assert b"<script>" not in kept


def office(part: str, *more: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in (part, *more):
            archive.writestr(name, "x")
    return out.getvalue()


def test_office_documents_are_known_by_their_parts() -> None:
    assert check(office("xl/workbook.xml")).name == "x.xlsx"
    assert check(office("word/document.xml")).name == "x.docx"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\x00program",
        b"PK\x03\x04broken",
        b"\x89PNG but not really",
        office("word/document.xml", "word/vbaProject.bin"),
        office("anything.txt"),
        b"text\x00with a nul",
        b"x" * (LARGEST + 1),
    ],
    ids=["empty", "program", "broken zip", "broken picture", "macros", "zip", "binary", "too large"],
)
def test_what_cannot_be_kept_is_refused_by_its_field(data: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        check(data)

    assert refused.value.field == "evidence"


def test_a_kind_that_is_not_asked_for_is_refused() -> None:
    with pytest.raises(InvalidInput, match="PDF"):
        check(b"plain text", kinds=DOCUMENTS)
