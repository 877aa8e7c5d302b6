"""What describes production: the compose file by a real parser, and the image it builds."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from marketplace.supervisor import healthcheck
from tests.house.machine import finished

ROOT = Path(__file__).resolve().parents[2]
OURS = ("web", "worker", "beat", "migrate")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def image() -> str:
    return (ROOT / "Dockerfile").read_text()


def test_every_part_is_there_and_uses_one_image(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert set(services) == {"postgres", "redis", *OURS}
    assert len({services[name]["image"] for name in OURS}) == 1
    assert int(services["postgres"]["image"].partition(":")[2]) >= 15
    assert "granian" in (ROOT / "Dockerfile").read_text().rpartition("CMD")[2]
    assert services["worker"]["command"][:4] == ["celery", "-A", "marketplace.celery:app", "worker"]
    assert services["beat"]["command"][:4] == ["celery", "-A", "marketplace.celery:app", "beat"]


def test_what_must_last_lies_in_named_volumes(compose: dict[str, Any]) -> None:
    mounted = {
        volume.partition(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])
    }

    assert mounted == set(compose["volumes"]) == {"database", "broker", "files"}


def test_every_lasting_part_is_watched_and_starts_when_what_it_needs_is_well(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in ("postgres", "redis", "web", "worker", "beat"):
        assert services[name]["healthcheck"]["test"][0] == "CMD", name
        assert services[name]["restart"] == "unless-stopped", name
    for name in healthcheck.PARTS:
        assert services[name]["healthcheck"]["test"][-1] == name
        assert services[name]["depends_on"] == {
            "postgres": {"condition": "service_healthy"},
            "redis": {"condition": "service_healthy"},
            "migrate": {"condition": "service_completed_successfully"},
        }
    assert services["migrate"]["restart"] == "no"


def test_the_migration_step_names_commands_that_exist(compose: dict[str, Any]) -> None:
    from django.core.management import get_commands

    steps = re.findall(r"manage\.py (\w+)", " ".join(compose["services"]["migrate"]["command"]))

    assert steps[0] == "migrate"
    assert set(steps) <= set(get_commands())


def test_nothing_secret_has_a_default(compose: dict[str, Any]) -> None:
    environment = compose["services"]["web"]["environment"]
    for name in ("SECRET_KEY", "FIELD_KEYS", "ALLOWED_HOSTS", "SITE_URL", "EMAIL_URL"):
        assert environment[name].startswith(f"${{{name}:?"), name
    assert "${DATABASE_PASSWORD:?" in environment["DATABASE_URL"]
    assert compose["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith("${DATABASE_PASSWORD:?")
    assert "DEBUG" not in environment


def test_our_parts_run_without_rights_and_listen_near_only(compose: dict[str, Any], image: str) -> None:
    for name in OURS:
        service = compose["services"][name]
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert service["security_opt"] == ["no-new-privileges:true"]
    assert compose["services"]["web"]["ports"] == ["${LISTEN:-127.0.0.1:8000}:8000"]
    assert not any("ports" in compose["services"][name] for name in ("postgres", "redis"))

    final = image.rpartition("\nFROM ")[2]
    assert re.search(r"^USER market$", final, re.MULTILINE)
    assert final.index("USER market") < final.index("\nCMD")
    assert "DEBUG=0" in final
    assert "SECRET_KEY" not in final


def test_every_setting_of_the_compose_file_is_explained(compose: dict[str, Any]) -> None:
    told = (ROOT / "docs" / "operations.md").read_text()
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    used |= {name for name, value in compose["services"]["web"]["environment"].items() if value is None}

    assert {"SECRET_KEY", "S3_BUCKET"} <= used
    assert not {name for name in used if f"`{name}`" not in told}


def test_every_setting_that_is_passed_on_is_read(compose: dict[str, Any]) -> None:
    """A misspelt name would be passed on to nobody."""
    texts = [(ROOT / "marketplace" / name).read_text() for name in ("settings.py", "settings_apps.py")]
    read = {name for text in texts for name in re.findall(r'"([A-Z][A-Z0-9_]+)"', text)}
    boto = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}

    assert not set(compose["services"]["web"]["environment"]) - read - boto


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("S3_BUCKET", "market", "default=market/media private=market/private"),
        ("CONN_MAX_AGE", "0", "cursors off"),
        ("CONN_MAX_AGE", "60", "cursors on"),
        ("DATABASE_REPLICA_URL", "postgres://reader@replica/market", "lists from replica"),
        ("LOG_LEVEL", "INFO", "lists from default"),
    ],
)
def test_what_is_set_to_scale_out_arrives(name: str, value: str, told: str) -> None:
    asked = (
        "import django; django.setup()\n"
        "from django.conf import settings\nfrom django.core.files.storage import storages\nfrom core import replica\n"
        "for_ = lambda name: f'{name}={storages[name].bucket_name}/{storages[name].location}'\n"
        "print('cursors', 'off' if settings.DATABASES['default']['DISABLE_SERVER_SIDE_CURSORS'] else 'on')\n"
        "print('lists from', replica.for_lists())\n"
        "if 'private' in settings.STORAGES: print(for_('default'), for_('private'))\n"
    )
    known = {"DATABASE_URL": "postgres://x@127.0.0.1:1/x", "DJANGO_SETTINGS_MODULE": "marketplace.settings"}
    done = finished(["-c", asked], **{**known, name: value})

    assert done.returncode == 0, done.stdout
    assert told in done.stdout


def test_the_image_leaves_out_what_is_made_on_a_machine() -> None:
    left_out = (ROOT / ".dockerignore").read_text().split()

    assert {".git", ".venv", ".data", "node_modules", ".env"} <= set(left_out)
