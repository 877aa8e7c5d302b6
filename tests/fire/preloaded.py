"""The process that every worker is forked from: it has loaded what each would otherwise load for itself, anew."""

import os
from datetime import date

import django


def load() -> None:
    """Code, adapters without a line to anybody, addresses, texts, calendars, rulebooks, registers and keys."""
    import redis  # noqa: F401
    from django.conf import settings
    from django.core.cache import caches
    from django.db import connection
    from django.urls import get_resolver
    from django.utils.translation import gettext, override
    from stdnum.cn import ric

    from core.periods import is_working_day
    from payments.sandbox import keys
    from regulation.shipped import shipped_rulebook, shipped_versions
    from tests.fire import scenes, workers  # noqa: F401

    connection.get_connection_params()
    caches["default"].make_key("")
    for language, _name in settings.LANGUAGES:
        with override(language):
            gettext("Orders")
            get_resolver()._populate()
    for year in (2026, 2027, 2028):
        is_working_day(date(year, 1, 4))
    for version in shipped_versions():
        shipped_rulebook(version)
    for name in (keys.MERCHANT, keys.GATEWAY):
        keys.private_key(name)
    ric.is_valid("110105199003070018")


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()
load()
