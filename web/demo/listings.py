"""Products of the demo: written, handed in and reviewed, as far as each one's part goes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from catalog import services
from catalog.models import Category, Plan, Product, ProductVersion
from core.acts import Actor
from web.demo import content
from web.demo.content import ProductText
from web.demo.covers import cover_png
from web.demo.people import Cast, Seller
from web.demo.story import Story


@dataclass
class Listed:
    """A product on sale, with its seller and the moment since when it is."""

    text: ProductText
    seller: Seller
    product: Product
    since: datetime

    @property
    def product_class(self) -> str:
        return str(self.product.category.product_class)

    @cached_property
    def plans(self) -> list[Plan]:
        """What it can be bought as, in the order of its page."""
        return list(Plan.objects.filter(version=self.product.live_version_id).order_by("position"))


def list_product(story: Story, cast: Cast, seller: Seller, text: ProductText, at: datetime) -> Listed | None:
    """Write a listing, hand it in, and have it reviewed. None where its part ends before it is on sale."""
    assert seller.provider is not None
    category = Category.objects.select_related("parent").get(slug=text.category)
    version = services.product_create(
        provider=seller.provider,
        category=category,
        title_zh=text.title[0],
        title_en=text.title[1],
        actor=seller.actor,
        now=at,
    )
    product_class = str(category.product_class)
    services.version_save(
        version=version,
        changes=content.changes_of(text, seller.text, product_class),
        plans=content.plans_of(text),
        milestones=content.milestones_of(text) if product_class == "service" else [],
        steps=content.steps_of(product_class),
        actor=seller.actor,
        now=at,
    )
    subject = f"{category.slug} {category.parent.slug if category.parent else ''}"
    services.cover_set(version=version, upload=cover_png(text.title[0], subject), actor=seller.actor, now=at)
    if text.state == "draft":
        return None
    version = services.version_submit(version=version, actor=seller.actor, now=at + timedelta(hours=1))
    if text.state == "submitted":
        return None
    reviewer = _reviewer(story, cast)
    services.version_claim(version=version, actor=reviewer, now=at + timedelta(hours=4))
    if text.state == "review":
        return None
    if text.state == "returned":
        services.version_return(
            version=version,
            note="详情里的性能数据请注明测试环境，并补充英文说明。",
            actor=reviewer,
            now=at + timedelta(hours=5),
        )
        return None
    released = at + timedelta(hours=6)
    version = services.version_approve(version=version, actor=reviewer, now=released)
    if version.state != "released":
        return None
    return Listed(text, seller, _product(version), released)


def _product(version: ProductVersion) -> Product:
    return Product.objects.select_related("category", "live_version", "provider").get(pk=version.product_id)


def _reviewer(story: Story, cast: Cast) -> Actor:
    return cast.operator(story.dice.choice(["operations", "rulebook2"]))
