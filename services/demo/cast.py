"""Who works in the demo shop and where. All of them are invented."""

from dataclasses import dataclass

SETTINGS = {
    "shop.name": "小满甜品",
    "shop.industry": "dessert",
    "shop.contact": "027-5550 0101",
    "look.colour": "#952847",
    "orders.receipt_note": "谢谢光临，下次见",
}
STORES = (
    {"code": "A1", "name": "东湖店", "address": "东湖路 88 号", "phone": "027-5550 0101", "sort": 1},
    {"code": "A2", "name": "南湖店", "address": "南湖大道 12 号", "phone": "027-5550 0102", "sort": 2},
)


@dataclass(frozen=True)
class Person:
    """Someone on the staff; `stores` are codes, empty for all of them."""

    role: str
    username: str
    name: str
    stores: tuple[str, ...] = ()
    has_pin: bool = False


STAFF = (
    Person("owner", "aman", "阿满"),
    Person("manager", "xiaozhou", "小周", ("A1",), has_pin=True),
    Person("cashier", "xiaolin", "小林", ("A1", "A2"), has_pin=True),
    Person("kitchen", "laozhao", "老赵", ("A1",)),
)
