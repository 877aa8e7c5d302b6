"""Both stories in the demo marketplace, amid a year of everybody else's orders."""

import pytest
from django.core.management import call_command

from accounts import demo
from accounts.models import User
from catalog.models import Product
from tests.journeys.acting import Stage, all_is_proved
from tests.journeys.test_first_story import first_story
from tests.journeys.test_second_story import given_back_and_refused, prorated

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def seeded(stage: Stage) -> None:
    """The marketplace as `make run` fills it."""
    for command in ("rulebook_load", "agreements_load", "categories_load", "seed_demo"):
        call_command(command, verbosity=0)


def test_both_stories_amid_the_demo(stage: Stage, seeded: None) -> None:
    """One test, for what was seeded is taken away after it."""
    product = Product.objects.get(live_version__title_zh="轻表单")
    buyer = User.objects.get(email=demo.address("buyer"))
    seller = User.objects.get(email=demo.address("hengjie"))
    visitor = stage.enter("zh-hans").sign_in(buyer.email, demo.PASSWORD)
    first_story(stage)
    given_back_and_refused(stage, visitor, buyer, product, seller)
    accepts = stage.enter("zh-hans").sign_in(seller.email, demo.PASSWORD)
    prorated(stage, visitor, buyer, accepts, product, seller)
    all_is_proved()
