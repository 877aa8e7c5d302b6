"""REST: what the storefront shows, for everybody."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog import selectors
from catalog.types import CardFilters, ProductClass
from core import clock
from core.errors import InvalidInput

SIZE = 50


class CategoryOutput(serializers.Serializer[Any]):
    """A category; its class decides the guarantee and the refunds of everything in it (§17(1))."""

    slug = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    summary_zh = serializers.CharField()
    summary_en = serializers.CharField()
    product_class = serializers.CharField()
    children = serializers.ListField(child=serializers.DictField())


class CardOutput(serializers.Serializer[Any]):
    """A product in a list; prices in yuan."""

    id = serializers.IntegerField(source="product")
    slug = serializers.CharField()
    title_zh = serializers.CharField()
    title_en = serializers.CharField()
    tagline_zh = serializers.CharField()
    tagline_en = serializers.CharField()
    cover = serializers.CharField()
    provider = serializers.CharField(source="provider_name")
    store = serializers.CharField(source="store_slug")
    category = serializers.CharField(source="category_slug")
    product_class = serializers.CharField()
    price_from = serializers.DecimalField(max_digits=14, decimal_places=2)
    price_to = serializers.DecimalField(max_digits=14, decimal_places=2)
    billing = serializers.CharField()
    score = serializers.DecimalField(max_digits=3, decimal_places=2)
    reviews = serializers.IntegerField()
    sold = serializers.IntegerField()
    listed_at = serializers.DateTimeField()


class CardsOutput(serializers.Serializer[Any]):
    """A page of products."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = CardOutput(many=True)


class ListInput(serializers.Serializer[Any]):
    """How the list is narrowed and sorted; prices in yuan."""

    q = serializers.CharField(required=False, default="", allow_blank=True, max_length=80)
    category = serializers.SlugField(required=False, default="", allow_blank=True)
    product_class = serializers.ChoiceField(choices=[str(one) for one in ProductClass], required=False, default="")
    price_from = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False, default=None)
    price_to = serializers.DecimalField(max_digits=14, decimal_places=2, min_value=0, required=False, default=None)
    free = serializers.BooleanField(required=False, default=False)
    guaranteed = serializers.BooleanField(required=False, default=False)
    sort = serializers.ChoiceField(choices=sorted(selectors.SORTS), required=False, default="")
    cursor = serializers.CharField(required=False, default="", allow_blank=True)


class ProductOutput(serializers.Serializer[Any]):
    """A product on sale with its plans, milestones and terms, in both languages."""

    id = serializers.IntegerField()
    slug = serializers.CharField()
    product_class = serializers.CharField()
    listed_at = serializers.DateTimeField()
    version = serializers.DictField()
    category = serializers.DictField()
    provider = serializers.CharField(source="provider_name")
    cover = serializers.CharField()
    texts = serializers.DictField(child=serializers.CharField(allow_blank=True))
    attributes = serializers.ListField()
    data_items = serializers.ListField()
    policy_percent = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    warranty_months = serializers.IntegerField()
    delist_notice_days = serializers.IntegerField()
    plans = serializers.ListField(child=serializers.DictField())
    milestones = serializers.ListField(child=serializers.DictField())
    steps = serializers.ListField(child=serializers.DictField())
    figures = serializers.DictField()


class CategoryList(APIView):
    """The categories that are offered."""

    permission_classes = [AllowAny]

    @extend_schema(responses=CategoryOutput(many=True), operation_id="catalog_categories", tags=["catalog"])
    def get(self, request: Request) -> Response:
        return Response(CategoryOutput(selectors.category_tree(), many=True).data)


class ProductList(APIView):
    """Products on sale: searched, narrowed and sorted, a page at a time."""

    permission_classes = [AllowAny]

    @extend_schema(parameters=[ListInput], responses=CardsOutput, operation_id="catalog_products", tags=["catalog"])
    def get(self, request: Request) -> Response:
        asked = ListInput(data=request.query_params)
        if not asked.is_valid():
            field = next(iter(asked.errors))
            raise InvalidInput(_("This value cannot be used."), field=field)
        values = asked.validated_data
        page = selectors.cards_page(
            now=clock.now(),
            filters=CardFilters(
                category=values["category"],
                product_class=values["product_class"],
                price_from=values["price_from"],
                price_to=values["price_to"],
                free=values["free"],
                guaranteed=values["guaranteed"],
            ),
            query=values["q"],
            sort=values["sort"],
            cursor=values["cursor"] or None,
            size=SIZE,
        )
        results = CardOutput(page.items, many=True).data
        return Response({"next": page.next_cursor, "previous": page.previous_cursor, "results": results})


class ProductDetail(APIView):
    """One product on sale."""

    permission_classes = [AllowAny]

    @extend_schema(
        parameters=[OpenApiParameter("slug", str, OpenApiParameter.PATH)],
        responses=ProductOutput,
        operation_id="catalog_product",
        tags=["catalog"],
    )
    def get(self, request: Request, slug: str) -> Response:
        return Response(ProductOutput(selectors.product_page(slug=slug, now=clock.now())).data)
