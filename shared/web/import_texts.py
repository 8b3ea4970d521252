"""What is said about imports that cannot go on, and about rows that cannot be kept."""

from shared.web.said import Said

IMPORT_PROBLEMS: dict[str, Said] = {
    "wrong_import_state": Said(
        "The import is {state}, so this cannot be done now.",
        "Read the import again: its state says what can be done. A file that has ended can be sent again.",
        "该导入当前状态为 {state}，暂时无法执行此操作。",
        "请重新读取该导入：其状态说明可以做什么。已结束的文件可以重新上传。",
    ),
    "no_room": Said(
        "The disk has no room for this file.",
        "Free space on the server, or send a smaller file.",
        "磁盘空间不足，无法保存该文件。",
        "请清理服务器磁盘空间，或上传较小的文件。",
    ),
    "words_forgotten": Said(
        "What this import held of its file is forgotten: it is kept for a limited time.",
        "Send the file again; rows that are known are not stored twice.",
        "该导入所保存的文件内容已按保留期限删除。",
        "请重新上传文件；已有的行不会重复保存。",
    ),
}

IMPORT_FIELD_RULES: dict[str, Said] = {
    "not_storable": Said(
        "The database does not take this row.",
        "Send it again later; if it is refused again, report it with the row's number.",
        "数据库无法保存该行。",
        "请稍后重新发送；如仍被拒绝，请附行号反馈该问题。",
    ),
    "no_text_column": Said(
        "No column holds the customers' words, as far as one can tell.",
        "Say which of these columns does: {expected}.",
        "未能识别出哪一列是客户所说的内容。",
        "请指明是以下哪一列：{expected}。",
    ),
    "unknown_preset": Said(
        "There is no such preset.",
        "Use one of: {expected}.",
        "没有这种预设。",
        "请使用以下之一：{expected}。",
    ),
    "file_gone": Said(
        "The uploaded file is not there any more.",
        "Send the file again; rows that are known are not stored twice.",
        "上传的文件已不存在。",
        "请重新上传文件；已有的行不会重复保存。",
    ),
}

# Why a column was taken for what it is.
COLUMN_REASONS: dict[str, Said] = {
    "told": Said("as you said", "", "按您的指定", ""),
    "column_name": Said("by its name", "", "根据列名", ""),
    "preset_names_it": Said("by its name in such files", "", "根据此类文件的固定列名", ""),
    "looks_like_it": Said("by what stands in it", "", "根据列中的内容", ""),
    "longest_words": Said("the longest texts stand in it", "", "此列的文字最长", ""),
    "left_out": Said("left out", "", "不导入", ""),
}
