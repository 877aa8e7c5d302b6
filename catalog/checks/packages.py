"""Looks into what a provider hands in: malware, back doors, what cannot be looked into (§10(8)2, §18(5)).

Pure: bytes in, threats out. It knows signatures and forms, not behaviour; a scanner of the platform's own stands
behind the same function by the setting `PACKAGE_SCANNER`.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from catalog.types import Severity

NAME = "built-in"
# Changes whenever what is looked for changes: what was looked into under another edition is looked into again.
EDITION = "2026-11"
DEEPEST = 4
MOST_FILES = 20_000
MOST_BYTES = 512 * 1024 * 1024

MALWARE, BACKDOOR = "10(8)2", "18(5)"


@dataclass(frozen=True, slots=True)
class Threat:
    """What was found, where inside the package, and under which clause."""

    code: str
    place: str
    clause: str
    severity: Severity


class _TooMuch(Exception):
    """The package unpacks to more than can be looked into."""


@dataclass(slots=True)
class _Budget:
    files: int
    size: int

    def spend(self, size: int) -> None:
        self.files -= 1
        self.size -= size
        if self.files < 0 or self.size < 0:
            raise _TooMuch


# The test signature of the antivirus industry, in two halves so that this file is no match itself.
_TEST_FILE = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!"
_REQUEST = rb"\$_(?:POST|GET|REQUEST|COOKIE)\b"
_SIGNATURES: tuple[tuple[str, str, re.Pattern[bytes]], ...] = (
    ("malware", MALWARE, re.compile(re.escape(_TEST_FILE))),
    ("web_shell", MALWARE, re.compile(rb"\b(?:eval|assert|system|shell_exec|passthru)\s*\(\s*" + _REQUEST, re.I)),
    ("web_shell", MALWARE, re.compile(rb"\beval\s*\(\s*(?:base64_decode|gzinflate|str_rot13)\s*\(", re.I)),
    ("miner", MALWARE, re.compile(rb"stratum\+(?:tcp|ssl)://", re.I)),
    ("reverse_shell", BACKDOOR, re.compile(rb"[<>]&?\s*/dev/(?:tcp|udp)/")),
    ("reverse_shell", BACKDOOR, re.compile(rb"\bn(?:c|cat|etcat)\b[^\n]{0,60}\s-e\s*/bin/(?:ba)?sh")),
    ("reverse_shell", BACKDOOR, re.compile(rb"socket\.socket[^\0]{0,400}(?:dup2|pty\.spawn)")),
    ("privilege", BACKDOOR, re.compile(rb"NOPASSWD\s*:\s*ALL")),
    ("privilege", BACKDOOR, re.compile(rb"\buseradd\b[^\n]{0,60}\s-o\b[^\n]{0,60}-u\s*0\b")),
    ("privilege", BACKDOOR, re.compile(rb"\bchmod\s+(?:[ug]\+s|[2467]7\d\d)\b")),
    ("planted_key", BACKDOOR, re.compile(rb">>?\s*[^\n]{0,120}\.ssh/authorized_keys")),
)
_PROGRAMS = (b"\x7fELF", b"MZ", b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xca\xfe\xba\xbe")
_DISGUISES = {".jpg", ".jpeg", ".png", ".gif", ".webp", ".pdf", ".doc", ".docx", ".xls", ".xlsx", ".txt", ".md", ".csv"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MACROS = re.compile(rb"(?:_VBA_PROJECT|V\0B\0A\0|Attribut\0?e VB_)")
_SPECIAL_BITS = 0o6000


def threats_in(name: str, data: bytes) -> list[Threat]:
    """Everything that looks dangerous in a package, archives inside archives included, in its order."""
    try:
        return list(dict.fromkeys(_look(name, data, 0, _Budget(MOST_FILES, MOST_BYTES))))
    except _TooMuch:
        return [Threat("too_large", name, MALWARE, Severity.REFUSE)]


def _look(name: str, data: bytes, depth: int, budget: _Budget) -> Iterator[Threat]:
    budget.spend(len(data))
    if depth > DEEPEST:
        yield Threat("too_deep", name, MALWARE, Severity.REFUSE)
        return
    inside = list(_inside(name, data, depth, budget))
    placed = {threat.code for threat in inside}
    for code, clause, pattern in _SIGNATURES:
        # An archive that stores its files as they are shows their signatures too: the place inside says more.
        if code not in placed and pattern.search(data):
            yield Threat(code, name, clause, Severity.REFUSE)
    yield from _form(name, data)
    yield from inside


def _form(name: str, data: bytes) -> Iterator[Threat]:
    suffix = PurePosixPath(name).suffix.lower()
    if data.startswith(_PROGRAMS) and len(data) > 64:
        if suffix in _DISGUISES:
            yield Threat("disguised", name, MALWARE, Severity.REFUSE)
        else:
            yield Threat("program", name, MALWARE, Severity.WARN)
    if name.endswith("vbaProject.bin") or (data.startswith(_OLE) and _MACROS.search(data)):
        yield Threat("macros", name, MALWARE, Severity.REFUSE)


def _inside(name: str, data: bytes, depth: int, budget: _Budget) -> Iterator[Threat]:
    if data.startswith(b"PK\x03\x04"):
        yield from _zip(name, data, depth, budget)
    elif data.startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")):
        plain = _unpacked(data, budget)
        if plain is None:
            yield Threat("unreadable", name, MALWARE, Severity.REFUSE)
        else:
            yield from _look(name.rpartition(".")[0] or name, plain, depth + 1, budget)
    elif data[257:262] == b"ustar":
        yield from _tar(name, data, depth, budget)


def _unpacked(data: bytes, budget: _Budget) -> bytes | None:
    opener = gzip.open if data.startswith(b"\x1f\x8b") else bz2.open if data.startswith(b"BZh") else lzma.open
    try:
        with opener(io.BytesIO(data)) as stream:
            plain: bytes = stream.read(budget.size + 1)
    except (OSError, EOFError, lzma.LZMAError, ValueError):
        return None
    if len(plain) > budget.size:
        raise _TooMuch
    return plain


def _place(outer: str, inner: str) -> Iterator[Threat]:
    parts = PurePosixPath(inner.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts:
        yield Threat("escapes", f"{outer}!{inner}", MALWARE, Severity.REFUSE)


def _zip(name: str, data: bytes, depth: int, budget: _Budget) -> Iterator[Threat]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        yield Threat("unreadable", name, MALWARE, Severity.REFUSE)
        return
    for entry in archive.infolist():
        place = f"{name}!{entry.filename}"
        yield from _place(name, entry.filename)
        if (entry.external_attr >> 16) & _SPECIAL_BITS:
            yield Threat("privilege", place, BACKDOOR, Severity.REFUSE)
        if entry.is_dir():
            continue
        if entry.flag_bits & 0x1:
            yield Threat("locked", place, MALWARE, Severity.REFUSE)
            continue
        if entry.file_size > budget.size:
            raise _TooMuch
        try:
            with archive.open(entry) as stream:
                inner = stream.read(budget.size + 1)
        except (zipfile.BadZipFile, NotImplementedError, OSError, EOFError, ValueError):
            yield Threat("unreadable", place, MALWARE, Severity.REFUSE)
            continue
        yield from _look(place, inner, depth + 1, budget)


def _tar(name: str, data: bytes, depth: int, budget: _Budget) -> Iterator[Threat]:
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for entry in archive:
                place = f"{name}!{entry.name}"
                yield from _place(name, entry.name)
                if entry.isfile() and entry.mode & _SPECIAL_BITS:
                    yield Threat("privilege", place, BACKDOOR, Severity.REFUSE)
                stream = archive.extractfile(entry) if entry.isfile() else None
                if stream is None:
                    budget.spend(0)
                else:
                    yield from _look(place, stream.read(), depth + 1, budget)
    except (tarfile.TarError, EOFError, OSError):
        yield Threat("unreadable", name, MALWARE, Severity.REFUSE)
