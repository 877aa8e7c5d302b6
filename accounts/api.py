"""REST: who a token or a session is."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import selectors
from accounts.authentication import HasScope, signed_in
from accounts.models import ApiToken


class IdentityOutput(serializers.Serializer[Any]):
    """The verified legal subject, masked."""

    kind = serializers.CharField(source="subject_kind")
    name = serializers.CharField(source="masked_name")
    number = serializers.CharField(source="masked_number")


class MeOutput(serializers.Serializer[Any]):
    """The account that asks."""

    id = serializers.IntegerField()
    display_name = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
    phone = serializers.CharField(allow_null=True)
    language = serializers.CharField()
    is_operator = serializers.BooleanField()
    roles = serializers.ListField(child=serializers.CharField())
    identity = IdentityOutput(allow_null=True)
    scopes = serializers.ListField(child=serializers.CharField(), allow_null=True)


class MeView(APIView):
    """The account that asks, its verified real name (masked), and the scopes of the token it asks with."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scopes = {"read": "account:read"}

    @extend_schema(responses=MeOutput, operation_id="account_me", tags=["accounts"])
    def get(self, request: Request) -> Response:
        user = signed_in(request)
        values = {
            "id": user.pk,
            "display_name": user.display_name,
            "email": user.email,
            "phone": user.phone,
            "language": user.language,
            "is_operator": user.is_operator,
            "roles": sorted(user.roles) if user.is_operator else [],
            "identity": selectors.identity_of(user),
            "scopes": request.auth.scopes if isinstance(request.auth, ApiToken) else None,
        }
        return Response(MeOutput(values).data)
