"""What problems and broken rules of customers and products say."""

from shared.web.said import Said

CUSTOMER_PROBLEMS: dict[str, Said] = {
    "unknown_customer": Said(
        "There is no such customer, or they were erased.",
        "Look the customer up with POST /v1/customers:find.",
        "没有这位客户，或其资料已被删除。",
        "请用 POST /v1/customers:find 查找客户。",
    ),
    "same_customer": Said(
        "The two are one person already.",
        "Nothing is left to do; GET /v1/customers/{{id}} names who belongs together.",
        "两者已是同一个人。",
        "无需再操作；GET /v1/customers/{{id}} 会列出同属一人的客户。",
    ),
    "too_many_merged": Said(
        "More customers would be one person than anybody is.",
        "Undo merges that were a mistake first.",
        "合并成一个人的客户过多。",
        "请先撤销误操作的合并。",
    ),
    "not_merged": Said(
        "This decision is no merge, or it was undone before.",
        "See GET /v1/customer-merges for what holds now.",
        "该决定不是合并，或已被撤销。",
        "请通过 GET /v1/customer-merges 查看当前状态。",
    ),
    "model_taken": Said(
        "Another product has this model.",
        "Change that product; spaces, dashes and letter case make no difference.",
        "已有产品使用此型号。",
        "请修改该产品；空格、连字符和大小写不作区分。",
    ),
}

CUSTOMER_FIELD_RULES: dict[str, Said] = {
    "model_taken": Said(
        "Another product has this model.", "Use another, or change that product.",
        "已有产品使用此型号。", "请换一个型号，或修改该产品。",
    ),
    "not_a_month": Said(
        "This is not a month.", "Write it as YYYY-MM, such as 2026-05.",
        "这不是月份。", "请写成 YYYY-MM，例如 2026-05。",
    ),
}  # fmt: skip
