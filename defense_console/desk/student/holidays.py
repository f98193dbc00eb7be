"""Holidays of the country that the settings name; the package that knows them is loaded when one is looked at."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from defense_console.model.errors import N_, ConsoleError
from defense_console.model.student.weekly import Holidays, no_holidays


def holidays_of(country: str, language: str) -> Holidays:
    """Return what names the holidays of a country, in a language where the package has it.

    Args:
        country: ISO 3166 code such as `FR`, also with a part: `FR-Réunion`; "" for none.
    """
    if not country:
        return no_holidays
    return lambda day: _of_year(country, language, day.year).get(day, "")


@lru_cache(maxsize=64)
def _of_year(country: str, language: str, year: int) -> dict[date, str]:
    """Return the holidays of a year.

    Raises:
        ConsoleError: The package does not know the country.
    """
    from holidays import country_holidays  # 350 ms that a mentor without a country need not pay

    code, _dash, part = country.partition("-")
    tongue = "en_US" if language == "en" else language
    try:
        known = country_holidays(code, subdiv=part or None, years=year, language=tongue)
    except NotImplementedError:
        text = N_("No holidays are known of “{country}”: write a country like FR or BE.")
        raise ConsoleError(text, country=country) from None
    return dict(known.items())
