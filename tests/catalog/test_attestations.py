"""Products are kept up to date, and the market has the current version (18(12), 18(13))."""

from datetime import datetime, timedelta

import pytest

from catalog.models import StaleNotice, VersionAttestation
from catalog.services import product_delist, version_attest, version_open, version_submit
from core import sweeps
from core.errors import InvalidInput, NotAllowed, NotFound
from core.periods import end_of_days
from tests.catalog.making import approve, make_listed
from tests.orders.making import told
from tests.providers.making import make_operator, make_person
from violations.models import Case

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(now: datetime):
    return make_listed(now)


@pytest.mark.clause("18(12)", "18(13)")
def test_a_product_that_nobody_attends_to_is_reminded_of_and_handed_on(listed, now: datetime) -> None:
    product, person = listed
    due = end_of_days(now, 180)
    assert sweeps.run("catalog.stale_reminders", due - timedelta(microseconds=1)).done == 0
    assert sweeps.run("catalog.stale_reminders", due).done == 1
    assert sweeps.run("catalog.stale_reminders", due).done == 0
    assert told(person.user, "listing.stale") == 1
    notice = StaleNotice.objects.get()
    assert (notice.since, notice.due_at) == (now, end_of_days(due, 30))

    assert sweeps.run("catalog.stale", notice.due_at - timedelta(microseconds=1)).done == 0
    assert Case.objects.count() == 0
    assert sweeps.run("catalog.stale", notice.due_at).done == 1
    assert sweeps.run("catalog.stale", notice.due_at).done == 0
    case = Case.objects.get()
    assert (case.code, case.source, case.product) == ("V1812", "stale", product)


@pytest.mark.clause("18(13)")
def test_the_providers_word_begins_the_period_anew(listed, now: datetime) -> None:
    product, person = listed
    due = end_of_days(now, 180)
    sweeps.run("catalog.stale_reminders", due)

    version_attest(product=product, upstream="3.2.1", actor=person.actor, now=due)

    assert StaleNotice.objects.get().ended_at == due
    grace_over = end_of_days(due, 31)
    assert sweeps.run("catalog.stale", grace_over).done == 0
    assert sweeps.run("catalog.stale_reminders", grace_over).done == 0
    assert sweeps.run("catalog.stale_reminders", end_of_days(due, 180)).done == 1
    assert Case.objects.count() == 0


@pytest.mark.clause("18(12)")
def test_a_new_version_ends_the_reminder(listed, now: datetime) -> None:
    product, person = listed
    due = end_of_days(now, 180)
    sweeps.run("catalog.stale_reminders", due)
    draft = version_open(product=product, actor=person.actor, now=due)

    approve(
        version_submit(version=draft, actor=person.actor, now=due), make_operator(due, "marketplace_operations"), due
    )

    assert StaleNotice.objects.get().ended_at == due
    assert sweeps.run("catalog.stale", end_of_days(due, 31)).done == 0


@pytest.mark.clause("18(13)")
def test_who_may_attest_what(listed, now: datetime) -> None:
    product, person = listed
    with pytest.raises(InvalidInput) as refused:
        version_attest(product=product, upstream=" ", actor=person.actor, now=now)
    assert refused.value.field == "upstream"
    with pytest.raises(NotFound):
        version_attest(product=product, upstream="1", actor=make_person(now).actor, now=now)
    product_delist(product=product, reason="provider", actor=person.actor, now=now)
    with pytest.raises(NotAllowed):
        version_attest(product=product, upstream="1", actor=person.actor, now=now)
    assert VersionAttestation.objects.count() == 0


@pytest.mark.clause("18(13)")
def test_buyers_see_what_was_attested(listed, now: datetime, clock, client) -> None:
    product, person = listed
    versions = f"/p/{product.slug}/versions/"
    assert "9.9.1" not in client.get(versions).content.decode()
    client.force_login(person.user)
    assert client.post(f"/console/products/{product.pk}/attest/", {"upstream": "9.9.1"}).status_code == 302
    client.logout()
    assert "9.9.1" in client.get(f"{versions}?then").content.decode()
