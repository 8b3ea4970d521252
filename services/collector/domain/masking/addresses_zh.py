"""Chinese addresses: found by what only an address has, a numbered road or a room, then widened to both sides."""

import re
from collections.abc import Iterator

from services.collector.domain.masking.address_words_zh import (
    ALONG,
    DOOR,
    HAN,
    HOME,
    HOUSE_NUMBER,
    LARGE,
    NO_COUNT,
    NUMBER,
    NUMERALS,
    PART,
    PLACE,
    REST,
    ROAD,
    ROOM,
    SMALL,
    UNIT,
)
from services.collector.domain.masking.around import before
from services.collector.domain.masking.places_zh import start_of_place
from services.collector.domain.masking.span import Kind, Span

_ENDS = r"(?=[ ]?(?:[,，。;；!?、)|/\n\ufffc]|$))"
# "Our estate" and "this estate" are no names.
_NAMED = rf"(?<![我们本这那个老的咱各每])[{HAN}A-Za-z](?<![我们本这那个老的咱各每几])"
_NUMBERED_ROAD = (
    rf"{ROAD}{ALONG}[ ]?(?:\d{{1,4}}弄[ ]?)?"
    rf"(?:{HOUSE_NUMBER}[ ]?(?:号(?![线码晚早上下])|弄|巷\d)|附\d{{1,4}}号)(?:之\d)?(?:大院|院|楼)?"
)
_UNMARKED_ROAD = rf"[{HAN}]{{2}}{ROAD}{ALONG}\d{{1,4}}(?:-\d{{1,4}})?(?!\d){NO_COUNT}{_ENDS}"
_CROSSING = (
    rf"[{HAN}](?:路|街|大道)[与和跟]?{PLACE}{{1,6}}?(?:路|街|大道)的?(?:交汇处|交叉口|交界处?|路口|拐角)[东西南北侧角]*"
)
# From the city down to a street or a village is an address without a number, too.
_FROM_CITY_DOWN = (
    rf"[市县区旗州]{PLACE}{{1,5}}?[区县市镇乡]{PLACE}{{1,8}}?(?:街道|村|镇|乡|大道|路|街|小区|花园"
    rf"|社区)(?![口上边店办])"
)
_DIVISIONS = (
    rf"[{HAN}]{{2,8}}(?:省|市|自治区)[ /\-,，>]{{1,3}}[{HAN}]{{2,10}}(?:市|州|盟|地区|区|县)"
    rf"(?:[ /\-,，>]{{1,3}}[{HAN}]{{2,8}}(?:[区县市旗镇乡]|街道)){{0,2}}"
)
# A street of a named district.
_OF_DISTRICT = rf"[区县](?!别|分){PLACE}{{1,6}}?(?:(?<![线思半套管])路|大街|大道|胡同|[东西南北]街)(?![口上边店办])"
_VILLAGES = (
    rf"[镇乡](?!村){PLACE}{{1,6}}?(?:(?<!农)村|社区|屯|居委会)(?![里上口民委])",
    (
        rf"(?:(?<![农本我])村|屯|寨|庄|社区|[乡镇])[ ]?(?:{PLACE}{{1,5}}?)?"
        rf"(?:第?(?:[{NUMERALS}]{{1,3}}|\d{{1,3}})[ ]?(?:组|队|社|号(?![线码机])[楼院]?|巷|小组)"
        rf"|(?<=[{HAN}])[组屯湾坳冲垸](?={_ENDS[3:-1]}))"
    ),
)
_SIGNS = (
    _NUMBERED_ROAD,
    _UNMARKED_ROAD,
    _CROSSING,
    rf"{_NAMED}{LARGE}[ ]?(?:{PLACE}{{0,4}}?[(]?{HOME}[)]?|{DOOR}|[A-Z]?-?{ROOM}|[A-Z1-9][座栋塔])",
    rf"{_NAMED}(?![楼座]){SMALL}[ ]?(?:{PART}[ ]?{PART}|{NUMBER}(?:栋|幢|单元|室|号楼)|{DOOR})",
    rf"(?<=[{HAN}A-Z])(?<![年月日])[A-Z]?\d{{1,2}}-(?:\d{{1,3}}-){{1,2}}\d{{3,4}}(?![\d\-]){NO_COUNT}",
    r"[苑城园里村区庭湾轩居邨期院府座栋塔幢](?:\d{1,3}-){1,3}\d{3,4}(?![\d\-])",
    rf"{PART}[ ]?{NUMBER}[ ]?(?:单元|室|户|房(?!子)|教室|病房|办公室|寝室)",
    r"\d{1,4}(?:号?楼|栋|幢|座)[ ]?(?:\d{1,2}(?:门|单元)[ ]?)?\d{1,4}号(?!楼|[线码机])",
    r"(?:^|(?<=[:：，,\n]))[ ]?[A-Z]?\d{1,2}-\d{1,2}-(?!19|20)\d{3,4}(?![\d\-])",
    r"\d{1,4}[巷弄]\d{1,4}号",
    (
        rf"(?:[A-Z]|\d{{1,4}})(?:栋|幢|座|号楼|单元|塔|舍|斋|公寓|宿舍)[ ]?(?:\d{{1,2}}(?:单元|层"
        rf"|楼)[ ]?)?(?:[A-Z]?{ROOM}"
        rf"|\d{{1,2}}-\d{{1,4}})"
    ),
    rf"{NUMBER}[ ]?(?:期|区|组团)[ ]?{NUMBER}[ ]?(?:号楼|栋|幢|座|号院)",
    r"(?:邮政)?信箱[ ]?\d{1,6}[ ]?号?|\d{2,6}[ ]?号?信箱",
    rf"[路街道][东西南北中{NUMERALS}]段[ ]?{HOUSE_NUMBER}[ ]?号|[{NUMERALS}中东西南北]段[ ]?\d{{1,5}}[ ]?号",
    *_VILLAGES,
    _DIVISIONS,
    _OF_DISTRICT,
    _FROM_CITY_DOWN,
)
_NO_PLACE = re.compile(r"(?:[取提]件码|取货码|型号|订单号?|版本号?|[编单批料]号|比分|货架|代码)[^\u3400-\u9fff]{0,3}$")
_SIGN = re.compile("|".join(_SIGNS))
# Whoever writes "address:" or "I live in" needs no number to be found.
_LABELLED = re.compile(
    r"(?:(?:地址|住址|地点|住处)[ ]?(?:[:：]|是|为|在|改[成到为])[ ]?|(?:家?住在?|家在|[送寄]到"
    r"|位于)(?=[^,，。的门口]{2,12}(?:小区|花园|家园|公寓|新村|苑(?![\u3400-\u9fff]))))"
    rf"(?P<value>(?!不|没|写|填|错|哪)[{HAN}A-Za-z\d·#\- ()]{{2,40}})"
)
_COMPONENT = re.compile(
    rf"{PLACE}{{1,10}}?(?:[省市县镇乡村屯]|区(?!别)|{ROAD}|{LARGE}|[苑府湾庄](?![{HAN}]))"
    rf"(?:(?:{PLACE}|[A-Za-z\d\-]){{0,16}}?(?:[省市县镇乡村屯组区苑府湾庄]|{ROAD}|{LARGE}|{PART}))*"
)
_SIDE = (
    "(?:(?:对面|旁边?|隔壁|斜对面|后面|前面|楼下|楼上|门口)(?:的)?"
    "|[东西南北前后侧左右]{1,2}(?:门|户|侧|边|面|区|楼|院|头|首|角)?|院内|院里|底楼|地下|底商|门面房?"
    "|门店|铺面|后院|顶楼|一[楼层]|负一[楼层])"
)
_TAILS = (
    PART,
    DOOR,
    (
        rf"(?:(?!{NUMBER}{UNIT}){PLACE}|[A-Z](?=[{HAN}])){{0,12}}?"
        rf"(?:(?:{LARGE}|{SMALL})[ ]?(?:[东西南北][区门苑]?)?(?:{PART}|{DOOR}|[A-Z]?-?{ROOM}"
        rf"|[A-Z1-9]?[座栋塔]|\d{{1,3}}[A-Z](?![A-Za-z]))|{LARGE})"
    ),
    rf"{PLACE}{{1,8}}?(?:{PART}|{DOOR}|[组屯]|{SMALL}{_ENDS})",
    rf"[A-Za-z]?-?\d{{3,4}}[A-Z]?(?!\d|-\d){NO_COUNT}",
    rf"(?<=[栋幢座楼层元塔])[ ]?\d{{1,4}}(?:-\d{{1,4}}){{0,2}}[A-Z]?(?![\dA-Za-z]){NO_COUNT}",
    rf"{PLACE}{{1,8}}?{ROAD}{ALONG}",
    rf"之[\d{NUMERALS}]{{1,3}}",
    rf"(?<=[栋幢座楼层元塔])[{NUMERALS}]{{2,4}}(?![{NUMERALS}年月天次个台])",
    rf"{REST}{{1,16}}{_ENDS}",
    rf"[(](?:{PART}|[{HAN}]{{1,10}})[)]",
    rf"{_SIDE}(?:{_ENDS}|(?={PLACE}{{0,8}}(?:{PART}|{LARGE})))",
    "门口(?:鞋?柜子?)?|[前后侧东西南北]门",
    r"(?:邮编)?[ ]?[1-8]\d{5}(?!\d)",
)
_TAIL = re.compile(f"[ ,]?(?:{'|'.join(_TAILS)})")
_TAILS_MAX = 10


def find(view: str) -> Iterator[Span]:
    """Addresses in Chinese, from the largest place that is named to the door."""
    seen = 0
    for match in _SIGN.finditer(view):
        if match.start() < seen or _NO_PLACE.search(before(view, match.start())):
            continue
        seen = _end_of_tail(view, match.end())
        yield Span(start_of_place(view, match.start()), seen, Kind.ADDRESS)
    for match in _LABELLED.finditer(view):
        place = _COMPONENT.match(view, match.start("value"), match.end("value"))
        if place:
            yield Span(place.start(), _end_of_tail(view, place.end()), Kind.ADDRESS)


def _end_of_tail(view: str, at: int) -> int:
    for _ in range(_TAILS_MAX):
        match = _TAIL.match(view, at)
        if match is None:
            break
        at = match.end()
    return at
