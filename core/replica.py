"""Which database answers what may be a moment old."""

from django.conf import settings


def for_lists() -> str:
    """The alias of the replica where there is one (`DATABASE_REPLICA_URL`), else of the database itself.

    For lists of things that are on show, and nothing else: a page that somebody acts on, and every act, ask the
    database itself.
    """
    return "replica" if "replica" in settings.DATABASES else "default"
