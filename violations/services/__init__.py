"""Acts about complaints, cases, findings, measures and appeals."""

from violations.services.appeals import appeal_allow, appeal_file, appeal_reject
from violations.services.cases import (
    CaseClosed,
    case_dismiss,
    case_hearing_close,
    case_hearing_lapse,
    case_open,
    case_statement_add,
)
from violations.services.complaints import (
    complaint_dismiss,
    complaint_file,
    complaint_respond,
    complaint_response_lapse,
    complaint_uphold,
    complaint_withdraw,
)
from violations.services.findings import case_find
from violations.services.measures import measure_end, measure_lift
from violations.services.standing import year_close

__all__ = [
    "CaseClosed",
    "appeal_allow",
    "appeal_file",
    "appeal_reject",
    "case_dismiss",
    "case_find",
    "case_hearing_close",
    "case_hearing_lapse",
    "case_open",
    "case_statement_add",
    "complaint_dismiss",
    "complaint_file",
    "complaint_respond",
    "complaint_response_lapse",
    "complaint_uphold",
    "complaint_withdraw",
    "measure_end",
    "measure_lift",
    "year_close",
]
