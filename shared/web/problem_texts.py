"""What every problem says, in English and Chinese: what is wrong, and what to do. A test walks all codes."""

from shared.web.said import Said

PROBLEMS: dict[str, Said] = {
    "invalid": Said(
        "The request breaks a rule.",
        "Mend the fields listed under errors and send it again.",
        "请求不符合规则。",
        "请按 errors 中列出的字段逐一修正后重新发送。",
    ),
    "not_json": Said(
        "The body is not JSON.",
        "Send one JSON value in UTF-8 with Content-Type: application/json.",
        "请求体不是有效的 JSON。",
        "请以 UTF-8 编码发送一个 JSON 值，并设置 Content-Type: application/json。",
    ),
    "too_large": Said(
        "The body is larger than {max_bytes} bytes.",
        "Send less at once: shorten the text, or split the batch.",
        "请求体超过 {max_bytes} 字节。",
        "请减少单次发送的内容：缩短文字，或拆分批次。",
    ),
    "too_slow": Said(
        "The body stopped arriving for {idle_s} seconds.",
        "Send the whole body without pauses.",
        "请求体中断超过 {idle_s} 秒。",
        "请连续发送完整的请求体。",
    ),
    "unauthorized": Said(
        "The key is missing, unknown, expired or revoked.",
        "Send Authorization: Bearer followed by a valid key.",
        "缺少密钥，或密钥未知、已过期、已撤销。",
        "请在 Authorization: Bearer 后附上有效的密钥。",
    ),
    "forbidden": Said(
        "This key may not do that.",
        "Use a key with the scope {scope}.",
        "此密钥没有该权限。",
        "请使用具有 {scope} 权限的密钥。",
    ),
    "tenant_suspended": Said(
        "This tenant is suspended: nothing is taken in or shown.",
        "Ask whoever runs this instance; what was stored is kept.",
        "此租户已被停用：不接收也不显示任何内容。",
        "请联系本系统的运营方；已存储的内容仍然保留。",
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
    "too_often": Said(
        "Too many requests with this key.",
        "Wait {retry_after_s} seconds; RateLimit tells how many may follow.",
        "此密钥的请求过于频繁。",
        "请等待 {retry_after_s} 秒；RateLimit 响应头说明还可发送多少次。",
    ),
    "illegal_tenant_state": Said(
        "A tenant that is {state} cannot become {to}.",
        "Take one of the steps listed under legal; a tenant is suspended before it is deleted.",
        "状态为 {state} 的租户不能变为 {to}。",
        "请按 legal 中列出的步骤操作；删除租户前须先停用。",
    ),
    "key_is_over": Said(
        "This key has expired or was revoked.",
        "Make a new key.",
        "此密钥已过期或已撤销。",
        "请创建新的密钥。",
    ),
    "not_found": Said(
        "There is nothing here.",
        "Check the path and the id.",
        "此处没有内容。",
        "请检查路径和编号。",
    ),
    "method_not_allowed": Said(
        "This path does not take that method.",
        "See Allow, or the API description.",
        "该路径不支持此方法。",
        "请查看 Allow 响应头或 API 文档。",
    ),
    "unsupported_type": Said(
        "The body is not declared as JSON.",
        "Send it with the header Content-Type: application/json.",
        "请求体未声明为 JSON。",
        "请设置请求头 Content-Type: application/json。",
    ),
    "bad_request": Said(
        "The request cannot be understood.",
        "Compare it with the API description.",
        "无法理解该请求。",
        "请对照 API 文档检查请求。",
    ),
    "key_reused": Said(
        "This event id was used for other content.",
        "Give every new feedback an id of its own; repeat an id only with the same body.",
        "该事件编号已用于其他内容。",
        "每条新反馈请使用新的编号；只有内容完全相同时才可重复使用编号。",
    ),
    "not_replayable": Said(
        "What lies here is no fact that this release understands.",
        "Look at it with GET; after an upgrade that knows it, try again.",
        "此内容不是当前版本能理解的事件。",
        "请用 GET 查看；升级到能识别它的版本后再重试。",
    ),
    "in_flight": Said(
        "The same feedback is being stored right now.",
        "Wait a moment and send it again: the answer will be the same id.",
        "同一条反馈正在保存。",
        "请稍候重发：将得到相同的编号。",
    ),
    "illegal_move": Said(
        "An action in state {state} cannot move to {to}.",
        "Choose one of the legal moves listed.",
        "状态为 {state} 的改进措施不能转到 {to}。",
        "请从列出的合法转移中选择。",
    ),
    "unknown_case": Said(
        "A case of this list does not exist.",
        "Check the ids listed under missing.",
        "列表中有不存在的案例。",
        "请检查 missing 中列出的编号。",
    ),
    "unknown_problem": Said(
        "This problem does not exist.",
        "Check the problem's id.",
        "该问题不存在。",
        "请检查问题编号。",
    ),
    "unavailable": Said(
        "A part of the system is away for a moment.",
        "Send the same request again after the time in Retry-After.",
        "系统的一部分暂时不可用。",
        "请在 Retry-After 所示时间后重发同一请求。",
    ),
    "internal": Said(
        "This is a fault of ours.",
        "Send it again later; if it stays, give the operator the time of this request.",
        "这是我们的故障。",
        "请稍后重试；若问题仍在，请将请求时间告知管理员。",
    ),
}
