"""The market while its story is told: who takes part, what is on sale, and how a scene is set in it."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta

from accounts.models import User
from core.uploads import EVIDENCE, CheckedFile, checked_upload
from orders.models import Order
from providers.models import Provider
from web.demo.disputes import Disputes
from web.demo.listings import Listed
from web.demo.people import Cast, Seller
from web.demo.purchases import Purchases, plan_of
from web.demo.story import Story

Scene = Callable[[Order, datetime], object]


class Market:
    """Products on sale by their key, with who buys them."""

    def __init__(self, story: Story, cast: Cast) -> None:
        self.story, self.cast = story, cast
        self.listed: dict[str, Listed] = {}
        self.purchases = Purchases(story)
        self.disputes = Disputes(story, cast)

    def buyer(self, index: int) -> User:
        """One of the buyers; there are fewer of them in a small demo."""
        return self.cast.buyers[index % len(self.cast.buyers)]

    def has(self, *keys: str) -> bool:
        """Whether all of these are on sale here."""
        return all(key in self.listed for key in keys)

    def seller(self, *keys: str) -> Seller:
        """The first of these providers that takes part."""
        return next(self.cast.sellers[key] for key in keys if key in self.cast.sellers)

    def set(
        self, key: str, buyer: User, scene: Scene, *, bought: timedelta, billing: str | None = None, stop: str = ""
    ) -> None:
        """Let somebody buy a product so long before now; `scene(order, moment)` follows once it was delivered."""
        listed = self.listed[key]
        self.purchases.buy(
            listed,
            buyer,
            self.story.now - bought,
            plan=plan_of(listed, billing),
            then=scene,
            stop=stop,
        )


def provider_of(seller: Seller) -> Provider:
    """A seller's provider as it stands now."""
    assert seller.provider is not None
    return Provider.objects.get(pk=seller.provider.pk)


def proof(name: str, text: str) -> CheckedFile:
    """A file of evidence, as a person would attach it."""
    return checked_upload(io.BytesIO(text.encode()), name=f"{name}.txt", kinds=EVIDENCE, field="files")
