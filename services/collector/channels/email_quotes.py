"""What somebody wrote themselves: without the history below it, the lines that quote, and the signature."""

import re
from collections.abc import Sequence

LINES_MAX = 20_000
LINE_LOOKED_AT_MAX = 400
_HEADER_LINES_LOOKED_AT = 5
_SIGNATURE_LINES_MAX = 12

# "On Mon, 1 Jan 2024 at 10:00, Li <a@b.example> wrote:", in English and Chinese, as mail programs write it.
_ATTRIBUTION = re.compile(
    r"^\s{0,10}(?:(?:On|At|Am|Le)\s.{1,300}\b(?:wrote|writes|schrieb|a écrit)\s{0,3}[:：]"
    r"|(?:在|于)?\s{0,5}.{0,300}(?:写道|寫道|写到|写信说)\s{0,3}[:：])\s{0,10}$"
)
_RULER = re.compile(
    r"^\s{0,10}[-—_*]{2,40}\s{0,5}"
    r"(?:original message|original|forwarded message|begin forwarded message|reply message"
    r"|原始邮件|原始郵件|原邮件|原郵件|回复的原邮件|回覆的原郵件|转发的邮件|轉寄的郵件|转发邮件信息|转发信息|转发邮件|历史邮件)"
    r"\s{0,5}[-—_*]{2,40}\s{0,10}$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"^[\s*|>]{0,10}(?:From|Von|De|发件人|發件人|寄件者|寄件人)\s{0,5}\*{0,2}\s{0,3}[:：]", re.IGNORECASE
)
_ITS_COMPANIONS = re.compile(
    r"^[\s*|>]{0,10}(?:Sent|Date|To|Cc|Subject|Gesendet|发送时间|發送時間|发送日期|日期|时间|收件人|收件者|主题|主題|主旨|抄送)"
    r"\s{0,5}\*{0,2}\s{0,3}[:：]",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"^\s{0,3}(?:>|＞|&gt;)")
_SIGNATURE = re.compile(r"^-- ?$")
_SENT_FROM = re.compile(
    r"^\s{0,5}(?:Sent from (?:my|Outlook|Mail|Yahoo|Samsung|Proton)\b.{0,60}|Get Outlook for .{1,30}"
    r"|发自我的.{1,40}|發自我的.{1,40}|从我的.{1,30}发送|從我的.{1,30}傳送|来自我的.{1,40}|发自.{1,20}邮箱.{0,20}"
    r"|由.{1,20}(?:邮箱|手机).{0,10}发送|获取.{0,3}Outlook.{0,20}|取得.{0,3}Outlook.{0,20}"
    r"|.{0,20}网易邮箱.{0,20}|内容由.{1,30}发送)\s{0,5}$",
    re.IGNORECASE,
)


def without_history(text: str) -> str:
    """The text without what it answers; all of it where nothing else would be left, as in a mail that is passed on."""
    lines = text.split("\n", LINES_MAX)[:LINES_MAX]
    kept: list[str] = []
    at = 0
    while at < len(lines):
        length = _attribution_at(lines, at)
        if length and not _is_quoted_after(lines, at + length):
            break
        if _begins_history(lines, at):
            break
        if length:
            at += length
            continue
        if not _QUOTED.match(lines[at]):
            kept.append(lines[at])
        at += 1
    said = "\n".join(_without_signature(kept)).strip()
    return said or text.strip()


def _attribution_at(lines: Sequence[str], at: int) -> int:
    """Over how many lines an attribution goes that begins there: none, one, or two where it was wrapped."""
    first = _head(lines[at])
    if _ATTRIBUTION.match(first):
        return 1
    is_begun = first.lstrip().startswith(("On ", "At ", "Am ", "Le ", "在", "于"))
    if is_begun and at + 1 < len(lines) and _ATTRIBUTION.match(f"{first.rstrip()} {_head(lines[at + 1]).strip()}"):
        return 2
    return 0


def _is_quoted_after(lines: Sequence[str], at: int) -> bool:
    """Whether the next line with something on it quotes: then an answer may stand below, or between."""
    following = next((line for line in lines[at : at + _HEADER_LINES_LOOKED_AT] if line.strip()), "")
    return bool(_QUOTED.match(following))


def _begins_history(lines: Sequence[str], at: int) -> bool:
    line = _head(lines[at])
    if _RULER.match(line):
        return True
    if not _FROM.match(line):
        return False
    following = lines[at + 1 : at + 1 + _HEADER_LINES_LOOKED_AT]
    return sum(bool(_ITS_COMPANIONS.match(_head(one))) for one in following) > 1


def _without_signature(lines: list[str]) -> list[str]:
    """Cut at the mark of a signature, and at a mail program's own line, when little follows."""
    for at, line in enumerate(lines):
        if _SIGNATURE.match(line) and len(lines) - at <= _SIGNATURE_LINES_MAX and "".join(lines[:at]).strip():
            lines = lines[:at]
            break
    while lines and (not lines[-1].strip() or _SENT_FROM.match(_head(lines[-1])) or set(lines[-1].strip()) <= {"_"}):
        lines = lines[:-1]
    return lines


def _head(line: str) -> str:
    return line[:LINE_LOOKED_AT_MAX]
