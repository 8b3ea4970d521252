"""What problems and broken fields of cases say."""

from shared.web.said import Said

CASE_PROBLEMS: dict[str, Said] = {
    "illegal_case_move": Said(
        "A case in state {state} cannot move to {to}.",
        "Choose one of the legal moves listed.",
        "状态为 {state} 的工单不能转到 {to}。",
        "请从列出的合法转移中选择。",
    ),
    "unknown_case": Said(
        "This case, or one of this list, does not exist.",
        "Check the id, or those listed under missing.",
        "工单不存在，或列表中有不存在的工单。",
        "请检查编号，或 missing 中列出的编号。",
    ),
    "nobody_to_answer": Said(
        "Nobody knows whose case this is, so nobody can be answered.",
        "Close it as told elsewhere when the customer was reached another way.",
        "不知道该工单属于哪位客户，无法答复。",
        "若已通过其他方式联系客户，请以“已通过其他途径告知”关闭工单。",
    ),
}

CASE_FIELD_RULES: dict[str, Said] = {
    "close_reason_missing": Said(
        "A case is closed for a reason.",
        "Say which; a case whose matter was settled is solved instead.",
        "关闭工单须注明原因。",
        "请填写原因；若问题已解决，请改为“已解决”。",
    ),
    "close_reason_alone": Said(
        "Only a case that is being closed has a reason for it.",
        "Send it with the state closed, or leave it out.",
        "仅在关闭工单时才可填写关闭原因。",
        "请与状态 closed 一起发送，或省略该字段。",
    ),
    "unknown_assignee": Said(
        "Nobody with this id could work on a case.",
        "Name a member of this company who is not disabled.",
        "没有可处理工单的此成员。",
        "请填写本公司中未停用的成员。",
    ),
    "not_soon": Said(
        "The time is past, or more than {days_max} days away.",
        "Choose a time between now and then.",
        "时间已过，或在 {days_max} 天以后。",
        "请选择这期间的时间。",
    ),
}
