"""A file's name as its sender gave it, made harmless for every disk, header and screen."""

import unicodedata

NAME_CHARACTERS_MAX = 100
UNNAMED = "file"
# Windows opens devices by these names, whatever ending they have.
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
)
_FORBIDDEN = frozenset('<>:"/\\|?*%;`$')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # Controls, direction marks, broken characters.


def clean_name(given: str, ending: str) -> str:
    """The last part of the name without what could be a path, a device or a trick, and with the ending of its type."""
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in last if _is_harmless(character))
    stem = kept.rpartition(".")[0] or kept
    stem = " ".join(stem.split()).strip(". ").replace(".", "_")[: NAME_CHARACTERS_MAX - len(ending) - 1].strip()
    if not stem or stem.lower() in _RESERVED:
        stem = UNNAMED
    return f"{stem}.{ending}"


def _is_harmless(character: str) -> bool:
    return character not in _FORBIDDEN and unicodedata.category(character) not in _INVISIBLE
