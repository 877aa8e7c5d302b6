"""The number of the storefront's present look: pages kept under an older one are not shown any more."""

import logging

from django.core.cache import cache
from django.db import transaction

logger = logging.getLogger(__name__)

KEY = "catalog:look"


def storefront_revision() -> str:
    """The revision under which anonymous storefront pages are kept; it changes whenever what they show does."""
    try:
        return str(cache.get_or_set(KEY, 1, timeout=None))
    except Exception:
        logger.warning("cache away: pages are not kept", exc_info=True)
        return ""


def storefront_changed() -> None:
    """Something that the storefront shows has changed: with the commit, the kept pages are left behind."""
    transaction.on_commit(_advance, robust=True)


def _advance() -> None:
    try:
        cache.add(KEY, 1, timeout=None)
        cache.incr(KEY)
    except Exception:
        logger.warning("cache away: kept pages show the old look until they expire", exc_info=True)
