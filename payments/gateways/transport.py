"""HTTP as gateways are spoken to: short time-outs, no redirects, and one error for everything that went wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

import requests

from payments.gateways.interface import GatewayUnreachable

TIMEOUT = (3, 10)


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply: its status and text."""

    status: int
    text: str


def post(url: str, fields: Mapping[str, str]) -> Reply:
    """Send a form. Raises GatewayUnreachable."""
    try:
        found = requests.post(url, data=dict(fields), timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        raise GatewayUnreachable(f"{url}: {error}") from error
    return Reply(found.status_code, found.text)


def get(url: str) -> Reply:
    """Fetch a file. Raises GatewayUnreachable."""
    try:
        found = requests.get(url, timeout=TIMEOUT, allow_redirects=False)
    except requests.RequestException as error:
        raise GatewayUnreachable(f"{url}: {error}") from error
    found.encoding = "utf-8"
    return Reply(found.status_code, found.text)
