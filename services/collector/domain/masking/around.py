"""The words around a number, which say what it is."""

import re

BARRIER = "\ufffc"  # Stands where nothing may be read: a token, a public hotline.
_NEAR = 24
_STOPS = re.compile(r"[\n\ufffc。!?;]")
# What these name is no person's: an order, a parcel, a model, a part, a price.
_NOT_PERSONAL = re.compile(
    r"(?:订单|单号|运单|快递|物流|工单|流水号|发票|物料|料号|条形码|条码|商品编码|货号|型号|版本|取件码|验证码"
    r"|\b(?:order|tracking|parcel|invoice|case|ticket|part|model|item|sku|barcode|ean|upc|version|firmware|reference"
    r"|ref|booking|quote|article|po)(?:\s(?:number|no|num|id|code|nr|ref|is))?)[^\w\n]{0,4}(?:编?号码?|为|是|is)?[^\w\n]{0,3}$",
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
