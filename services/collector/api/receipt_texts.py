"""What the receipt page says, in Chinese and English. A test walks all stages."""

from collections.abc import Mapping

from shared.contracts.vocabulary import Language, Stage

# For each stage: its name, and what it means for whoever asks.
STAGES: Mapping[Stage, Mapping[Language, tuple[str, str]]] = {
    Stage.RECEIVED: {
        Language.ZH: ("已收到", "您的反馈已妥善保存，马上就会有人了解。"),
        Language.EN: ("Received", "Your feedback is safely kept, and will be looked at shortly."),
    },
    Stage.UNDERSTOOD: {
        Language.ZH: ("已了解", "我们已经明白这是关于什么的，并交给了负责的人。"),
        Language.EN: ("Understood", "We know what it is about, and it lies with the right people."),
    },
    Stage.WORKING: {
        Language.ZH: ("处理中", "有人正在处理您反馈的事情。"),
        Language.EN: ("Being worked on", "Somebody is working on what you told us."),
    },
    Stage.FIXING: {
        Language.ZH: ("改进中", "针对这个问题的改进正在实施或验证。"),
        Language.EN: ("Fix under way", "A fix for this is being carried out, or being checked."),
    },
    Stage.ANSWERED: {
        Language.ZH: ("已答复", "我们已按您同意的方式答复您。"),
        Language.EN: ("Answered", "We have answered you, in the way that you agreed to."),
    },
    Stage.CLOSED: {
        Language.ZH: ("已完结", "这件事已经处理完毕。谢谢您告诉我们。"),
        Language.EN: ("Closed", "This is settled. Thank you for telling us."),
    },
}

WORDS: Mapping[str, Mapping[Language, str]] = {
    "title": {Language.ZH: "反馈进度", Language.EN: "Your feedback"},
    "code": {Language.ZH: "回执编号", Language.EN: "Receipt"},
    "way": {Language.ZH: "进度", Language.EN: "Progress"},
    "since": {Language.ZH: "当前进度，始于", Language.EN: "Now, since"},
    "keep": {
        Language.ZH: "请保存此页地址或回执编号，随时可以回来查看。",
        Language.EN: "Keep this address or the receipt's code, and come back whenever you like.",
    },
    "private": {
        Language.ZH: "本页不显示任何个人信息，也不显示反馈内容。",
        Language.EN: "This page shows nothing about you, and nothing of what you wrote.",
    },
    "other": {Language.ZH: "English", Language.EN: "中文"},
    "unknown": {Language.ZH: "没有找到这张回执", Language.EN: "We know no such receipt"},
    "unknown_says": {
        Language.ZH: "请核对编号：共十二位，由字母和数字组成，不含 0、1、I、L、O、U。大小写和连字符都无关紧要。",
        Language.EN: "Please compare the code: twelve letters and digits, without 0, 1, I, L, O and U. "
        "Capitals and hyphens do not matter.",
    },
    "ask": {Language.ZH: "查看反馈进度", Language.EN: "What became of my feedback?"},
    "ask_says": {
        Language.ZH: "请输入提交反馈时得到的回执编号。",
        Language.EN: "Enter the code of the receipt that you were given.",
    },
    "look": {Language.ZH: "查看", Language.EN: "Look"},
    "slow_down": {Language.ZH: "请稍候", Language.EN: "One moment, please"},
    "slow_down_says": {
        Language.ZH: "您所在的网络查询过于频繁，请一分钟后再试。",
        Language.EN: "Your network has asked very often. Please try again in a minute.",
    },
}
