from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = _("Orders")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from accounts import scopes
        from ledger.types import escrow
        from orders import messages, sweeps  # noqa: F401
        from orders.deliveries import register_topics
        from orders.selectors import title_of
        from orders.services import compensation_arrived, order_expire, order_paid
        from payments import purposes

        purposes.register(
            "order",
            title=_("Price of an order"),
            destination=escrow,
            link=lambda reference: f"/orders/{reference}/",
            about=title_of,
            on_paid=order_paid,
            on_closed=order_expire,
        )
        purposes.register("compensation", title=_("Compensation of a buyer"), on_payback_done=compensation_arrived)
        register_topics()
        scopes.register("orders:read", _("Read orders, as buyer or for a store"))
        scopes.register("orders:write", _("Work on orders: deliver, hand in milestones, accept, issue invoices"))
