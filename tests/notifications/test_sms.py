"""Text messages handed to a gateway: signed, and a failure where it does not take them."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import requests
from django.core.exceptions import ImproperlyConfigured

from notifications.sms import GatewaySms


class Gateway(BaseHTTPRequestHandler):
    """Takes what it is sent, and answers as told."""

    taken: list[tuple[bytes, str]] = []
    status = 200

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Gateway.taken.append((body, self.headers["X-Signature"]))
        self.send_response(Gateway.status)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def gateway(settings) -> Iterator[type[Gateway]]:
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/send"
    settings.SMS_GATEWAY_KEY = "a key"
    Gateway.taken, Gateway.status = [], 200
    yield Gateway
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_text_is_handed_over_signed(gateway: type[Gateway]) -> None:
    GatewaySms().send(phone="+8613800138000", text="您的验证码是 123456")

    ((body, signature),) = gateway.taken
    assert json.loads(body) == {"phone": "+8613800138000", "text": "您的验证码是 123456"}
    assert signature == hmac.new(b"a key", body, hashlib.sha256).hexdigest()


def test_a_text_that_is_not_taken_is_a_failure(gateway: type[Gateway]) -> None:
    gateway.status = 503
    with pytest.raises(requests.HTTPError):
        GatewaySms().send(phone="+8613800138000", text="x")

    assert issubclass(requests.HTTPError, OSError)


def test_a_gateway_must_be_named(settings) -> None:
    settings.SMS_GATEWAY_URL = ""
    with pytest.raises(ImproperlyConfigured):
        GatewaySms().send(phone="+8613800138000", text="x")
