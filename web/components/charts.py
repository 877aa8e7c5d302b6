"""Pictures of numbers: one description feeds the canvas and the table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise

from web.components.words import yuan_text

Number = Decimal | int | float | None


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars. `tone` chooses its colour: accent, held, due, late, paid, refused, neutral."""

    name: str | Promise
    values: Sequence[Number]
    tone: str = "accent"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart. `kind`: line, bar or stacked; `unit`: yuan, count or percent; `limit`: a line to compare with."""

    title: str | Promise
    labels: Sequence[str | Promise]
    series: Sequence[Series]
    kind: str = "line"
    unit: str = "count"
    limit: Number = None
    limit_name: str | Promise = ""
    label_name: str | Promise = ""

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The same numbers as table rows: (label, cells)."""
        return [
            (str(label), [number_text(series.values[index], self.unit) for series in self.series])
            for index, label in enumerate(self.labels)
        ]

    def data(self) -> dict[str, Any]:
        """What the script draws, as JSON values."""
        return {
            "kind": self.kind,
            "unit": self.unit,
            "labels": [str(label) for label in self.labels],
            "limit": _plain(self.limit),
            "limitName": str(self.limit_name),
            "series": [
                {"name": str(series.name), "tone": series.tone, "values": [_plain(v) for v in series.values]}
                for series in self.series
            ],
        }


def number_text(value: Number, unit: str) -> str:
    """A number of a chart as its table shows it."""
    if value is None:
        return "—"
    if unit == "yuan":
        return yuan_text(value)
    if unit == "percent":
        return f"{value}%"
    return f"{value:,}"


def _plain(value: Number) -> float | int | None:
    # A picture is no place for fen: the table beside it holds the exact amounts.
    return float(value) if isinstance(value, Decimal) else value
