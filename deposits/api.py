"""REST: a provider's deposit, what was taken from it, what is demanded, and paying into it."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.acts import Actor
from core.idempotency import IdempotentWrites
from deposits import selectors, services
from providers.api import own_provider, paged
from providers.types import Permission

CURSOR = OpenApiParameter("cursor", str)


def yuan_field() -> serializers.DecimalField:
    """An amount of yuan."""
    return serializers.DecimalField(max_digits=14, decimal_places=2)


class DemandOutput(serializers.Serializer[Any]):
    """A top-up demand: how much, by when, and what happened."""

    state = serializers.CharField()
    shortfall = yuan_field()
    shortfall_at = serializers.DateTimeField()
    deadline = serializers.DateTimeField()
    settlement_due_at = serializers.DateTimeField()
    withheld = yuan_field()
    satisfied_at = serializers.DateTimeField(allow_null=True)


class StandingOutput(serializers.Serializer[Any]):
    """What is required and what is held."""

    highest_price = yuan_field()
    base = yuan_field()
    additional = yuan_field()
    required = yuan_field()  # type: ignore[assignment]
    balance = yuan_field()
    shortfall = yuan_field()
    display_closed = serializers.BooleanField()
    demand = DemandOutput(allow_null=True)


class DeductionOutput(serializers.Serializer[Any]):
    """What was taken, why and by which decision."""

    number = serializers.CharField()
    kind = serializers.CharField()
    amount = yuan_field()
    reason_zh = serializers.CharField()
    reason_en = serializers.CharField()
    reference = serializers.CharField()
    deducted_at = serializers.DateTimeField()
    decision = serializers.DictField(source="decision.as_json")
    reversed_at = serializers.SerializerMethodField()

    def get_reversed_at(self, deduction: Any) -> str | None:
        """When it was taken back."""
        reversal = getattr(deduction, "reversal", None)
        return None if reversal is None else str(reversal.reversed_at.isoformat())


class PaymentInput(serializers.Serializer[Any]):
    """How much to pay in."""

    amount = yuan_field()


class PaymentOutput(serializers.Serializer[Any]):
    """A payment into the deposit, and the page on which it is paid."""

    number = serializers.CharField()
    amount = yuan_field()
    state = serializers.CharField()
    page = serializers.SerializerMethodField()

    def get_page(self, intent: Any) -> str:
        """Where it is paid."""
        return f"/pay/{intent.number}/"


class DeductionsOutput(serializers.Serializer[Any]):
    """A page of deductions, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = DeductionOutput(many=True)


class DemandsOutput(serializers.Serializer[Any]):
    """A page of top-up demands, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = DemandOutput(many=True)


class Mine(APIView):
    """Your deposit: required, held, missing."""

    required_scopes = {"read": "deposit:read"}

    @extend_schema(responses=StandingOutput)
    def get(self, request: Request) -> Response:
        provider = own_provider(request, Permission.MONEY_SEE)
        return Response(StandingOutput(selectors.standing(provider)).data)


class Deductions(APIView):
    """What was taken from your deposit."""

    required_scopes = {"read": "deposit:read"}

    @extend_schema(parameters=[CURSOR], responses=DeductionsOutput)
    def get(self, request: Request) -> Response:
        rows = selectors.deductions_of(own_provider(request, Permission.MONEY_SEE))
        return paged(request, rows, ["-id"], DeductionOutput)


class Demands(APIView):
    """Your top-up demands."""

    required_scopes = {"read": "deposit:read"}

    @extend_schema(parameters=[CURSOR], responses=DemandsOutput)
    def get(self, request: Request) -> Response:
        rows = selectors.demands_of(own_provider(request, Permission.MONEY_SEE))
        return paged(request, rows, ["-id"], DemandOutput)


class Payments(IdempotentWrites, APIView):
    """Pay into your deposit."""

    required_scopes = {"write": "deposit:write"}

    @extend_schema(request=PaymentInput, responses={201: PaymentOutput})
    def post(self, request: Request) -> Response:
        given = PaymentInput(data=request.data)
        given.is_valid(raise_exception=True)
        intent = services.deposit_pay(
            provider=own_provider(request, Permission.MONEY),
            amount=given.validated_data["amount"],
            actor=Actor.of(request.user),
            now=clock.now(),
        )
        return Response(PaymentOutput(intent).data, status=201)
