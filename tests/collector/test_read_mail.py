"""Reading mails: charsets, parts, HTML, files; and what hostile ones cost."""

import base64
import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services.collector.channels.email_headers import address_of, parameters_of, words_of
from services.collector.channels.email_html import text_of_html
from services.collector.channels.email_message import read_mail
from services.collector.channels.email_parts import PARTS_MAX, TEXT_BYTES_MAX
from tests.collector.mails import mail, multipart, part, word

SECONDS_MAX = 5.0  # On a busy box; alone, each takes a tenth of one.
TRADITIONAL = "熱水器漏水，請儘快處理"
SIMPLIFIED = "热水器漏水，请尽快处理"


@pytest.mark.parametrize(
    ("said", "declared", "encoded"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "gb2312", "gb2312"),
        (SIMPLIFIED, "gbk", "gbk"),
        (SIMPLIFIED, "GB18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "cp950", "big5"),
        ("姓喆，住𠮷野家", "gb2312", "gb18030"),  # Letters that GB2312 does not have; QQ writes them so.
        (SIMPLIFIED, "utf-8", "gb18030"),  # Mislabelled, each way.
        (SIMPLIFIED, "gb2312", "utf-8"),
        (SIMPLIFIED, "us-ascii", "gbk"),
        (SIMPLIFIED, "iso-8859-1", "utf-8"),
        (TRADITIONAL, "unknown-8bit", "big5"),
        (SIMPLIFIED, "x-nobody-knows", "gb2312"),
        (SIMPLIFIED, "", "utf-8"),
        ("水が漏れています", "iso-2022-jp", "iso-2022-jp"),
        ("Café — naïve", "windows-1252", "cp1252"),
        ("rot13 stays as it is", "rot13", "ascii"),  # A codec of Python that is no charset.
    ],
)
def test_what_was_said_is_read_in_its_charset(said: str, declared: str, encoded: str) -> None:
    assert read_mail(mail(said.encode(encoded), charset=declared)).text == said


def test_a_character_in_two_encoded_words_is_one() -> None:
    raw = "漏水".encode()
    halves = [base64.b64encode(piece).decode() for piece in (raw[:2], raw[2:])]
    assert words_of(f"=?utf-8?B?{halves[0]}?=\n =?utf-8?B?{halves[1]}?=") == "漏水"
    assert words_of("=?gb2312?Q?=C2=A9=CB=AE?= re: =?utf-8?q?a_b?=") == "漏水 re: a b"
    assert words_of("=?utf-8?B?not base64?= x =?x?y?z?=") == "=?utf-8?B?not base64?= x =?x?y?z?="


def test_a_sender_is_read_with_name_and_time() -> None:
    read = read_mail(mail("x", {"From": f"{word('张三', 'gbk')} <zhang@example.test>"}))
    assert (read.sender, read.sender_name, read.subject) == ("zhang@example.test", "张三", "漏水")
    assert read.sent_at is not None
    assert read.sent_at.isoformat() == "2026-11-20T00:30:00+00:00"


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("li+shop@example.test", "li+shop@example.test"),
        ('"Li, of Example" <li@example.test>', "li@example.test"),
        ("<li@пример.test>", "li@пример.test"),
        ('"very odd@name"@example.test', None),
        ("a@example.test, b@example.test, c@example.test", "a@example.test"),
        ("Li <li@example.test\r\nBcc: x@example.test>", "li@example.test"),
        ("nobody", None),
        ("", None),
    ],
)
def test_the_first_plain_address_of_a_field_counts(field: str, address: str | None) -> None:
    assert address_of(words_of(field)) == address


def test_plain_text_is_taken_of_a_choice_and_html_where_there_is_none() -> None:
    page = "<p>Rich<br>text</p><style>p{}</style><script>alert(1)</script>"
    both = multipart("alternative", part("text/plain", "Plain text"), part("text/html", page))
    assert read_mail(both).text == "Plain text"
    assert (
        read_mail(multipart("alternative", part("text/plain", " \r\n"), part("text/html", page))).text == "Rich\ntext"
    )
    assert read_mail(mail(page, {"Content-Type": "text/html"})).text == "Rich\ntext"


def test_files_are_named_and_counted_and_not_read() -> None:
    name = "=?gbk?B?" + base64.b64encode("照片.jpg".encode("gbk")).decode() + "?="
    read = read_mail(
        multipart(
            "mixed",
            part("text/plain", "See the photo"),
            part("image/jpeg", base64.b64encode(b"x" * 300), f'Content-Disposition: attachment; filename="{name}"',
                 "Content-Transfer-Encoding: base64"),
            part("text/plain", "not to be read", "Content-Disposition: attachment; filename*=utf-8''%E6%97%A5.txt"),
        )
    )  # fmt: skip
    assert read.text == "See the photo"
    assert [(file.name, file.kind, file.size_bytes) for file in read.files] == [
        ("照片.jpg", "image/jpeg", 300),
        ("日.txt", "text/plain", 14),
    ]


def test_a_name_in_pieces_is_put_together() -> None:
    said = 'attachment; filename*0*=utf-8\'\'%E7%85%A7; filename*1*=%E7%89%87; filename*2=.jpg; x="a;b\\"c"'
    assert parameters_of(said) == ("attachment", {"filename": "照片.jpg", "x": 'a;b"c'})


def test_html_is_read_as_somebody_sees_it() -> None:
    page = """<head><title>no</title></head><body>1 &lt; 2 &amp; <b>bold</b>
 text<!-- no --><div>two</div><blockquote>they said<br>more</blockquote>&nbsp;end < x</body>"""
    assert text_of_html(page) == "1 < 2 & bold text\ntwo\n> they said\n> more\nend < x"


def nested(levels: int) -> bytes:
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(levels))


HOSTILE = {
    "10,000 parts in parts": nested(10_000),
    "100 MB": b"Subject: x\r\n\r\n" + b"a" * 100_000_000,
    "20 million lines": b"Subject: x\n\n" + b"\n" * 20_000_000,
    "5 million parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 5_000_000,
    "tags that never end": b"Content-Type: text/html\n\n" + b"< <a " * 2_000_000,
    "tags that end far off": b"Content-Type: text/html\n\n" + b"< " * 5_000_000 + b">",
    "comments": b"Content-Type: text/html\n\n" + b"<!-- <!" * 1_000_000,
    "quotes in quotes": b"Content-Type: text/html\n\n" + b"<blockquote>" * 500_000 + b"x",
    "entities": b"Content-Type: text/html\n\n" + b"&amp" * 1_000_000,
    "attributions": ("Subject: x\n\n" + ("On 在 写道" * 60 + "\n") * 40_000).encode(),
    "a line of attributions": b"Subject: x\n\n" + b"On wrote " * 500_000,
    "quote marks": b"Subject: x\n\n" + b"> " * 5_000_000,
    "header lines": b"A: b\n" * 5_000_000,
    "folded header": b"Subject: a\n" + b" b\n" * 5_000_000,
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nx",
    "broken encoded words": b"Subject: " + b"=?=?utf-8?b?" * 100_000 + b"\n\nx",
    "comments in an address": b"From: " + b"(" * 100_000 + b"\n\nx",
    "parameters": b"Content-Type: text/plain" + b';a="\\"' * 100_000 + b"\n\nx",
    "towers of marks": ("Subject: x\n\na" + "\u0301" * 500_000).encode(),
    "a report": b"From: mailer-daemon@x\nContent-Type: multipart/report; boundary=b\n\n--b\n\n" + b"5.1." * 5_000_000,
    "soft breaks": b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * 10_000_000,
    "NUL": b"Subject: a\0b\n\n" + b"\0" * 1_000_000 + b"x",
    "no head at all": b"\xff\xfe" * 1_000_000,
    "nothing": b"",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_mail_costs_little(kind: str) -> None:
    began = time.monotonic()
    read = read_mail(HOSTILE[kind])
    assert time.monotonic() - began < SECONDS_MAX
    assert len(read.text) <= TEXT_BYTES_MAX
    assert len(read.files) <= PARTS_MAX
    checked(read.text, read.subject, read.sender_name or "")


def checked(*texts: str) -> None:
    """Neither controls nor halves of characters, in any of them."""
    for text in texts:
        text.encode()
        assert "\0" not in text
        assert text.replace("\n", "").replace("\t", "") == "".join(
            one for one in text if one not in "\n\t" and (one >= " " and not "\x7f" <= one < "\xa0")
        )


PIECES = st.sampled_from(
    [
        b"From: a@b.test\n", b"Subject: =?gbk?B?", b"?=", b"=?utf-8?q?", b"Content-Type: multipart/mixed; boundary=b",
        b"Content-Type: text/html; charset=gb2312\n", b"--b\n", b"--b--", b"\r\n\r\n", b"\n\n", b"On x wrote:\n",
        "在 2026年 李 写道：\n".encode(), "发件人：x\n".encode("gbk"), b"<blockquote>", b"<!--",
        b"Content-Transfer-Encoding: base64\n", b"> q\n",
        b"Date: Mon, 99 Foo 0000 99:99:99 +9999\n", b"Auto-Submitted: ", b"filename*0*=utf-8''%", b';a="\\', b"=?\xff",
        b"Content-Type: message/delivery-status\n", b"Status: 5.1.1\n", b"Return-Path: <>\n",
    ]
)  # fmt: skip


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES | st.binary(max_size=40), max_size=40).map(b"".join))
@example(b"Date: \n\n")
@example(b"Content-Type: text/plain; charset=utf-16\n\n\xd8\x00")
def test_whatever_comes_is_read(raw: bytes) -> None:
    read = read_mail(raw)
    checked(read.text, read.subject, read.sender_name or "")
    assert read == read_mail(raw)
