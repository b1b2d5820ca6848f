"""The checks behind the patterns: citizens' numbers (GB 11643) and bank cards (Luhn)."""

from __future__ import annotations

from datetime import UTC, date, datetime

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_LAST = "10X98765432"
PROVINCES = (
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34",
    "35", "36", "37", "41", "42", "43", "44", "45", "46", "50", "51", "52",
    "53", "54", "61", "62", "63", "64", "65", "71", "81", "82", "83", "91",
)  # fmt: skip


def is_id_number(digits: str) -> bool:
    """Whether 18 characters are a citizen's number: province, a day that there was, and the last character."""
    return is_born_there(digits) and digits[17].upper() == id_check(digits[:17])


def is_damaged_id_number(digits: str) -> bool:
    """Whether 18 digits are a citizen's number that went through a workbook's number cell, which keeps 15 of them.

    Half of the numbers of a region and a day are then still to be guessed at, so it counts as the number itself.
    """
    if not digits.isdecimal() or not (digits.endswith("000") or float(digits) == int(digits)):
        return False
    return is_born_there(digits) or is_born_there(
        f"{int(digits) - 1000:018d}"
    )  # rounding may have made the 30th a 31st


def is_born_there(digits: str) -> bool:
    """Whether 18 characters begin like a citizen's number: a province, and a day that there was."""
    return digits[:2] in PROVINCES and _is_day(digits[6:14])


def id_check(digits: str) -> str:
    """The last character that 17 digits ask for."""
    return _LAST[sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, digits, strict=True)) % 11]


def is_old_id_number(digits: str) -> bool:
    """Whether 15 digits may be a citizen's number of before 1999, which had no check."""
    return digits[:2] in PROVINCES and _is_day("19" + digits[6:12])


def is_luhn(digits: str) -> bool:
    """Whether the last digit fits the ones before."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def _is_day(text: str) -> bool:
    try:
        return 1900 <= date(int(text[:4]), int(text[4:6]), int(text[6:])).year <= datetime.now(UTC).year
    except ValueError:
        return False
