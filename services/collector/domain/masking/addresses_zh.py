"""Chinese addresses: found by what only an address has, a numbered road or a room, then widened to both sides."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.places_zh import start_of_place
from services.collector.domain.masking.span import Kind, Span

_HAN = "\u3400-\u9fff"
_DIGITS = r"\d{1,5}[A-Za-z]?(?:-\d{1,4}){0,3}[A-Za-z]?"
_NUMERALS = "[东西南北中甲乙丙丁]?[一二三四五六七八九十百]{1,4}"
_NUMBER = rf"(?:[附第]?[ ]?(?:[A-Za-z]{{1,2}}-?)?{_DIGITS}|{_NUMERALS}|[A-Za-z](?![A-Za-z])|[东西南北中甲乙丙丁])"
_UNIT = (
    "(?:号大院|号院|号楼|号门|号(?![线码])|栋|幢|座|单元|梯|层|楼|室|房间|房|户|弄|期|区|组|队|排|舍|门|铺|巷|塔|馆)"
)
_PART = rf"(?:{_NUMBER}[ ]?{_UNIT})"
# The parts that a home has; a floor or a gate alone belongs to any shop.
_HOME = rf"(?:(?:{_NUMBER}[层楼期区][ ]?)?{_NUMBER}[ ]?(?:号楼|号院|号(?![线码门])|栋|幢|座|单元|室|户|弄|舍|房))"
_DOOR = r"(?:\d{1,4}-){1,3}\d{2,4}"
_LARGE = (
    "(?:小区|花园|家园|公寓|大厦|大楼|写字楼|广场|新村|社区|山庄|国际|名都|华庭|嘉园|公馆|雅苑|豪庭|新城|名城|水岸"
    "|半岛|商城|宿舍|家属院|大院|别墅|工业园|科技园|产业园|创业园|软件园|园区|商业街|步行街|市场|中心|学校|大学|村委会)"
)
_SMALL = "[苑城园府里庭湾轩阁居邨院村郡墅岛州寓台坊]"
# "Our estate" and "this estate" are no names.
_NAMED = rf"(?<![我们本这那个老的咱])[{_HAN}](?<![我们本这那个老的咱])"
_ROAD = (
    r"(?:(?<![线电思半套管气油水铁网链出])路|街(?!道)|街道|大道|(?<![知味管渠频通报难赛隧轨大])道|巷|胡同|弄|里弄|公路)"
)
# Where along the road, as in 天府大道中段 or 高新南一道.
_ALONG = r"(?:[东西南北中]?(?:[一二三四五六七八九十]{1,2})?(?:段|路|道|街|横街|支路)?)"
_NO_COUNT = r"(?![\d年月日天元块万个台次条分秒点岁%℃度斤米公])"
_ROOM = rf"\d{{3,4}}(?!\d|-\d){_NO_COUNT}"
_NO_VERB = rf"(?:(?![的了我在到里])[{_HAN}])"

_NUMBERED_ROAD = (
    rf"{_ROAD}{_ALONG}[ ]?(?:\d{{1,4}}弄[ ]?)?"
    rf"(?:{_DIGITS}[ ]?(?:号(?![线码晚早上下])|弄)|[一二三四五六七八九十百]{{1,5}}号)(?:之\d)?(?:大院|院|楼)?"
)
# From the city down to a street or a village is an address without a number, too.
_FROM_CITY_DOWN = (
    rf"[市县区旗]{_NO_VERB}{{1,5}}?[区县市镇乡]{_NO_VERB}{{1,8}}?(?:街道|村|镇|乡|大道|路|街|小区|花园)(?![口上边店办])"
    rf"(?:{_NO_VERB}{{1,8}}?(?:村|社区|小区|花园))?"
)
_SIGNS = (
    _NUMBERED_ROAD,
    rf"{_NAMED}{_LARGE}[ ]?(?:[(]?{_HOME}[)]?|{_DOOR})",
    rf"{_NAMED}(?:小区|花园|家园|公寓|大厦|大楼|广场|新村|国际|苑|城|府|庭)[ ]?(?:[A-Z]座?)?{_ROOM}",
    rf"{_NAMED}{_SMALL}[ ]?(?:{_PART}[ ]?{_PART}|{_NUMBER}(?:栋|幢|单元|室)|{_DOOR})",
    r"[苑城园里村区庭湾轩居邨期院](?:\d{1,3}-){1,3}\d{3,4}(?![\d-])",
    rf"{_PART}[ ]?{_NUMBER}[ ]?(?:单元|室|户|房)",
    rf"\d{{1,4}}(?:栋|幢|座|号楼|单元)[ ]?(?:\d{{1,2}}(?:单元|层|楼)[ ]?)?{_ROOM}",
    r"(?:(?<!农)村|屯|寨|庄|社区|乡|镇)[ ]?(?:第?[一二三四五六七八九十\d]{1,3}(?:组|队|社)|\d{1,4}号)",
    r"(?:邮政)?信箱[ ]?\d{1,6}[ ]?号?|\d{2,6}[ ]?号?信箱",
    _FROM_CITY_DOWN,
    rf"路[东西南北中一二三四五六七八九十]段[ ]?{_DIGITS}[ ]?号|[一二三四五六七八九十中东西南北]段[ ]?{_DIGITS}[ ]?号",
)
_SIGN = re.compile("|".join(_SIGNS))
_TAILS = (
    _PART,
    _DOOR,
    rf"(?:(?!{_NUMBER}{_UNIT})[{_HAN}]){{1,10}}?(?:{_LARGE}|{_SMALL})[ ]?(?:{_PART}|[A-Z]?{_ROOM})",
    rf"[A-Za-z]?-?\d{{3,4}}[A-Z]?(?!\d|-\d){_NO_COUNT}",
    rf"(?<=[栋幢座楼层元])[ ]?\d{{1,4}}(?:-\d{{1,4}}){{0,2}}[A-Z]?(?![\dA-Za-z]){_NO_COUNT}",
    r"之[\d一二三四五六七八九十]{1,2}",
    rf"[(](?:{_PART}|[{_HAN}]{{1,10}})[)]",
    "门口(?:鞋?柜子?)?|[前后侧东西南北]门",
)
_TAIL = re.compile(f"[ ,]?(?:{'|'.join(_TAILS)})")
_TAILS_MAX = 10


def find(view: str) -> Iterator[Span]:
    """Addresses in Chinese, from the largest place that is named to the door."""
    seen = 0
    for match in _SIGN.finditer(view):
        if match.start() < seen:
            continue
        seen = _end_of_tail(view, match.end())
        yield Span(start_of_place(view, match.start()), seen, Kind.ADDRESS)


def _end_of_tail(view: str, at: int) -> int:
    for _ in range(_TAILS_MAX):
        match = _TAIL.match(view, at)
        if match is None:
            break
        at = match.end()
    return at
