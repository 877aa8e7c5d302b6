"""REST: the payments that somebody was asked for."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.pages import keyset_page
from payments import selectors

SIZE = 50


class PaymentOutput(serializers.Serializer[Any]):
    """A payment: amount in yuan, and where it is made."""

    number = serializers.CharField()
    purpose = serializers.CharField()
    reference = serializers.CharField()
    title = serializers.CharField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    paid_back = serializers.DecimalField(max_digits=14, decimal_places=2)
    state = serializers.CharField()
    opened_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    page = serializers.SerializerMethodField()

    def get_page(self, intent: Any) -> str:
        """The page on which it is paid."""
        return f"/pay/{intent.number}/"


class PaymentsOutput(serializers.Serializer[Any]):
    """A page of payments, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PaymentOutput(many=True)


class PaymentList(APIView):
    """The payments that you were asked for."""

    required_scopes = {"read": "payments:read"}

    @extend_schema(parameters=[OpenApiParameter("cursor", str)], responses=PaymentsOutput)
    def get(self, request: Request) -> Response:
        page = keyset_page(
            selectors.intents_of(request.user),
            order_by=["-id"],
            cursor=request.query_params.get("cursor"),
            size=SIZE,
        )
        results = PaymentOutput(page.items, many=True).data
        return Response({"next": page.next_cursor, "previous": page.previous_cursor, "results": results})


class PaymentDetail(APIView):
    """One payment of yours."""

    required_scopes = {"read": "payments:read"}

    @extend_schema(responses=PaymentOutput)
    def get(self, request: Request, number: str) -> Response:
        return Response(PaymentOutput(selectors.intent_for(request.user, number)).data)
