"""What is said of somebody's database that cannot be read: what is wrong, and what to do. No secret stands in it."""

from shared.web.said import Said

SOURCE_RULES: dict[str, Said] = {
    "bad_source_url": Said(
        "This is no address of a database that can be read.",
        "Write mysql://user:password@host/database, postgresql://… or sqlite:///file.db, with sslmode "
        "(disable, require, verify-full) and sslrootcert as its only options.",
        "不是可读取的数据库地址。",
        "请写成 mysql://用户:密码@主机/数据库、postgresql://… 或 sqlite:///文件.db；"
        "仅支持 sslmode（disable、require、verify-full）和 sslrootcert 两个选项。",
    ),
    "source_unreachable": Said(
        "The database {source} does not let itself be read: {reason}.",
        "Check host, user, password, rights and sslmode. Reading needs SELECT and nothing else.",
        "无法读取数据库 {source}：{reason}。",
        "请检查主机、用户、密码、权限和 sslmode；只需 SELECT 权限。",
    ),
    "no_classic_tables": Said(
        "There is no table of feedback among: {found}.",
        "It is looked for as customer_satisfaction, CustomerSatisfaction, feedback and their plurals. "
        "Export another one as CSV, and import that.",
        "以下表中没有反馈表：{found}。",
        "系统按 customer_satisfaction、CustomerSatisfaction、feedback 及其复数查找。其他表请导出为 CSV 后导入。",
    ),
    "no_classic_column": Said(
        "The table {table} has no column for {column}.",
        "Give it one by a view, or export the table as CSV and say which column is which.",
        "表 {table} 缺少对应 {column} 的列。",
        "请用视图补上该列，或导出为 CSV 并指定各列含义。",
    ),
}
