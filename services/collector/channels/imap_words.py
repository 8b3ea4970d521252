"""Names as IMAP writes them (RFC 3501)."""

import binascii

_PRINTABLE = range(0x20, 0x7F)


def quoted(text: str) -> str:
    """A string in quotes."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def folder_name(name: str) -> str:
    """A folder's name in modified UTF-7 (5.1.3), in quotes."""
    pieces: list[str] = []
    others = ""
    for character in name:
        if ord(character) not in _PRINTABLE:
            others += character
            continue
        pieces += [_shifted(others), "&-" if character == "&" else character]
        others = ""
    return quoted("".join([*pieces, _shifted(others)]))


def _shifted(others: str) -> str:
    if not others:
        return ""
    packed = binascii.b2a_base64(others.encode("utf-16-be"), newline=False).rstrip(b"=").replace(b"/", b",")
    return f"&{packed.decode()}-"
