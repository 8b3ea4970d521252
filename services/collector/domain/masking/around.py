"""The words around a number, which say what it is."""

import re

BARRIER = "\ufffc"  # Stands where nothing may be read: a token, a public hotline.
# What else people put between the groups of a number, the same each time; alone it would part many innocent ones.
ODD_GAP = r"(?:[~_|、\n]|[ ]-[ ])"
_NEAR = 24
_STOPS = re.compile(r"[\n\ufffc。!?;]")
# What these name is no person's: an order, a parcel, a model, a part, a price.
_THINGS_ZH = (
    "订单|单号|运单|快递|物流|工单|流水号|发票|税号|物料|料号|(?:报修|维修|服务|受理|申请|售后|预约"
    "|回执|会员|客户|用户|员工|货架)(?:编号|号码?|单)|商品编码|货号|型号|机型"
    "|版本|固件|取件码|取货码|验证码|校验码|优惠[码券]|代金券|礼品卡|兑换码|券码"
    "|激活码|邀请码|密码|错误码?|故障码?|报错码?|报警码?|代码|(?:控制|主|电脑|电路|显示)板|配件"
    "|部件|零件|滤芯|批号|批次|标准|专利号?|工号|案件|投诉|预约|流水|交易|支付|参考|合同|单据|凭证"
)
_THINGS_EN = (
    "order|tracking|parcel|package|shipment|invoice|receipt|case|ticket|complaint|part|parts|model"
    "|item|sku|barcode|ean|upc|isbn|version|firmware"
    "|software|build|reference|ref|booking|confirmation|quote|article|po|error|fault|coupon|promo"
    "|voucher|discount|transaction|batch|claim|rma"
    "|appointment|employee|badge|policy|patent|standard|filter|cartridge|password|pin|passcode"
    "|code is|verification code"
)
_NOT_PERSONAL = re.compile(
    rf"(?:(?:{_THINGS_ZH})(?:编号|编码|号码|代码|号|码|[ ]?ID)?"
    rf"|(?<![A-Za-z])(?:{_THINGS_EN})(?:[ ](?:number|no|num|id|code|nr|ref|is|was))*)"
    r"[^\w\n]{0,4}(?:为|是|is|was|显示)?[^\w\n]{0,3}$",
    re.IGNORECASE,
)


def before(view: str, at: int, many: int = _NEAR) -> str:
    """The words just before the offset, within the sentence."""
    return _STOPS.split(view[max(0, at - many) : at])[-1]


def after(view: str, at: int, many: int = _NEAR) -> str:
    """The words just after the offset, within the sentence."""
    return _STOPS.split(view[at : at + many], maxsplit=1)[0]


def names_something_else(view: str, at: int) -> bool:
    """Whether the words just before say that this is an order, a model or the like."""
    return _NOT_PERSONAL.search(before(view, at)) is not None
