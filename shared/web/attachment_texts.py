"""What problems of files say: announced, sent and kept."""

from shared.web.said import Said

ATTACHMENT_PROBLEMS: dict[str, Said] = {
    "feedback_not_here": Said(
        "No feedback of this id takes a file.",
        "Check the id; a feedback that was erased, or is older than a week, takes none from an app's key.",
        "没有可添加附件的对应反馈。",
        "请检查编号；已删除的反馈，或超过一周的反馈（使用应用密钥时），不能再添加附件。",
    ),
    "too_many_files": Said(
        "The feedback has {max_files} files already.",
        "Send the most telling ones.",
        "该反馈已有 {max_files} 个附件。",
        "请只发送最能说明问题的附件。",
    ),
    "files_quota_full": Said(
        "The files of this company take all the room that they may. The feedback itself is kept.",
        "Tell whoever runs this system; send the file again when there is room.",
        "该公司的附件空间已用完。反馈本身已保存。",
        "请告知系统管理员，待有空间后重新发送附件。",
    ),
    "upload_gone": Said(
        "No file is waited for at this address.",
        "Announce the file again at POST /v1/widget/attachments, and send it to the new address.",
        "该地址不再等待附件。",
        "请重新通过 POST /v1/widget/attachments 登记附件，并发送到新地址。",
    ),
    "wrong_size": Said(
        "The file is not {wanted} bytes long, as was said.",
        "Announce it with its true size, and send it whole.",
        "附件大小与登记的 {wanted} 字节不符。",
        "请按实际大小登记，并完整发送。",
    ),
    "wrong_hash": Said(
        "The bytes do not have the SHA-256 that was said.",
        "Send the file again; if that fails, announce it anew with the hash of what is sent.",
        "附件内容与登记的 SHA-256 不符。",
        "请重新发送；如仍失败，请按实际内容的哈希重新登记。",
    ),
    "wrong_type": Said(
        "The content of the file is not {wanted}.",
        "Announce the type that the file really has; its name does not matter.",
        "附件内容不是 {wanted}。",
        "请按文件的真实类型登记；文件名无关紧要。",
    ),
    "broken_picture": Said(
        "The picture cannot be drawn.",
        "Open it and save it anew as JPEG or PNG.",
        "无法绘制该图片。",
        "请打开图片并另存为 JPEG 或 PNG。",
    ),
    "too_many_pixels": Said(
        "The picture has more pixels than can be drawn (50 million at most).",
        "Make it smaller.",
        "图片像素过多（最多 5000 万）。",
        "请缩小图片。",
    ),
    "no_room": Said(
        "There is no room for files now. The feedback itself is kept; only its file is missing.",
        "Send the file again later; its announcement still holds. Operators: make room on the files' volume.",
        "目前没有存放附件的空间。反馈本身已保存，仅缺附件。",
        "请稍后重新发送附件，登记仍然有效。运维人员：请为附件所在磁盘腾出空间。",
    ),
    "files_away": Said(
        "Files cannot be kept or read now. The feedback itself is safe.",
        "Try again soon. Operators: look at the files' volume.",
        "目前无法保存或读取附件。反馈本身不受影响。",
        "请稍后重试。运维人员：请检查附件所在磁盘。",
    ),
    "uploads_busy": Said(
        "Too many files are being sent at once.",
        "Send them one after the other, and try again in {retry_after_s} seconds.",
        "同时发送的附件过多。",
        "请逐个发送，并在 {retry_after_s} 秒后重试。",
    ),
    "file_broken": Said(
        "The file is damaged or gone.",
        "Nothing can be read of it; operators find its id in the log.",
        "附件已损坏或丢失。",
        "内容已无法读取；运维人员可在日志中找到其编号。",
    ),
}
ATTACHMENT_FIELD_RULES: dict[str, Said] = {
    "type_not_taken": Said(
        "Files of this type are not taken.",
        "Send one of: {taken}. Telephones that take HEIC pictures hand them over as JPEG when asked.",
        "不接受该类型的附件。",
        "请发送以下类型之一：{taken}。拍摄 HEIC 的手机可按 JPEG 导出。",
    ),
    "file_too_large": Said(
        "A file of this type may have {max_bytes} bytes.",
        "Send a smaller picture or a shorter video.",
        "该类型的附件最多 {max_bytes} 字节。",
        "请发送更小的图片或更短的视频。",
    ),
    "one_owner": Said(
        "A file belongs to one feedback, named in one way.",
        "Send either feedback_client_event_id or feedback_id.",
        "附件只能属于一条反馈，且只用一种方式指明。",
        "请只填写 feedback_client_event_id 或 feedback_id 之一。",
    ),
    "not_a_hash": Said(
        "This is no SHA-256 in hex.",
        "Send 64 characters of 0-9 and a-f.",
        "不是十六进制的 SHA-256。",
        "请发送 64 个字符（0-9、a-f）。",
    ),
}
