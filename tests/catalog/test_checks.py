"""What the checks find in a listing: tables, without a database."""

from dataclasses import replace
from decimal import Decimal

import pytest

from catalog.checks import check_listing, stops_submission
from catalog.checks.links import host_of
from catalog.types import Finding, ListingContent, MilestoneContent, PlanContent
from regulation.selectors import rulebook_shipped_at
from regulation.types import Rulebook
from tests.catalog.making import milestones, texts


@pytest.fixture
def rulebook(now) -> Rulebook:
    return rulebook_shipped_at(now)


def listing(product_class: str = "application", **changes) -> ListingContent:
    values = texts(1)
    words = {name: value for name, value in values.items() if name.endswith(("_zh", "_en"))}
    words["deployment_basis_code"] = values["deployment_basis"]
    base = ListingContent(
        product_class=product_class,
        category="analytics",
        texts=words,
        plans=(PlanContent("standard", "标准版", "Standard", "one_off", Decimal("1200.00")),),
        milestones=tuple(milestones()) if product_class == "service" else (),
        policy_percent=None if product_class == "tool" else Decimal(50),
        has_cover=True,
        ip_confirmed=True,
        own_site_url=values["own_site_url"],
    )
    said = {name: value for name, value in changes.items() if name.endswith(("_zh", "_en", "_code"))}
    rest = {name: value for name, value in changes.items() if name not in said}
    return replace(base, texts={**base.texts, **said}, **rest)


def found(content: ListingContent, rulebook: Rulebook, code: str) -> list[Finding]:
    return [item for item in check_listing(content, rulebook) if item.code == code]


@pytest.mark.parametrize("product_class", ["application", "service", "tool"])
def test_a_complete_listing_has_nothing_to_change(product_class: str, rulebook: Rulebook) -> None:
    findings = check_listing(listing(product_class), rulebook)

    assert not [item for item in findings if item.severity == "refuse"]
    assert not stops_submission(findings)


@pytest.mark.clause("10(8)5")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("全国唯一的日志平台", ["唯一"]),
        ("最优的选择，绝对可靠", ["最优", "绝对"]),
        ("最 好 的 工具", ["最好"]),
        ("最<b>佳</b>方案", ["最佳"]),
        ("行业第一", ["第一"]),
        ("第一步，创建账号；第一时间响应", []),
        ("每台主机有唯一标识，使用唯一索引", []),
        ("支持的最大连接数为 5000，最大 200 台", []),
        ("最快 2 小时上线", []),
        ("遵循最佳实践部署", []),
        ("请使用绝对路径", []),
        ("我们是第一的服务商", ["第一"]),
        ("The Best log tool", ["the best"]),
        ("The  best log tool", ["the best"]),
        ("follows best practices", []),
        ("ｗｏｒｌｄ－ｌｅａｄｉｎｇ tool", ["world-leading"]),
        ("a thebestian tool", []),
        ("全\u200b网最\u200b强", ["最强"]),
    ],
)
def test_superlatives_are_found_and_ordinary_speech_is_not(text: str, words: list[str], rulebook: Rulebook) -> None:
    content = listing(tagline_zh=text)

    hits = found(content, rulebook, "superlative")

    assert [item.message_zh.split("”")[0].removeprefix("“") for item in hits] == words
    assert all(item.field == "tagline_zh" and item.clause == "10(8)5" and item.severity == "refuse" for item in hits)


@pytest.mark.clause("10(8)5")
def test_a_superlative_is_named_where_it_stands(rulebook: Rulebook) -> None:
    text = "<p>我们提供<b>顶级</b>服务</p>"

    [hit] = found(listing(description_zh=text + "说明" * 30), rulebook, "superlative")

    assert text[hit.start : hit.end] == "顶级"
    assert "顶级" in hit.excerpt


def test_what_customers_are_quoted_with_is_left_to_the_reviewer(rulebook: Rulebook) -> None:
    [hit] = found(listing(cases_zh="客户说这是最好的产品"), rulebook, "superlative")

    assert hit.severity == "warn"


def test_terms_of_use_may_say_what_advertising_may_not(rulebook: Rulebook) -> None:
    assert not found(listing(terms_zh="本协议是双方唯一的约定"), rulebook, "superlative")


@pytest.mark.clause("10(5)")
@pytest.mark.parametrize(
    ("text", "hosts"),
    [
        ("文档见 https://docs.cloud.example/log", []),
        ("文档见 cloud.example/log 和 www.cloud.example.cn", []),
        ("官网 https://evil.com/buy", ["evil.com"]),
        ("hxxps://evil.com", ["evil.com"]),
        ("evil.com 购买", ["evil.com"]),
        ("访问ｗｗｗ．ｅｖｉｌ．ｃｏｍ", ["www.evil.com"]),
        ("evil。com 查看", ["evil.com"]),
        ("evil 点 com", ["evil.com"]),
        ("evil[.]com", ["evil.com"]),
        ("evil(dot)com", ["evil.com"]),
        ("https://cloud.example@evil.com/", ["evil.com"]),
        ("https://cloud.example.evil.com/", ["cloud.example.evil.com"]),
        ("https://evilcloud.example/", ["evilcloud.example"]),
        ("https:\\\\evil.com", ["evil.com"]),
        ("https://\u0441loud.example/", ["xn--loud-k6d.example"]),
        ("http://xn--fiqs8s.xn--fiqs8s/", ["xn--fiqs8s.xn--fiqs8s"]),
        ("访问 云管家.中国 了解", ["xn--9kq533am2y.xn--fiqs8s"]),
        ('<a href="//evil.com/x">这里</a>', ["evil.com"]),
        ('<a href="https://evil%2ecom/">这里</a>', ["evil.com"]),
        ('<a href="https://docs.cloud.example">evil.cn</a>', ["evil.cn"]),
        ('<img src="https://cdn.evil.com/a.png">', ["cdn.evil.com"]),
        ("http://8.8.8.8/setup", ["8.8.8.8"]),
        ("监听 192.168.0.1:8080 端口", []),
        ("网段 10.0.0.0/8", []),
        ("支持 ASP.NET、Socket.IO 和 Node.js", []),
        ("版本 v2.1.3，修改 config.yaml 与 main.py", []),
        ("e.g. logs, i.e. files", []),
    ],
)
def test_links_to_other_sites_are_found_however_they_are_written(
    text: str, hosts: list[str], rulebook: Rulebook
) -> None:
    content = listing(cases_zh=text)

    hits = found(content, rulebook, "external_link")

    assert [item.message_zh.split("（")[1].split("）")[0] for item in hits] == hosts
    assert all(item.severity == "refuse" and item.clause == "10(5)" for item in hits)


@pytest.mark.parametrize("field", ["title_zh", "tagline_en", "description_zh", "cases_en"])
def test_links_are_looked_for_in_titles_descriptions_and_cases(field: str, rulebook: Rulebook) -> None:
    assert [item.field for item in found(listing(**{field: "evil.com " + "说明" * 30}), rulebook, "external_link")] == [
        field
    ]


def test_terms_may_name_the_providers_own_pages(rulebook: Rulebook) -> None:
    assert not found(listing(terms_zh="完整条款见 https://www.example-vendor.cn/terms"), rulebook, "external_link")


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://EVIL.com:8443/a?b#c", "evil.com"),
        ("//user:pass@evil.com", "evil.com"),
        ("https://evil.com.", "evil.com"),
        ("https:/evil.com", "evil.com"),
    ],
)
def test_a_host_is_the_one_that_is_really_reached(address: str, host: str) -> None:
    assert host_of(address) == host


@pytest.mark.clause("14(2)")
@pytest.mark.parametrize("text", ["加微信：vendor_2024", "QQ群：12345678", "电话 13800138000", "sales@vendor.example"])
def test_contacts_are_shown_to_the_reviewer(text: str, rulebook: Rulebook) -> None:
    [hit] = found(listing(cases_zh=text), rulebook, "contact")

    assert (hit.severity, hit.clause) == ("warn", "14(2)")


@pytest.mark.clause("18(2)")
def test_protected_names_are_refused_unless_they_are_the_providers_own(rulebook: Rulebook) -> None:
    content = listing(title_zh="云市场官方日志助手")

    assert [item.clause for item in found(content, rulebook, "protected_name")] == ["18(2)"]
    assert not found(replace(content, provider_names=("云市场官方日志助手",)), rulebook, "protected_name")


@pytest.mark.clause("10(9)")
@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("博 彩平台", "gambling"),
        ("游戏外挂", "illegal_publishing"),
        ("Keygen 工具", "others_rights"),
        ("办假证", "public_order"),
    ],
)
def test_banned_kinds_are_refused_each_by_its_code(word: str, code: str, rulebook: Rulebook) -> None:
    [hit] = found(listing(description_zh=word + "说明" * 30), rulebook, f"banned.{code}")

    assert (hit.clause, hit.severity) == ("10(9)", "refuse")


MISSING = [
    ({"terms_zh": ""}, "terms_zh", "10(3)"),
    ({"delist_use_zh": "  "}, "delist_use_zh", "10(7)"),
    ({"delist_transfer_zh": ""}, "delist_transfer_zh", "10(7)"),
    ({"security_zh": ""}, "security_zh", "10(1)"),
    ({"deployment_basis_code": ""}, "deployment_basis", "9(6bis)"),
    ({"ip_confirmed": False}, "ip_confirmed", "10(4)"),
    ({"has_cover": False}, "cover", "10(5)"),
    ({"own_site_url": ""}, "own_site_url", "10(6)"),
    ({"plans": ()}, "plans", "10(2)"),
    ({"data_items": ({"name": "手机号", "purpose": " "},)}, "data_items", "10(8)3"),
    ({"aftersales_zh": ""}, "aftersales_zh", "12"),
    ({"title_zh": "<b></b>"}, "title_zh", "10(5)"),
]


@pytest.mark.clause("10(1)", "10(2)", "10(3)", "10(4)", "10(5)", "10(6)", "10(7)", "10(8)3", "9(6bis)", "12")
@pytest.mark.parametrize(("change", "field", "clause"), MISSING)
def test_what_is_missing_is_asked_for(change: dict, field: str, clause: str, rulebook: Rulebook) -> None:
    refused = [item for item in check_listing(listing(**change), rulebook) if item.severity == "refuse"]

    assert [(item.field, item.clause) for item in refused] == [(field, clause)]


def test_the_platforms_own_store_needs_no_page_elsewhere(rulebook: Rulebook) -> None:
    assert not [
        item
        for item in check_listing(listing(own_site_url="", own_site_needed=False), rulebook)
        if item.field == "own_site_url"
    ]


@pytest.mark.clause("10(4)")
def test_open_source_is_named_with_its_licence(rulebook: Rulebook) -> None:
    content = listing(
        open_source=({"name": "zlib", "licence": "Zlib"}, {"name": "x"}, {"name": "y", "licence": "AGPL-3.0"})
    )

    assert [
        (item.code, item.row, item.severity) for item in check_listing(content, rulebook) if item.field == "open_source"
    ] == [
        ("incomplete", 1, "refuse"),
        ("copyleft", 2, "warn"),
    ]


@pytest.mark.clause("11")
@pytest.mark.parametrize(
    ("shares", "refused"), [((30, 50, 20), False), (("30", "50", "19.99"), True), ((30, 50, 21), True), ((100,), False)]
)
def test_the_shares_of_a_services_milestones_add_up(shares: tuple, refused: bool, rulebook: Rulebook) -> None:
    steps = tuple(MilestoneContent("步骤", "Step", 1, Decimal(share), "完成", "done") for share in shares)

    assert bool(found(listing("service", milestones=steps), rulebook, "shares")) is refused


@pytest.mark.clause("11")
def test_a_service_needs_milestones_with_criteria_and_nothing_else_has_them(rulebook: Rulebook) -> None:
    bare = tuple(replace(step, acceptance_zh=" ") for step in milestones())

    assert [item.field for item in found(listing("service", milestones=()), rulebook, "missing")] == ["milestones"]
    assert [item.row for item in found(listing("service", milestones=bare), rulebook, "missing")] == [0, 1, 2]
    assert found(listing("application", milestones=tuple(milestones())), rulebook, "milestones")


@pytest.mark.clause("10(5)")
@pytest.mark.parametrize(
    ("field", "text", "severity"),
    [
        ("tagline_zh", "日志检索，1200 元起", None),
        ("tagline_zh", "日志检索，仅 199 元", "refuse"),
        ("tagline_en", "Logs for ¥1,200", None),
        ("tagline_en", "Logs for RMB 99.00", "refuse"),
        ("description_zh", "为客户节省 5万元" + "说明" * 30, "warn"),
        ("tagline_zh", "处理 200 元数据", None),
        ("title_zh", "免费日志平台", "refuse"),
        ("title_zh", "日志平台（免费试用）", None),
        ("title_en", "Free log tool", "refuse"),
        ("title_en", "Hands-free log tool", None),
    ],
)
def test_prices_in_the_text_are_those_of_a_plan(
    field: str, text: str, severity: str | None, rulebook: Rulebook
) -> None:
    hits = found(listing(**{field: text}), rulebook, "price")

    assert [str(item.severity) for item in hits] == ([severity] if severity else [])


@pytest.mark.clause("10(2)")
def test_a_free_plan_may_be_called_free(rulebook: Rulebook) -> None:
    plans = (PlanContent("free", "社区版", "Community", "free", Decimal("0.00")),)

    assert not found(listing(title_zh="免费日志平台", plans=plans), rulebook, "price")


@pytest.mark.clause("17(1)3")
def test_a_tool_cannot_promise_a_refund(rulebook: Rulebook) -> None:
    assert [item.clause for item in found(listing("tool", policy_percent=Decimal(10)), rulebook, "promise")] == [
        "17(1)3"
    ]
    assert not found(listing("tool", policy_percent=Decimal(0)), rulebook, "promise")


@pytest.mark.clause("17(4)1", "17(4)2")
@pytest.mark.parametrize(("product_class", "clause"), [("application", "17(4)2"), ("service", "17(4)1")])
def test_a_refund_promise_says_its_conditions(product_class: str, clause: str, rulebook: Rulebook) -> None:
    refused = found(listing(product_class, refund_text_zh=""), rulebook, "missing")
    unpromised = found(listing(product_class, policy_percent=None), rulebook, "no_promise")

    assert [(item.field, item.clause) for item in refused] == [("refund_text_zh", clause)]
    assert [(item.severity, item.clause) for item in unpromised] == [("warn", clause)]


def test_plans_have_names_of_their_own(rulebook: Rulebook) -> None:
    plan = PlanContent("a", "标准版", "A", "one_off", Decimal("10.00"))

    assert [item.row for item in found(listing(plans=(plan, replace(plan, code="b"))), rulebook, "twice")] == [0, 1]
    assert [
        item.row
        for item in found(listing(plans=(replace(plan, name_zh="包年", billing="monthly"),)), rulebook, "billing")
    ] == [0]


def test_findings_read_from_top_to_bottom_in_both_languages(rulebook: Rulebook) -> None:
    content = listing(title_zh="最好的日志", terms_zh="", description_zh="顶级" + "说明" * 30, has_cover=False)

    findings = [item for item in check_listing(content, rulebook) if item.severity == "refuse"]

    assert [item.field for item in findings] == ["title_zh", "cover", "description_zh", "terms_zh"]
    assert all(item.message_zh and item.message_en for item in findings)
    assert findings == [item for item in check_listing(content, rulebook) if item.severity == "refuse"]
