"""Where the name of a Chinese place begins: nothing marks it, so names that are known and words before it decide."""

import re

_PROVINCES = (
    "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃"
    "|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
)
_CITIES = (
    "石家庄|唐山|保定|太原|沈阳|大连|长春|哈尔滨|南京|苏州|无锡|常州|南通|徐州|扬州|杭州|宁波|温州|嘉兴|绍兴|金华|台州|合肥|芜湖"
    "|福州|厦门|泉州|南昌|济南|青岛|烟台|潍坊|临沂|郑州|洛阳|武汉|宜昌|长沙|株洲|广州|深圳|珠海|佛山|东莞|中山|惠州|汕头|南宁|桂林"
    "|海口|三亚|成都|绵阳|贵阳|昆明|拉萨|西安|兰州|西宁|银川|乌鲁木齐|呼和浩特|包头|台北|高雄|九龙"
)
_KNOWN = re.compile(rf"(?:中国)?[ ]?(?:{_PROVINCES}|{_CITIES})")
_ADMIN = re.compile(r"(?:自治[区州县]|[省市区县旗镇乡]|街道)")
# Words after which a place is named. Some names hold such a word; then the name is cut short, and its number is not.
_LEADS = re.compile(
    r"地址(?:改成|变更为|是|为|在)?|住址(?:是|为|在)?|位于|住在?|老家在?|家在|我们?家?|来到|(?:好|过|会|要|您|你|请|快|再)来|说好来"
    r"|[到在是寄送给从请了的至按去叫让跟和把]|门禁|收货|收件|上门|装机|取件|快递|地点|放(?!射|鹤)"
)
_REACH = 48
_HAN_OR_SPACE = re.compile(r"[\u3400-\u9fffA-Za-z\d ·\-]*$")
_ADMIN_NAME_LENGTH = 4
_NAME_LENGTH = 12
_SOLID = re.compile(r"[\u3400-\u9fff\dA-Za-z]*$")


def start_of_place(view: str, core: int) -> int:
    """The offset at which the place begins whose number or door stands at `core`."""
    window = view[max(0, core - _REACH) : core]
    run = _HAN_OR_SPACE.search(window)
    words = run[0] if run else ""
    known = _KNOWN.search(words)
    if known:
        return core - len(words) + known.start()
    admin = _ADMIN.search(words)
    if admin:
        name = _after_leads(words[: admin.start()])[-_ADMIN_NAME_LENGTH:]
        return core - len(words) + admin.start() - len(name)
    solid = _SOLID.search(words)
    return core - len(_after_leads(solid[0] if solid else "")[-_NAME_LENGTH:])


def _after_leads(words: str) -> str:
    end = 0
    for lead in _LEADS.finditer(words):
        end = lead.end()
    return words[end:].lstrip()
