"""What every problem says, in English and Chinese: what is wrong, and what to do. A test walks all codes."""

from shared.web.attachment_texts import ATTACHMENT_PROBLEMS
from shared.web.case_texts import CASE_PROBLEMS
from shared.web.customer_texts import CUSTOMER_PROBLEMS
from shared.web.identity_texts import IDENTITY_PROBLEMS
from shared.web.import_texts import IMPORT_PROBLEMS
from shared.web.people_texts import PEOPLE_PROBLEMS
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
    "consent_text_fixed": Said(
        "This version of the wording says something else already.",
        "Customers may have agreed to it: give another wording another version.",
        "该版本的授权文本已有其他内容。",
        "客户可能已据此授权：请为新的文本使用新的版本号。",
    ),
    "unauthorized": Said(
        "The key is missing, unknown, expired or revoked.",
        "Send Authorization: Bearer followed by a valid key.",
        "缺少密钥，或密钥未知、已过期、已撤销。",
        "请在 Authorization: Bearer 后附上有效的密钥。",
    ),
    "forbidden": Said(
        "You may not do that.",
        "It takes the scope {scope}: use a key that has it, or ask an administrator for a role that does.",
        "您没有该权限。",
        "需要 {scope} 权限：请使用具有该权限的密钥，或请管理员授予具有该权限的角色。",
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
        "This id or key was used for other content.",
        "Give everything new an id of its own; repeat an id only with the same body.",
        "该编号或幂等键已用于其他内容。",
        "新内容请使用新的编号；只有内容完全相同时才可重复使用编号。",
    ),
    "not_replayable": Said(
        "What lies here is no fact that this release understands.",
        "Look at it with GET; after an upgrade that knows it, try again.",
        "此内容不是当前版本能理解的事件。",
        "请用 GET 查看；升级到能识别它的版本后再重试。",
    ),
    "in_flight": Said(
        "The same request is being worked on right now.",
        "Send it again after the time in Retry-After: the answer will be that of the first.",
        "相同的请求正在处理中。",
        "请在 Retry-After 所示时间后重发：将得到首次请求的结果。",
    ),
    "version_required": Said(
        "A change must say which version it builds on.",
        "Read the thing, and send its ETag as If-Match; or If-Match: * for whichever version there is.",
        "修改时必须指明所依据的版本。",
        "请先读取该对象，并将其 ETag 放入 If-Match；若不限版本，请发送 If-Match: *。",
    ),
    "version_changed": Said(
        "Somebody has changed this since you read it.",
        "Read it again, look at what changed, and send the change with the new ETag.",
        "您读取之后，该对象已被他人修改。",
        "请重新读取，确认变化后，使用新的 ETag 再次提交。",
    ),
    "illegal_move": Said(
        "An action in state {state} cannot move to {to}.",
        "Choose one of the legal moves listed.",
        "状态为 {state} 的改进措施不能转到 {to}。",
        "请从列出的合法转移中选择。",
    ),
    "action_closed": Said(
        "This action is closed, and its customers were told.",
        "Reopen it first, if it must change.",
        "该措施已关闭，客户已收到告知。",
        "如需修改，请先重新打开。",
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
    **ATTACHMENT_PROBLEMS,
    **CASE_PROBLEMS,
    **CUSTOMER_PROBLEMS,
    **IMPORT_PROBLEMS,
    **IDENTITY_PROBLEMS,
    **PEOPLE_PROBLEMS,
}
