"""A statement as a file: for the provider's books."""

import csv
import io
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from core.clock import BEIJING
from settlements.models import Statement
from settlements.selectors.statements import lines_of
from settlements.types import ItemKind

MONEY = "#,##0.00"


def _heading() -> list[str]:
    return [
        _("Kind"),
        _("Reference"),
        _("Amount"),
        _("Paid from"),
        _("Out of guarantee"),
        pgettext("settlements", "Note"),
    ]


def _rows(statement: Statement) -> Iterator[list[object]]:
    for line in lines_of(statement).iterator(chunk_size=2000):
        sign = 1 if line.kind == ItemKind.SALE else -1
        yield [
            line.get_kind_display(),
            line.item.reference,
            sign * line.amount,
            line.get_source_display(),
            line.item.eligible_at.astimezone(BEIJING),
            line.item.note,
        ]


def _sums(statement: Statement) -> list[tuple[str, object]]:
    return [
        (_("Sales"), statement.sales),
        (_("Service fee"), -statement.fee),
        (_("Recoveries from refunds"), -statement.recovered),
        (_("Deposit top-up"), -statement.topped_up),
        (_("Deductions"), -statement.deducted),
        (_("Payout"), statement.payout),
        (_("Carried forward"), -statement.carried),
        (_("Taken from the deposit"), statement.from_deposit),
    ]


def _safe(value: object) -> object:
    """Text that a spreadsheet would take for a formula is kept as text."""
    if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return f"'{value}"
    return value


def statement_csv(statement: Statement) -> bytes:
    """The lines of a statement and its sums as CSV, with a byte order mark so that Chinese opens right in Excel."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_heading())
    for row in _rows(statement):
        writer.writerow([_safe(value.isoformat() if hasattr(value, "isoformat") else value) for value in row])
    writer.writerow([])
    for name, amount in _sums(statement):
        writer.writerow([name, "", amount])
    return ("\ufeff" + out.getvalue()).encode()


def statement_xlsx(statement: Statement) -> bytes:
    """The lines of a statement and its sums as a workbook of two sheets."""
    # Loaded on first use: every process of the marketplace would wait for what one download needs.
    from openpyxl import Workbook
    from openpyxl.styles import Font

    workbook = Workbook(write_only=False)
    sheet = workbook.active
    assert sheet is not None
    sheet.title = _("Statement")
    sheet.append([_("Number"), statement.number])
    sheet.append([_("Provider"), _safe(str(statement.provider))])
    sheet.append([_("Cycle"), statement.cycle_on])
    for name, amount in _sums(statement):
        sheet.append([name, amount])
        sheet.cell(row=sheet.max_row, column=2).number_format = MONEY
    lines = workbook.create_sheet(_("Lines"))
    lines.append(_heading())
    for cell in lines[1]:
        cell.font = Font(bold=True)
    for row in _rows(statement):
        # A workbook knows no time zones: instants are written in Beijing time.
        lines.append(
            [_safe(value.strftime("%Y-%m-%d %H:%M") if hasattr(value, "strftime") else value) for value in row]
        )
        lines.cell(row=lines.max_row, column=3).number_format = MONEY
    for letter, width in zip("ABCDEF", (14, 24, 16, 12, 18, 40), strict=True):
        lines.column_dimensions[letter].width = width
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 28
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()
