"""The sandbox gateway as we speak to it: signed requests, signed replies, over HTTP, as with a real one."""

import csv
import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.conf import settings

from payments.gateways import transport
from payments.gateways.interface import ForgedNotice, Gateway, GatewayUnreachable
from payments.sandbox import signing
from payments.sandbox.bank import APP_ID
from payments.sandbox.keys import GATEWAY, MERCHANT
from payments.types import (
    Answer,
    Movement,
    Notice,
    PageKind,
    PaybackRequest,
    PayoutRequest,
    PayPage,
    PayRequest,
    Result,
    StatementDay,
    StatementLine,
    Trade,
    TradeStatus,
)


def _request(method: str, content: Mapping[str, str], at: datetime) -> dict[str, str]:
    params = {
        "app_id": APP_ID,
        "method": method,
        "timestamp": at.isoformat(),
        "biz_content": json.dumps(content, ensure_ascii=False, sort_keys=True),
    }
    return signing.signed(params, MERCHANT)


def _ask(method: str, content: Mapping[str, str], at: datetime) -> dict[str, Any]:
    """What the gateway answers, its signature verified. Raises GatewayUnreachable."""
    reply = transport.post(f"{settings.SITE_URL}/sandbox-gateway/api/", _request(method, content, at))
    try:
        envelope = json.loads(reply.text)
        text, signature = envelope["response"], envelope["sign"]
    except (ValueError, KeyError, TypeError) as error:
        raise GatewayUnreachable(f"{method}: {reply.status} is not an answer") from error
    if not signing.fits(text.encode(), signature, GATEWAY):
        raise GatewayUnreachable(f"{method}: the answer is not signed by the gateway")
    answer: dict[str, Any] = json.loads(text)
    return answer


def _answer(said: Mapping[str, Any]) -> Answer:
    if said["result"] == "refused":
        return Answer(Result.REFUSED, reason=said["reason"])
    at = datetime.fromisoformat(said["at"]) if said.get("at") else None
    return Answer(Result(said["result"]), trade=said.get("trade_no", ""), at=at)


class SandboxGateway(Gateway):
    """The gateway that ships with the marketplace, for development, demonstrations and tests."""

    name = "sandbox"

    def pay_page(self, request: PayRequest) -> PayPage:
        content = {
            "out_trade_no": request.number,
            "amount": f"{request.amount:.2f}",
            "subject": request.title,
            "notify_url": request.notify_url,
            "return_url": request.return_url,
        }
        query = urlencode(_request("trade.page.pay", content, request.at))
        return PayPage(PageKind.REDIRECT, f"{settings.SITE_URL}/sandbox-gateway/pay/?{query}")

    def read_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=40)
            said = dict(pairs)
            if len(said) != len(pairs) or not signing.verified(said, GATEWAY) or said["app_id"] != APP_ID:
                raise ForgedNotice("the signature does not fit")
            at = datetime.fromisoformat(said["at"])
            if at.tzinfo is None:
                raise ForgedNotice("an instant without an offset")
            return Notice(
                notice_id=said["notify_id"],
                movement=Movement(said["notify_type"]),
                succeeded=said["status"] == "SUCCESS",
                number=said["out_trade_no"],
                trade=said["trade_no"],
                amount=Decimal(said["amount"]),
                at=at,
                request_number=said["out_request_no"],
                reason=said["reason"],
            )
        except (ValueError, KeyError, InvalidOperation) as error:
            raise ForgedNotice("not a message of this gateway") from error

    def receipt(self) -> tuple[str, str]:
        return "success", "text/plain"

    def query(self, number: str, now: datetime) -> Trade:
        said = _ask("trade.query", {"out_trade_no": number}, now)
        if "status" not in said:
            raise GatewayUnreachable(f"trade.query: {said}")
        if said["status"] != TradeStatus.PAID:
            return Trade(TradeStatus(said["status"]))
        at = datetime.fromisoformat(said["at"])
        return Trade(TradeStatus.PAID, trade=said["trade_no"], amount=Decimal(said["amount"]), at=at)

    def close(self, number: str, now: datetime) -> None:
        _ask("trade.close", {"out_trade_no": number}, now)

    def payback(self, request: PaybackRequest) -> Answer:
        content = {
            "out_trade_no": request.number,
            "trade_no": request.trade,
            "out_request_no": request.request_number,
            "amount": f"{request.amount:.2f}",
            "reason": request.reason,
        }
        return _answer(_ask("trade.refund", content, request.at))

    def query_payback(self, number: str, request_number: str, now: datetime) -> Answer | None:
        said = _ask("refund.query", {"out_request_no": request_number}, now)
        return None if said["result"] == "unknown" else _answer(said)

    def payout(self, request: PayoutRequest) -> Answer:
        content = {
            "out_request_no": request.request_number,
            "amount": f"{request.amount:.2f}",
            "name": request.recipient.name,
            "account": request.recipient.account,
            "bank": request.recipient.bank,
            "subject": request.title,
            "notify_url": request.notify_url,
        }
        return _answer(_ask("transfer", content, request.at))

    def query_payout(self, request_number: str, now: datetime) -> Answer | None:
        said = _ask("transfer.query", {"out_request_no": request_number}, now)
        return None if said["result"] == "unknown" else _answer(said)

    def statement(self, day: date, now: datetime) -> StatementDay:
        said = _ask("statement.address", {"day": day.isoformat()}, now)
        if "path" not in said:
            raise GatewayUnreachable(f"the statement of {day}: {said}")
        reply = transport.get(f"{settings.SITE_URL}{said['path']}")
        if reply.status != 200:
            raise GatewayUnreachable(f"the statement of {day}: {reply.status}")
        rows = csv.reader(line for line in reply.text.splitlines() if line and not line.startswith("#"))
        next(rows, None)
        lines = tuple(
            StatementLine(Movement(movement), trade, number, Decimal(amount), datetime.fromisoformat(at))
            for movement, trade, number, amount, at in rows
        )
        return StatementDay(self.name, day, lines)
