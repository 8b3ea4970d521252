"""What serial numbers are called in both languages, and what else a mixture of letters and digits may be."""

_OF = (
    "(?:序列|机身|机体|机器|整机|主机|[内外]机|产品|设备|出厂|铭牌|生产|识别|注册|资产|固定资产"
    "|本机|电器|机组|机型?贴纸)"
)
_NUMBER = "(?:的?(?:编号|编码|号码|条形?码|序号|串号|流水码|代码|识别码|唯一码|二维码|号|码)|[ ]?(?:ID|id|Id|SN|sn))"
CALLED_ZH = rf"(?:{_OF}{_NUMBER}|序列号?码?|出厂序号|串[号码]|机[号码](?!头)|车架号|机身(?=[A-Z\d]))"
CALLED_EN = (
    r"(?:(?<![A-Za-z])S[ /\\.\-]?N(?:\.(?=[ :#]))?(?:码|号)?(?![A-Za-z])"
    r"|(?<![A-Za-z])(?:S\.[ ]?No|E-Nr)(?![A-Za-z])\.?|(?<![A-Za-z])serials?(?:(?:[ ]?(?:no|nr|num"
    r"|code|id))(?![A-Za-z]))?"
    r"|(?<![A-Za-z])ser(?:\.|\#|[ ](?=no|nr|num|\#))[ ]?(?:no|nr|num|\#)?(?![A-Za-z])"
    r"|(?<![A-Za-z])(?:imei|meid|mac address|eui|uuid|seriennummer"
    r"|n[ou]m[eé]ro de s[eé]rie)(?![A-Za-z])"
    r"|(?<![A-Za-z])(?:unit|device|machine|appliance|product|asset|equipment|set|hardware|chassis"
    r"|identification|registration)[ ]"
    r"(?:id|no|nr|num|number|serial|tag|code)(?![A-Za-z])"
    r"|(?<![A-Za-z])(?:code|number|digits|sticker|label|barcode|plate)[ ](?:on|under|behind|inside"
    r"|says|reads)(?:[ ](?:the|a|its|my))?"
    r"(?:[ ](?:back|side|bottom|sticker|label|door|lid|machine|unit|drum|base|rear|plate|inside|frame"
    r"|rating plate))?(?![A-Za-z]))"
)
# A bare "number" or "bar code" may be anybody's; only a long value makes it a serial number.
CALLED_LOOSELY = (
    r"(?:(?<![单递流票同件诉员板品货程路房楼材料])(?:编号|编码|条形?码|识别码|身份码|唯一码|贴纸上|标签上|铭牌上)"
    r"|(?<![A-Za-z])(?:bar ?code label|data plate|rating plate|qr code))"
)
OTHER_THING = (
    r"(?!型号|订单|单号|只有|运单|工单|电话|手机|身份证|邮箱|地址|卡号|车牌|密码|验证码|版本"
    r"|(?<![A-Za-z])(?:model|order|error|since|phone|call|version|firmware|invoice|part|ticket|bought"
    r"|purchased|dated?|tracking)(?![A-Za-z]))"
)
# Models by the letters that standards and makers begin them with, and numbers of parcels, bills and cases.
NO_SERIAL = (
    r"(?:KFRD?|KFR?D?|KF|BCD|BC|BD|SC|XQ[GBS]|TG|MDV[A-Z]?|MDS|CXW|JSQ\w?|JZ[TY]|GMV|RFD?|FG|GF|LHS"
    r"|HMV|TGMV|FGR|KJ|MG|MB|TD|WQP|EFX?|RX|UA|UN|QN|LFX\w"
    r")-?\d{2,3}(?!\d{3})"
)
PARCEL_OR_CASE = (
    r"(?:SF|YT|ZTO?|JDV?|JT|STO|YD|EMS|DPK?|1Z|INV|ORD(?:ER)?|RMA|PO|TKT|TICKET|REF|CASE|SR|WO|GD|DD"
    r"|ISBN|UPC|EAN|SKU|COVID|HTTP|IP|ISO|GB|EN|IEC|QB)"
    r"[\-]?[A-Z]?\d"
)
UNITS = (
    r"(?:(?:\d+(?:V|W|KW|HZ|L|ML|MM|CM|M|KG|G|MIN|S|DB|A|MA|MAH|GB|TB|MB|T|K|P|MP|HP|BTU|RPM|PA|KPA"
    r"|BAR|C|F|H|X|D|USD|RMB|IN|INCH|FT|LB|LBS|OZ)"
    r"|IPX?\d{1,2})[\-/]?){1,9}"
)
