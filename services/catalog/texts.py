"""Words of the catalogue."""

from services.shared.words import N_

# The drawn set (webapp/frontend/icons/pictures.svg): symbol → what it shows. A product keeps `drawn:<symbol>`.
DRAWN = {
    "strawberry": N_("草莓切件"),
    "matcha": N_("抹茶千层"),
    "tiramisu": N_("提拉米苏"),
    "mango": N_("芒果杯"),
    "roll": N_("蛋糕卷"),
    "basque": N_("巴斯克"),
    "montblanc": N_("蒙布朗"),
    "pudding": N_("布丁"),
    "daifuku": N_("雪媚娘"),
    "puff": N_("泡芙"),
    "tart": N_("挞"),
    "taro": N_("芋泥"),
    "toast": N_("吐司"),
    "cookie": N_("曲奇"),
    "latte": N_("咖啡"),
    "tea": N_("茶饮"),
    "soda": N_("气泡饮"),
    "whole": N_("整只蛋糕"),
    "whole-mango": N_("整只芒果蛋糕"),
    "whole-matcha": N_("整只抹茶蛋糕"),
    "whole-chestnut": N_("整只栗子蛋糕"),
}
