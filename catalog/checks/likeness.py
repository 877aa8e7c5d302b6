"""How alike two listings are: shingles of their text, and a MinHash by which candidates are found (§10(5))."""

from __future__ import annotations

import hashlib
import struct

from catalog.checks.folding import fold

WARN_PERCENT = 60
REFUSE_PERCENT = 85
BINS = 64
ROWS = 4
LONGEST = 30_000
_EMPTY = -1
_MASK = (1 << 63) - 1


def shingles(text: str) -> frozenset[str]:
    """The text as overlapping pieces of five characters, spaces and punctuation left out."""
    letters = "".join(part for part in fold(text[:LONGEST]).text if part.isalnum())
    return frozenset(letters[i : i + 5] for i in range(max(len(letters) - 4, 0)))


def signature(pieces: frozenset[str]) -> tuple[int, ...]:
    """The MinHash of a set of pieces, in one pass; equal places in two signatures estimate how alike the sets are."""
    bins = [_EMPTY] * BINS
    for piece in pieces:
        place, value = struct.unpack("<QQ", hashlib.blake2b(piece.encode(), digest_size=16).digest())
        index, value = place % BINS, value & _MASK
        if bins[index] == _EMPTY or value < bins[index]:
            bins[index] = value
    if not pieces:
        return tuple(bins)
    # An empty bin borrows from the next full one, shifted by the distance so that it does not count twice by chance.
    filled = list(bins)
    for index in range(BINS):
        step = 0
        while bins[(index + step) % BINS] == _EMPTY:
            step += 1
        filled[index] = (bins[(index + step) % BINS] + step * 0x9E3779B97F4A7C1) & _MASK
    return tuple(filled)


def bands(values: tuple[int, ...]) -> tuple[int, ...]:
    """The keys under which likely neighbours meet: sixteen of four places each."""
    if not values or values[0] == _EMPTY:
        return ()
    keys = []
    for band in range(BINS // ROWS):
        packed = struct.pack("<B4q", band, *values[band * ROWS : (band + 1) * ROWS])
        keys.append(struct.unpack("<q", hashlib.blake2b(packed, digest_size=8).digest())[0])
    return tuple(keys)


def likeness_percent(one: frozenset[str], other: frozenset[str]) -> int:
    """How much of the shorter text is found in the other (0 to 100): a copy with something added is still a copy."""
    if not one or not other:
        return 0
    return len(one & other) * 100 // min(len(one), len(other))


def estimate_percent(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """The likeness of two signatures, without their texts."""
    return sum(a == b for a, b in zip(one, other, strict=True)) * 100 // BINS
