"""What the demo shop sells: shelves, products with their options, drawn pictures. Prices in fen."""

from dataclasses import dataclass
from typing import Any

SHELVES = ("蛋糕卷·切件", "小点心", "整只蛋糕", "饮品", "伴手礼")


@dataclass(frozen=True, eq=False)
class Item:
    """One product; `weight` is how often guests choose it, `options` as the catalogue takes them."""

    name: str
    shelf: str
    price: int
    picture: str
    weight: int
    description: str = ""
    barcode: str | None = None
    options: tuple[dict[str, Any], ...] = ()


def _option(key: str, name: str, *choices: tuple[str, str, int]) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "choices": [{"key": each, "name": words, "price_change": change} for each, words, change in choices],
    }


_SIZE = _option("size", "尺寸", ("six", "6 寸", 0), ("eight", "8 寸", 10000), ("ten", "10 寸", 19000))
_SUGAR = _option("sugar", "甜度", ("regular", "正常", 0), ("less", "少糖", 0))
_HEAT = _option("heat", "冷热", ("hot", "热", 0), ("iced", "冰", 0))
_CUP = _option("cup", "杯型", ("medium", "中杯", 0), ("large", "大杯", 400))
_PIECES = _option("box", "规格", ("four", "4 枚", 0), ("eight", "8 枚", 3200))
_FILLING = _option("filling", "夹心", ("strawberry", "草莓", 0), ("mango", "芒果", 0), ("taro", "芋泥", 500))

ITEMS = (
    Item("海盐芝士卷", "蛋糕卷·切件", 2800, "roll", 14, "咸口开头，奶香收尾"),
    Item("提拉米苏", "蛋糕卷·切件", 3200, "tiramisu", 12, "含少量咖啡酒"),
    Item("巴斯克", "蛋糕卷·切件", 3800, "basque", 11, "当天烤，中间还软"),
    Item("抹茶千层", "蛋糕卷·切件", 3600, "matcha", 9, "二十层，宇治抹茶"),
    Item("栗子蒙布朗", "蛋糕卷·切件", 3800, "montblanc", 6, "秋冬限定"),
    Item("芋泥雪贝", "蛋糕卷·切件", 3000, "taro", 7),
    Item("草莓盒子", "蛋糕卷·切件", 3500, "strawberry", 8),
    Item("焦糖布丁", "小点心", 1600, "pudding", 10),
    Item("奶油泡芙", "小点心", 1200, "puff", 12, "现点现灌"),
    Item("杨梅大福", "小点心", 1500, "daifuku", 8),
    Item("芒果班戟", "小点心", 2200, "mango", 6),
    Item("北海道吐司", "小点心", 2600, "toast", 6, "一条，可代切"),
    Item("草莓奶油蛋糕", "整只蛋糕", 19800, "whole", 3, "提前一天订", options=(_SIZE, _FILLING)),
    Item("抹茶红豆蛋糕", "整只蛋糕", 21800, "whole-matcha", 2, "提前一天订", options=(_SIZE,)),
    Item("芒果雪域蛋糕", "整只蛋糕", 20800, "whole-mango", 2, "提前一天订", options=(_SIZE,)),
    Item("栗子蛋糕", "整只蛋糕", 22800, "whole-chestnut", 2, "秋冬限定", options=(_SIZE,)),
    Item("拿铁", "饮品", 2200, "latte", 10, options=(_HEAT, _CUP)),
    Item("桂花乌龙", "饮品", 1800, "tea", 7, options=(_HEAT, _SUGAR)),
    Item("杨梅气泡", "饮品", 2000, "soda", 6, options=(_SUGAR,)),
    Item("手工曲奇", "伴手礼", 3500, "cookie", 6, "200 克罐装", barcode="6901234567892"),
    Item("蛋黄酥礼盒", "伴手礼", 4800, "daifuku", 4, options=(_PIECES,), barcode="6901234567908"),
)
