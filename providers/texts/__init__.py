"""The agreements that the platform ships: their words in both languages, in the product's own telling."""

from datetime import datetime
from pathlib import Path
from typing import Any

from core.periods import BEIJING
from providers.types import AgreementKind

FOLDER = Path(__file__).parent
VERSION = "2017-03-07"
EFFECTIVE_AT = datetime(2017, 3, 7, tzinfo=BEIJING)
TITLES = {
    AgreementKind.PROVIDER: ("服务商入驻协议", "Provider agreement"),
    AgreementKind.ANNEX: ("附件一：违规处理办法", "Annex 1: how violations are handled"),
    AgreementKind.CONSIGNMENT: ("委托代销协议", "Consignment agreement"),
}


def shipped_texts() -> list[dict[str, Any]]:
    """Every shipped agreement: kind, version, titles, bodies, and when it took effect."""
    return [
        {
            "kind": str(kind),
            "version": VERSION,
            "title_zh": zh,
            "title_en": en,
            "body_zh": (FOLDER / f"{kind}.zh.txt").read_text(encoding="utf-8").strip(),
            "body_en": (FOLDER / f"{kind}.en.txt").read_text(encoding="utf-8").strip(),
            "effective_at": EFFECTIVE_AT,
        }
        for kind, (zh, en) in TITLES.items()
    ]
