"""A canary: a person whose every word is looked for afterwards, in every spelling a machine may give it."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

NAME = "欧阳金丝雀"
EMAIL = "Canary.Singer77@mail-of-birds.example.com"
PHONE = "13812345678"
ID_CARD = "11010519491231002X"
BANK_CARD = "6222021234567890128"
ADDRESS = "北京市朝阳区建国路88号3号楼2单元501室"
SERIAL = "HXQ-7741-0099"
ACCOUNT = "account-of-canary-4711"
CONTACT = (NAME, EMAIL, EMAIL.casefold(), PHONE, ID_CARD, BANK_CARD, ADDRESS, SERIAL, ACCOUNT)

# What may be stored, since it names nobody, and must go when the person goes.
SENTENCE = "鸟笼形状的热水器在满月时低声哼唱"
ENGLISH = "The birdcage heater hums whenever the moon is full"

TEXT = (
    f"{SENTENCE}，我叫{NAME}，账号{ACCOUNT}，请打{PHONE}，或写信到{EMAIL}。身份证{ID_CARD}，银行卡号{BANK_CARD}，"
    f"地址：{ADDRESS}。序列号：{SERIAL}。{ENGLISH}."
)


def spellings(value: str) -> set[bytes]:
    """The bytes in which a value may lie on a disk."""
    escaped = value.encode("unicode_escape")
    found = {value.encode("utf-8"), value.encode("utf-16-le"), value.encode("utf-16-be"), escaped, escaped.upper()}
    for raw in (value.encode("utf-8"), value.encode("utf-16-le")):
        found |= {raw.hex().encode(), raw.hex().upper().encode(), *_base64(raw)}
    return found


def _base64(raw: bytes) -> Iterator[bytes]:
    """Base64 of the value inside something longer, at each of its three positions, without the torn ends."""
    for before in range(3):
        written = base64.b64encode(b"\0" * before + raw)
        yield written[4 if before else 0 : -4]


def files_below(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def found_in(files: Iterable[Path], values: Iterable[str]) -> dict[str, list[str]]:
    """Which values stand in which files, in whatever spelling."""
    wanted = {value: spellings(value) for value in values}
    found: dict[str, list[str]] = {}
    for path in files:
        content = path.read_bytes()
        for value, some in wanted.items():
            if any(spelling in content for spelling in some):
                found.setdefault(value, []).append(str(path))
    return found
