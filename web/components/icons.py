"""Icons: one outline set (Lucide), kept as a sprite in static/icons.svg."""

from __future__ import annotations

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

TONE_ICONS = {
    "neutral": "circle",
    "accent": "circle-dot",
    "held": "shield",
    "due": "clock",
    "late": "circle-alert",
    "paid": "circle-check",
    "refused": "circle-x",
}


@lru_cache(maxsize=512)
def icon_svg(name: str, label: str = "", extra: str = "") -> SafeString:
    """An icon of the sprite. Without a label it is decoration and hidden from screen readers."""
    classes = f"icon {escape(extra)}" if extra else "icon"
    spoken = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(
        f'<svg class="{classes}" {spoken}><use href="{escape(static("icons.svg"))}#{escape(name)}"/></svg>'
    )
