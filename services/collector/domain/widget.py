"""What a widget says and how it looks until a company says otherwise."""

from collections.abc import Mapping
from typing import Any

from shared.contracts.vocabulary import Language

Words = Mapping[str, str]
FIRST_VERSION = 1  # Of settings that nobody has touched.
SHIPPED_CONSENT = "huiyin-1"

TEXTS: Mapping[Language, Words] = {
    Language.ZH: {
        "open": "反馈",
        "title": "告诉我们您的想法",
        "text_label": "您遇到了什么，或有什么建议？",
        "rating_label": "您的满意程度",
        "email_label": "邮箱（选填，用于答复您）",
        "name_label": "称呼（选填）",
        "attach": "添加图片",
        "submit": "提交",
        "cancel": "取消",
        "sending": "正在提交…",
        "kept": "当前无网络，反馈已保存在本机，恢复后自动提交。",
        "thanks": "感谢您的反馈，我们已经收到。",
        "receipt": "您的回执码：{code}。凭它可以随时查看处理进度。",
        "failed": "未能提交，请稍后重试。",
        "too_long": "内容过长，请精简。",
    },
    Language.EN: {
        "open": "Feedback",
        "title": "Tell us what you think",
        "text_label": "What happened, or what should we do better?",
        "rating_label": "How satisfied are you?",
        "email_label": "E-mail (optional, to answer you)",
        "name_label": "Name (optional)",
        "attach": "Add a picture",
        "submit": "Send",
        "cancel": "Cancel",
        "sending": "Sending…",
        "kept": "You are offline. Your feedback is kept here and sent as soon as you are back.",
        "thanks": "Thank you. We have your feedback.",
        "receipt": "Your receipt code: {code}. With it you can see at any time what became of it.",
        "failed": "It could not be sent. Please try again later.",
        "too_long": "That is too long. Please shorten it.",
    },
}
CONSENT: Mapping[Language, Words] = {
    Language.ZH: {
        "reply": "我同意贵公司就此反馈通过我留下的联系方式答复我。我可以随时撤回同意。",
        "research": "我同意贵公司为改进产品就此反馈与我联系、进行访谈或问卷调查。我可以随时撤回同意。",
        "training": "我同意将此反馈在隐去个人信息后用于训练自动分类。我可以随时撤回同意。",
    },
    Language.EN: {
        "reply": "You may answer this feedback by the contact details that I leave. I can take this back at any time.",
        "research": "You may contact me about it for interviews or surveys. I can take this back at any time.",
        "training": "Without my personal data, it may train automatic sorting. I can take this back at any time.",
    },
}
SHIPPED: Mapping[str, Any] = {
    "brand": None,
    "theme": {"scheme": "system", "accent": "#1f6feb", "position": "bottom_right"},
    "languages": [Language.ZH.value, Language.EN.value],
    "texts": {},
    "consent_version": None,
}


def texts_of(settings: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """What the widget says in each of its languages: the company's own words, and ours for the rest."""
    own = settings["texts"]
    return {name: {**TEXTS[Language(name)], **own.get(name, {})} for name in settings["languages"]}


def consent_of(settings: Mapping[str, Any], own: Mapping[str, Words] | None) -> dict[str, Any]:
    """What customers are asked to agree to, by language and purpose. `own` is the company's wording."""
    texts = own or {language.value: words for language, words in CONSENT.items()}
    shown = {name: dict(texts[name]) for name in settings["languages"] if name in texts}
    purposes = sorted({purpose for words in shown.values() for purpose in words}, key=[*CONSENT[Language.EN]].index)
    return {"version": settings["consent_version"] or SHIPPED_CONSENT, "purposes": purposes, "texts": shown}
