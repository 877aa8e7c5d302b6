"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from core import clock
from notifications.selectors import platform_name_at


def site(request: HttpRequest) -> dict[str, Any]:
    """The platform's name in the reader's language, as announced (§4), and what is switched on."""
    names = platform_name_at(clock.now())
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "site_name": names.get(language, names[settings.LANGUAGE_CODE]),
        "languages": settings.LANGUAGES,
        "mailbox_on": settings.MAILBOX,
        "styleguide_on": settings.STYLEGUIDE,
    }
