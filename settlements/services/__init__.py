"""The acts of settlement."""

from settlements.services.accounts import payout_account_set
from settlements.services.approvals import (
    SecondOperatorNeeded,
    statement_approve_finance,
    statement_approve_operations,
    statement_pay_again,
)
from settlements.services.fees import fees_fold, service_fee_fix, service_fee_return
from settlements.services.issuing import statement_issue
from settlements.services.items import ItemDraft, item_hold, item_record, item_unhold, items_record
from settlements.services.statements import (
    statement_answer,
    statement_confirm,
    statement_confirm_itself,
    statement_dispute,
    statement_return,
)

__all__ = [
    "ItemDraft",
    "SecondOperatorNeeded",
    "fees_fold",
    "item_hold",
    "item_record",
    "item_unhold",
    "items_record",
    "payout_account_set",
    "service_fee_fix",
    "service_fee_return",
    "statement_answer",
    "statement_approve_finance",
    "statement_approve_operations",
    "statement_confirm",
    "statement_confirm_itself",
    "statement_dispute",
    "statement_issue",
    "statement_pay_again",
    "statement_return",
]
