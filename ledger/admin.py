"""The books, for operators to look at. Nothing here changes them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from accounts.types import Role
from core.admin import ReadOnlyAdmin
from core.money import format_yuan
from ledger.models import Balance, Entry, Hold, Transaction


class BooksAdmin(ReadOnlyAdmin):
    """Seen by finance and audit only."""

    seen_by = (Role.FINANCE, Role.AUDIT)
    show_full_result_count = False
    list_per_page = 50


class EntryInline(TabularInline):
    model = Entry
    fields = ["position", "source", "destination", "shown_amount"]
    readonly_fields = ["shown_amount"]
    ordering = ["position"]
    extra = 0
    can_delete = False

    @display(description=_("amount"))
    def shown_amount(self, entry: Entry) -> str:
        return format_yuan(entry.amount)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


@admin.register(Transaction)
class TransactionAdmin(BooksAdmin):
    list_display = ["key", "subject", "reverses", "posted_at"]
    list_select_related = ["reverses"]
    search_fields = ["=key", "=subject"]
    search_help_text = _("A key or a subject, in full")
    ordering = ["-id"]
    inlines = [EntryInline]


@admin.register(Entry)
class EntryAdmin(BooksAdmin):
    list_display = ["transaction", "source", "destination", "amount", "posted_at"]
    list_select_related = ["transaction"]
    search_fields = ["=source", "=destination"]
    search_help_text = _("An account, in full")
    ordering = ["-id"]


@admin.register(Balance)
class BalanceAdmin(BooksAdmin):
    list_display = ["path", "balance", "held"]
    search_fields = ["^path"]
    search_help_text = _("How an account begins, such as escrow:order:")
    ordering = ["path"]


@admin.register(Hold)
class HoldAdmin(BooksAdmin):
    list_display = ["key", "path", "amount", "subject", "placed_at", "released_at"]
    list_filter = [("released_at", admin.EmptyFieldListFilter)]
    search_fields = ["=path", "=subject"]
    ordering = ["-id"]
