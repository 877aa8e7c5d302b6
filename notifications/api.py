"""REST: somebody's own messages."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.authentication import HasScope, signed_in
from core import clock
from core.acts import Actor
from core.pages import keyset_page
from notifications import selectors, services

SIZE = 50


class MessageOutput(serializers.Serializer[Any]):
    """One message, in the language of the request."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    group = serializers.CharField()
    subject = serializers.CharField()
    title = serializers.CharField()
    body = serializers.CharField()
    link = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class MessagePage(serializers.Serializer[Any]):
    """Some messages, and the cursors of the pages beside them."""

    unread = serializers.IntegerField()
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = MessageOutput(many=True)


class MessagesView(APIView):
    """Your messages, newest first."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scopes = {"read": "messages:read"}

    @extend_schema(
        parameters=[
            OpenApiParameter("cursor", str, description="From `next` or `previous` of another page."),
            OpenApiParameter("unread", bool, description="Only what was not read."),
        ],
        responses=MessagePage,
        operation_id="messages_list",
        tags=["notifications"],
    )
    def get(self, request: Request) -> Response:
        only_unread = request.query_params.get("unread", "").lower() in {"1", "true"}
        rows = selectors.messages_found(signed_in(request), only_unread=only_unread, group="", q="")
        page = keyset_page(rows, order_by=["-pk"], cursor=request.query_params.get("cursor"), size=SIZE)
        values = {
            "unread": selectors.unread_count(signed_in(request)),
            "next": page.next_cursor,
            "previous": page.previous_cursor,
            "results": page.items,
        }
        return Response(MessagePage(values).data)


class MessageReadView(APIView):
    """Mark one of your messages as read. Doing it again changes nothing, so it needs no idempotency key."""

    permission_classes = [IsAuthenticated, HasScope]
    required_scopes = {"write": "messages:write"}

    @extend_schema(request=None, responses=MessageOutput, operation_id="messages_read", tags=["notifications"])
    def put(self, request: Request, pk: int) -> Response:
        found = selectors.message_for(signed_in(request), pk)
        services.message_read(message=found, actor=Actor.of(request.user), now=clock.now())
        return Response(MessageOutput(found).data)
