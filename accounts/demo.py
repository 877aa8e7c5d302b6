"""Who signs in to the demo: the same few people on every machine, all with one password."""

from dataclasses import dataclass

from accounts.types import Role

DOMAIN = "demo.example"
PASSWORD = "demo-market-2026"  # noqa: S105 — printed by `demo_accounts`, for the demo only


@dataclass(frozen=True, slots=True)
class DemoOperator:
    """An operator of the demo."""

    name: str
    display_name: str
    roles: tuple[Role, ...]


OPERATORS = (
    DemoOperator("operations", "运营 · 陈思远", (Role.OPERATIONS,)),
    DemoOperator("finance", "财务 · 刘敏", (Role.FINANCE,)),
    DemoOperator("arbitration", "仲裁 · 周正", (Role.ARBITRATION,)),
    DemoOperator("rulebook", "规则 · 何一鸣", (Role.RULEBOOK,)),
    DemoOperator("rulebook2", "规则复核 · 吴静", (Role.RULEBOOK, Role.OPERATIONS)),
    DemoOperator("audit", "审计 · 孙可", (Role.AUDIT,)),
)


def address(name: str) -> str:
    """The e-mail address of somebody in the demo."""
    return f"{name}@{DOMAIN}"
