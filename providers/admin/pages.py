"""Queues of the desk for providers and what belongs to them."""

from collections.abc import Collection

from accounts.admin.acts import ActAdmin
from accounts.types import SEE_DISPUTES


class QueueAdmin(ActAdmin):
    """A queue of things to work on."""

    seen_by: Collection[str] = SEE_DISPUTES
    show_full_result_count = False
    list_per_page = 50
