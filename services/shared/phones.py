"""Phone numbers: reading what people type, showing what others may see."""

import re
import unicodedata

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

REGION = "CN"
_CHINESE_MOBILE = re.compile(r"1[3-9]\d{9}")
_TYPED_MOBILE = re.compile(
    r"(?:(?:\+|00)?86)?(1[3-9]\d{9})", re.ASCII
)  # nearly all of them: no need to ask a table of the world
_BETWEEN = re.compile(r"[\s().\-‐-―－·]")
_FORBIDDEN = re.compile(r"[^\d\s+().\-‐-―－·]")
_LONGEST = 40  # characters typed, spaces and dashes included


def read_phone(typed: str) -> str:
    """E.164 of a number as people type it: `138 0013 8000`, `+86…`, full-width digits, other countries with `+`.

    Raises ValueError when nobody can be called by it. Chinese mobiles are judged by their shape, since new ranges open
    faster than any table of numbers.
    """
    cleaned = unicodedata.normalize("NFKC", typed).strip()
    if len(typed) > _LONGEST or _FORBIDDEN.search(cleaned):
        raise ValueError("not a phone number")
    if mobile := _TYPED_MOBILE.fullmatch(_BETWEEN.sub("", cleaned)):
        return f"+86{mobile[1]}"
    try:
        number = phonenumbers.parse(cleaned, REGION)
    except NumberParseException as error:
        raise ValueError("not a phone number") from error
    if not (_is_chinese_mobile(number) or phonenumbers.is_valid_number(number)):
        raise ValueError("not a phone number")
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _is_chinese_mobile(number: phonenumbers.PhoneNumber) -> bool:
    return number.country_code == 86 and _CHINESE_MOBILE.fullmatch(str(number.national_number)) is not None


def _parts(phone: str) -> tuple[int, str]:
    """Country code and national digits of an E.164 number."""
    if phone.startswith("+86"):
        return 86, phone[3:]
    number = phonenumbers.parse(phone)
    return number.country_code or 0, phonenumbers.national_significant_number(number)


def national(phone: str) -> str:
    """The digits without the country code: `13800138000`."""
    return _parts(phone)[1]


def show(phone: str) -> str:
    """The whole number in groups: `138 0013 8000`, `+81 90-1234-5678`."""
    country, digits = _parts(phone)
    if country == 86 and len(digits) == 11:
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return phonenumbers.format_number(phonenumbers.parse(phone), PhoneNumberFormat.INTERNATIONAL)


def mask(phone: str | None) -> str:
    """What lists show: `138 **** 8000`; abroad `+81 **** 5678`; nothing where there is no number. What is masked stays as it is."""
    if not phone:
        return ""
    if "*" in phone:
        return phone
    country, digits = _parts(phone)
    start = digits[:3] if country == 86 else f"+{country}"
    return f"{start} **** {digits[-4:]}"
