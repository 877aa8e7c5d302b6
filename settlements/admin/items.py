"""What goes into statements, to be looked at."""

from django.contrib import admin

from accounts.types import SEE_MONEY
from core.admin import ReadOnlyAdmin
from settlements.models import SettlementHold, SettlementItem


@admin.register(SettlementItem)
class SettlementItemAdmin(ReadOnlyAdmin):
    seen_by = SEE_MONEY
    exclude = ["key"]
    list_display = ["reference", "provider", "kind", "amount", "settled", "cycles", "eligible_at"]
    list_filter = ["kind"]
    list_select_related = ["provider"]
    search_fields = ["=reference", "=provider__number"]
    ordering = ["-pk"]
    show_full_result_count = False
    list_per_page = 50


@admin.register(SettlementHold)
class SettlementHoldAdmin(ReadOnlyAdmin):
    seen_by = SEE_MONEY
    list_display = ["reference", "reason", "cause", "placed_at", "lifted_at"]
    list_filter = ["reason", ("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["=reference", "=cause"]
    ordering = ["-pk"]
    show_full_result_count = False
    list_per_page = 50
