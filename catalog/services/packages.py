"""Packages of a version: uploaded, taken away, and looked into by the security scan (§10(1), §10(8)2, §18(5))."""

import hashlib
import importlib
from dataclasses import asdict
from datetime import datetime
from typing import IO, Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.text import get_valid_filename
from django.utils.translation import gettext_lazy as _

from catalog.checks.packages import Threat
from catalog.models import Package, PackageScan, ProductVersion
from catalog.services.access import require_products
from catalog.services.listings import require_draft
from catalog.services.locking import version_locked
from catalog.types import Finding, Severity
from core.acts import Actor, act
from core.errors import InvalidInput, NotFound
from regulation.services import audit_record

LARGEST = 50 * 1024 * 1024
MOST = 10
# What is said about each kind of threat: Chinese, English.
WORDS: dict[str, tuple[str, str]] = {
    "malware": ("含已知恶意程序特征", "holds the signature of known malware"),
    "web_shell": ("含网页后门", "holds a web shell"),
    "miner": ("含挖矿程序特征", "holds what mining programs use"),
    "reverse_shell": ("含反弹连接后门", "opens a shell to the outside"),
    "privilege": ("含提升权限的内容", "raises its own privileges"),
    "planted_key": ("植入登录密钥", "plants a key to sign in with"),
    "disguised": ("可执行程序伪装成文档或图片", "is a program under the name of a document or picture"),
    "program": ("含可执行程序，由审核人员查看", "is a program; the reviewer looks at it"),
    "macros": ("文档含宏", "holds macros"),
    "escapes": ("解压路径越出目录", "would unpack outside its folder"),
    "locked": ("已加密，无法检测", "is encrypted and cannot be looked into"),
    "unreadable": ("已损坏，无法检测", "is damaged and cannot be looked into"),
    "too_deep": ("压缩层数过多，无法检测", "is packed too deeply to be looked into"),
    "too_large": ("解压后过大，无法检测", "unpacks to more than can be looked into"),
}


@act
def package_add(*, version: ProductVersion, upload: IO[bytes], name: str, actor: Actor, now: datetime) -> Package:
    """Hand a file in with a draft; it is looked into at once (§10(8)2, §18(5)), and again before it is released.

    Raises InvalidInput (`file`) for one that is empty, over 50 MB, there already, or one too many; NotADraft.
    """
    locked = version_locked(version.pk)
    require_products(actor, locked.product.provider)
    require_draft(locked)
    data = upload.read(LARGEST + 1)
    if not data:
        raise InvalidInput(_("This file is empty. Choose another."), field="file")
    if len(data) > LARGEST:
        raise InvalidInput(_("This file is larger than 50 MB. Split it."), field="file")
    digest = hashlib.sha256(data).hexdigest()
    known = Package.objects.filter(version=locked)
    if known.filter(sha256=digest).exists():
        raise InvalidInput(_("This file is there already."), field="file")
    if known.count() >= MOST:
        raise InvalidInput(_("A version holds ten files at most."), field="file")
    kept_name = get_valid_filename(name[-100:] or "package")
    package = Package(
        version=locked,
        name=kept_name,
        file=ContentFile(data, name=kept_name),
        sha256=digest,
        size=len(data),
        uploaded_at=now,
        uploaded_by_id=actor.id,
    )
    package.save()
    scan = _scan(package, data, now)
    _audit("listing.package_add", package, scan, actor, now)
    return package


@act
def package_remove(*, version: ProductVersion, package_id: int, actor: Actor, now: datetime) -> None:
    """Take a file away from a draft. Raises NotFound for any other version's, NotADraft."""
    locked = version_locked(version.pk)
    require_products(actor, locked.product.provider)
    require_draft(locked)
    package = Package.objects.filter(version=locked, pk=package_id).first()
    if package is None:
        raise NotFound(_("There is no such file."))
    _audit("listing.package_remove", package, None, actor, now)
    package.delete()


def package_findings(version: ProductVersion, now: datetime) -> tuple[Finding, ...]:
    """What the scanner of today finds in the files of a version (§10(1), §10(8)2, §18(5), §18(10)). Part of an act.

    Each file is looked into once by each edition of the scanner; what was found is kept.
    """
    found: list[Finding] = []
    for package in Package.objects.filter(version=version):
        scan = package.scans.filter(scanner=_scanner().NAME, edition=_scanner().EDITION).first()
        if scan is None:
            with package.file.open("rb") as stream:
                scan = _scan(package, stream.read(), now)
        found += [_finding(package, threat) for threat in scan.threats]
    return tuple(found)


def _scanner() -> Any:
    """The module that looks into packages: `NAME`, `EDITION`, and `threats_in(name, data)`."""
    return importlib.import_module(settings.PACKAGE_SCANNER)


def _scan(package: Package, data: bytes, now: datetime) -> PackageScan:
    scanner = _scanner()
    threats: list[Threat] = scanner.threats_in(package.name, data)
    return PackageScan.objects.create(
        package=package,
        scanner=scanner.NAME,
        edition=scanner.EDITION,
        threats=[asdict(threat) for threat in threats],
        scanned_at=now,
    )


def _finding(package: Package, threat: dict[str, Any]) -> Finding:
    zh, en = WORDS.get(threat["code"], WORDS["malware"])
    return Finding(
        threat["code"],
        "packages",
        threat["clause"],
        Severity(threat["severity"]),
        f"文件“{package.name}”：{zh}。",
        f"The file “{package.name}” {en}.",
        excerpt=threat["place"][:200],
    )


def _audit(name: str, package: Package, scan: PackageScan | None, actor: Actor, now: datetime) -> None:
    told: dict[str, Any] = {"name": package.name, "sha256": package.sha256, "size": package.size}
    if scan is not None:
        told |= {"scanner": f"{scan.scanner} {scan.edition}", "threats": len(scan.threats)}
    audit_record(
        act=name,
        actor=actor,
        subject=package.version.reference,
        before={} if scan is not None else told,
        after=told if scan is not None else {},
        now=now,
    )
