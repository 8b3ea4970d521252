"""What is said of mailboxes: broken fields, and what to do about each fault of one, in English and Chinese."""

from collections.abc import Mapping

from shared.web.said import Said

MAIL_FIELD_RULES: dict[str, Said] = {
    "not_a_host": Said(
        "This is no name or address of a host.",
        "Write one such as imap.example.com, without a scheme, a port or a path.",
        "这不是有效的主机名或地址。",
        "请填写如 imap.example.com 的主机名，不含协议、端口或路径。",
    ),
    "not_protected": Said(
        "Without protection, a password may go to this very machine alone.",
        "Choose tls or starttls; none is for localhost.",
        "未加密的连接只能用于本机。",
        "请选择 tls 或 starttls；none 仅用于 localhost。",
    ),
    "name_taken": Said("Another mailbox has this name.", "Choose another name.", "已有同名的邮箱。", "请换一个名称。"),
    "folder_missing": Said(
        "Mails are to be moved, and no folder is named.",
        "Say in move_to where to, or choose another after_reading.",
        "设置为移动邮件，但未指定目标文件夹。",
        "请在 move_to 中指定文件夹，或更改 after_reading。",
    ),
}

# By the fault of a mailbox.
MAILBOX_FAULTS: Mapping[str, Said] = {
    "name": Said(
        "The host's name leads nowhere.",
        "Check the host: it is often imap. before the domain, such as imap.qq.com or imap.163.com.",
        "找不到该主机。",
        "请检查主机名，通常为 imap. 加域名，例如 imap.qq.com 或 imap.163.com。",
    ),
    "refused": Said(
        "Nobody answers there.",
        "Check host and port (993 for tls, 143 for starttls), and whether a firewall is between.",
        "连接被拒绝。",
        "请检查主机和端口（tls 为 993，starttls 为 143），以及是否有防火墙阻挡。",
    ),
    "timeout": Said(
        "The server did not answer in time.",
        "Check the port, and whether a firewall swallows the way; try again later.",
        "服务器未及时响应。",
        "请检查端口以及是否被防火墙拦截；稍后重试。",
    ),
    "tls": Said(
        "The protection failed: a certificate that is not trusted, or none at all.",
        "Check host, port and security; the certificate must be for this host and signed by a known authority.",
        "加密失败：证书不受信任，或服务器未提供加密。",
        "请检查主机、端口和加密方式；证书须与该主机名一致并由受信任的机构签发。",
    ),
    "not_loopback": Said(
        "Without protection, only this very machine is read.",
        "Choose tls or starttls.",
        "未加密的连接只能用于本机。",
        "请选择 tls 或 starttls。",
    ),
    "sign_in": Said(
        "The server lets nobody in with this name and password.",
        "Check both. QQ, 163 and Gmail want IMAP turned on, and a code for apps in place of the password.",
        "用户名或密码被拒绝。",
        "请检查用户名和密码。QQ、163、Gmail 需在设置中开启 IMAP，并使用授权码代替密码。",
    ),
    "folder": Said(
        "There is no such folder.",
        "Check folder; INBOX is everywhere.",
        "没有该文件夹。",
        "请检查 folder；INBOX 始终存在。",
    ),
    "move": Said(
        "Mails could not be moved.",
        "Make the folder of move_to at the server, or choose seen or keep as after_reading.",
        "无法移动邮件。",
        "请在服务器上创建 move_to 文件夹，或将 after_reading 设为 seen 或 keep。",
    ),
    "dropped": Said(
        "The server hung up, or speaks no IMAP there.",
        "Check host, port and security: port 993 wants tls, 143 starttls.",
        "服务器断开了连接，或该端口不是 IMAP。",
        "请检查主机、端口和加密方式：993 端口用 tls，143 端口用 starttls。",
    ),
    "internal": Said(
        "This is a fault of ours.",
        "The collector's log names it under mailbox_broken.",
        "这是我们的故障。",
        "请查看 collector 日志中的 mailbox_broken。",
    ),
}
