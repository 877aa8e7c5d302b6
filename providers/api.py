"""REST: a provider's own standing, its changes and leave, and the operators' queue of applications."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.types import Role as OperatorRole
from core import clock
from core.acts import Actor
from core.errors import NotPermitted
from core.idempotency import IdempotentWrites
from core.pages import keyset_page
from providers import selectors, services
from providers.models import Provider
from providers.types import ChangeSubject, Permission

SIZE = 50
CURSOR = OpenApiParameter("cursor", str)


class ProviderOutput(serializers.Serializer[Any]):
    """A provider as its own team sees it."""

    number = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField(source="public_name")
    state = serializers.CharField()
    consigned = serializers.BooleanField()
    displayed = serializers.SerializerMethodField()
    admitted_at = serializers.DateTimeField(allow_null=True)
    cure_by = serializers.DateTimeField(allow_null=True)
    store = serializers.SerializerMethodField()

    def get_displayed(self, provider: Any) -> bool:
        """Whether the store and its products are shown now."""
        return selectors.is_displayed(provider, self.context["now"])

    def get_store(self, provider: Any) -> dict[str, str] | None:
        """The store's address and names."""
        store = selectors.store_of(provider)
        return None if store is None else {"slug": store.slug, "name_zh": store.name_zh, "name_en": store.name_en}


class RequirementOutput(serializers.Serializer[Any]):
    """A condition of admission: its clause, whether it is met, and what to do where it is not."""

    key = serializers.CharField()
    clause = serializers.CharField()
    title = serializers.DictField(source="title.as_json")
    met = serializers.BooleanField()
    detail = serializers.DictField(source="detail.as_json")
    needed_to = serializers.CharField()


class RestrictionOutput(serializers.Serializer[Any]):
    """What is laid over the provider."""

    kind = serializers.CharField()
    reference = serializers.CharField()
    reason_zh = serializers.CharField()
    reason_en = serializers.CharField()
    clauses = serializers.ListField(child=serializers.CharField())
    starts_at = serializers.DateTimeField()
    until = serializers.DateTimeField(allow_null=True)
    lifted_at = serializers.DateTimeField(allow_null=True)


class ChangeInput(serializers.Serializer[Any]):
    """A change that is reported without a new paper."""

    about = serializers.ChoiceField(choices=[str(one) for one in ChangeSubject if one != ChangeSubject.DOCUMENT])
    changed_on = serializers.DateField()
    description = serializers.CharField(max_length=2000)


class ChangeOutput(serializers.Serializer[Any]):
    """A reported change, and whether it was in time."""

    id = serializers.IntegerField()
    about = serializers.CharField()
    description = serializers.CharField()
    changed_on = serializers.DateField()
    reported_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    outcome = serializers.CharField()
    state = serializers.CharField()


class LeaveInput(serializers.Serializer[Any]):
    """When the store closes and opens again."""

    starts_at = serializers.DateTimeField()
    until = serializers.DateTimeField()
    reason = serializers.CharField(max_length=500)


class ApplicationOutput(serializers.Serializer[Any]):
    """An application in the operators' queue."""

    number = serializers.CharField()
    provider = serializers.CharField(source="provider.number")
    kind = serializers.CharField(source="provider.kind")
    store_name_zh = serializers.CharField()
    store_name_en = serializers.CharField()
    state = serializers.CharField()
    submitted_at = serializers.DateTimeField()


class ChangesOutput(serializers.Serializer[Any]):
    """A page of reported changes, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ChangeOutput(many=True)


class ApplicationsOutput(serializers.Serializer[Any]):
    """A page of applications, the oldest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ApplicationOutput(many=True)


class RestrictionsOutput(serializers.Serializer[Any]):
    """A page of restrictions, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = RestrictionOutput(many=True)


def own_provider(request: Request, permission: str) -> Provider:
    """The provider that the caller works for, where the role covers it. Raises ProviderNotFound or RoleTooSmall."""
    provider = selectors.provider_for(request.user)
    if provider is None:
        raise selectors.ProviderNotFound
    selectors.require_permission(user=request.user, provider=provider, permission=permission)
    return provider


class Mine(APIView):
    """Your provider and its store."""

    required_scopes = {"read": "store:read"}

    @extend_schema(responses=ProviderOutput)
    def get(self, request: Request) -> Response:
        provider = own_provider(request, Permission.SEE)
        return Response(ProviderOutput(provider, context={"now": clock.now()}).data)


class Requirements(APIView):
    """The conditions of admission, each met or not."""

    required_scopes = {"read": "store:read"}

    @extend_schema(responses=RequirementOutput(many=True))
    def get(self, request: Request) -> Response:
        provider = own_provider(request, Permission.PAPERS)
        return Response(RequirementOutput(selectors.requirements_of(provider, clock.now()), many=True).data)


class Restrictions(APIView):
    """What is laid over your provider, and what was."""

    required_scopes = {"read": "store:read"}

    @extend_schema(parameters=[CURSOR], responses=RestrictionsOutput)
    def get(self, request: Request) -> Response:
        rows = selectors.restrictions_of(own_provider(request, Permission.SEE))
        return paged(request, rows, ["-id"], RestrictionOutput)


class Changes(IdempotentWrites, APIView):
    """Changes of the entry data that you reported (§18(1))."""

    required_scopes = {"read": "store:read", "write": "store:write"}

    @extend_schema(parameters=[CURSOR], responses=ChangesOutput)
    def get(self, request: Request) -> Response:
        return paged(request, selectors.changes_of(own_provider(request, Permission.PAPERS)), ["-id"], ChangeOutput)

    @extend_schema(request=ChangeInput, responses={201: ChangeOutput})
    def post(self, request: Request) -> Response:
        given = ChangeInput(data=request.data)
        given.is_valid(raise_exception=True)
        report = services.change_report(
            provider=own_provider(request, Permission.PAPERS),
            **given.validated_data,
            actor=Actor.of(request.user),
            now=clock.now(),
        )
        return Response(ChangeOutput(report).data, status=201)


class Leave(IdempotentWrites, APIView):
    """Close your store for a while."""

    required_scopes = {"write": "store:write"}

    @extend_schema(request=LeaveInput, responses={201: RestrictionOutput})
    def post(self, request: Request) -> Response:
        given = LeaveInput(data=request.data)
        given.is_valid(raise_exception=True)
        placed = services.leave_take(
            provider=own_provider(request, Permission.STORE),
            **given.validated_data,
            actor=Actor.of(request.user),
            now=clock.now(),
        )
        return Response(RestrictionOutput(placed).data, status=201)


class LeaveEnd(IdempotentWrites, APIView):
    """Open your store again before the leave was over."""

    required_scopes = {"write": "store:write"}

    @extend_schema(request=None, responses={200: ProviderOutput})
    def post(self, request: Request) -> Response:
        provider = own_provider(request, Permission.STORE)
        services.leave_end(provider=provider, actor=Actor.of(request.user), now=clock.now())
        return Response(ProviderOutput(provider, context={"now": clock.now()}).data)


class ApplicationQueue(APIView):
    """Applications that wait for a review; for operators."""

    required_scopes = {"read": "providers:read"}

    @extend_schema(parameters=[CURSOR], responses=ApplicationsOutput)
    def get(self, request: Request) -> Response:
        user: Any = request.user
        if not user.is_operator or not user.has_role(OperatorRole.OPERATIONS):
            raise NotPermitted(_("Only operators who work on applications may see this."))
        return paged(request, selectors.applications_waiting(), ["submitted_at", "id"], ApplicationOutput)


def paged(request: Request, rows: Any, order_by: list[str], output: type[serializers.Serializer[Any]]) -> Response:
    """A page of rows by cursor."""
    page = keyset_page(rows, order_by=order_by, cursor=request.query_params.get("cursor"), size=SIZE)
    return Response(
        {"next": page.next_cursor, "previous": page.previous_cursor, "results": output(page.items, many=True).data}
    )
