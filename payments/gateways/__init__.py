"""The gateways that money can come in and go out through."""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from payments.gateways.interface import ForgedNotice, Gateway, GatewayUnreachable

__all__ = ["ForgedNotice", "Gateway", "GatewayUnreachable", "gateway", "notify_url"]

ADAPTERS = {"sandbox": "payments.gateways.sandbox.SandboxGateway"}


@cache
def _adapters() -> dict[str, Gateway]:
    return {name: import_string(path)() for name, path in ADAPTERS.items()}


def gateway(name: str) -> Gateway:
    """The adapter of that name; KeyError for one that is not built in or not switched on
    (settings.PAYMENT_GATEWAY).
    """
    if name != settings.PAYMENT_GATEWAY:
        raise KeyError(name)
    return _adapters()[name]


def notify_url(name: str) -> str:
    """Where a gateway tells us what happened."""
    return f"{settings.SITE_URL}/payments/callbacks/{name}/"
