"""REST: a provider's settlement statements."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core import clock
from core.acts import Actor
from core.errors import InvalidInput
from core.idempotency import IdempotentWrites
from providers.models import Provider
from providers.selectors import ProviderNotFound, provider_for, require_permission
from providers.types import Permission
from settlements import exports, selectors, services

SIZE = 50
READ_WRITE = {"read": "settlements:read", "write": "settlements:write"}
CURSOR = OpenApiParameter("cursor", str)


class StatementOutput(serializers.Serializer[Any]):
    """A statement; amounts in yuan. Sales − fee − recovered − topped up − deducted = payout."""

    number = serializers.CharField()
    cycle_on = serializers.DateField()
    state = serializers.CharField()
    sales = serializers.DecimalField(max_digits=14, decimal_places=2)
    fee = serializers.DecimalField(max_digits=14, decimal_places=2)
    recovered = serializers.DecimalField(max_digits=14, decimal_places=2)
    topped_up = serializers.DecimalField(max_digits=14, decimal_places=2)
    deducted = serializers.DecimalField(max_digits=14, decimal_places=2)
    from_deposit = serializers.DecimalField(max_digits=14, decimal_places=2)
    payout = serializers.DecimalField(max_digits=14, decimal_places=2)
    carried = serializers.DecimalField(max_digits=14, decimal_places=2)
    issued_at = serializers.DateTimeField()
    confirm_due_at = serializers.DateTimeField()
    confirmed_at = serializers.DateTimeField(allow_null=True)
    paid_at = serializers.DateTimeField(allow_null=True)
    dispute = serializers.CharField()
    answer = serializers.CharField()


class LineOutput(serializers.Serializer[Any]):
    """A line: how much of what is in the statement."""

    kind = serializers.CharField()
    reference = serializers.CharField(source="item.reference")
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    paid_from = serializers.CharField(source="source")
    eligible_at = serializers.DateTimeField(source="item.eligible_at")


class StatementsOutput(serializers.Serializer[Any]):
    """A page of statements, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = StatementOutput(many=True)


class LinesOutput(serializers.Serializer[Any]):
    """A page of lines."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = LineOutput(many=True)


class DisputeInput(serializers.Serializer[Any]):
    """What is wrong with the statement."""

    text = serializers.CharField(max_length=2000)


def own_provider(request: Request) -> Provider:
    """The provider whose money the token's owner may see. Raises ProviderNotFound, RoleTooSmall."""
    provider = provider_for(request.user)
    if provider is None:
        raise ProviderNotFound
    require_permission(user=request.user, provider=provider, permission=Permission.MONEY_SEE)
    return provider


class StatementList(APIView):
    """Your statements."""

    required_scopes = READ_WRITE

    @extend_schema(
        parameters=[CURSOR, OpenApiParameter("state", str)],
        responses=StatementsOutput,
        operation_id="settlement_statements",
        tags=["settlements"],
    )
    def get(self, request: Request) -> Response:
        page = selectors.statements_page(
            provider=own_provider(request),
            state=request.query_params.get("state", ""),
            cursor=request.query_params.get("cursor") or None,
            size=SIZE,
        )
        results = StatementOutput(page.items, many=True).data
        return Response({"next": page.next_cursor, "previous": page.previous_cursor, "results": results})


class StatementDetail(APIView):
    """One statement of yours."""

    required_scopes = READ_WRITE

    @extend_schema(responses=StatementOutput, operation_id="settlement_statement", tags=["settlements"])
    def get(self, request: Request, number: str) -> Response:
        return Response(StatementOutput(selectors.statement_for(provider=own_provider(request), number=number)).data)


class StatementLines(APIView):
    """The lines of a statement of yours."""

    required_scopes = READ_WRITE

    @extend_schema(
        parameters=[CURSOR], responses=LinesOutput, operation_id="settlement_statement_lines", tags=["settlements"]
    )
    def get(self, request: Request, number: str) -> Response:
        statement = selectors.statement_for(provider=own_provider(request), number=number)
        page = selectors.lines_page(statement=statement, cursor=request.query_params.get("cursor") or None, size=SIZE)
        results = LineOutput(page.items, many=True).data
        return Response({"next": page.next_cursor, "previous": page.previous_cursor, "results": results})


class StatementFile(APIView):
    """A statement of yours as CSV."""

    required_scopes = READ_WRITE

    @extend_schema(
        responses={(200, "text/csv"): OpenApiTypes.STR}, operation_id="settlement_statement_csv", tags=["settlements"]
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        statement = selectors.statement_for(provider=own_provider(request), number=number)
        response = HttpResponse(exports.statement_csv(statement), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{statement.number}.csv"'
        return response


class StatementConfirm(IdempotentWrites, APIView):
    """Agree to a statement of yours."""

    required_scopes = READ_WRITE

    @extend_schema(
        request=None, responses=StatementOutput, operation_id="settlement_statement_confirm", tags=["settlements"]
    )
    def post(self, request: Request, number: str) -> Response:
        statement = selectors.statement_for(provider=own_provider(request), number=number)
        done = services.statement_confirm(statement=statement, actor=Actor.of(request.user), now=clock.now())
        return Response(StatementOutput(done).data)


class StatementDispute(IdempotentWrites, APIView):
    """Say what is wrong with a statement of yours, within its five working days."""

    required_scopes = READ_WRITE

    @extend_schema(
        request=DisputeInput,
        responses=StatementOutput,
        operation_id="settlement_statement_dispute",
        tags=["settlements"],
    )
    def post(self, request: Request, number: str) -> Response:
        statement = selectors.statement_for(provider=own_provider(request), number=number)
        asked = DisputeInput(data=request.data)
        if not asked.is_valid():
            raise InvalidInput(_("Say what is wrong with the statement."), field="text")
        done = services.statement_dispute(
            statement=statement, text=asked.validated_data["text"], actor=Actor.of(request.user), now=clock.now()
        )
        return Response(StatementOutput(done).data)
