"""Writing a listing: a product, its drafts, their plans, milestones, steps and cover."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from catalog.models import Category, MilestoneTemplate, Package, Plan, Product, ProductVersion, ServiceStep
from catalog.models.versions import BASES, CONTENT_FIELDS, IP_BASES, TEXT_FIELDS, TEXTS, cover_path
from catalog.services.access import require_products
from catalog.services.covers import cover_file
from catalog.services.locking import NotNow, product_locked, version_locked
from catalog.texts import clean
from catalog.types import Billing, MilestoneContent, PlanContent, StepContent, VersionState
from core.acts import Actor, act
from core.errors import InvalidInput, NotAllowed
from core.money import yuan
from core.references import ALPHABET
from providers.models import Provider
from providers.types import ProviderState
from regulation.services import audit_record

OPEN = (VersionState.DRAFT, VersionState.SUBMITTED, VersionState.UNDER_REVIEW, VersionState.AWAITING_DEPOSIT)
MOST_ROWS = 30
EDITABLE = frozenset(CONTENT_FIELDS) - {"cover"}


class VersionOpen(NotAllowed):
    """Another version of the product is still being written or reviewed."""

    code = "version_open"


class NotADraft(NotNow):
    """The version was handed in; its content stays as it is."""

    code = "not_a_draft"


@act
def product_create(
    *, provider: Provider, category: Category, title_zh: str, title_en: str = "", actor: Actor, now: datetime
) -> ProductVersion:
    """Begin a product, be it software, an image or a service: it and its first draft (§6).

    Raises InvalidInput for a category that is not offered, a title that is empty.
    """
    require_products(actor, provider)
    if provider.state != ProviderState.ACTIVE:
        raise NotAllowed(_("Products can be listed once the store is open."), clauses=("9",))
    title = clean(title_zh)[: TEXTS["title"]]
    if not title:
        raise InvalidInput(_("Give the product a title."), field="title_zh")
    _require_offered(category)
    product = Product.objects.create(
        slug=_address(title_en), provider=provider, performer=provider, category=category, created_at=now
    )
    version = ProductVersion.objects.create(
        product=product,
        number=1,
        category=category,
        performer=provider,
        title_zh=title,
        title_en=clean(title_en)[:120],
        created_at=now,
        edited_at=now,
    )
    audit_record(
        act="listing.product_create",
        actor=actor,
        subject=product.reference,
        before={},
        after={"slug": product.slug, "provider": provider.number, "category": category.slug, "title": title},
        now=now,
    )
    return version


def _address(title_en: str) -> str:
    tail = "".join(secrets.choice(ALPHABET[10:]) for _ in range(6)).lower()
    stem = slugify(title_en)[:60].strip("-")
    return f"{stem}-{tail}" if stem else f"p-{tail}"


def _require_offered(category: Category) -> None:
    if not category.active or category.children.filter(active=True).exists():
        raise InvalidInput(_("Choose a category that is offered."), field="category")


@act
def version_open(*, product: Product, actor: Actor, now: datetime) -> ProductVersion:
    """Begin the next version of a product, from what its latest one says; the one on sale stays as it is (§18(10)).

    Raises VersionOpen while another is being written or reviewed.
    """
    locked = product_locked(product.pk)
    require_products(actor, locked.provider)
    versions = ProductVersion.objects.filter(product=locked).order_by("-number")
    latest = versions[0]
    if latest.state in OPEN:
        raise VersionOpen(_("Another version is still open. Finish it or take it back first."))
    values = {name: getattr(latest, name) for name in CONTENT_FIELDS}
    version = ProductVersion.objects.create(
        product=locked, number=latest.number + 1, created_at=now, edited_at=now, **values
    )
    for model, parent in ((Plan, "plans"), (MilestoneTemplate, "milestones"), (ServiceStep, "steps")):
        copies = []
        for row in getattr(latest, parent).all():
            row.pk, row.version = None, version
            if isinstance(row, Plan):
                row.stopped_at = None
            copies.append(row)
        model._default_manager.bulk_create(copies)
    for package in Package.objects.filter(version=latest):
        # The same files, looked into again before they are released.
        package.pk, package.version, package.uploaded_at = None, version, now
        package.save(force_insert=True)
    audit_record(
        act="listing.version_open",
        actor=actor,
        subject=locked.reference,
        before={"version": latest.number},
        after={"version": version.number},
        now=now,
    )
    return version


@act
def version_save(
    *,
    version: ProductVersion,
    changes: Mapping[str, Any],
    plans: Iterable[PlanContent] | None = None,
    milestones: Iterable[MilestoneContent] | None = None,
    steps: Iterable[StepContent] | None = None,
    actor: Actor,
    now: datetime,
) -> ProductVersion:
    """Save what is written in a draft; what is not given stays. What it may not say is found by the checks, not
    refused here.

    Raises NotADraft once it was handed in, InvalidInput (`field` names it) for what cannot be kept at all.
    """
    locked = version_locked(version.pk)
    require_products(actor, locked.product.provider)
    require_draft(locked)
    for name, value in changes.items():
        setattr(locked, name, _checked(name, value))
    locked.edited_at = now
    locked.save(update_fields=[*changes, "edited_at"])
    if plans is not None:
        _plans_write(locked, list(plans))
    if milestones is not None:
        _milestones_write(locked, list(milestones))
    if steps is not None:
        _steps_write(locked, list(steps))
    return locked


def require_draft(version: ProductVersion) -> None:
    """Refuse a version that was handed in. Raises NotADraft."""
    if version.state != VersionState.DRAFT:
        raise NotADraft(_("This version was handed in. Open a new one to change it."), clauses=("18(10)",))


def _checked(name: str, value: Any) -> Any:
    if name not in EDITABLE:
        raise InvalidInput(_("This cannot be changed here."), field=name)
    if name in TEXT_FIELDS:
        return _text(name, value)
    if name == "category":
        _require_offered(value)
    elif name == "performer":
        if value.state != ProviderState.ACTIVE:
            raise InvalidInput(_("Who performs the service must be a provider of the marketplace."), field=name)
    elif name == "policy_percent" and value is not None:
        percent = Decimal(value)
        if not 0 <= percent <= 100:
            raise InvalidInput(_("A percentage is between 0 and 100."), field=name)
        return percent
    elif name in {"warranty_months", "delist_notice_days"}:
        if not isinstance(value, int) or not 0 <= value <= 600:
            raise InvalidInput(_("Give a number between 0 and 600."), field=name)
    elif name in {"deployment_basis", "ip_basis"}:
        known = {str(code) for code, _title in (BASES if name == "deployment_basis" else IP_BASES)}
        if value and value not in known:
            raise InvalidInput(_("Choose one of the list."), field=name)
    elif name in {"attributes", "open_source", "data_items"}:
        return _rows(name, value)
    elif name == "own_site_url":
        return str(value).strip()[:300]
    return value


def _text(name: str, value: Any) -> str:
    text = clean(str(value or ""))
    most = {"title_en": 120, "tagline_en": 200}.get(name, TEXTS[name[:-3]])
    if len(text) > most:
        raise InvalidInput(_("At most %(most)d characters.") % {"most": most}, field=name)
    if name[:-3] in {"title", "tagline"}:
        return " ".join(text.split())
    return text


def _rows(name: str, value: Any) -> list[dict[str, str]]:
    if not isinstance(value, list) or len(value) > 100:
        raise InvalidInput(_("At most %(most)d rows.") % {"most": 100}, field=name)
    rows = []
    for row in value:
        if not isinstance(row, Mapping):
            raise InvalidInput(_("This row cannot be read."), field=name)
        kept = {str(key)[:30]: str(part).strip()[:300] for key, part in row.items()}
        if any(kept.values()):
            rows.append(kept)
    return rows


def _plans_write(version: ProductVersion, plans: list[PlanContent]) -> None:
    _few(plans, "plans")
    codes: set[str] = set()
    rows = []
    for place, plan in enumerate(plans):
        code = slugify(plan.code)[:30] or _free_code(codes, place)
        if code in codes:
            raise InvalidInput(_("Two plans have the same code."), field=f"plans.{place}.code")
        codes.add(code)
        rows.append(_plan(version, plan, code, place))
    Plan.objects.filter(version=version).delete()
    Plan.objects.bulk_create(rows)


def _free_code(codes: set[str], place: int) -> str:
    number = place + 1
    while f"plan-{number}" in codes:
        number += 1
    return f"plan-{number}"


def _plan(version: ProductVersion, plan: PlanContent, code: str, place: int) -> Plan:
    field = f"plans.{place}"
    if plan.billing not in set(Billing):
        raise InvalidInput(_("Choose how the plan is billed."), field=f"{field}.billing")
    price = yuan(plan.price)
    if price != plan.price or price < 0:
        raise InvalidInput(_("A price is an amount of yuan with two decimals."), field=f"{field}.price")
    if (plan.billing == Billing.FREE) != (price == 0):
        raise InvalidInput(_("A free plan costs nothing; every other plan has a price."), field=f"{field}.price")
    if plan.units_min < 1 or (plan.units_max is not None and plan.units_max < plan.units_min):
        raise InvalidInput(_("The most units cannot be fewer than the fewest."), field=f"{field}.units_max")
    if plan.supply_price is not None and not 0 <= plan.supply_price <= price:
        raise InvalidInput(_("The supply price cannot be above the price."), field=f"{field}.supply_price")
    return Plan(
        version=version,
        product_id=version.product_id,
        code=code,
        position=place,
        name_zh=plan.name_zh.strip()[:40],
        name_en=plan.name_en.strip()[:60],
        summary_zh=plan.summary_zh.strip()[:300],
        summary_en=plan.summary_en.strip()[:300],
        billing=plan.billing,
        price=price,
        supply_price=plan.supply_price,
        units_min=plan.units_min,
        units_max=plan.units_max,
    )


def _milestones_write(version: ProductVersion, milestones: list[MilestoneContent]) -> None:
    _few(milestones, "milestones")
    for place, found in enumerate(milestones):
        if found.days < 1 or found.days > 3650:
            raise InvalidInput(_("A milestone takes at least one day."), field=f"milestones.{place}.days")
        if not 0 <= found.share <= 100:
            raise InvalidInput(_("A percentage is between 0 and 100."), field=f"milestones.{place}.share")
    MilestoneTemplate.objects.filter(version=version).delete()
    MilestoneTemplate.objects.bulk_create(
        [
            MilestoneTemplate(
                version=version,
                position=place + 1,
                title_zh=found.title_zh.strip()[:60],
                title_en=found.title_en.strip()[:100],
                days=found.days,
                share=found.share,
                acceptance_zh=clean(found.acceptance_zh)[:2000],
                acceptance_en=clean(found.acceptance_en)[:2000],
            )
            for place, found in enumerate(milestones)
        ]
    )


def _steps_write(version: ProductVersion, steps: list[StepContent]) -> None:
    _few(steps, "steps")
    ServiceStep.objects.filter(version=version).delete()
    ServiceStep.objects.bulk_create(
        [
            ServiceStep(
                version=version,
                position=place + 1,
                title_zh=step.title_zh.strip()[:60],
                title_en=step.title_en.strip()[:100],
                text_zh=clean(step.text_zh)[:2000],
                text_en=clean(step.text_en)[:2000],
            )
            for place, step in enumerate(steps)
        ]
    )


def _few(rows: list[Any], field: str) -> None:
    if len(rows) > MOST_ROWS:
        raise InvalidInput(_("At most %(most)d rows.") % {"most": MOST_ROWS}, field=field)


@act
def cover_set(*, version: ProductVersion, upload: IO[bytes], actor: Actor, now: datetime) -> ProductVersion:
    """Set a draft's cover: looked into, drawn anew at its size on the page, and kept under its own digest (§10(5)).

    Raises NotADraft, and InvalidInput on `cover` for what is no picture or too small a one.
    """
    locked = version_locked(version.pk)
    require_products(actor, locked.product.provider)
    require_draft(locked)
    picture = cover_file(upload)
    path = cover_path(locked, str(picture.name))
    if locked.cover.storage.exists(path):
        # The name is the picture's digest: what is stored under it is this picture.
        locked.cover.name = path
    else:
        locked.cover.save(str(picture.name), picture, save=False)
    locked.edited_at = now
    locked.save(update_fields=["cover", "edited_at"])
    return locked
