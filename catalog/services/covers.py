"""Covers: any picture, drawn anew at the size it is shown."""

import hashlib
import io
from typing import IO

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from core.errors import InvalidInput
from core.uploads import PICTURES, checked_upload

WIDTH, HEIGHT = 960, 600
SMALLEST = (320, 200)


def cover_file(upload: IO[bytes]) -> ContentFile:
    """The picture cut to the shape of a cover and drawn anew as WebP, named by its digest.

    Raises InvalidInput on `cover` for a file that is no picture, too large, or smaller than 320 × 200.
    """
    checked = checked_upload(upload, name="cover", kinds=PICTURES, field="cover")
    with Image.open(checked.content.open("rb")) as image:
        if image.width < SMALLEST[0] or image.height < SMALLEST[1]:
            raise InvalidInput(
                _("The cover is too small: at least %(width)d × %(height)d pixels.")
                % {"width": SMALLEST[0], "height": SMALLEST[1]},
                field="cover",
            )
        drawn = ImageOps.fit(image.convert("RGB"), (WIDTH, HEIGHT), method=Image.Resampling.LANCZOS)
    out = io.BytesIO()
    # Method 2 takes less than half the time of the default for a tenth more bytes; the provider waits for it.
    drawn.save(out, format="WEBP", quality=86, method=2)
    data = out.getvalue()
    return ContentFile(data, name=f"{hashlib.sha256(data).hexdigest()[:32]}.webp")
