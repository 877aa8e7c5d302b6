"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language


def site(request: HttpRequest) -> dict[str, Any]:
    """The platform's name in the reader's language, and what is switched on."""
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "site_name": settings.SITE_NAME.get(language, settings.SITE_NAME[settings.LANGUAGE_CODE]),
        "languages": settings.LANGUAGES,
        "mailbox_on": settings.MAILBOX,
        "styleguide_on": settings.STYLEGUIDE,
    }
