"""What is said of single rows that are rejected: what is wrong, and what to do."""

from shared.web.said import Said

ROW_RULES: dict[str, Said] = {
    "torn_row": Said(
        "The row has {cells} cells, the header {columns}.",
        "Put quotes around cells that hold the delimiter or a line break.",
        "该行有 {cells} 个单元格，表头有 {columns} 个。",
        "含有分隔符或换行符的单元格请加引号。",
    ),
    "unbalanced_quote": Said(
        "A quote opens in this row and does not close, or closes in the middle of a cell.",
        "Close it, or write a quote inside a cell twice.",
        "该行有引号未闭合，或在单元格中间闭合。",
        "请补上引号；单元格内的引号须写两次。",
    ),
    "too_large_row": Said(
        "The row is longer than {max_length} characters.",
        "Is a quote missing in it? Else leave columns out.",
        "该行超过 {max_length} 个字符。",
        "是否缺少引号？否则请删去部分列。",
    ),
    "not_in_encoding": Said(
        "The row holds bytes that are none of the file's encoding.",
        "Name another encoding for the file, or mend the row.",
        "该行含有不属于文件编码的字节。",
        "请为文件注明其他编码，或修正该行。",
    ),
    "line_not_json": Said(
        "The line is not JSON.",
        "Write one whole JSON object on each line.",
        "该行不是有效的 JSON。",
        "请每行写一个完整的 JSON 对象。",
    ),
    "line_not_an_object": Said(
        "The line is no JSON object.",
        "Write one object with names on each line.",
        "该行不是 JSON 对象。",
        "请每行写一个带字段名的对象。",
    ),
    "ambiguous_date": Said(
        "It can be the day or the month that stands first.",
        "Tell day_first or month_first, or write the year first.",
        "无法判断是日在前还是月在前。",
        "请注明 day_first 或 month_first，或将年份写在最前。",
    ),
    "not_a_rating": Said(
        "This is neither a number nor a known word of a scale.",
        "Write a number, stars, a share such as 4/5 or 80%, or leave the cell empty.",
        "既不是数字，也不是已知的评价用语。",
        "请填写数字、星号、4/5 或 80% 之类的写法，或留空。",
    ),
    "not_a_language": Said(
        "This is no language tag.",
        "Write one such as zh-CN or en, or leave the cell empty.",
        "不是有效的语言标签。",
        "请填写 zh-CN 或 en 之类的标签，或留空。",
    ),
    "rating_only": Said(
        "There are stars and no words.",
        "Nothing is to be done: only what says something is feedback.",
        "只有星级，没有文字。",
        "无需处理：只有含文字的评价才作为反馈收录。",
    ),
}

# Why a guessed mapping is as it is.
MAPPING_REASONS: dict[str, Said] = {
    "preset_names_it": Said(
        "This source always calls it so.",
        "Tell another column if it is wrong here.",
        "该来源固定使用此列名。",
        "若不正确，请另行指定列。",
    ),
    "column_name": Said(
        "Its name says so.",
        "Tell another column if it is wrong.",
        "列名表明其含义。",
        "若不正确，请另行指定列。",
    ),
    "looks_like_it": Said(
        "Most of its first cells look like it.",
        "Tell another column if it is wrong.",
        "前若干行大多符合该格式。",
        "若不正确，请另行指定列。",
    ),
    "longest_words": Said(
        "Of the columns that are left, it holds the longest words of people.",
        "Tell another column if it is wrong.",
        "在其余各列中，此列的文字最长。",
        "若不正确，请另行指定列。",
    ),
}
