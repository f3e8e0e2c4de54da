"""Exchange rates with a date: the reference rates of the European Central Bank that came along."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import as_file, files
from typing import Any, Final, NamedTuple

from currency_converter import CurrencyConverter

# ISO 4217: how many digits the minor unit has where they are not two.
DIGITS: Final = {
    **dict.fromkeys(["ISK", "JPY", "KRW", "VND", "CLP", "PYG", "UGX", "XAF", "XOF", "XPF"], 0),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}  # fmt: skip


class Money(NamedTuple):
    """An amount in minor units, and the date of the rates it was converted by, if it was."""

    minor: int
    as_of: date | None


def convert(minor: int, currency: str, into: str) -> Money | None:
    """An amount in minor units of another currency, rounded half up; None without a rate."""
    if currency == into:
        return Money(minor, None)
    rates = _rates()
    if not {currency, into} <= rates.currencies:
        return None
    units = Decimal(minor).scaleb(-digits_of(currency))
    converted = rates.convert(units, currency, into).scaleb(digits_of(into))
    return Money(int(converted.to_integral_value(ROUND_HALF_UP)), rates.bounds["USD"].last_date)


def rates_of(base: str) -> dict[str, Any]:
    """What one unit of a currency is worth in others: `{base, date, source, rates}`, the rates as
    decimals in text. Without any for a currency that the bank does not list."""
    rates = _rates()
    known = sorted(rates.currencies) if base in rates.currencies else []
    current = [code for code in known if code != base and _is_current(rates, code)]
    worth = {code: f"{rates.convert(Decimal(1), base, code):.6f}" for code in current}
    return {
        "base": base,
        "date": rates.bounds["USD"].last_date,
        "source": "European Central Bank",
        "rates": worth if _is_current(rates, base) else {},
    }


def _is_current(rates: CurrencyConverter, code: str) -> bool:
    """Whether the bank still lists a currency."""
    newest: date = rates.bounds["USD"].last_date
    return code == "EUR" or (code in rates.bounds and rates.bounds[code].last_date == newest)


def digits_of(currency: str) -> int:
    """How many digits stand behind the point of an amount (ISO 4217)."""
    return DIGITS.get(currency, 2)


@cache
def _rates() -> CurrencyConverter:
    with as_file(files("currency_converter") / "eurofxref.csv") as newest:
        return CurrencyConverter(str(newest), decimal=True)
