"""Software, images and services are products, each of one class (4, 6)."""

from datetime import datetime

import pytest
from django.db import IntegrityError, transaction

from catalog.models import Category
from catalog.services import category_write, product_create
from catalog.types import ProductClass
from core.acts import Actor
from core.errors import InvalidInput, NotAllowed
from tests.catalog.making import category
from tests.providers.making import make_operator, make_provider

pytestmark = pytest.mark.django_db


@pytest.mark.clause("6")
@pytest.mark.parametrize(("slug", "kind"), [("analytics", "application"), ("migration", "service"), ("ci-cd", "tool")])
def test_whatever_is_published_has_one_class(now: datetime, slug: str, kind: str) -> None:
    provider, person = make_provider(now)

    version = product_create(
        provider=provider, category=category(slug, now), title_zh="云上商品", actor=person.actor, now=now
    )

    assert version.product.category.product_class == kind
    assert not Category.objects.exclude(product_class__in=list(ProductClass)).exists()


@pytest.mark.clause("4", "6")
def test_there_is_no_class_beside_the_three_and_that_of_products_stays(now: datetime) -> None:
    provider, person = make_provider(now)
    found = category("analytics", now)
    product_create(provider=provider, category=found, title_zh="云上商品", actor=person.actor, now=now)
    operator = Actor.of(make_operator(now, "marketplace_operations"))
    with pytest.raises(InvalidInput):
        category_write(slug="analytics", values={"product_class": "hardware"}, actor=operator, now=now)
    with pytest.raises(NotAllowed):
        category_write(slug="analytics", values={"product_class": "tool"}, actor=operator, now=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Category.objects.filter(pk=found.pk).update(product_class="hardware")
    category_write(slug="analytics", values={"name_zh": "数据分析与洞察"}, actor=operator, now=now)
    found.refresh_from_db()
    assert (found.name_zh, found.product_class) == ("数据分析与洞察", "application")
