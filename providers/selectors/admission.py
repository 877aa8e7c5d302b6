"""The conditions of admission, each with its clause, whether it is met, and what to do where it is not (§9)."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from stdnum.cn import ric, uscc

from accounts.selectors import identity_of, is_subject_blocked
from accounts.types import Identity
from core.periods import beijing_date, end_of_days
from providers import reactions
from providers.models import (
    Application,
    ChangeReport,
    ConditionAnswer,
    Contact,
    Document,
    LapseDuty,
    PlatformCondition,
    Provider,
    ReentryBar,
    ServiceRegistration,
)
from providers.selectors.people import agreement_in_force, agreements_needed, rulebook_of_provider
from providers.types import (
    REQUIRED_SLOTS,
    AgreementKind,
    Bar,
    ChangeState,
    DocumentSlot,
    DocumentState,
    DutyState,
    ProviderState,
    Requirement,
    Section,
)
from regulation.types import Text

PASSPORT = re.compile(r"^[A-Z]{1,2}[0-9]{7,8}$")
SLOT_NAMES = {
    DocumentSlot.BUSINESS_LICENCE: Text("营业执照副本", "Copy of the business license"),
    DocumentSlot.LEGAL_REPRESENTATIVE_ID: Text("法定代表人身份证", "Legal representative's identity card"),
    DocumentSlot.IDENTITY_CARD: Text("本人身份证", "Identity card"),
}
AGREEMENT_NAMES = {
    AgreementKind.PROVIDER: Text("签署服务商入驻协议", "Provider agreement signed"),
    AgreementKind.ANNEX: Text("签署协议附件", "Annex to the agreement signed"),
    AgreementKind.CONSIGNMENT: Text("签署委托代销协议", "Consignment agreement signed"),
}
FULFILLED = Text("已满足。", "Met.")


def requirements_of(provider: Provider, now: datetime) -> list[Requirement]:
    """Everything that admission asks of a provider (§9), met or not, in the order of the regulation.

    Used before an application is handed in, when it is approved, and by the daily check of those who were admitted.
    """
    identity = identity_of(provider.owner)
    found = [
        *_subject(provider, identity, now),
        *_papers(provider, identity, now),
        _contact(provider),
        _service(provider, now),
        _store(provider),
        *_agreements(provider, now),
        *_conditions(provider, now),
        *reactions.added_requirements(provider, now),
    ]
    order = {"9(1)": 0, "9(2)": 1, "25": 9}
    return sorted(found, key=lambda one: (order.get(one.clause, 5), one.clause))


def unmet(requirements: Iterable[Requirement], needed_to: str = "submit") -> list[Requirement]:
    """Those not met of what is needed to hand an application in, or with `open` to open the store."""
    return [one for one in requirements if not one.met and one.needed_to == needed_to]


def unmet_standing(provider: Provider, now: datetime) -> list[Requirement]:
    """What a provider that was admitted no longer meets (§24(2)). The deposit has its own consequences and is not
    among it.
    """
    return [one for one in requirements_of(provider, now) if one.standing and not one.met]


def _made(
    key: str, clause: str, section: Section, title: Text, problem: Text | None, *, standing: bool = True
) -> Requirement:
    return Requirement(key, clause, section, title, problem is None, problem or FULFILLED, standing=standing)


def _subject(provider: Provider, identity: Identity | None, now: datetime) -> list[Requirement]:
    owner = provider.owner
    account = (
        None
        if owner.is_active
        else Text("账号已停用，请联系平台。", "The account is switched off. Contact the platform.")
    )
    name: Text | None = None
    if identity is None:
        name = Text("请先完成实名认证。", "Pass real-name verification first.")
    elif identity.subject_kind != provider.kind:
        name = Text(
            "实名认证的主体类型与申请的类型不同，请更换申请类型或重新认证。",
            "The verified subject is of another kind than the application. Change the kind, or verify again.",
        )
    elif provider.subject_index and provider.subject_index != identity.subject_index:
        name = Text("实名认证的主体与入驻主体不同。", "The verified subject is not the one that was admitted.")
    made = [
        _made("account", "9(1)", Section.SUBJECT, Text("有效的平台账号", "Valid platform account"), account),
        _made("real_name", "9(2)", Section.SUBJECT, Text("通过实名认证", "Real name verified"), name),
    ]
    if provider.state == ProviderState.APPLYING:
        made.append(_free_subject(provider, identity, now))
        application = Application.objects.filter(provider=provider).order_by("-pk").first()
        attested = application is not None and application.attested_at is not None
        made.append(
            _made(
                "attestation",
                "9(3)",
                Section.DOCUMENTS,
                Text("声明资料真实有效", "Papers declared true and valid"),
                None
                if attested
                else Text("请声明所交资料真实、有效。", "Declare that what you hand in is true and valid."),
                standing=False,
            )
        )
    return made


def _free_subject(provider: Provider, identity: Identity | None, now: datetime) -> Requirement:
    title = Text("主体可以入驻", "The subject may be admitted")
    problem: Text | None = None
    if identity is not None:
        bar = bar_of(subjects_behind(provider, identity), now)
        taken = (
            Provider.objects.filter(
                Q(subject_index=identity.subject_index), state__in=[ProviderState.ACTIVE, ProviderState.LEAVING]
            )
            .exclude(pk=provider.pk)
            .exists()
        )
        if bar is not None and bar.never:
            problem = Text(
                "该主体曾被清退，不能再次入驻。", "This subject was cleared out and cannot be admitted again."
            )
        elif bar is not None and bar.allowed_from is not None:
            day = f"{beijing_date(bar.allowed_from):%Y-%m-%d}"
            problem = Text(
                f"该主体主动退出后须间隔一年，{day} 起可以再次申请。",
                f"After leaving by itself, this subject may apply again from {day}.",
            )
        elif is_subject_blocked(identity.subject_index):
            problem = Text("该主体已被平台拉黑。", "The platform has blocked this subject.")
        elif taken:
            problem = Text(
                "该主体已经有一家店铺，请用原账号管理。",
                "This subject has a store already. Manage it with the account that opened it.",
            )
    return _made("reentry", "25", Section.SUBJECT, title, problem, standing=False)


def subjects_behind(provider: Provider, identity: Identity | None) -> list[str]:
    """The blind indexes of the legal subject and of its legal representative, as far as they are known (§25)."""
    found = [identity.subject_index] if identity else []
    if provider.subject_index:
        found.append(provider.subject_index)
    found += Document.objects.filter(
        provider=provider, state=DocumentState.CURRENT, slot=DocumentSlot.LEGAL_REPRESENTATIVE_ID
    ).values_list("number_index", flat=True)
    return list(dict.fromkeys(found))


def bar_of(subject_indexes: Iterable[str], now: datetime) -> Bar | None:
    """What keeps any of these subjects from applying at `now` (§25): a bar for ever before one that ends, the longest
    first.

    At the instant from which it may apply again, nothing does.
    """
    rows = ReentryBar.objects.filter(subject_index__in=list(subject_indexes), revoked_at__isnull=True)
    barred = [row for row in rows if row.never or (row.allowed_from is not None and now < row.allowed_from)]
    if not barred:
        return None
    row = max(barred, key=lambda one: (one.never, one.allowed_from or one.exited_at))
    return Bar(row.exit_kind, row.exited_at, row.allowed_from, row.never)


def bars_standing(subject_indexes: Iterable[str]) -> list[ReentryBar]:
    """The rows of the re-entry register about these subjects that nobody took back, the newest exit first."""
    rows = ReentryBar.objects.filter(subject_index__in=list(subject_indexes), revoked_at__isnull=True)
    return list(rows.order_by("-exited_at"))


def _papers(provider: Provider, identity: Identity | None, now: datetime) -> list[Requirement]:
    papers = {paper.slot: paper for paper in Document.objects.filter(provider=provider, state=DocumentState.CURRENT)}
    return [
        _made(
            slot,
            "9(3)1",
            Section.DOCUMENTS,
            SLOT_NAMES[slot],
            _paper_problem(papers.get(slot), DocumentSlot(slot), provider, identity, now),
        )
        for slot in REQUIRED_SLOTS[provider.kind]
    ]


def _paper_problem(
    paper: Document | None, slot: DocumentSlot, provider: Provider, identity: Identity | None, now: datetime
) -> Text | None:
    name = SLOT_NAMES[slot]
    if paper is None:
        return Text(f"请上传{name.zh}。", f"Upload: {name.en.lower()}.")
    if not number_fits(slot, paper.number):
        return Text(f"{name.zh}上的号码有误，请核对。", f"The number of the {name.en.lower()} is not valid. Check it.")
    if (
        slot != DocumentSlot.LEGAL_REPRESENTATIVE_ID
        and identity is not None
        and (paper.number_index != identity.subject_index or not same_name(paper.holder, identity.legal_name))
    ):
        return Text(
            f"{name.zh}上的名称或号码与实名认证的主体不一致。",
            f"Name or number of the {name.en.lower()} differ from the verified subject.",
        )
    if has_lapsed(paper, now) and not _lapse_tolerated(paper, provider, now):
        return Text(
            f"{name.zh}已于 {paper.expires_on} 到期，请换用有效的。",
            f"The {name.en.lower()} was valid to {paper.expires_on}. Hand in a valid one.",
        )
    return None


def number_fits(slot: str, number: str) -> bool:
    """Whether a number can be one of such a paper: checksums of the credit code and of the identity card.

    A legal representative from abroad may have a passport instead.
    """
    if slot == DocumentSlot.BUSINESS_LICENCE:
        return bool(uscc.is_valid(number))
    if slot == DocumentSlot.IDENTITY_CARD:
        return bool(ric.is_valid(number))
    if slot == DocumentSlot.LEGAL_REPRESENTATIVE_ID:
        return bool(ric.is_valid(number)) or PASSPORT.match(number) is not None
    return bool(number.strip())


def same_name(one: str, other: str) -> bool:
    """Whether two legal names are the same, spaces, case and the width of brackets aside."""
    widths = str.maketrans("（）．", "().")
    return "".join(one.translate(widths).split()).casefold() == "".join(other.translate(widths).split()).casefold()


def has_lapsed(paper: Document, now: datetime) -> bool:
    """Whether a paper's last valid day has ended."""
    return paper.expires_on is not None and paper.expires_on < beijing_date(now)


def _lapse_tolerated(paper: Document, provider: Provider, now: datetime) -> bool:
    """An admitted provider keeps its standing while the lapse may still be reported, or a new paper waits for the
    check.
    """
    if provider.state == ProviderState.APPLYING or paper.expires_on is None:
        return False
    days = rulebook_of_provider(provider, now).parameter("provider.change_report_days")
    late = LapseDuty.objects.filter(document=paper, state=DutyState.LATE).exists()
    if now < end_of_days(paper.expires_on + timedelta(days=1), days) and not late:
        return True
    return ChangeReport.objects.filter(
        replaced=paper, state=ChangeState.REPORTED, document__isnull=False, outcome=DutyState.ON_TIME
    ).exists()


def _contact(provider: Provider) -> Requirement:
    contact = Contact.objects.filter(provider=provider).first()
    problem: Text | None = None
    if contact is None or not (contact.name and contact.phone and contact.email):
        problem = Text("请填写联系人姓名、电话和邮箱。", "Give a contact's name, phone and e-mail.")
    elif contact.email_verified_at is None or contact.phone_verified_at is None:
        problem = Text(
            "请用验证码确认联系人的邮箱和电话。", "Confirm the contact's e-mail and phone with the codes sent to them."
        )
    title = Text("联系人及电话、邮箱", "Contact with phone and e-mail")
    return _made("contact", "9(3)2", Section.CONTACT, title, problem)


def _service(provider: Provider, now: datetime) -> Requirement:
    found = ServiceRegistration.objects.filter(provider=provider).first()
    problem: Text | None = None
    if found is None or not found.people.exists():
        problem = Text("请登记服务人员。", "Register who serves the users.")
    elif found.opens is None or found.closes is None or not found.days:
        problem = Text("请登记服务时间。", "Register when you serve.")
    elif not covers_business_hours(found, provider, now):
        problem = Text(
            "服务时间应至少覆盖工作日的在线服务时间（周一至周五 9:00–18:00）。",
            "The hours must cover at least those of online service: Monday to Friday, 9:00 to 18:00.",
        )
    elif found.warranty_days is None:
        problem = Text("请登记质保期。", "Register the warranty period.")
    elif found.declared_true_at is None:
        problem = Text("请声明所登记的服务信息属实。", "Declare that the registration is true.")
    title = Text("登记服务人员、时间和质保期", "Service staff, hours and warranty registered")
    return _made("service", "9(4)", Section.SERVICE, title, problem)


def covers_business_hours(found: ServiceRegistration, provider: Provider, now: datetime) -> bool:
    """Whether the registered hours hold those in which everybody serves online (§12(1)2)."""
    rulebook = rulebook_of_provider(provider, now)
    if found.opens is None or found.closes is None:
        return False
    return (
        set(rulebook.parameter("support.business_weekdays")) <= set(found.days)
        and found.opens <= rulebook.parameter("support.business_opens")
        and found.closes >= rulebook.parameter("support.business_closes")
    )


def _store(provider: Provider) -> Requirement:
    title = Text("店铺名称和地址", "Name and address of the store")
    problem: Text | None = None
    if provider.state == ProviderState.APPLYING:
        application = Application.objects.filter(provider=provider).order_by("-pk").first()
        if application is None or not (
            application.store_name_zh and application.store_name_en and application.store_slug
        ):
            problem = Text(
                "请填写店铺的中英文名称和地址。", "Give the store's name in both languages, and its address."
            )
        elif not (application.store_introduction_zh and application.store_introduction_en):
            problem = Text("请填写店铺的中英文介绍。", "Introduce the store in both languages.")
    return _made("store", "5", Section.STORE, title, problem, standing=False)


def _agreements(provider: Provider, now: datetime) -> list[Requirement]:
    return [
        _made(
            f"agreement_{kind}",
            "9(5)",
            Section.AGREEMENTS,
            AGREEMENT_NAMES[AgreementKind(kind)],
            None
            if agreement_in_force(provider, kind, now) is not None
            else Text("请阅读并签署。", "Read it and sign it."),
        )
        for kind in agreements_needed(provider)
    ]


def conditions_asked(provider: Provider, now: datetime) -> list[PlatformCondition]:
    """The platform's own conditions that a provider of that kind has to meet now (§9(7))."""
    return list(
        PlatformCondition.objects.filter(
            Q(retired_at__isnull=True) | Q(retired_at__gt=now),
            effective_at__lte=now,
            for_kind__in=["", provider.kind],
        ).order_by("code")
    )


def conditions_declared(provider: Provider) -> set[int]:
    """Which of the platform's own conditions a provider meets, by their keys (§9(7))."""
    return set(ConditionAnswer.objects.filter(provider=provider, met=True).values_list("condition_id", flat=True))


def _conditions(provider: Provider, now: datetime) -> list[Requirement]:
    asked = conditions_asked(provider, now)
    met = set(
        ConditionAnswer.objects.filter(provider=provider, condition__in=asked, met=True).values_list(
            "condition_id", flat=True
        )
    )
    made = []
    for one in asked:
        problem: Text | None = None
        if one.pk not in met:
            problem = (
                Text("请阅读并声明符合。", "Read it and declare that you meet it.")
                if one.answered_by == "provider"
                else Text("等待运营人员确认。", "Waiting for an operator to confirm it.")
            )
        requirement = _made(
            f"condition_{one.code}", "9(7)", Section.CONDITIONS, Text(one.title_zh, one.title_en), problem
        )
        if one.answered_by == "operator" and provider.state == ProviderState.APPLYING:
            # An operator confirms it during the review, so it does not keep an application from being handed in.
            requirement = Requirement(
                requirement.key,
                requirement.clause,
                requirement.section,
                requirement.title,
                requirement.met,
                requirement.detail,
                needed_to="approve",
            )
        made.append(requirement)
    return made
