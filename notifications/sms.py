"""Text messages in production: handed over to a gateway by a signed HTTPS request."""

import hashlib
import hmac
import json

import requests
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

TIMEOUT = (3, 10)


class GatewaySms:
    """Posts `{"phone": …, "text": …}` to SMS_GATEWAY_URL, signed with SMS_GATEWAY_KEY.

    `X-Signature` is the hexadecimal HMAC-SHA256 of the body. Any answer but 2xx is a failure (requests' errors are
    OSErrors), so that the outbox tries again.
    """

    def send(self, *, phone: str, text: str) -> None:
        if not settings.SMS_GATEWAY_URL or not settings.SMS_GATEWAY_KEY:
            raise ImproperlyConfigured("set SMS_GATEWAY_URL and SMS_GATEWAY_KEY")
        body = json.dumps({"phone": phone, "text": text}, ensure_ascii=False).encode()
        signature = hmac.new(settings.SMS_GATEWAY_KEY.encode(), body, hashlib.sha256).hexdigest()
        answer = requests.post(
            settings.SMS_GATEWAY_URL,
            data=body,
            headers={"Content-Type": "application/json", "X-Signature": signature},
            timeout=TIMEOUT,
        )
        answer.raise_for_status()
