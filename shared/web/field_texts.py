"""What every broken rule of a field says, in English and Chinese. A test walks all codes."""

from shared.web.attachment_texts import ATTACHMENT_FIELD_RULES
from shared.web.case_texts import CASE_FIELD_RULES
from shared.web.customer_texts import CUSTOMER_FIELD_RULES
from shared.web.file_texts import FILE_RULES
from shared.web.identity_texts import IDENTITY_FIELD_RULES
from shared.web.import_texts import IMPORT_FIELD_RULES
from shared.web.mail_texts import MAIL_FIELD_RULES
from shared.web.row_texts import ROW_RULES
from shared.web.said import Said

FIELD_RULE_OTHER = Said(
    "The value breaks a rule.", "Compare it with the API description.", "该值不符合规则。", "请对照 API 文档检查。"
)

FIELD_RULES: dict[str, Said] = {
    "invalid": FIELD_RULE_OTHER,
    "required": Said("This field is required.", "Add it.", "缺少必填字段。", "请补上该字段。"),
    "empty": Said(
        "The text is empty.", "Write at least one visible character.", "内容为空。", "请至少填写一个可见字符。"
    ),
    "too_long": Said(
        "The text is longer than {max_length} characters.",
        "Shorten it to {max_length} characters.",
        "内容超过 {max_length} 个字符。",
        "请缩短到 {max_length} 个字符以内。",
    ),
    "too_short": Said(
        "The text is shorter than {min_length} characters.",
        "Write at least {min_length} characters.",
        "内容少于 {min_length} 个字符。",
        "请至少填写 {min_length} 个字符。",
    ),
    "nul": Said(
        "The text holds a NUL character (U+0000).",
        "Remove it.",
        "内容包含空字符（U+0000）。",
        "请删除该字符。",
    ),
    "broken_unicode": Said(
        "The text holds half of a surrogate pair, which is no character.",
        "Send whole characters; check how emoji are escaped.",
        "内容包含不完整的代理对，不是有效字符。",
        "请发送完整的字符，并检查表情符号的转义方式。",
    ),
    "not_text": Said("This must be text.", "Send a JSON string.", "此处应为文本。", "请发送 JSON 字符串。"),
    "not_a_number": Said(
        "This must be a finite number.", "Send a JSON number.", "此处应为有限数字。", "请发送 JSON 数字。"
    ),
    "not_true_or_false": Said(
        "This must be true or false.", "Send true or false.", "此处应为 true 或 false。", "请发送 true 或 false。"
    ),
    "not_a_list": Said("This must be a list.", "Send a JSON array.", "此处应为列表。", "请发送 JSON 数组。"),
    "not_an_object": Said("This must be an object.", "Send a JSON object.", "此处应为对象。", "请发送 JSON 对象。"),
    "too_many": Said(
        "There are more than {max_length} entries.",
        "Send at most {max_length}.",
        "超过 {max_length} 项。",
        "最多发送 {max_length} 项。",
    ),
    "too_few": Said(
        "There are fewer than {min_length} entries.",
        "Send at least {min_length}.",
        "少于 {min_length} 项。",
        "至少发送 {min_length} 项。",
    ),
    "unknown_field": Said(
        "This field is not known here.", "Remove it, or check its spelling.", "未知字段。", "请删除该字段或检查拼写。"
    ),
    "unknown_parameter": Said(
        "This query parameter is not known here.",
        "Remove it, or check its spelling in the API description.",
        "未知的查询参数。",
        "请删除该参数，或对照 API 文档检查拼写。",
    ),
    "sent_twice": Said(
        "This was sent more than once.",
        "Send it once.",
        "此项重复发送。",
        "请只发送一次。",
    ),
    "not_a_tag": Said(
        "This is neither an ETag nor a list of them.",
        'Send the ETag as it was given, in its quotes, such as "3-en", or *.',
        "不是有效的 ETag 或 ETag 列表。",
        '请原样发送 ETag（含引号），例如 "3-zh"，或 *。',
    ),
    "bad_characters": Said(
        "The value holds characters that are not allowed here.",
        "Compare it with the pattern in the API description.",
        "该值包含此处不允许的字符。",
        "请对照 API 文档中的格式检查。",
    ),
    "not_one_of": Said(
        "The value must be one of: {expected}.",
        "Choose one of them.",
        "取值必须是以下之一：{expected}。",
        "请从中选择。",
    ),
    "not_a_uuid": Said(
        "This is not a UUID.",
        "Send 32 hexadecimal digits, as in RFC 9562.",
        "不是有效的 UUID。",
        "请按 RFC 9562 发送 32 位十六进制数字。",
    ),
    "not_a_time": Said(
        "This is not a date and time.",
        "Write it like 2026-11-21T08:30:00Z.",
        "不是有效的日期时间。",
        "请按 2026-11-21T08:30:00Z 的格式填写。",
    ),
    "not_a_date": Said(
        "This is not a date.", "Write it like 2026-11-21.", "不是有效的日期。", "请按 2026-11-21 的格式填写。"
    ),
    "time_without_zone": Said(
        "The time has no zone.",
        "End it with Z or an offset such as +08:00.",
        "时间缺少时区。",
        "请以 Z 或 +08:00 之类的时差结尾。",
    ),
    "time_out_of_range": Said(
        "The time lies before {earliest} or in the future.",
        "Send the moment when the customer spoke.",
        "时间早于 {earliest} 或在未来。",
        "请填写客户反馈的实际时间。",
    ),
    "off_the_scale": Said(
        "The value lies outside its scale.",
        "Send a value from {lowest} to {highest}, or name another scale.",
        "数值超出量表范围。",
        "请填写 {lowest} 到 {highest} 之间的值，或更换量表。",
    ),
    "not_whole": Said(
        "This must be a whole number.", "Send a number without a fraction.", "此处应为整数。", "请发送不带小数的数字。"
    ),
    "text_too_long": Said(
        "The text is longer than {max_length} characters, the limit of this channel.",
        "Shorten it, or send the rest as a second feedback.",
        "内容超过该渠道的上限 {max_length} 个字符。",
        "请缩短内容，或将其余部分另发一条反馈。",
    ),
    "source_missing": Said(
        "external_id has no meaning without source.",
        "Name the system that the id comes from in source.",
        "仅有 external_id 而没有 source。",
        "请在 source 中注明该编号所属的系统。",
    ),
    "key_reused": Said(
        "This id stands for another content already.",
        "Use a new id for new content.",
        "该编号已对应其他内容。",
        "新内容请使用新的编号。",
    ),
    "bad_cursor": Said(
        "This cursor is not one of ours, or it was changed.",
        "Use `next` of the page before as it is, or begin without a cursor.",
        "该游标无效或已被修改。",
        "请原样使用上一页的 next，或不带游标从头开始。",
    ),
    "too_many_marks": Said(
        "A letter carries more than {max} combining marks.",
        "Remove the marks that are stacked on it.",
        "单个字符叠加了超过 {max} 个组合符号。",
        "请删除叠加的组合符号。",
    ),
    "too_small": Said(
        "The number is too small.",
        "Stay within the allowed range ({ge}{gt}).",
        "数值过小。",
        "请保持在允许范围内（{ge}{gt}）。",
    ),
    "too_large": Said(
        "The number is too large.",
        "Stay within the allowed range ({le}{lt}).",
        "数值过大。",
        "请保持在允许范围内（{le}{lt}）。",
    ),
    "not_an_email": Said(
        "This is not an e-mail address.",
        "Write it like name@example.com.",
        "不是有效的电子邮箱地址。",
        "请按 name@example.com 的格式填写。",
    ),
    "wording_uneven": Said(
        "The languages ask customers for different purposes, or for none.",
        "Write a text for the same purposes in every language that the widget speaks.",
        "各语言征求授权的用途不一致，或没有任何用途。",
        "请为组件的每种语言填写相同用途的授权文本。",
    ),
    "not_a_url": Said(
        "This is not an address of the web.",
        "Write it like https://www.example.com/page, without a name or password in it.",
        "不是有效的网址。",
        "请按 https://www.example.com/page 的格式填写，不含用户名和密码。",
    ),
    "not_a_phone": Said(
        "This is not a phone number.",
        "Write at least {min_length} digits, or leave the field out.",
        "不是有效的电话号码。",
        "请至少填写 {min_length} 位数字，或省略该字段。",
    ),
    "password_common": Said(
        "This password is among the first that a guesser tries.",
        "Choose several words that have nothing to do with each other.",
        "此密码是攻击者最先尝试的密码之一。",
        "请选用几个互不相关的词。",
    ),
    "password_like_you": Said(
        "This password holds the e-mail or the brand, or is made of the name.",
        "Choose several words that have nothing to do with them.",
        "此密码包含邮箱或品牌名，或由姓名构成。",
        "请选用几个与它们无关的词。",
    ),
    "not_json": Said(
        "The body is not JSON.",
        "Send one whole JSON value in UTF-8.",
        "请求体不是有效的 JSON。",
        "请以 UTF-8 编码发送一个完整的 JSON 值。",
    ),
    "duplicate_name": Said(
        "An object holds the name {name} twice.",
        "Send each name once.",
        "同一对象中的字段名 {name} 出现了两次。",
        "每个字段名只发送一次。",
    ),
    "too_deep": Said("The JSON is nested too deeply.", "Send a flat object.", "JSON 嵌套过深。", "请发送扁平的对象。"),
    "unpaired": Said(
        "This field needs {partner} beside it.",
        "Send both or neither.",
        "该字段需要同时提供 {partner}。",
        "请同时提供或都不提供。",
    ),
    **ATTACHMENT_FIELD_RULES,
    **CASE_FIELD_RULES,
    **CUSTOMER_FIELD_RULES,
    **IMPORT_FIELD_RULES,
    **FILE_RULES,
    **ROW_RULES,
    **IDENTITY_FIELD_RULES,
    **MAIL_FIELD_RULES,
}
