"""How a provider comes to sell: applying, the deposit, a listing; each by what the pages say."""

from playwright.sync_api import expect

from accounts.models import User
from deposits.selectors import standing as deposit_standing
from providers.models import Application, Provider
from tests.catalog.making import picture as cover
from tests.journeys.acting import Stage, Visitor, pay_at_gateway
from tests.providers.making import credit_code, identity_number, picture

COMPANY, REPRESENTATIVE = "青舟云服务有限公司", "林青"
CONTACT = ("service.qingzhou@example.com", "13900001234")
SLUG = "qingzhou-cloud"
PNG = "image/png"
TITLE = ("数据库平滑迁移服务", "Database migration with a short switch")


def verify_real_name(visitor: Visitor, number: str) -> None:
    """From the requirement that the application shows, to the register, and back."""
    visitor.page.locator("#main").get_by_role("link", name=visitor.says("Verify your real name")).first.click()
    visitor.fill(legal_name=COMPANY, number=number)
    visitor.press("Submit for verification")
    visitor.sees("Your real name is verified.")


def fill_in_application(stage: Stage, visitor: Visitor, email: str) -> Application:
    """Every step of the wizard, until it may be handed in."""
    page, number = visitor.page, credit_code(700)
    visitor.open("/")
    page.locator(".site-nav").get_by_role("link", name=visitor.says("Sell on this market")).click()
    page.locator("input[name=kind][value=enterprise]").check()
    visitor.press("Begin the application")
    page.wait_for_url("**/application/subject/")
    verify_real_name(visitor, number)
    visitor.open_menu("Provider console")
    visitor.follow("Who you are")
    visitor.fill(highest_price="9000")
    visitor.press("Save and go on")
    page.wait_for_url("**/application/documents/")
    papers = (("business_licence", number, COMPANY), ("legal_representative_id", identity_number(701), REPRESENTATIVE))
    for slot, its_number, holder in papers:
        visitor.fill(
            slot=slot, number=its_number, holder=holder, issued_on="2020-05-18",
            file=(f"{slot}.png", PNG, picture().getvalue()),
        )  # fmt: skip
        visitor.press("Add the paper")
        expect(page.locator("#main .row", has_text=holder)).to_be_visible()
    visitor.follow("Go on to the next step")
    visitor.fill(name=REPRESENTATIVE, phone=CONTACT[1], email=CONTACT[0])
    visitor.press("Save and go on")
    for address in CONTACT:
        check_address(stage, visitor, address)
    visitor.follow("Go on to the next step")
    visitor.fill(people="陈工, 实施工程师, 13900001235", opens="09:00", closes="18:00", warranty_days="90")
    visitor.press("Save and go on")
    visitor.press("Declare the registration true")
    visitor.follow("Go on to the next step")
    visitor.fill(
        slug=SLUG, name_zh="青舟云服务", name_en="Qingzhou Cloud Services",
        introduction_zh="做数据库迁移的团队。", introduction_en="A team that moves databases.",
    )  # fmt: skip
    visitor.press("Save and go on")
    page.wait_for_url("**/application/agreements/")
    sign = page.locator("#main").get_by_role("button", name=visitor.says("Sign this agreement"))
    while sign.count():
        left = sign.count()
        sign.first.click()
        expect(sign).to_have_count(left - 1)
    visitor.follow("Back to the application")
    visitor.press("Declare that it is true")
    return Application.objects.get(provider__owner__email=email)


def check_address(stage: Stage, visitor: Visitor, address: str) -> None:
    """A code is sent to the contact's address or number, read in the mailbox, and typed in."""
    row = visitor.page.locator("#main .cluster", has=visitor.page.locator("input[name=code]")).first
    row.get_by_role("button", name=visitor.says("Send a code")).click()
    visitor.sees("A code is on its way. Type it in below.")
    stage.settle()
    visitor.page.locator("#main input[name=code]").first.fill(visitor.read_code(address))
    visitor.press("Check the code")
    visitor.sees("Checked. Thank you.")


def hand_in_application(visitor: Visitor) -> None:
    visitor.follow("Hand the application in")
    visitor.press("Hand the application in")
    visitor.sees("Your application is with the reviewers.")


def pay_deposit(stage: Stage, visitor: Visitor, provider: Provider) -> None:
    """From the console to the gateway and back; the store opens with it."""
    visitor.open_menu("Provider console")
    visitor.go("Deposit")
    visitor.follow("Pay into the deposit")
    visitor.press("Go on to the payment")
    pay_at_gateway(stage, visitor)
    visitor.follow("See what happens next")
    visitor.page.wait_for_url("**/console/deposit/")
    assert deposit_standing(provider).shortfall == 0


def give_account(visitor: Visitor) -> None:
    """Where payouts go."""
    visitor.go("Statements")
    visitor.follow("Account for payouts")
    visitor.fill(holder=COMPANY, bank="演示银行 城中支行", account="6222000012345678")
    visitor.press("Use this account")
    visitor.sees("Payouts go to this account from now on.")


def beside(visitor: Visitor, field: str, text: str) -> None:
    """What the checks found stands beside its field."""
    expect(visitor.page.locator(f"#found-{field}")).to_contain_text(text)


def write_listing(visitor: Visitor) -> None:
    """A service with two plans and three milestones; what the checks refuse is mended where they say so."""
    page = visitor.page
    visitor.go("Products")
    visitor.follow("New product")
    page.locator("#id_category").select_option(label=category_named(visitor))
    visitor.fill(title_zh=TITLE[0], title_en=TITLE[1])
    visitor.press("Make a draft")
    page.wait_for_url("**/basics/")
    # A superlative, found while it is typed, before anything is saved.
    visitor.fill(tagline_zh="全国第一的迁移团队，停机只要几分钟")
    page.locator("#id_tagline_zh").blur()
    beside(visitor, "tagline_zh", "第一")
    expect(page.locator("#found-tagline_zh").get_by_role("link", name="§10(8)5")).to_be_visible()
    expect(page.locator("#found-title_zh")).to_be_empty()
    visitor.fill(
        tagline_zh="先演练再切换，停机只要几分钟",
        tagline_en="Rehearsed first, so the switch takes minutes",
        cover=("cover.png", PNG, cover().getvalue()),
    )
    visitor.press("Save and go on")
    page.wait_for_url("**/details/")
    described = (
        "把自建的 MySQL 和 PostgreSQL 搬到云数据库。先做全量和增量同步，演练两遍，再约定窗口切换，数据逐表核对。"
    )
    visitor.fill(
        description_zh=f"{described}资料见 https://files.elsewhere.example/plan.pdf",
        description_en="We move MySQL and PostgreSQL to managed databases, rehearse twice, and compare every table.",
    )
    page.locator("#id_description_en").blur()
    beside(visitor, "description_zh", "files.elsewhere.example")
    expect(page.locator("#found-description_zh").get_by_role("link", name="§10(5)")).to_be_visible()
    visitor.press("Save and go on")
    page.wait_for_url("**/plans/")
    plans = [("单库迁移", "One database", "3000.00"), ("三库迁移", "Three databases", "8000.00")]
    for row, (name_zh, name_en, price) in enumerate(plans):
        fill_row(visitor, "plans", row, name_zh=name_zh, name_en=name_en, billing="one_off", price=price)
    visitor.press("Save and go on")
    page.wait_for_url("**/service/")
    steps = [
        (
            "评估",
            "Assessment",
            "3",
            "20",
            "提交评估报告和切换方案",
            "The report and the plan of the switch are handed in",
        ),
        ("演练", "Rehearsal", "5", "30", "两次演练的核对结果一致", "Both rehearsals compare without a difference"),
        (
            "切换",
            "Switch",
            "2",
            "50",
            "业务在新库上运行满一天",
            "The application has run on the new database for a day",
        ),
    ]
    for row, (zh, en, days, share, done_zh, done_en) in enumerate(steps):
        fill_row(
            visitor, "milestones", row, title_zh=zh, title_en=en, days=days, share=share, acceptance_zh=done_zh,
            acceptance_en=done_en,
        )  # fmt: skip
    fill_row(visitor, "steps", 0, title_zh="沟通", title_en="Talk", text_zh="确认库表和窗口")
    visitor.fill(warranty_months="3", aftersales_zh="工作日 9:00 至 18:00 在线答复，质保期内免费处理遗留问题。")
    visitor.press("Save and go on")
    page.wait_for_url("**/terms/")
    visitor.fill(
        terms_zh="服务限您自己的数据库使用，双方对接触到的数据保密。",
        terms_en="The service is for your own databases; both sides keep the data confidential.",
        refund_text_zh="验收后三十天内出现数据差错且无法修复的，退回三成。",
        refund_text_en="Where data turn out wrong within thirty days and cannot be mended, 30% is paid back.",
        policy_percent="30",
    )
    visitor.press("Save and go on")
    page.wait_for_url("**/leaving/")
    visitor.fill(
        delist_use_zh="下架不影响已购服务，按约定做完。",
        delist_transfer_zh="交付物归您所有，可随主体变更转移。",
        delist_data_zh="下架前三十天通知，交还全部数据副本。",
    )
    visitor.press("Save and go on")
    page.wait_for_url("**/safety/")
    visitor.fill(
        security_zh="只用您开通的临时账号操作，操作留有记录，结束后由您收回。",
        deployment_basis="runs_on_cloud", ip_basis="own", ip_confirmed=True,
        own_site_url="https://www.qingzhou.example.cn/migration",
    )  # fmt: skip
    visitor.press("Save and go on")


def fill_row(visitor: Visitor, name: str, row: int, **values: str) -> None:
    """Fill in the empty row of a list and keep it, which leaves another."""
    first = visitor.page.locator(f"#id_{name}-{row}-{next(iter(values))}")
    if not first.is_visible():
        visitor.page.locator("details.more", has=first).locator("summary").click()
    visitor.fill(**{f"{name}__{row}__{key}": value for key, value in values.items()})
    with visitor.page.expect_navigation():
        visitor.press("Save and stay")
    expect(visitor.page.locator(f"#id_{name}-{row}-DELETE")).to_be_attached()


def category_named(visitor: Visitor) -> str:
    """The category of migrations, as the list of the form shows it."""
    return visitor.page.locator("#id_category option", has_text="上云迁移").inner_text()


def hand_in_listing(visitor: Visitor) -> None:
    """Not possible while the description points elsewhere, which is mended there; then it goes to the reviewers."""
    page = visitor.page
    hand_in = page.locator("#main").get_by_role("link", name=visitor.says("Hand the version in"), exact=True)
    expect(hand_in).to_have_count(0)
    page.locator("#main .stepper").get_by_role("link", name=visitor.says("Details")).click()
    beside(visitor, "description_zh", "files.elsewhere.example")
    field = page.locator("#id_description_zh")
    field.fill(field.input_value().partition("资料见")[0])
    field.blur()
    expect(page.locator("#found-description_zh")).to_be_empty()
    visitor.press("Save and go on")
    visitor.follow("To the product")
    visitor.follow("Hand the version in")
    visitor.press("Hand the version in")
    visitor.sees("The version is with the reviewers.")


def owner_of(email: str) -> User:
    return User.objects.get(email=email)
