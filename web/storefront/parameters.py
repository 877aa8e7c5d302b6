"""A parameter of the rulebook in words."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.checks.words import BANNED_NAMES
from core.money import format_yuan
from regulation.types import DepositBand, FeeStep, Parameter, StandingStep
from web.components import words

UNITS = {
    "days": lambda n, many: ngettext("%(n)s day", "%(n)s days", many) % {"n": n},
    "working days": lambda n, many: ngettext("%(n)s working day", "%(n)s working days", many) % {"n": n},
    "months": lambda n, many: ngettext("%(n)s month", "%(n)s months", many) % {"n": n},
    "years": lambda n, many: ngettext("%(n)s year", "%(n)s years", many) % {"n": n},
    "hours": lambda n, many: ngettext("%(n)s hour", "%(n)s hours", many) % {"n": n},
    "minutes": lambda n, many: ngettext("%(n)s minute", "%(n)s minutes", many) % {"n": n},
    "seconds": lambda n, many: ngettext("%(n)s second", "%(n)s seconds", many) % {"n": n},
    "points": lambda n, many: _("%(n)s points") % {"n": n},
    "day of the month": lambda n, many: ngettext("day %(n)s of the month", "days %(n)s of the month", many) % {"n": n},
    "%": lambda n, many: f"{n}%",
    "yuan": lambda n, many: format_yuan(str(n)),
}


def parameter_words(parameter: Parameter) -> str:
    """The value as people read it: with its unit, tables as lines."""
    value = parameter.value
    if isinstance(value, tuple):
        return _table(value, parameter.unit)
    if isinstance(value, bool):
        return _("on") if value else _("off")
    return _with_unit(value, parameter.unit)


def _with_unit(value: Any, unit: str) -> str:
    text = f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)
    return UNITS[unit](text, 1 if text == "1" else 2) if unit in UNITS else text


def _table(value: tuple[Any, ...], unit: str) -> str:
    if value and isinstance(value[0], DepositBand):
        return words.joined(";", (_band(one) for one in value))
    if value and isinstance(value[0], FeeStep):
        return words.joined(";", (_step(one) for one in value))
    if value and isinstance(value[0], StandingStep):
        return words.joined(";", (_standing(one) for one in value))
    if len(value) > 12:
        return _("%(n)d entries") % {"n": len(value)}
    if value and isinstance(value[0], str) and set(value) <= set(BANNED_NAMES):
        return words.joined(",", (BANNED_NAMES[one][0 if words.in_chinese() else 1] for one in value))
    joined = words.joined(",", (f"{one.normalize():f}" if hasattr(one, "normalize") else str(one) for one in value))
    return _with_unit(joined, unit) if unit in UNITS and unit != "yuan" else joined


def _band(band: DepositBand) -> str:
    if band.up_to is None:
        price = _("above")
    elif band.up_to == 0:
        price = _("free only")
    else:
        price = _("up to %(price)s") % {"price": format_yuan(band.up_to)}
    individual = format_yuan(band.individual) if band.individual is not None else _("not admitted")
    enterprise = format_yuan(band.enterprise) if band.enterprise is not None else _("not admitted")
    return _("%(price)s: enterprise %(enterprise)s, individual %(individual)s") % {
        "price": price,
        "enterprise": enterprise,
        "individual": individual,
    }


def _step(step: FeeStep) -> str:
    percent = f"{step.percent.normalize():f}%"
    if step.up_to is None:
        return _("%(percent)s beyond") % {"percent": percent}
    return _("%(percent)s up to %(amount)s") % {"percent": percent, "amount": format_yuan(step.up_to)}


def _standing(step: StandingStep) -> str:
    if not step.freeze_days:
        return _("%(points)d points") % {"points": step.points}
    return _("%(points)d points: %(days)d days frozen") % {"points": step.points, "days": step.freeze_days}


def freeze_words(freeze: Any) -> str:
    if freeze is None:
        return "—"
    scope = {"store": _("store"), "product": _("product"), "publishing": _("new listings")}[freeze.scope]
    if freeze.days is None:
        return _("%(scope)s, until mended") % {"scope": scope}
    return _("%(scope)s, %(days)d days") % {"scope": scope, "days": freeze.days}


def deduction_words(deduction: Any) -> str:
    if deduction is None:
        return "—"
    kinds = {
        "compensation": _("compensation to the buyer"),
        "refund": _("refund to the buyer"),
        "offset": _("offset from settlement"),
    }
    if deduction.kind in kinds:
        return kinds[deduction.kind]
    if deduction.percent is not None:
        share = f"{deduction.percent.normalize():f}%"
        return (
            share
            if deduction.cap is None
            else _("%(share)s, at most ¥%(cap)s") % {"share": share, "cap": f"{deduction.cap:,.0f}"}
        )
    return f"¥{deduction.amount:,.0f}"
