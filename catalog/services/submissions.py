"""Handing a version in for review, and taking it back."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.selectors import operators_with
from accounts.types import Role
from catalog.checks import check_listing, stops_submission
from catalog.models import ListingFinding, ProductVersion
from catalog.selectors.contents import content_of, digest_of
from catalog.selectors.likeness import lookalike_findings
from catalog.services.access import require_products
from catalog.services.fingerprints import fingerprint_write
from catalog.services.listings import require_draft
from catalog.services.locking import require_possible, version_locked
from catalog.services.packages import package_findings
from catalog.types import Finding, VersionState
from core.acts import Actor, act
from core.errors import NotAllowed
from notifications.services import notify_many
from providers.models import Restriction
from providers.selectors import agreement_in_force, may_list
from providers.selectors.display import in_force
from providers.types import AgreementKind, RestrictionKind
from regulation.selectors import rulebook_at
from regulation.services import audit_record


class ListingRefused(NotAllowed):
    """The checks found what must be changed first; `findings` says what and where."""

    code = "listing_refused"

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        refused = [item for item in findings if item.severity == "refuse"]
        super().__init__(
            _("%(count)d points must be changed before this can be handed in.") % {"count": len(refused)},
            field=refused[0].field,
            clauses=sorted({item.clause for item in refused}),
        )
        self.findings = findings


@act
def version_submit(*, version: ProductVersion, change_note: str = "", actor: Actor, now: datetime) -> ProductVersion:
    """Hand a draft in for review (§10(1), §10(8), §18(10)): from here on its content stays as it is.

    Raises ListingRefused where the checks or the scan of its files (§10(8)2, §18(5)) find what must be changed,
    NotAllowed where the provider may list nothing now, NotADraft.
    """
    locked = version_locked(version.pk)
    provider = locked.product.provider
    require_products(actor, provider)
    require_draft(locked)
    if not may_list(provider, now):
        raise NotAllowed(_("You cannot list products at the moment. Your standing says why."), clauses=("20(2)",))
    _require_category(locked, now)
    signed = agreement_in_force(provider, AgreementKind.PROVIDER, now)
    if signed is None and not provider.is_platform:
        raise NotAllowed(_("Sign the provider agreement first."), clauses=("9(5)", "10"))
    content = content_of(locked)
    findings = (
        *check_listing(content, rulebook_at(now)),
        *lookalike_findings(locked, content),
        *package_findings(locked, now),
    )
    if stops_submission(findings):
        raise ListingRefused(findings)
    require_possible(locked.submit)
    locked.submit(by_id=actor.id or provider.owner_id, digest=digest_of(locked, content), now=now)
    locked.change_note = change_note.strip()[:500]
    locked.save(update_fields=["state", "submitted_by", "submitted_at", "digest", "change_note"])
    findings_write(locked, findings, source="check", now=now)
    fingerprint_write(locked, content)
    audit_record(
        act="listing.submit",
        actor=actor,
        subject=locked.reference,
        before={"state": VersionState.DRAFT, "version": locked.number},
        after={
            "state": locked.state,
            "version": locked.number,
            "digest": locked.digest,
            "agreement": signed.pk if signed else None,
            "warnings": len(findings),
            "packages": list(locked.packages.values_list("sha256", flat=True)),
        },
        now=now,
    )
    notify_many(
        recipients=operators_with(Role.OPERATIONS),
        kind="listing.submitted",
        subject=locked.reference,
        context={"title": _title(locked), "provider": str(provider), "version": locked.number},
        now=now,
        link=f"/admin/catalog/productversion/{locked.pk}/change/",
    )
    return locked


def _title(version: ProductVersion) -> dict[str, str]:
    return {"zh-hans": version.title_zh, "en": version.title_en or version.title_zh}


def _require_category(version: ProductVersion, now: datetime) -> None:
    category = version.category
    if not category.active:
        raise NotAllowed(_("This category is no longer offered. Choose another."), field="category", clauses=("4",))
    limits = Restriction.objects.filter(
        in_force(now), provider=version.product.provider_id, kind=RestrictionKind.CATEGORIES_LIMITED
    ).values_list("details", flat=True)
    slugs = {category.slug, category.parent.slug if category.parent else category.slug}
    for details in limits:
        if slugs & set(details.get("categories", [])):
            raise NotAllowed(
                _("You may not list in this category at the moment."), field="category", clauses=("20(5)",)
            )


def findings_write(
    version: ProductVersion, findings: tuple[Finding, ...], *, source: str, now: datetime
) -> list[ListingFinding]:
    """Keep what was found in a version that was handed in."""
    return ListingFinding.objects.bulk_create(
        [
            ListingFinding(
                version=version,
                source=source,
                code=item.code,
                field=item.field,
                row=item.row,
                clause=item.clause,
                severity=item.severity,
                message_zh=item.message_zh,
                message_en=item.message_en,
                start=item.start,
                end=item.end,
                excerpt=item.excerpt,
                found_at=now,
            )
            for item in findings
        ]
    )


@act
def version_withdraw(*, version: ProductVersion, actor: Actor, now: datetime) -> ProductVersion:
    """Take a version back that nobody reviews yet, or that waits for the deposit. Raises NotNow."""
    locked = version_locked(version.pk)
    require_products(actor, locked.product.provider)
    require_possible(locked.withdraw)
    before = locked.state
    locked.withdraw()
    locked.save(update_fields=["state"])
    audit_record(
        act="listing.withdraw",
        actor=actor,
        subject=locked.reference,
        before={"state": before, "version": locked.number},
        after={"state": locked.state, "version": locked.number},
        now=now,
    )
    return locked


__all__ = ["ListingRefused", "findings_write", "version_submit", "version_withdraw"]
