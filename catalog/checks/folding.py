"""Text as the checks read it: tags blanked, tricks undone, and every place still found in the source."""

from __future__ import annotations

import html
import re
import unicodedata
from dataclasses import dataclass

from catalog.types import ListingContent

_TAG = re.compile(r"<[^<>]*>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,12});?")
_INVISIBLE = frozenset("\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufeff")
EXCERPT = 20


def is_cjk(character: str) -> bool:
    """Whether a character is a Chinese one."""
    code = ord(character)
    return 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0x20000 <= code <= 0x2FA1F


@dataclass(frozen=True, slots=True)
class Folded:
    """A text made comparable (half-width, small letters, nothing invisible) and where each character came from."""

    source: str
    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A place of the folded text in the source."""
        return self.places[start], self.places[end - 1] + 1

    def excerpt(self, start: int, end: int) -> str:
        """The words around a place of the source, on one line."""
        first, last = max(0, start - EXCERPT), min(len(self.source), end + EXCERPT)
        return " ".join(_TAG.sub(" ", self.source[first:last]).split())[:200]


def blank_tags(text: str) -> str:
    """The text with its tags replaced by as many spaces."""
    return _TAG.sub(lambda found: " " * len(found.group()), text)


def fold(text: str, *, tight: bool = False) -> Folded:
    """Make a text comparable.

    With `tight` spaces between Chinese characters go too: people put them there to hide words.
    """
    visible = blank_tags(text)
    characters: list[str] = []
    places: list[int] = []
    index = 0
    while index < len(visible):
        character, width = visible[index], 1
        if character == "&" and (entity := _ENTITY.match(visible, index)):
            width = entity.end() - index
            character = html.unescape(entity.group())
        for part in unicodedata.normalize("NFKC", character).casefold():
            if part not in _INVISIBLE:
                characters.append(part)
                places.append(index)
        index += width
    if tight:
        characters, places = _tighten(characters, places)
    return Folded(text, "".join(characters), tuple(places))


def _tighten(characters: list[str], places: list[int]) -> tuple[list[str], list[int]]:
    kept: list[int] = []
    for index, character in enumerate(characters):
        if character.isspace() or character in "·•*_-":
            before = next((characters[i] for i in reversed(kept[-1:])), "")
            after = next((part for part in characters[index + 1 :] if not part.isspace()), "")
            if before and after and is_cjk(before) and is_cjk(after):
                continue
        kept.append(index)
    return [characters[i] for i in kept], [places[i] for i in kept]


def texts_of(content: ListingContent, names: frozenset[str]) -> list[tuple[str, int | None, str]]:
    """The texts of those fields, plans, milestones and steps included: field, row, text."""
    found: list[tuple[str, int | None, str]] = [
        (field, None, text) for field, text in content.texts.items() if field[:-3] in names and text
    ]
    for kind, rows, parts in (
        ("plans", content.plans, ("name", "summary")),
        ("milestones", content.milestones, ("title", "acceptance")),
        ("steps", content.steps, ("title", "text")),
    ):
        if kind not in names:
            continue
        for row, item in enumerate(rows):
            for part in parts:
                for language in ("zh", "en"):
                    text = getattr(item, f"{part}_{language}")
                    if text:
                        found.append((f"{kind}.{part}_{language}", row, text))
    return found
