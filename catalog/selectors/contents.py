"""A version as the checks read it, saved or as it stands in the editor."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from catalog.checks import check_listing
from catalog.models import MilestoneTemplate, Plan, ProductVersion, ServiceStep
from catalog.models.versions import TEXT_FIELDS
from catalog.types import Finding, ListingContent, MilestoneContent, PlanContent, StepContent
from regulation.selectors import rulebook_at


def plans_of(version: ProductVersion) -> tuple[PlanContent, ...]:
    """The plans of a version as values."""
    return tuple(
        PlanContent(
            plan.code, plan.name_zh, plan.name_en, plan.billing, plan.price, plan.units_min, plan.units_max,
            plan.summary_zh, plan.summary_en, plan.supply_price,
        )
        for plan in Plan.objects.filter(version=version).order_by("position", "id")
    )  # fmt: skip


def milestones_of(version: ProductVersion) -> tuple[MilestoneContent, ...]:
    """The milestones of a version as values."""
    return tuple(
        MilestoneContent(
            found.title_zh, found.title_en, found.days, found.share, found.acceptance_zh, found.acceptance_en
        )
        for found in MilestoneTemplate.objects.filter(version=version).order_by("position")
    )


def steps_of(version: ProductVersion) -> tuple[StepContent, ...]:
    """The service steps of a version as values."""
    return tuple(
        StepContent(step.title_zh, step.title_en, step.text_zh, step.text_en)
        for step in ServiceStep.objects.filter(version=version).order_by("position")
    )


def content_of(
    version: ProductVersion,
    *,
    changes: Mapping[str, Any] | None = None,
    plans: Iterable[PlanContent] | None = None,
    milestones: Iterable[MilestoneContent] | None = None,
    steps: Iterable[StepContent] | None = None,
) -> ListingContent:
    """What a version says, with what is changed in the editor and not saved yet laid over it.

    `changes` holds fields of the version by name (`category` and `performer` as rows); plans, milestones and steps
    stand for the saved ones where they are given.
    """
    changed = changes or {}

    def value(name: str) -> Any:
        return changed.get(name, getattr(version, name))

    category = value("category")
    provider = version.product.provider
    texts = {name: value(name) or "" for name in TEXT_FIELDS}
    # Not a text of its own, but the same kind of gap: the checks ask whether it was chosen.
    texts["deployment_basis_code"] = value("deployment_basis") or ""
    return ListingContent(
        product_class=category.product_class,
        category=category.slug,
        texts=texts,
        plans=plans_of(version) if plans is None else tuple(plans),
        milestones=milestones_of(version) if milestones is None else tuple(milestones),
        steps=steps_of(version) if steps is None else tuple(steps),
        policy_percent=value("policy_percent"),
        warranty_months=value("warranty_months") or 0,
        has_cover=bool(value("cover")),
        ip_confirmed=bool(value("ip_confirmed")),
        open_source=tuple(value("open_source") or ()),
        data_items=tuple(value("data_items") or ()),
        own_site_url=value("own_site_url") or "",
        own_site_needed=not provider.is_platform,
        provider_names=tuple(name for name in (provider.public_name,) if name),
    )


def live_findings(
    version: ProductVersion,
    *,
    now: datetime,
    changes: Mapping[str, Any] | None = None,
    plans: Iterable[PlanContent] | None = None,
    milestones: Iterable[MilestoneContent] | None = None,
    steps: Iterable[StepContent] | None = None,
) -> tuple[Finding, ...]:
    """What the checks find in a version as it stands in the editor, saved or not. Writes nothing."""
    content = content_of(version, changes=changes, plans=plans, milestones=milestones, steps=steps)
    return check_listing(content, rulebook_at(now))


def completeness(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings that must be changed each section of the editor has; nothing where it is complete."""
    counts = dict.fromkeys(SECTIONS, 0)
    for finding in findings:
        if finding.severity == "refuse":
            base = finding.field.partition(".")[0].removesuffix("_zh").removesuffix("_en")
            section = next((name for name, fields in SECTIONS.items() if base in fields), "basics")
            counts[section] += 1
    return counts


SECTIONS: dict[str, tuple[str, ...]] = {
    "basics": ("category", "performer", "title", "tagline", "cover", "attributes"),
    "details": ("description", "cases"),
    "plans": ("plans",),
    "service": ("milestones", "steps", "warranty_months", "aftersales"),
    "terms": ("terms", "refund_text", "policy_percent"),
    "leaving": ("delist_use", "delist_transfer", "delist_data", "delist_notice_days"),
    "safety": (
        "security", "deployment_basis", "deployment_note", "ip_basis", "ip_confirmed", "open_source", "data_items",
        "own_site_url",
    ),
}  # fmt: skip


def digest_of(version: ProductVersion, content: ListingContent) -> str:
    """The digest of everything a version says: what was reviewed, shown and accepted is this and nothing else."""
    body = {
        "product": version.product_id,
        "number": version.number,
        "category": content.category,
        "class": content.product_class,
        "performer": version.performer_id,
        "texts": dict(content.texts),
        "plans": [_row(plan) for plan in content.plans],
        "milestones": [_row(found) for found in content.milestones],
        "steps": [_row(step) for step in content.steps],
        "attributes": version.attributes,
        "policy_percent": _plain(content.policy_percent),
        "warranty_months": content.warranty_months,
        "delist_notice_days": version.delist_notice_days,
        "open_source": [dict(item) for item in content.open_source],
        "data_items": [dict(item) for item in content.data_items],
        "own_site_url": content.own_site_url,
        "ip": [version.ip_basis, version.ip_confirmed],
        "cover": version.cover.name,
    }
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _row(item: Any) -> dict[str, Any]:
    return {name: _plain(getattr(item, name)) for name in item.__dataclass_fields__}


def _plain(value: Any) -> Any:
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def comparable_text(content: ListingContent) -> str:
    """What of a listing is compared with others': title, line, description and cases, in both languages."""
    parts = ("title", "tagline", "description", "cases")
    return "\n".join(content.texts.get(f"{part}_{language}", "") for part in parts for language in ("zh", "en"))


def changes_between(older: ProductVersion | None, newer: ProductVersion) -> list[dict[str, Any]]:
    """What a version changed against the one before it, field by field, for the reviewer and the version list.

    Plans, milestones and steps are compared as lists. Everything counts as new where there is no earlier version.
    """
    before = _sayings(older) if older is not None else {}
    after = _sayings(newer)
    return [
        {"field": field, "before": before.get(field, ""), "after": after[field]}
        for field in after
        if before.get(field, "") != after[field]
    ]


def _sayings(version: ProductVersion) -> dict[str, str]:
    content = content_of(version)
    found = {name: content.texts[name] for name in TEXT_FIELDS}
    found["category"] = version.category.name_zh
    found["plans"] = "\n".join(
        f"{plan.code} {plan.name_zh} {plan.billing} {plan.price} ×{plan.units_min}–{plan.units_max or '∞'} "
        f"{plan.summary_zh}"
        for plan in content.plans
    )
    found["milestones"] = "\n".join(
        f"{found.title_zh} {found.days}d {found.share}% {found.acceptance_zh}" for found in content.milestones
    )
    found["steps"] = "\n".join(f"{step.title_zh} {step.text_zh}" for step in content.steps)
    found["policy_percent"] = "" if content.policy_percent is None else f"{content.policy_percent}%"
    found["warranty_months"] = str(content.warranty_months)
    found["deployment_basis"] = version.deployment_basis
    found["delist_notice_days"] = str(version.delist_notice_days)
    found["open_source"] = "\n".join(
        f"{item.get('name', '')} {item.get('version', '')} {item.get('licence', '')}" for item in content.open_source
    )
    found["data_items"] = "\n".join(f"{item.get('name', '')} {item.get('purpose', '')}" for item in content.data_items)
    found["own_site_url"] = content.own_site_url
    found["cover"] = version.cover.name or ""
    return found
