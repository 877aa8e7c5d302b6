"""What exactly am I paying, and did it work? And the door that gateways knock at."""

import base64
import io
import logging

import qrcode
import qrcode.image.svg
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from core import clock
from payments import purposes, selectors, services
from payments.gateways import ForgedNotice, GatewayUnreachable, notify_url
from payments.gateways import gateway as gateway_named
from payments.models import PaymentIntent
from payments.types import IntentState, PageKind, PayPage, PayRequest

logger = logging.getLogger(__name__)

LARGEST_NOTICE = 64 * 1024
# Forged messages are kept to be looked at, but nobody fills the disk with them.
FORGED_KEPT_AN_HOUR = 200


def _context(intent: PaymentIntent, waiting: bool) -> dict[str, object]:
    purpose = purposes.get(intent.purpose)
    link = purpose.link
    return {
        "intent": intent,
        "title": purpose.about(intent.reference) if purpose.about else intent.title,
        "waiting": waiting and intent.state == IntentState.OPEN,
        "strays": selectors.strays_of(intent),
        "link": link(intent.reference) if link else "",
    }


@login_required
@never_cache
@require_GET
def pay(request: HttpRequest, number: str) -> HttpResponse:
    """The payment: amount, what for, until when, and the way to the gateway."""
    intent = selectors.intent_for(request.user, number)
    return render(request, "payments/pay.html", _context(intent, waiting=False))


@login_required
@never_cache
@require_GET
def pay_return(request: HttpRequest, number: str) -> HttpResponse:
    """Where the gateway sends the payer back to: paid, or waiting for the gateway's word."""
    intent = selectors.intent_for(request.user, number)
    return render(request, "payments/pay.html", _context(intent, waiting=True))


@login_required
@never_cache
@require_GET
def pay_state(request: HttpRequest, number: str) -> HttpResponse:
    """How the payment stands, asked for again every two seconds while it waits."""
    intent = selectors.intent_for(request.user, number)
    return render(request, "payments/_state.html", _context(intent, waiting=True))


@login_required
@never_cache
@require_GET
def pay_at_gateway(request: HttpRequest, number: str) -> HttpResponse:
    """Send the payer to the gateway, or show the code to scan; back to the payment where it is no longer open."""
    intent = selectors.intent_for(request.user, number)
    now = clock.now()
    if intent.state != IntentState.OPEN or (intent.expires_at is not None and intent.expires_at <= now):
        return redirect("pay", number=number)
    asked = PayRequest(
        number=intent.number,
        amount=intent.amount,
        title=intent.title,
        notify_url=notify_url(intent.gateway),
        return_url=request.build_absolute_uri(reverse("pay_return", args=[number])),
        expires_at=intent.expires_at,
        at=now,
    )
    try:
        page = gateway_named(intent.gateway).pay_page(asked)
    except GatewayUnreachable:
        logger.exception("no way to pay %s", number)
        messages.error(request, _("The payment provider does not answer. Nothing was paid: try again in a moment."))
        return redirect("pay", number=number)
    if page.kind == PageKind.REDIRECT:
        return redirect(page.url)
    return render(request, "payments/code.html", {**_context(intent, waiting=True), "code": _drawn(page)})


def _drawn(page: PayPage) -> str:
    """The code to scan, as the address of a picture."""
    picture = io.BytesIO()
    qrcode.make(page.url, image_factory=qrcode.image.svg.SvgPathImage, box_size=14).save(picture)
    return f"data:image/svg+xml;base64,{base64.b64encode(picture.getvalue()).decode()}"


@csrf_exempt
@require_POST
def callback(request: HttpRequest, gateway: str) -> HttpResponseBase:
    """A gateway tells us what happened: verified, kept, worked, thanked for. A forged message changes nothing."""
    try:
        adapter = gateway_named(gateway)
    except KeyError:
        raise Http404 from None
    now = clock.now()
    if int(request.headers.get("Content-Length") or 0) > LARGEST_NOTICE:
        return HttpResponse("fail", status=413, content_type="text/plain")
    body = request.body.decode("utf-8", "replace").replace("\x00", "")
    try:
        notice = adapter.read_notice(request.headers, request.body)
    except ForgedNotice:
        if _room_for_forged(gateway):
            services.message_store(gateway=gateway, body=body, notice=None, now=now)
        return HttpResponse("fail", status=400, content_type="text/plain")
    message = services.message_store(gateway=gateway, body=body, notice=notice, now=now)
    services.message_handle(message=message, now=now)
    thanks, content_type = adapter.receipt()
    return HttpResponse(thanks, content_type=content_type)


def _room_for_forged(gateway: str) -> bool:
    key = f"payments:forged:{gateway}"
    if cache.add(key, 1, timeout=3600):
        return True
    return int(cache.incr(key)) <= FORGED_KEPT_AN_HOUR
