"""What the flags of an order say: how a sale made without network differs from the books."""

from collections.abc import Mapping

from flask import Flask
from flask_babel import gettext as _

from services.shared.words import N_

FLAGS: Mapping[str, str] = {
    "late": N_("过了 7 天才同步"),
    "clock_wrong": N_("手机时间不准，时间按能确定的记"),
    "credential_old": N_("店员停用以后，或者这台设备超过 7 天没联网时收的：记成了散客，没有积分，也没有记进收银班次"),
    "old_price": N_("按断网时的价格收的，和现在的价格不一样"),
    "choices_unknown": N_("有商品的规格没选，或者现在没有这个规格，价格对不上"),
    "sold_out": N_("那时有商品已经售罄"),
    "product_gone": N_("有商品已经下架"),
    "till_closed": N_("没有记进收银班次：那时没有开班，或者班已经交了"),
    "staff_disabled": N_("收款的店员已经停用，或者不在这家店收银了"),
    "member_unknown": N_("没有找到这位会员，记成了散客"),
    "code_refused": N_("扫的会员码核对不上，记成了散客"),
}


def init_app(app: Flask) -> None:
    """Register the filter `flag_words`."""
    app.jinja_env.filters["flag_words"] = flag_words


def flag_words(flag: str) -> str:
    """What a flag says."""
    return str(_(FLAGS[flag])) if flag in FLAGS else flag
