"""How telephone numbers are dialled in a country, by its ISO 3166-1 code: so far as one can tell two spellings are one.

A number's keyed hash is kept for good, so these rules must not move with somebody's next release: they are our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass

HOME_COUNTRY = "CN"  # Of a tenant that has said nothing.


@dataclass(frozen=True)
class DialPlan:
    """`trunk` leads a number within the country, `abroad` one to elsewhere; the digits are those without `trunk`."""

    code: str
    trunk: str
    abroad: str
    digits_min: int
    digits_max: int


DIAL_PLANS: Mapping[str, DialPlan] = {
    "AE": DialPlan("971", "0", "00", 8, 9),
    "AR": DialPlan("54", "0", "00", 10, 10),
    "AT": DialPlan("43", "0", "00", 7, 13),
    "AU": DialPlan("61", "0", "0011", 9, 9),
    "BE": DialPlan("32", "0", "00", 8, 9),
    "BR": DialPlan("55", "0", "00", 10, 11),
    "CA": DialPlan("1", "1", "011", 10, 10),
    "CH": DialPlan("41", "0", "00", 9, 9),
    "CN": DialPlan("86", "0", "00", 10, 11),
    "CZ": DialPlan("420", "", "00", 9, 9),
    "DE": DialPlan("49", "0", "00", 7, 11),
    "DK": DialPlan("45", "", "00", 8, 8),
    "ES": DialPlan("34", "", "00", 9, 9),
    "FI": DialPlan("358", "0", "00", 7, 10),
    "FR": DialPlan("33", "0", "00", 9, 9),
    "GB": DialPlan("44", "0", "00", 9, 10),
    "HK": DialPlan("852", "", "001", 8, 8),
    "ID": DialPlan("62", "0", "001", 9, 12),
    "IE": DialPlan("353", "0", "00", 7, 9),
    "IL": DialPlan("972", "0", "00", 8, 9),
    "IN": DialPlan("91", "0", "00", 10, 10),
    "IT": DialPlan("39", "", "00", 8, 11),
    "JP": DialPlan("81", "0", "010", 9, 10),
    "KR": DialPlan("82", "0", "001", 8, 10),
    "KZ": DialPlan("7", "8", "810", 10, 10),
    "MO": DialPlan("853", "", "00", 8, 8),
    "MX": DialPlan("52", "", "00", 10, 10),
    "MY": DialPlan("60", "0", "00", 8, 10),
    "NL": DialPlan("31", "0", "00", 9, 9),
    "NO": DialPlan("47", "", "00", 8, 8),
    "NZ": DialPlan("64", "0", "00", 8, 10),
    "PH": DialPlan("63", "0", "00", 8, 10),
    "PL": DialPlan("48", "", "00", 9, 9),
    "PT": DialPlan("351", "", "00", 9, 9),
    "RU": DialPlan("7", "8", "810", 10, 10),
    "SA": DialPlan("966", "0", "00", 8, 9),
    "SE": DialPlan("46", "0", "00", 7, 9),
    "SG": DialPlan("65", "", "001", 8, 8),
    "TH": DialPlan("66", "0", "001", 8, 9),
    "TR": DialPlan("90", "0", "00", 10, 10),
    "TW": DialPlan("886", "0", "002", 8, 9),
    "US": DialPlan("1", "1", "011", 10, 10),
    "VN": DialPlan("84", "0", "00", 9, 10),
    "ZA": DialPlan("27", "0", "00", 9, 9),
}
