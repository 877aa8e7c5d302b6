"""What a version of the rulebook changes, in the reader's words (§29)."""

from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulation.types import Rulebook, ScheduleRow, clause_key
from web.storefront.parameters import deduction_words, freeze_words, parameter_words


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What changes, and how it reads before and after; empty where it was not there."""

    name: str
    before: str
    after: str


def change_lines(older: Rulebook, newer: Rulebook) -> list[ChangeLine]:
    """What differs between two versions: parameters by their names, then schedule rows, then the words of clauses."""
    language = get_language() or "zh-hans"
    lines = []
    for key in sorted(older.parameters.keys() | newer.parameters.keys()):
        was, becomes = older.parameters.get(key), newer.parameters.get(key)
        known = becomes or was
        if was != becomes and known is not None:
            lines.append(
                ChangeLine(
                    known.name.in_language(language),
                    parameter_words(was) if was else "",
                    parameter_words(becomes) if becomes else "",
                )
            )
    for code in sorted(older.schedule.keys() | newer.schedule.keys()):
        row, revised = older.schedule.get(code), newer.schedule.get(code)
        shown = revised or row
        if row != revised and shown is not None:
            name = f"{code} {shown.name.in_language(language)}"
            lines.append(ChangeLine(name, _row_words(row, older), _row_words(revised, newer)))
    for citation in sorted(older.clauses.keys() | newer.clauses.keys(), key=clause_key):
        clause, reworded = older.clauses.get(citation), newer.clauses.get(citation)
        if clause != reworded:
            lines.append(
                ChangeLine(
                    f"§{citation}",
                    clause.text.in_language(language) if clause else "",
                    reworded.text.in_language(language) if reworded else "",
                )
            )
    return lines


def _row_words(row: ScheduleRow | None, rulebook: Rulebook) -> str:
    """A row of the schedule on one line: class, points, freeze, deduction, measures."""
    if row is None:
        return ""
    language = get_language() or "zh-hans"
    parts = [
        row.grade or "",
        _("%(n)s points") % {"n": row.points},
        freeze_words(row.freeze) if row.freeze else "",
        deduction_words(row.deduction) if row.deduction else "",
        *(rulebook.measures[name].in_language(language) for name in row.measures),
    ]
    return " · ".join(part for part in parts if part)
