"""Sample decisions, timelines, conversations and trails for the style guide."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from web.components.clauses import ClauseCard, ParameterLine
from web.components.steps import Task
from web.components.timeline import Attachment, AuditLine, ChatMessage, TimelineItem
from web.styleguide.samples import say


def decision(now: datetime, outcome: str = "full_refund") -> dict[str, Any]:
    if outcome == "not_refundable":
        return {
            "rule": "refund.entitlement",
            "rulebook": "2017-03-07",
            "outcome": "not_refundable",
            "values": {"amount": "0.00"},
            "clauses": ["17(4)2", "17(1)1"],
            "explanation": {
                "zh-hans": "担保期已于 3月7日 24:00 结束，且服务商的条款未承诺期后退款，因此不能退款。",
                "en": "The guarantee period ended at the end of 7 March and the provider's terms promise nothing "
                "after it, so there is no refund.",
            },
        }
    return {
        "rule": "refund.entitlement",
        "rulebook": "2017-03-07",
        "outcome": "full_refund",
        "values": {"amount": "1200.00"},
        "clauses": ["17(4)2", "17(1)1"],
        "explanation": {
            "zh-hans": "您在付款后第 3 天申请，仍在 5 天担保期内，无需理由，全额退还 ¥1,200.00。",
            "en": "You asked on day 3 after paying, inside the 5-day guarantee period: no reason is needed, all of "
            "¥1,200.00 goes back.",
        },
    }


def decision_facts(now: datetime) -> dict[str, Any]:
    return {
        "product_class": "application",
        "paid_at": (now - timedelta(days=3, hours=2)).isoformat(),
        "requested_at": now.isoformat(),
        "paid": "1200.00",
        "refunded": "0.00",
        "confirmed_at": None,
        "reason": None,
        "reason_upheld": False,
        "policy_percent": "30",
    }


def timeline(now: datetime) -> list[TimelineItem]:
    return [
        TimelineItem(
            what=say("退款已批准，按原路退回", "Refund approved, money goes back the way it came"),
            who=say("规则自动决定", "Decided by the rules"),
            at=now - timedelta(minutes=6),
            icon="undo-2",
            tone="refused",
            money=Decimal("1200.00"),
            money_note=say("从担保资金退回买家", "from escrow to the buyer"),
            clauses=("17(4)2", "17(1)1"),
        ),
        TimelineItem(
            what=say("买家申请退款", "The buyer asked for a refund"),
            who=say("华辰制造 · 李工", "Huachen · Li"),
            at=now - timedelta(hours=2),
            icon="reply",
            tone="due",
            note=say(
                "审计代理与我们的旧版数据库不兼容，部署后无法采集。",
                "The audit agent does not work with our old database version; nothing is collected after deployment.",
            ),
            attachments=[
                Attachment("agent-error.png", "/styleguide/", "184 KB"),
                Attachment("部署日志.txt", "/styleguide/", "12 KB"),
            ],
        ),
        TimelineItem(
            what=say("服务商已开通", "The provider activated it"),
            who=say("星澜科技", "Xinglan Tech"),
            at=now - timedelta(days=3, hours=1),
            icon="package-check",
            tone="accent",
        ),
        TimelineItem(
            what=say("买家付款，资金进入担保", "Paid; the money is held in escrow"),
            who=say("华辰制造 · 李工", "Huachen · Li"),
            at=now - timedelta(days=3, hours=2),
            icon="shield",
            tone="held",
            money=Decimal("1200.00"),
            money_note=say("进入担保资金", "into escrow"),
            clauses=("11(2)",),
        ),
    ]


def decisions(now: datetime) -> dict[str, Any]:
    return {
        "decision": decision(now),
        "decision_facts": decision_facts(now),
        "refusal": decision(now, "not_refundable"),
        "items": timeline(now),
        "card": clause_card("17(4)2"),
        "soon": now + timedelta(hours=5, minutes=20),
        "later": now + timedelta(days=4, hours=3),
        "over": now - timedelta(hours=3, minutes=12),
        "sentence": say("等待服务商回复", "Waiting for the provider's answer"),
        "then": say("到期后由平台裁定", "then the platform decides"),
        "cited": ["24(4)", "9(6)3", "17(4)2", "20", "9(6bis)"],
        "tasks": [
            Task(
                say("答复退款申请 R260302-4X9KD-2", "Answer refund request R260302-4X9KD-2"),
                "/styleguide/",
                now + timedelta(hours=5),
                say("平台裁定", "platform decides"),
                say("数据库审计 · ¥1,200.00", "Database audit · ¥1,200.00"),
                "undo-2",
                "due",
            ),
            Task(
                say("补足保证金 ¥2,600.00", "Top up the deposit by ¥2,600.00"),
                "/styleguide/",
                now - timedelta(hours=2),
                say("从下期结算扣除", "taken from the next settlement"),
                say("已于 2 小时前到期", "It was due 2 hours ago"),
                "shield",
                "late",
            ),
            Task(
                say("完善商品「等保合规咨询」的服务步骤", "Complete the service steps of “Compliance consulting”"),
                "/styleguide/",
                None,
                "",
                say("还缺 2 项才能提交审核", "2 things are missing before review"),
                "square-pen",
                "accent",
            ),
        ],
    }


def talk(now: datetime) -> dict[str, Any]:
    return {
        "lines": [
            ChatMessage(
                "", now - timedelta(minutes=32), say("星澜科技的客服接入了会话", "Xinglan Tech joined"), kind="system"
            ),
            ChatMessage(
                say("李工", "Li"),
                now - timedelta(minutes=31),
                say(
                    "审计代理支持 MySQL 5.6 吗？部署后采集不到数据。",
                    "Does the agent support MySQL 5.6? Nothing is collected.",
                ),
                mine=True,
                attachments=[Attachment("agent-error.png", "/styleguide/", "184 KB")],
            ),
            ChatMessage(
                say("星澜科技 · 小陈", "Xinglan Tech · Chen"),
                now - timedelta(minutes=30, seconds=40),
                say(
                    "您好，5.6 需要旧版代理，我把安装包发您。\n升级指南在第 4 节。",
                    "5.6 needs the older agent; here is the package.\nSee section 4 of the guide.",
                ),
                note=say("20 秒内响应", "answered in 20 seconds"),
            ),
        ],
        "audit": [
            AuditLine(
                now - timedelta(minutes=6),
                say("系统", "System"),
                "refund_approve",
                [(say("状态", "state"), "requested", "approved"), (say("金额", "amount"), "", "¥1,200.00")],
                "9f2c1e7ab04d55",
                ("17(4)2",),
            ),
            AuditLine(
                now - timedelta(hours=2),
                say("华辰制造 · 李工", "Huachen · Li"),
                "refund_request",
                [(say("状态", "state"), "", "requested")],
                "4be0907c11d2aa",
            ),
        ],
    }


def clause_card(citation: str) -> ClauseCard:
    return ClauseCard(
        id=citation,
        title=say("应用类商品：担保期内外的退款", "Applications: refunds inside and after the guarantee"),
        text=say(
            "付款后 5 天内，买家不必说明理由即可全额退款；超过 5 天，按服务商公布的条款或被认定的理由处理。",
            "Within 5 days of paying, the buyer gets everything back without a reason. After that the provider's "
            "published terms decide, or a reason that was found to hold.",
        ),
        version="2017-03-07",
        parameters=[
            ParameterLine(say("担保期", "Guarantee period"), say("5 天", "5 days")),
            ParameterLine(say("服务商答复时限", "Time to answer"), say("48 小时", "48 hours"), default=True),
        ],
    )
