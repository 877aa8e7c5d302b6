"""REST: a provider's own listings, for its systems: write a draft, see what is found, hand it in (§10, §18(10))."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import selectors, services
from catalog.models import ProductVersion
from catalog.models.versions import TEXT_FIELDS
from catalog.types import Billing, MilestoneContent, PlanContent, StepContent
from core import clock
from core.acts import Actor
from core.errors import InvalidInput
from core.idempotency import IdempotentWrites
from providers.models import Provider
from providers.selectors import ProviderNotFound, provider_for, require_permission
from providers.types import Permission

READ_WRITE = {"read": "catalog:read", "write": "catalog:write"}
CURSOR = OpenApiParameter("cursor", str)
PLAIN = (
    *TEXT_FIELDS, "policy_percent", "warranty_months", "deployment_basis", "ip_basis", "ip_confirmed", "open_source",
    "data_items", "attributes", "delist_notice_days", "own_site_url",
)  # fmt: skip


class PlanInput(serializers.Serializer[Any]):
    """A plan; prices in yuan."""

    code = serializers.CharField(max_length=30, allow_blank=True, default="")
    name_zh = serializers.CharField(max_length=40, allow_blank=True)
    name_en = serializers.CharField(max_length=60, allow_blank=True, default="")
    summary_zh = serializers.CharField(max_length=300, allow_blank=True, default="")
    summary_en = serializers.CharField(max_length=300, allow_blank=True, default="")
    billing = serializers.ChoiceField(choices=[str(one) for one in Billing])
    price = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0)
    supply_price = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, allow_null=True, default=None)
    units_min = serializers.IntegerField(min_value=1, default=1)
    units_max = serializers.IntegerField(min_value=1, allow_null=True, default=None)


class MilestoneInput(serializers.Serializer[Any]):
    """A milestone of a service; `share` in per cent of the price."""

    title_zh = serializers.CharField(max_length=60, allow_blank=True)
    title_en = serializers.CharField(max_length=100, allow_blank=True, default="")
    days = serializers.IntegerField(min_value=1, max_value=3650)
    share = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=100)
    acceptance_zh = serializers.CharField(max_length=2000, allow_blank=True, default="")
    acceptance_en = serializers.CharField(max_length=2000, allow_blank=True, default="")


class StepInput(serializers.Serializer[Any]):
    """A step of how the service is rendered."""

    title_zh = serializers.CharField(max_length=60, allow_blank=True)
    title_en = serializers.CharField(max_length=100, allow_blank=True, default="")
    text_zh = serializers.CharField(max_length=2000, allow_blank=True, default="")
    text_en = serializers.CharField(max_length=2000, allow_blank=True, default="")


class ContentInput(serializers.Serializer[Any]):
    """What is changed in a draft; what is not given stays. `content` holds fields of the version by name."""

    content = serializers.DictField(default=dict)
    plans = PlanInput(many=True, required=False)
    milestones = MilestoneInput(many=True, required=False)
    steps = StepInput(many=True, required=False)


class NewInput(serializers.Serializer[Any]):
    """A product to begin."""

    category = serializers.SlugField()
    title_zh = serializers.CharField(max_length=60)
    title_en = serializers.CharField(max_length=120, allow_blank=True, default="")


class SubmitInput(serializers.Serializer[Any]):
    """What changed, for the reviewer and the version list."""

    change_note = serializers.CharField(max_length=500, allow_blank=True, default="")


class FindingOutput(serializers.Serializer[Any]):
    """What the checks or the reviewer found, where, and under which clause."""

    code = serializers.CharField()
    field = serializers.CharField()
    row = serializers.IntegerField(allow_null=True)
    clause = serializers.CharField()
    severity = serializers.CharField()
    message = serializers.DictField(child=serializers.CharField())
    start = serializers.IntegerField()
    end = serializers.IntegerField()
    excerpt = serializers.CharField()


class OwnLineOutput(serializers.Serializer[Any]):
    """One of your products; `days_to_delisting` counts to the forced delisting without a sale (§18(14))."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    state = serializers.CharField()
    title_zh = serializers.CharField()
    title_en = serializers.CharField()
    version_id = serializers.IntegerField()
    version_number = serializers.IntegerField()
    version_state = serializers.CharField()
    listed_at = serializers.DateTimeField(allow_null=True)
    last_sale_at = serializers.DateTimeField(allow_null=True)
    zero_sales_due_at = serializers.DateTimeField(allow_null=True)
    days_to_delisting = serializers.IntegerField(allow_null=True)


class OwnListOutput(serializers.Serializer[Any]):
    """A page of your products, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = OwnLineOutput(many=True)


class VersionOutput(serializers.Serializer[Any]):
    """A version of your product, with what was found in it."""

    id = serializers.IntegerField()
    product = serializers.IntegerField()
    number = serializers.IntegerField()
    state = serializers.CharField()
    category = serializers.CharField()
    content = serializers.DictField()
    plans = serializers.ListField(child=serializers.DictField())
    milestones = serializers.ListField(child=serializers.DictField())
    steps = serializers.ListField(child=serializers.DictField())
    note = serializers.CharField()
    findings = FindingOutput(many=True)


def own_provider(request: Request, permission: str = Permission.PRODUCTS) -> Provider:
    """The provider that the token's owner acts for. Raises ProviderNotFound, RoleTooSmall."""
    provider = provider_for(request.user)
    if provider is None:
        raise ProviderNotFound
    require_permission(user=request.user, provider=provider, permission=permission)
    return provider


def read_input(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    """The input, or InvalidInput naming the field."""
    if serializer.is_valid():
        return dict(serializer.validated_data)
    raise InvalidInput(_("This value cannot be used."), field=next(iter(serializer.errors)))


def shown(version: ProductVersion, findings: list[dict[str, Any]]) -> dict[str, Any]:
    """A version as its provider's systems see it."""
    page = selectors.version_page(version.product, version)
    return VersionOutput(
        {
            "id": version.pk,
            "product": version.product_id,
            "number": version.number,
            "state": version.state,
            "category": version.category.slug,
            "content": {name: getattr(version, name) for name in PLAIN},
            "plans": page["plans"],
            "milestones": page["milestones"],
            "steps": page["steps"],
            "note": version.judgement_note,
            "findings": findings,
        }
    ).data


def kept_findings(version: ProductVersion) -> list[dict[str, Any]]:
    """What was found in a version that was handed in; in a draft, what the checks find now."""
    if version.state == "draft":
        return [finding.as_json() for finding in selectors.live_findings(version, now=clock.now())]
    return [
        {
            "code": found.code, "field": found.field, "row": found.row, "clause": found.clause,
            "severity": found.severity, "message": {"zh-hans": found.message_zh, "en": found.message_en},
            "start": found.start, "end": found.end, "excerpt": found.excerpt,
        }
        for found in selectors.findings_of(version)
    ]  # fmt: skip


def parts(values: dict[str, Any]) -> dict[str, Any]:
    """What was sent of plans, milestones and steps, as the acts take them."""
    found: dict[str, Any] = {}
    for name, kind in (("plans", PlanContent), ("milestones", MilestoneContent), ("steps", StepContent)):
        if name in values:
            found[name] = [kind(**row) for row in values[name]]
    return found


class OwnProducts(IdempotentWrites, APIView):
    """Your products."""

    required_scopes = READ_WRITE

    @extend_schema(
        parameters=[CURSOR, OpenApiParameter("state", str), OpenApiParameter("q", str)],
        responses=OwnListOutput,
        operation_id="catalog_own_products",
        tags=["catalog"],
    )
    def get(self, request: Request) -> Response:
        page = selectors.products_page(
            provider=own_provider(request),
            now=clock.now(),
            query=request.query_params.get("q", ""),
            state=request.query_params.get("state", ""),
            cursor=request.query_params.get("cursor") or None,
        )
        results = OwnLineOutput(page.items, many=True).data
        return Response({"next": page.next_cursor, "previous": page.previous_cursor, "results": results})

    @extend_schema(
        request=NewInput, responses={201: VersionOutput}, operation_id="catalog_product_create", tags=["catalog"]
    )
    def post(self, request: Request) -> Response:
        values = read_input(NewInput(data=request.data))
        category = selectors.category_row(values.pop("category"))
        if category is None:
            raise InvalidInput(_("There is no such category."), field="category")
        version = services.product_create(
            provider=own_provider(request), category=category, actor=Actor.of(request.user), now=clock.now(), **values
        )
        return Response(shown(version, kept_findings(version)), status=201)


class OwnVersion(IdempotentWrites, APIView):
    """One version of your product; POST saves what is changed in a draft."""

    required_scopes = READ_WRITE

    @extend_schema(responses=VersionOutput, operation_id="catalog_own_version", tags=["catalog"])
    def get(self, request: Request, version_id: int) -> Response:
        version = selectors.version_for(provider=own_provider(request), version_id=version_id)
        return Response(shown(version, kept_findings(version)))

    @extend_schema(request=ContentInput, responses=VersionOutput, operation_id="catalog_version_save", tags=["catalog"])
    def post(self, request: Request, version_id: int) -> Response:
        version = selectors.version_for(provider=own_provider(request), version_id=version_id)
        values = read_input(ContentInput(data=request.data))
        unknown = [name for name in values["content"] if name not in PLAIN]
        if unknown:
            raise InvalidInput(_("This cannot be changed here."), field=unknown[0])
        services.version_save(
            version=version,
            changes=values["content"],
            actor=Actor.of(request.user),
            now=clock.now(),
            **parts(values),
        )
        kept = selectors.version_for(provider=version.product.provider, version_id=version_id)
        return Response(shown(kept, kept_findings(kept)))


class OwnChecks(APIView):
    """What the checks would find in a draft with these changes; nothing is saved."""

    required_scopes = {"read": "catalog:read", "write": "catalog:read"}

    @extend_schema(
        request=ContentInput, responses=FindingOutput(many=True), operation_id="catalog_version_check", tags=["catalog"]
    )
    def post(self, request: Request, version_id: int) -> Response:
        version = selectors.version_for(provider=own_provider(request), version_id=version_id)
        values = read_input(ContentInput(data=request.data))
        changes = {name: value for name, value in values["content"].items() if name in TEXT_FIELDS}
        found = selectors.live_findings(version, now=clock.now(), changes=changes, **parts(values))
        return Response([finding.as_json() for finding in found])


class OwnSubmit(IdempotentWrites, APIView):
    """Hand a draft in for its review; 409 with the clauses while something must be changed."""

    required_scopes = READ_WRITE

    @extend_schema(
        request=SubmitInput, responses=VersionOutput, operation_id="catalog_version_submit", tags=["catalog"]
    )
    def post(self, request: Request, version_id: int) -> Response:
        version = selectors.version_for(provider=own_provider(request), version_id=version_id)
        values = read_input(SubmitInput(data=request.data))
        services.version_submit(
            version=version, change_note=values["change_note"], actor=Actor.of(request.user), now=clock.now()
        )
        kept = selectors.version_for(provider=version.product.provider, version_id=version_id)
        return Response(shown(kept, kept_findings(kept)))


class OwnNext(IdempotentWrites, APIView):
    """Begin the next version of a product, from what its latest one says; the one on sale stays (§18(10))."""

    required_scopes = READ_WRITE

    @extend_schema(request=None, responses={201: VersionOutput}, operation_id="catalog_version_open", tags=["catalog"])
    def post(self, request: Request, product_id: int) -> Response:
        product = selectors.product_for(provider=own_provider(request), product_id=product_id)
        opened = services.version_open(product=product, actor=Actor.of(request.user), now=clock.now())
        version = selectors.version_for(provider=product.provider, version_id=opened.pk)
        return Response(shown(version, kept_findings(version)), status=201)
