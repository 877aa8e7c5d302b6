"""The support that a store offers beside the chat (12(1)1)."""

from datetime import datetime

import pytest

from core.errors import InvalidInput, NotFound
from providers.models import SupportProfile
from providers.services import support_profile_save
from tests.catalog.making import make_listed
from tests.providers.making import make_person

pytestmark = pytest.mark.django_db
SAID = {"technical_zh": "工作日两小时内响应", "technical_en": "Within two hours", "product_zh": ""}


@pytest.mark.clause("12(1)1")
def test_what_is_offered_stands_on_the_store_and_on_every_product(now: datetime, clock, client) -> None:
    product, person = make_listed(now)
    pages = [f"/p/{product.slug}/", f"/s/{product.provider.store.slug}/"]
    client.force_login(person.user)

    answer = client.post("/console/store/support/", SAID | {"phone": "400-100-2000", "phone_hours_zh": "9:00–18:00"})

    assert (answer.status_code, answer["Location"]) == (302, "/console/store/")
    for page in pages:
        text = client.get(page).content.decode()
        assert "400-100-2000 · 9:00–18:00" in text
        assert SAID["technical_zh"] in text
        assert "产品支持" not in text
        assert SAID["technical_en"] in client.get(page, headers={"accept-language": "en"}).content.decode()


@pytest.mark.clause("12(1)1")
def test_where_nothing_is_offered_nothing_is_promised(now: datetime, clock, client) -> None:
    product, _person = make_listed(now)
    assert "电话支持" not in client.get(f"/p/{product.slug}/").content.decode()


@pytest.mark.clause("12(1)1")
@pytest.mark.parametrize(
    ("phone", "texts", "field"),
    [
        ("call us", {}, "phone"),
        ("", {"technical_en": "Only English"}, "technical_zh"),
        ("", {"product_zh": "长" * 1001}, "product_zh"),
    ],
)
def test_what_cannot_be_offered(now: datetime, phone: str, texts: dict[str, str], field: str) -> None:
    product, person = make_listed(now)
    with pytest.raises(InvalidInput) as refused:
        support_profile_save(provider=product.provider, phone=phone, texts=texts, actor=person.actor, now=now)
    assert refused.value.field == field
    with pytest.raises(NotFound):
        support_profile_save(provider=product.provider, phone="400-1", texts={}, actor=make_person(now).actor, now=now)
    assert SupportProfile.objects.count() == 0
