from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "web"
    verbose_name = _("Pages")

    def ready(self) -> None:
        from regulation.reactions import on_rulebook_published
        from web.rulebook_news import rulebook_announce

        on_rulebook_published(rulebook_announce)
