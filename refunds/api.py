"""REST: refunds for buyers' and providers' systems."""

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.acts import Actor
from core.idempotency import IdempotentWrites
from orders.selectors import order_for, order_of_buyer
from providers.selectors import ProviderNotFound, provider_for, require_permission
from providers.types import Permission
from refunds import selectors, services
from refunds.models import RefundRequest
from refunds.rules import Reason
from refunds.types import RefundFilters

SIZE = 50
READ_WRITE = {"read": "refunds:read", "write": "refunds:write"}
AMOUNT: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}


class RefundOutput(serializers.Serializer[Any]):
    """A refund with the decision it rests on; amounts in yuan."""

    number = serializers.CharField()
    order = serializers.CharField(source="order.number")
    state = serializers.CharField()
    reason = serializers.CharField()
    statement = serializers.CharField()
    in_guarantee = serializers.BooleanField()
    amount_asked = serializers.DecimalField(**AMOUNT, allow_null=True)
    amount = serializers.DecimalField(**AMOUNT)
    basis = serializers.CharField()
    requested_at = serializers.DateTimeField()
    reply_due_at = serializers.DateTimeField(allow_null=True)
    decide_due_at = serializers.DateTimeField(allow_null=True)
    settled_at = serializers.DateTimeField(allow_null=True)
    paid_back_at = serializers.DateTimeField(allow_null=True)
    decision = serializers.SerializerMethodField()
    waiting = serializers.SerializerMethodField()
    acts = serializers.SerializerMethodField()

    def get_decision(self, refund: Any) -> dict[str, Any]:
        """The decision that settled it, or the one of the request."""
        shown: dict[str, Any] = (refund.final or refund.decision).as_json()
        return shown

    def get_waiting(self, refund: Any) -> dict[str, Any]:
        """Who owes what by when."""
        found = selectors.waiting_for(refund, self.context["now"])
        return {"who": found.who, "what": found.what, "due_at": found.due_at, "sentence": found.sentence.as_json()}

    def get_acts(self, refund: Any) -> list[str]:
        """What the caller may do now."""
        return [one.key for one in selectors.available_acts(refund, self.context["user"], self.context["now"])]


class RefundLineOutput(serializers.Serializer[Any]):
    """A refund in a list."""

    number = serializers.CharField()
    order = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.CharField()
    amount = serializers.DecimalField(**AMOUNT)
    amount_asked = serializers.DecimalField(**AMOUNT, allow_null=True)
    requested_at = serializers.DateTimeField()


class RefundsOutput(serializers.Serializer[Any]):
    """A page of refunds, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = RefundLineOutput(many=True)


class RefundInput(serializers.Serializer[Any]):
    """What is asked for, and why."""

    order = serializers.CharField(max_length=20)
    reason = serializers.ChoiceField(choices=[str(one) for one in Reason], allow_null=True, default=None)
    statement = serializers.CharField(max_length=5000, allow_blank=True, default="")
    amount = serializers.DecimalField(**AMOUNT, allow_null=True, default=None, min_value=Decimal("0.01"))
    claims_loss = serializers.BooleanField(default=False)


class RefundReplyInput(serializers.Serializer[Any]):
    """What the provider says."""

    reply = serializers.CharField(max_length=5000, allow_blank=True, default="")


class RefundOfferInput(serializers.Serializer[Any]):
    """For how much one side would settle."""

    amount = serializers.DecimalField(**AMOUNT, min_value=Decimal("0.01"))
    statement = serializers.CharField(max_length=2000, allow_blank=True, default="")


class RefundPreviewOutput(serializers.Serializer[Any]):
    """What a refund would bring now, and later."""

    now = serializers.DictField()
    left = serializers.DecimalField(**AMOUNT)
    later = serializers.ListField(child=serializers.DictField())
    negotiated = serializers.BooleanField()


def shown(refund: RefundRequest, request: Request, status: int = 200) -> Response:
    """A refund as the caller may see it now."""
    found = selectors.refund_for(request.user, refund.number)
    return Response(RefundOutput(found, context={"now": clock.now(), "user": request.user}).data, status=status)


def given(cls: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """What was sent, checked."""
    read = cls(data=request.data)
    read.is_valid(raise_exception=True)
    values: dict[str, Any] = read.validated_data
    return values


class RefundList(IdempotentWrites, APIView):
    """Your refunds as a buyer, or with `side=provider` those of your store."""

    required_scopes = READ_WRITE

    @extend_schema(
        parameters=[
            OpenApiParameter("side", str, enum=["buyer", "provider"]),
            OpenApiParameter("state", str),
            OpenApiParameter("open", bool),
            OpenApiParameter("cursor", str),
        ],
        responses=RefundsOutput,
        operation_id="refunds_list",
    )
    def get(self, request: Request) -> Response:
        now, asked = clock.now(), request.query_params
        filters = RefundFilters(state=asked.get("state", ""), open_only=asked.get("open", "").lower() in {"1", "true"})
        cursor = asked.get("cursor")
        if asked.get("side") == "provider":
            provider = provider_for(request.user)
            if provider is None:
                raise ProviderNotFound
            require_permission(user=request.user, provider=provider, permission=Permission.REFUNDS)
            page = selectors.refunds_of_provider(provider, filters, cursor=cursor, size=SIZE, now=now)
        else:
            page = selectors.refunds_of_buyer(request.user, filters, cursor=cursor, size=SIZE, now=now)
        results = RefundLineOutput(page.items, many=True).data
        return Response({"next": page.next_cursor, "previous": page.previous_cursor, "results": results})

    @extend_schema(request=RefundInput, responses={201: RefundOutput})
    def post(self, request: Request) -> Response:
        values = given(RefundInput, request)
        refund = services.refund_request(
            order=order_of_buyer(request.user, values["order"]),
            reason=Reason(values["reason"]) if values["reason"] else None,
            statement=values["statement"],
            amount_asked=values["amount"],
            claims_loss=values["claims_loss"],
            actor=Actor.of(request.user),
            now=clock.now(),
        )
        return shown(refund, request, 201)


class RefundView(APIView):
    """One refund: yours, or of your store."""

    required_scopes = READ_WRITE

    @extend_schema(responses=RefundOutput)
    def get(self, request: Request, number: str) -> Response:
        return shown(selectors.refund_for(request.user, number), request)


class RefundPreviewView(APIView):
    """What a refund of an order would bring if asked for now, and what if you wait. Writes nothing."""

    required_scopes = READ_WRITE

    @extend_schema(
        parameters=[OpenApiParameter("reason", str, enum=[str(one) for one in Reason])], responses=RefundPreviewOutput
    )
    def get(self, request: Request, number: str) -> Response:
        order = order_for(request.user, number)
        if not selectors.refund_possible(order):
            raise selectors.RefundNotFound
        asked = request.query_params.get("reason", "")
        reason = Reason(asked) if asked in set(Reason) else None
        seen = selectors.refund_preview(order, reason, clock.now())
        later = [{"at": one.at, "why": one.why.as_json(), "decision": one.decision.as_json()} for one in seen.later]
        values = {"now": seen.now.as_json(), "left": seen.left, "later": later, "negotiated": seen.negotiated}
        return Response(RefundPreviewOutput(values).data)


class RefundAccept(IdempotentWrites, APIView):
    """The provider agrees."""

    required_scopes = READ_WRITE

    @extend_schema(request=RefundReplyInput, responses=RefundOutput)
    def post(self, request: Request, number: str) -> Response:
        refund = selectors.refund_for(request.user, number)
        values = given(RefundReplyInput, request)
        services.refund_accept(refund=refund, reply=values["reply"], actor=Actor.of(request.user), now=clock.now())
        return shown(refund, request)


class RefundDispute(IdempotentWrites, APIView):
    """The provider does not agree, and says why."""

    required_scopes = READ_WRITE

    @extend_schema(request=RefundReplyInput, responses=RefundOutput)
    def post(self, request: Request, number: str) -> Response:
        refund = selectors.refund_for(request.user, number)
        values = given(RefundReplyInput, request)
        services.refund_dispute(refund=refund, reply=values["reply"], actor=Actor.of(request.user), now=clock.now())
        return shown(refund, request)


class RefundEscalate(IdempotentWrites, APIView):
    """Ask the platform to decide."""

    required_scopes = READ_WRITE

    @extend_schema(request=None, responses=RefundOutput)
    def post(self, request: Request, number: str) -> Response:
        refund = selectors.refund_for(request.user, number)
        services.refund_escalate(refund=refund, actor=Actor.of(request.user), now=clock.now())
        return shown(refund, request)


class RefundWithdraw(IdempotentWrites, APIView):
    """The buyer takes a request back."""

    required_scopes = READ_WRITE

    @extend_schema(request=None, responses=RefundOutput)
    def post(self, request: Request, number: str) -> Response:
        refund = selectors.refund_for(request.user, number)
        services.refund_withdraw(refund=refund, actor=Actor.of(request.user), now=clock.now())
        return shown(refund, request)


class RefundOffers(IdempotentWrites, APIView):
    """Offer to settle for an amount; binding when the other side signs."""

    required_scopes = READ_WRITE

    @extend_schema(request=RefundOfferInput, responses={201: RefundOutput})
    def post(self, request: Request, number: str) -> Response:
        refund = selectors.refund_for(request.user, number)
        values = given(RefundOfferInput, request)
        services.refund_offer(refund=refund, actor=Actor.of(request.user), now=clock.now(), **values)
        return shown(refund, request, 201)


class RefundOfferSign(IdempotentWrites, APIView):
    """Sign the other side's offer."""

    required_scopes = READ_WRITE

    @extend_schema(request=None, responses=RefundOutput)
    def post(self, request: Request, number: str, pk: int) -> Response:
        refund = selectors.refund_for(request.user, number)
        offer = selectors.offer_of(refund, pk)
        services.refund_offer_sign(offer=offer, actor=Actor.of(request.user), now=clock.now())
        return shown(refund, request)
