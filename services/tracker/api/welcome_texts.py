"""What the welcome page says, in both languages."""

from collections.abc import Mapping

from services.tracker.domain.links import LinkPurpose

TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "title": "Welcome",
        "refused": "Not yet",
        "code": "One-time code",
        "go_on": "Continue",
        "name": "Your name",
        "email": "E-mail",
        "password": "Password",
        "rule": "At least 12 characters. Several words that have nothing to do with each other are best.",
        "finish": "Set the password and sign in",
        "signed_in": "You are signed in on this browser. The link you used no longer works.",
        "to_console": "Go to the console",
        "lead_code": "Paste the code that you were given. It works once.",
        LinkPurpose.FIRST: "You become an administrator: you invite others and say what they may.",
        LinkPurpose.INVITE: "You have been invited. Set a password, and you are in.",
        LinkPurpose.RESET: "Set a new password. You will be signed out everywhere else.",
        "lead_done": "All is set.",
    },
    "zh": {
        "title": "欢迎",
        "refused": "未完成",
        "code": "一次性代码",
        "go_on": "继续",
        "name": "您的姓名",
        "email": "邮箱",
        "password": "密码",
        "rule": "至少 12 个字符。最好选用几个互不相关的词。",
        "finish": "设置密码并登录",
        "signed_in": "您已在此浏览器登录。刚才使用的链接已失效。",
        "to_console": "进入控制台",
        "lead_code": "请粘贴您收到的代码。代码只能使用一次。",
        LinkPurpose.FIRST: "您将成为管理员：可以邀请其他成员并决定他们的权限。",
        LinkPurpose.INVITE: "您已受邀加入。设置密码即可登录。",
        LinkPurpose.RESET: "请设置新密码。您在其他地方的登录将全部退出。",
        "lead_done": "一切就绪。",
    },
}
