"""Citations of the regulation: their order, their address, and what their card shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from regulation.types import clause_key


def in_order(citations: Iterable[str]) -> list[str]:
    """The citations once each, in the order of the regulation; what is no citation comes last."""

    def place(citation: str) -> tuple[int, tuple[int, int, int, int], str]:
        try:
            return 0, clause_key(citation), citation
        except ValueError:
            return 1, (0, 0, 0, 0), citation

    return sorted({str(citation) for citation in citations}, key=place)


def url_of(citation: str) -> str:
    """The page of a clause: `/rules/clauses/17(4)2/`."""
    return f"/rules/clauses/{quote(str(citation), safe='()')}/"


@dataclass(frozen=True, slots=True)
class ParameterLine:
    """A number that a clause works with, in words; `default` where the platform had to choose it."""

    name: str
    value: str
    default: bool = False


@dataclass(frozen=True, slots=True)
class ClauseCard:
    """A clause told in the product's own words, as the chip opens it."""

    id: str
    title: str
    text: str
    version: str
    parameters: Sequence[ParameterLine] = field(default_factory=tuple)

    @property
    def url(self) -> str:
        return url_of(self.id)
