"""REST: the books, for finance and audit."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication.tokens import HasScope
from accounts.models import User
from core.pages import keyset_page
from ledger import selectors

SIZE = 100
ROLES = ("finance", "audit")


class SeesTheBooks(BasePermission):
    """Operators of finance or audit."""

    def has_permission(self, request: Request, view: Any) -> bool:
        user = request.user
        return isinstance(user, User) and any(user.has_role(role) for role in ROLES)


class FundsOutput(serializers.Serializer[Any]):
    """What an account holds, and how much of it is reserved (yuan)."""

    account = serializers.CharField()
    balance = serializers.DecimalField(max_digits=20, decimal_places=2)
    held = serializers.DecimalField(max_digits=20, decimal_places=2)
    available = serializers.DecimalField(max_digits=20, decimal_places=2)


class EntryOutput(serializers.Serializer[Any]):
    """One movement."""

    id = serializers.IntegerField()
    key = serializers.CharField(source="transaction.key")
    subject = serializers.CharField(source="transaction.subject")
    source = serializers.CharField()  # type: ignore[assignment]
    destination = serializers.CharField()
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    posted_at = serializers.DateTimeField()


class EntriesOutput(serializers.Serializer[Any]):
    """A page of movements, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = EntryOutput(many=True)


class BooksView(APIView):
    """Open to finance and audit."""

    permission_classes = [IsAuthenticated, HasScope, SeesTheBooks]
    required_scopes = {"read": "ledger:read"}


class AccountDetail(BooksView):
    """What an account holds now."""

    @extend_schema(responses=FundsOutput)
    def get(self, request: Request, path: str) -> Response:
        found = selectors.funds(path)
        values = {"account": path, "balance": found.balance, "held": found.held, "available": found.available}
        return Response(FundsOutput(values).data)


class AccountEntries(BooksView):
    """Every movement into or out of an account."""

    @extend_schema(parameters=[OpenApiParameter("cursor", str)], responses=EntriesOutput)
    def get(self, request: Request, path: str) -> Response:
        page = keyset_page(
            selectors.entries_of(path), order_by=["-id"], cursor=request.query_params.get("cursor"), size=SIZE
        )
        results = EntryOutput(page.items, many=True).data
        return Response({"next": page.next_cursor, "previous": page.previous_cursor, "results": results})
