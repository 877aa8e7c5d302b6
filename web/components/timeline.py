"""What happened: lines of timelines, conversations and audit trails, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.functional import Promise

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file somebody added. `size` as people say it ("1.2 MB")."""

    name: str
    url: str
    size: str = ""


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened. `tone`: neutral, accent, held, due, late, paid or refused; `money` in yuan."""

    what: Words
    at: datetime
    who: Words = ""
    icon: str = "circle-dot"
    tone: str = "neutral"
    note: Words = ""
    clauses: Sequence[str] = ()
    money: Decimal | None = None
    money_note: Words = ""
    attachments: Sequence[Attachment] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation. `mine`: the reader wrote it; kind "system" for what the platform notes.

    `action` is what the reader may do about it: words and address.
    """

    who: Words
    at: datetime
    text: Words
    mine: bool = False
    kind: str = "person"
    attachments: Sequence[Attachment] = ()
    note: Words = ""
    action: tuple[Words, str] | None = None


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One record of the audit trail. `changes`: (name, before, after); `seal`: its hash."""

    at: datetime
    who: Words
    act: Words
    changes: Sequence[tuple[Words, str, str]] = field(default_factory=tuple)
    seal: str = ""
    clauses: Sequence[str] = ()


def file_size(size: int) -> str:
    """A size in bytes as people say it: `640 KB`, `1.2 MB`."""
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024 / 1024:.1f} MB"
