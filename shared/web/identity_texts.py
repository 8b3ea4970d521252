"""What refusals say that have to do with tenants, people and keys, in English and Chinese."""

from shared.web.said import Said

IDENTITY_PROBLEMS: dict[str, Said] = {
    "tenant_suspended": Said(
        "This tenant is shut out: its people and keys are let in nowhere.",
        "Ask whoever runs this instance.",
        "此租户已被停用：其人员和密钥均无法进入。",
        "请联系本系统的运营方。",
    ),
    "unknown_tenant": Said(
        "There is no such tenant.",
        "Check the id; GET /v1/tenants lists them.",
        "没有这个租户。",
        "请检查编号；GET /v1/tenants 可列出所有租户。",
    ),
    "origin_refused": Said(
        "This publishable key does not work from here.",
        "Send it from a page whose origin the key lists; a key without origins is for apps alone.",
        "此公开密钥不能在当前来源使用。",
        "请从密钥所列来源的网页发送；未列来源的密钥仅供应用程序使用。",
    ),
    "channel_not_public": Said(
        "No publishable key may send by the channel {channel}.",
        "Use a publishable key of a channel that is public (GET /v1/channels), or a secret key on your server.",
        "公开密钥不能通过渠道 {channel} 发送。",
        "请使用公开渠道的公开密钥（见 GET /v1/channels），或在服务器上使用私密密钥。",
    ),
    "too_often": Said(
        "Too many requests with this key.",
        "Wait {retry_after_s} seconds; RateLimit tells how many may follow.",
        "此密钥的请求过于频繁。",
        "请等待 {retry_after_s} 秒；RateLimit 响应头说明还可发送多少次。",
    ),
    "illegal_tenant_state": Said(
        "A tenant that is {state} cannot become {to}.",
        "Take one of the steps listed under legal_moves; a tenant is suspended before it is deleted.",
        "状态为 {state} 的租户不能变为 {to}。",
        "请按 legal_moves 中列出的步骤操作；删除租户前须先停用。",
    ),
    "key_is_over": Said(
        "This key has expired, was revoked, or another follows it already.",
        "Use or rotate the one that follows it, or make a new key.",
        "此密钥已过期、已撤销，或已有后续密钥。",
        "请使用或轮换其后续密钥，或创建新的密钥。",
    ),
}

IDENTITY_FIELD_RULES: dict[str, Said] = {
    "not_with_this_key": Said(
        "A publishable key may not state this field.",
        "Leave it out, or send it from your server with a secret key.",
        "公开密钥不能填写该字段。",
        "请去掉该字段，或在服务器端使用私密密钥发送。",
    ),
    "other_channel": Said(
        "This key is bound to the channel {channel}.",
        "Leave the channel out, or use a key of that channel.",
        "此密钥仅限渠道 {channel}。",
        "请去掉渠道字段，或使用对应渠道的密钥。",
    ),
    "names_a_person": Said(
        "The reason holds what looks like an e-mail address, a phone, an id or a card.",
        "Leave persons out: nobody can erase it from the audit. A ticket's number of at most 8 digits is fine.",
        "原因中疑似包含邮箱、电话、证件号或卡号。",
        "请勿写入个人信息：审计记录无法删除。可填写不超过 8 位的工单号。",
    ),
    "not_a_slug": Said(
        "This is not a short name.",
        "Use 1 to 40 small letters, digits and hyphens, beginning and ending with a letter or digit.",
        "不是有效的短名称。",
        "请使用 1 到 40 个小写字母、数字或连字符，并以字母或数字开头和结尾。",
    ),
    "slug_taken": Said(
        "Another tenant has this short name.", "Choose another one.", "该短名称已被使用。", "请换一个名称。"
    ),
    "other_slug": Said(
        "This is not the tenant's short name.",
        "Give the slug of the tenant that is to be deleted.",
        "与该租户的短名称不一致。",
        "请填写要删除的租户的短名称。",
    ),
    "not_a_time_zone": Said(
        "This is not a time zone.",
        "Use a name of the IANA data base, such as Asia/Shanghai.",
        "不是有效的时区。",
        "请使用 IANA 时区名称，例如 Asia/Shanghai。",
    ),
    "not_a_country": Said(
        "This is not a country whose telephone numbers are known here.",
        "Use a code of two capital letters (ISO 3166-1), one of: {known}.",
        "不是此处可识别其电话号码的国家或地区。",
        "请使用两个大写字母的代码（ISO 3166-1）：{known}。",
    ),
    "not_an_origin": Said(
        "This is not an origin.",
        "Write https:// and the host in small letters, without a path; http only for localhost.",
        "不是有效的来源。",
        "请填写 https:// 加小写主机名，不带路径；仅 localhost 可用 http。",
    ),
    "not_public": Said(
        "A publishable key cannot be bound to this channel.",
        "Choose one of: {channels}.",
        "公开密钥不能用于该渠道。",
        "请选择：{channels}。",
    ),
    "other_kind": Said(
        "This field belongs to {kind} keys.",
        "Leave it out, or make a key of that kind.",
        "该字段仅用于 {kind} 类型的密钥。",
        "请去掉该字段，或改用该类型的密钥。",
    ),
    "needed_for_kind": Said(
        "A key of the kind {kind} needs this field.", "Add it.", "{kind} 类型的密钥必须填写该字段。", "请补上该字段。"
    ),
    "scopes_not_yours": Said(
        "You cannot give these scopes: {scopes}.",
        "Give only what you hold yourself and what a key may hold.",
        "您不能授予这些权限：{scopes}。",
        "只能授予您自己拥有且密钥允许拥有的权限。",
    ),
}
