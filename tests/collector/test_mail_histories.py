"""What somebody wrote themselves, of mails as the programs of two languages write them."""

import pytest

from services.collector.channels.email_message import read_mail
from services.collector.channels.email_quotes import without_history
from services.collector.channels.email_refusals import Refusal
from tests.collector.mails import mail, multipart, part, report

MINE = "It still leaks.\nPlease call me."
HISTORIES = {
    "Gmail": "On Mon, Nov 16, 2026 at 10:00 AM Care <care@example.test> wrote:\n\n> We changed the relay.\n> Regards",
    "Gmail, wrapped": "On Mon, Nov 16, 2026 at 10:00 AM Care Team\n<care@example.test> wrote:\n> Changed.",
    "Gmail zh": "Care <care@example.test> 于2026年11月16日周一 10:00写道：\n\n> 已更换继电器。",
    "Apple zh": "在 2026年11月16日，上午10:00，Care <care@example.test> 写道：\n\n> 已更换继电器。",
    "Apple, no marks": "On 16 Nov 2026, at 10:00, Care <care@example.test> wrote:\n\nWe changed the relay.",
    "QQ": '------------------ 原始邮件 ------------------\n发件人: "Care"<care@example.test>;\n已更换继电器。',
    "163": "---- 回复的原邮件 ----\n| 发件人 | Care<care@example.test> |\n| 日期 | 2026年11月16日 10:00 |\n已更换。",
    "163, old": '在 2026-11-16 10:00:00，"Care" <care@example.test> 写道：\n已更换继电器。',
    "Foxmail": "发件人： Care\n发送时间： 2026-11-16 10:00\n收件人： li\n主题： 已解决\n已更换继电器。",
    "Outlook": "From: Care <care@example.test>\nSent: Monday, November 16, 2026\nTo: Li\nSubject: Solved\n\nChanged.",
    "Outlook, ruled": "________________________________\nFrom: Care\nSent: Monday\nTo: Li\nSubject: Solved\nChanged.",
    "Outlook zh": "发件人: Care <care@example.test>\n发送时间: 2026年11月16日\n收件人: Li\n主题: 已解决\n\n已更换。",
    "Outlook zh-TW": "寄件者: Care\n日期: 2026年11月16日\n收件者: Li\n主旨: 已解決\n已更換。",
    "original": "-----Original Message-----\nFrom: Care\nWe changed the relay.",
    "marks alone": "> We changed the relay.\n> Regards",
}


@pytest.mark.parametrize("program", HISTORIES)
def test_the_history_below_is_left_out(program: str) -> None:
    assert without_history(f"{MINE}\n\n{HISTORIES[program]}") == MINE


@pytest.mark.parametrize(
    "end",
    [
        "-- \nLi\nExample Ltd",
        "Sent from my iPhone",
        "发自我的iPhone",
        "从我的 iPhone 发送",
        "Get Outlook for iOS",
        "获取 Outlook for iOS",
    ],
)
def test_a_signature_is_left_out(end: str) -> None:
    assert without_history(f"{MINE}\n\n{end}") == MINE


@pytest.mark.parametrize("program", ["Gmail", "Gmail zh", "Apple zh"])
def test_an_answer_below_the_quoted_lines_is_kept(program: str) -> None:
    assert without_history(f"{HISTORIES[program]}\n\n{MINE}") == MINE


def test_what_is_passed_on_is_kept_whole() -> None:
    forwarded = HISTORIES["Outlook zh"]
    assert without_history(forwarded) == forwarded


@pytest.mark.parametrize(
    "text",
    [
        "From: the start, it leaked.\nI wrote to you on Monday.",
        "发件人写错了，请更正。",
        "他在评论里写道：很好用。后来坏了。",
        "--\nNo more than two strokes begin this",
        "On Monday I called, and nobody wrote",
    ],
)
def test_what_only_looks_like_a_history_is_kept(text: str) -> None:
    assert without_history(text) == text


def test_a_quoted_block_of_html_is_left_out() -> None:
    page = (
        f"<div>{MINE.replace(chr(10), '<br>')}</div><div>On Monday, Care wrote:</div><blockquote>Changed.</blockquote>"
    )
    assert read_mail(mail(page, {"Content-Type": "text/html"})).text == MINE


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ({"Auto-Submitted": "auto-replied"}, Refusal.AUTO_SUBMITTED),
        ({"Auto-Submitted": "auto-generated; owner=x"}, Refusal.AUTO_SUBMITTED),
        ({"Precedence": "bulk"}, Refusal.PRECEDENCE),
        ({"Precedence": "Junk"}, Refusal.PRECEDENCE),
        ({"List-Id": "<news.example.test>"}, Refusal.MAILING_LIST),
        ({"X-Autoreply": "yes"}, Refusal.AUTO_REPLY),
        ({"X-Auto-Response-Suppress": "All"}, Refusal.AUTO_REPLY),
        ({"X-Huiyin-Loop": "1"}, Refusal.OWN_LOOP),
        ({"Return-Path": "<>"}, Refusal.EMPTY_RETURN_PATH),
        ({"Subject": "自动回复: 漏水"}, Refusal.SUBJECT),
        ({"Subject": "Re: Re: 自动回复"}, Refusal.SUBJECT),
        ({"Subject": "Automatic reply: your mail"}, Refusal.SUBJECT),
        ({"Subject": "Out of Office: Li"}, Refusal.SUBJECT),
        ({"Auto-Submitted": "no"}, None),
        ({"Subject": "自动回复功能坏了"}, None),
        ({"Subject": "The out of office light blinks"}, None),
        ({"Precedence": "normal"}, None),
    ],
)
def test_what_nobody_wrote_is_refused_and_says_why(head: dict[str, str], reason: Refusal | None) -> None:
    assert read_mail(mail("text", head)).refusal is reason


def test_an_empty_mail_says_nothing_and_one_with_a_file_does() -> None:
    assert read_mail(mail("", {"Subject": ""})).refusal is Refusal.EMPTY
    assert read_mail(multipart("mixed", part("image/png", b"x"), Subject="")).refusal is None


@pytest.mark.parametrize(
    ("status", "action", "said", "is_permanent"),
    [
        ("5.1.1", "failed", "550 user unknown", True),
        ("5.2.1", "failed", "disabled", True),
        ("5.4.4", "failed", "no such domain", True),
        ("5.2.2", "failed", "552 mailbox is full", False),
        ("5.7.1", "failed", "554 rejected as spam by policy", False),
        ("5.0.0", "failed", "550 No such user here", True),
        ("5.0.0", "failed", "550 refused", False),
        ("4.4.1", "delayed", "will be tried again", False),
        ("5.1.1", "delayed", "x", False),
        ("2.0.0", "delivered", "x", False),
    ],
)
def test_a_report_says_whether_it_is_for_good(status: str, action: str, said: str, *, is_permanent: bool) -> None:
    read = read_mail(report("Message-ID: <x@example.test>", status=status, action=action, said=said))
    assert read.report is not None
    assert (read.report.status, read.report.is_permanent) == (status, is_permanent)
    assert read.report.is_delivered == (action == "delivered")
    assert "<x@example.test>" in read.report.returned


@pytest.mark.parametrize(
    ("subject", "text", "status"),
    [
        ("系统退信", "您的邮件无法投递至 li@example.test。原因：550 邮箱不存在", "5.0.0"),
        ("来自qq.com的退信", "抱歉，收件人地址不存在。SMTP error: 550 5.1.1 Mailbox not found", "5.1.1"),
        ("Undeliverable: 漏水", "The email address couldn't be found. Status code: 550 5.1.10", "5.1.10"),
        ("failure notice", "Sorry, no such user (#5.1.1)", "5.1.1"),
    ],
)
def test_reports_that_keep_to_no_standard_are_known(subject: str, text: str, status: str) -> None:
    read = read_mail(mail(text, {"Subject": subject, "From": "postmaster@example.test", "Return-Path": "<>"}))
    assert read.report is not None
    assert (read.report.status, read.report.is_permanent) == (status, True)


def test_a_customer_who_writes_of_a_mail_that_came_back_is_no_report() -> None:
    read = read_mail(mail("我收到了退信 550 5.1.1", {"Subject": "退信问题", "Return-Path": "<li@example.test>"}))
    assert (read.report, read.refusal) == (None, None)
