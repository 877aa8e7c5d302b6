"""The sandbox gateway's own pages and interface. They exist only while it is the gateway (settings.PAYMENT_GATEWAY)."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core import clock
from core.clock import BEIJING
from payments.sandbox import bank, signing
from payments.sandbox.keys import GATEWAY, MERCHANT
from payments.sandbox.models import SandboxRefund, SandboxTrade, SandboxTransfer

_STATEMENTS = Signer(salt="sandbox-statement")
_HEADER = ("movement", "trade", "number", "amount", "at")

# What a tester may choose beside paying, and what it is for.
OUTCOMES = [
    ("fail", _("Decline the card"), _("The payment fails; the payer may try again.")),
    ("tell_late", _("Pay, and tell the shop five minutes late"), _("A message that is slow to come.")),
    ("tell_often", _("Pay, and tell the shop three times"), _("The same message again and again.")),
    ("twice", _("Pay twice"), _("Two payments for one thing: the second must come back.")),
    ("too_little", _("Pay ¥1.00 too little"), _("Another amount than asked for.")),
    ("too_much", _("Pay ¥1.00 too much"), _("Another amount than asked for.")),
    (
        "transfer",
        _("Pay by bank transfer that takes 45 minutes"),
        _("It cannot be stopped: where the shop closes the payment meanwhile, the money arrives too late."),
    ),
    (
        "return_first",
        _("Pay, have it returned, and tell of the return first"),
        _("Messages in the wrong order."),
    ),
    ("forge", _("Send a forged message, and do not pay"), _("A signature that does not fit.")),
]

View = Callable[..., HttpResponseBase]


def sandbox_only(view: View) -> View:
    """Not Found unless the sandbox is the gateway: elsewhere nobody may pay with play money."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if settings.PAYMENT_GATEWAY != "sandbox":
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


def _content(params: dict[str, str]) -> dict[str, str]:
    """What a request asks for, its signature verified. Raises Refused."""
    if not signing.verified(params, MERCHANT) or params.get("app_id") != bank.APP_ID:
        raise bank.Refused("the request is not signed by the merchant")
    content: dict[str, str] = json.loads(params["biz_content"])
    return content


@sandbox_only
@never_cache
@require_GET
def enter(request: HttpRequest) -> HttpResponse:
    """The merchant sends a payer here with a signed request; the payer goes on to the page of the payment."""
    try:
        content = _content(request.GET.dict())
        token = bank.trade_create(
            number=content["out_trade_no"],
            amount=Decimal(content["amount"]),
            title=content["subject"],
            notify_url=content["notify_url"],
            return_url=content["return_url"],
            now=clock.now(),
        )
    except (bank.Refused, KeyError) as error:
        return render(request, "payments/sandbox/refused.html", {"reason": str(error)}, status=400)
    return redirect("sandbox_pay", token=token)


@sandbox_only
@never_cache
@require_http_methods(["GET", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """The payer's page at the gateway: pay, or as a tester bring about something else."""
    trade = get_object_or_404(SandboxTrade, token=token)
    context: dict[str, Any] = {"trade": trade, "outcomes": OUTCOMES}
    if request.method == "POST":
        outcome = request.POST.get("outcome", "")
        if outcome not in bank.OUTCOMES:
            raise Http404
        try:
            bank.trade_play(token=token, outcome=outcome, now=clock.now())
        except bank.Refused:
            return render(request, "payments/sandbox/pay.html", context, status=409)
        if outcome != "fail":
            return HttpResponseRedirect(trade.return_url)
        context["declined"] = True
    return render(request, "payments/sandbox/pay.html", context)


def _refund_answer(refund: SandboxRefund | SandboxTransfer | None, result: str) -> dict[str, str]:
    if refund is None:
        return {"result": "unknown"}
    return {"result": result, "trade_no": refund.trade_no, "at": refund.done_at.isoformat()}


def _refund(content: dict[str, str], now: datetime) -> dict[str, str]:
    made = bank.refund(
        trade=content["trade_no"],
        request_number=content["out_request_no"],
        amount=Decimal(content["amount"]),
        now=now,
    )
    return _refund_answer(made, "accepted")


def _transfer(content: dict[str, str], now: datetime) -> dict[str, str]:
    made = bank.transfer(
        request_number=content["out_request_no"],
        account=content["account"],
        amount=Decimal(content["amount"]),
        notify_url=content["notify_url"],
        now=now,
    )
    return _refund_answer(made, "accepted")


def _close(content: dict[str, str], now: datetime) -> dict[str, str]:
    bank.trade_close(content["out_trade_no"])
    return {"result": "done"}


def _refund_query(content: dict[str, str], now: datetime) -> dict[str, str]:
    return _refund_answer(SandboxRefund.objects.filter(request_number=content["out_request_no"]).first(), "done")


def _transfer_query(content: dict[str, str], now: datetime) -> dict[str, str]:
    return _refund_answer(SandboxTransfer.objects.filter(request_number=content["out_request_no"]).first(), "done")


def _statement_address(content: dict[str, str], now: datetime) -> dict[str, str]:
    day = date.fromisoformat(content["day"])
    if day >= now.astimezone(BEIJING).date():
        raise bank.Refused("this day has not ended")
    signature = _STATEMENTS.signature(day.isoformat())
    return {"path": f"{reverse('sandbox_statement', args=[day.isoformat()])}?signature={signature}"}


_METHODS: dict[str, Callable[[dict[str, str], datetime], dict[str, str]]] = {
    "trade.query": lambda content, now: bank.trade_query(content["out_trade_no"]),
    "trade.close": _close,
    "trade.refund": _refund,
    "refund.query": _refund_query,
    "transfer": _transfer,
    "transfer.query": _transfer_query,
    "statement.address": _statement_address,
}


@csrf_exempt
@sandbox_only
@require_POST
def api(request: HttpRequest) -> HttpResponse:
    """The merchant's servers ask here. Requests and answers are signed."""
    try:
        content = _content(request.POST.dict())
        answer = _METHODS[request.POST["method"]](content, clock.now())
    except bank.Refused as error:
        answer = {"result": "refused", "reason": str(error)}
    except (KeyError, ValueError):
        answer = {"result": "refused", "reason": "not a request"}
    text = json.dumps(answer, ensure_ascii=False, sort_keys=True)
    return JsonResponse({"response": text, "sign": signing.sign_bytes(text.encode(), GATEWAY)})


def _lines(day: date) -> Iterator[str]:
    yield f"# sandbox statement {day.isoformat()}\n"
    for row in (_HEADER, *bank.statement_rows(day)):
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(row)
        yield line.getvalue()


@sandbox_only
@require_GET
def statement(request: HttpRequest, day: str) -> HttpResponseBase:
    """The statement of a day, for whoever was given its address."""
    try:
        _STATEMENTS.unsign(f"{day}:{request.GET.get('signature', '')}")
    except BadSignature:
        raise Http404 from None
    return StreamingHttpResponse(_lines(date.fromisoformat(day)), content_type="text/csv; charset=utf-8")
