"""What problems of people say: who signs in, who is let in, and who may not."""

from shared.web.said import Said

PEOPLE_PROBLEMS: dict[str, Said] = {
    "cross_site": Said(
        "A page of another site sent this, or nobody says which page did.",
        "Work on a page of this service, or send the session's token as Authorization: Bearer, without cookies.",
        "此请求来自其他网站的页面，或未说明来自哪个页面。",
        "请在本服务的页面上操作，或不使用 Cookie，以 Authorization: Bearer 发送会话令牌。",
    ),
    "people_only": Said(
        "This door is for people who have signed in, not for keys.",
        "Sign in at POST /v1/sign-in and send the session's token.",
        "此接口供已登录的人员使用，不接受密钥。",
        "请通过 POST /v1/sign-in 登录，并发送会话令牌。",
    ),
    "sign_in_failed": Said(
        "E-mail or password is wrong, or this person is not let in.",
        "Check both; an administrator can make a link that sets a new password.",
        "邮箱或密码错误，或此人未被允许登录。",
        "请检查邮箱和密码；管理员可生成设置新密码的链接。",
    ),
    "too_many_tries": Said(
        "Too many tries to sign in.",
        "Wait {retry_after_s} seconds; an administrator's link lets you in at once.",
        "登录尝试次数过多。",
        "请等待 {retry_after_s} 秒；管理员生成的链接可让您立即登录。",
    ),
    "link_refused": Said(
        "This one-time link is unknown, over or used.",
        "Ask for a new one; a link works once, and not for long.",
        "此一次性链接未知、已过期或已使用。",
        "请重新索取；每个链接只能使用一次，且有效期很短。",
    ),
    "email_taken": Said(
        "Another member has this e-mail.",
        "Change that member, or use another address.",
        "该邮箱已属于另一位成员。",
        "请修改那位成员，或使用其他邮箱。",
    ),
    "last_admin": Said(
        "Nobody would be left who can manage members.",
        "Make somebody else an administrator first, and let them sign in once.",
        "此操作后将没有人能够管理成员。",
        "请先让另一位成员成为管理员并登录一次。",
    ),
    "role_refused": Said(
        "Nobody may give themselves the role {role}.",
        "Ask another administrator to give it to you.",
        "不能为自己授予 {role} 角色。",
        "请让另一位管理员为您授予。",
    ),
    "member_disabled": Said(
        "This member is shut out.",
        "Let them in again with POST /v1/members/ID:enable first.",
        "该成员已被停用。",
        "请先通过 POST /v1/members/ID:enable 重新启用。",
    ),
    "member_forgotten": Said(
        "This member was forgotten; that cannot be undone.",
        "Invite the person anew.",
        "该成员的个人信息已被删除，无法恢复。",
        "请重新邀请此人。",
    ),
    "oidc_off": Said(
        "No identity provider is set.",
        "Sign in by password; an operator sets HUIYIN_TRACKER_OIDC_ISSUER.",
        "未设置身份提供方。",
        "请使用密码登录；运营方可设置 HUIYIN_TRACKER_OIDC_ISSUER。",
    ),
    "oidc_refused": Said(
        "The identity provider's answer does not let you in ({reason}).",
        "Begin again at /v1/sign-in/oidc; if it stays, be invited with the e-mail that is verified there.",
        "身份提供方的答复未能让您登录（{reason}）。",
        "请从 /v1/sign-in/oidc 重新开始；若仍失败，请管理员以已在该处验证的邮箱邀请您。",
    ),
    "provider_away": Said(
        "The identity provider cannot be reached, or its answer cannot be read.",
        "Try again in a moment, or sign in by password; the tracker's log names the kind of error.",
        "无法连接身份提供方，或无法读取其答复。",
        "请稍后重试，或使用密码登录；tracker 的日志会说明错误类型。",
    ),
}
