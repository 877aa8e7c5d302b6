"""Acts about complaints, cases, findings, measures and appeals."""

from violations.services.appeals import appeal_allow, appeal_file, appeal_reject
from violations.services.campaigns import (
    TooSoon,
    campaign_approve,
    campaign_refuse,
    campaign_submit,
    campaign_withdraw,
)
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
    complaint_support,
    complaint_uphold,
    complaint_withdraw,
)
from violations.services.defects import (
    defect_ask,
    defect_clear,
    defect_contest,
    defect_deny,
    defect_disclose,
    defect_lapse,
    defect_mend,
)
from violations.services.findings import case_find
from violations.services.measures import measure_end, measure_lift
from violations.services.remedies import remedy_accept, remedy_lapse, remedy_offer, remedy_return
from violations.services.reports import (
    message_report,
    message_report_dismiss,
    message_report_raise,
    message_report_uphold,
)
from violations.services.standing import year_close
from violations.services.takedowns import (
    takedown_answer,
    takedown_dismiss,
    takedown_file,
    takedown_uphold,
    takedown_withdraw,
)

__all__ = [
    "CaseClosed",
    "TooSoon",
    "appeal_allow",
    "appeal_file",
    "appeal_reject",
    "campaign_approve",
    "campaign_refuse",
    "campaign_submit",
    "campaign_withdraw",
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
    "complaint_support",
    "complaint_uphold",
    "complaint_withdraw",
    "defect_ask",
    "defect_clear",
    "defect_contest",
    "defect_deny",
    "defect_disclose",
    "defect_lapse",
    "defect_mend",
    "measure_end",
    "measure_lift",
    "message_report",
    "message_report_dismiss",
    "message_report_raise",
    "message_report_uphold",
    "remedy_accept",
    "remedy_lapse",
    "remedy_offer",
    "remedy_return",
    "takedown_answer",
    "takedown_dismiss",
    "takedown_file",
    "takedown_uphold",
    "takedown_withdraw",
    "year_close",
]
