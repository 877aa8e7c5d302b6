"""Queues of the desk for providers and what belongs to them."""

from collections.abc import Collection
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.admin.acts import ActAdmin
from accounts.types import SEE_DISPUTES


class QueueAdmin(ActAdmin):
    """A queue of things to work on."""

    seen_by: Collection[str] = SEE_DISPUTES
    show_full_result_count = False
    list_per_page = 50


# What the trail of a provider says, in the words of the desk.
ACTS: dict[str, Any] = {
    "agreement_sign": _("agreement signed"),
    "agreement_end": _("agreement ended"),
    "agreement_terms_propose": _("terms of its own offered"),
    "agreement_terms_sign": _("terms of its own signed"),
    "auto_reply_set": _("automatic reply set"),
    "condition_confirm": _("condition confirmed"),
    "condition_declare": _("condition declared"),
    "conditions_lost": _("conditions no longer met"),
    "conditions_met_again": _("conditions met again"),
    "contact_save": _("contact saved"),
    "contact_verify": _("contact verified"),
    "deposit_deduct": _("deducted from the deposit"),
    "deposit_paid": _("deposit arrived"),
    "deposit_pay": _("payment into the deposit begun"),
    "deposit_requirement": _("deposit worked out"),
    "deposit_return": _("deposit given back"),
    "document_remove": _("paper removed"),
    "document_upload": _("paper handed in"),
    "platform_provider_create": _("the platform's own store opened"),
    "provider_admit": _("admitted"),
    "provider_clear_out": _("cleared out"),
    "provider_leave": _("has left"),
    "provider_leaving_begin": _("exit begun"),
    "provider_leaving_withdraw": _("exit withdrawn"),
    "provider_reinstate": _("reinstated"),
    "reentry_bar_record": _("entered in the register of bars"),
    "reentry_bar_revoke": _("bar revoked"),
    "restriction_lift": _("restriction lifted"),
    "restriction_place": _("restriction placed"),
    "service_declare": _("service declared"),
    "service_save": _("service registered"),
    "settlement.payout_account_set": _("bank account set"),
    "staff_invite": _("member invited"),
    "staff_remove": _("member removed"),
    "staff_role_change": _("role of a member changed"),
    "store_edit": _("store edited"),
    "store_logo_set": _("logo set"),
    "topup_demand": _("top-up demanded"),
    "topup_lapse": _("time to top up ended"),
    "topup_satisfy": _("topped up"),
    "year_close": _("points of the year written down"),
}


def act_named(act: str) -> str:
    """What an act on a provider is called; one that has no name here by its own."""
    return str(ACTS.get(act, act.replace("_", " ").replace(".", " · ")))
