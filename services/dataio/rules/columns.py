"""Which row is the header, and which column means what: guessed by words in Chinese and English, corrected by hand."""

import hashlib
import re
from collections.abc import Mapping, Sequence

from services.dataio.rules.cells import plain
from services.shared.tables import Cell
from services.shared.words import N_

# What a column may be, with its words for people, and what shops call it.
FIELDS: Mapping[str, str] = {
    "phone": N_("手机号"), "name": N_("姓名"), "gender": N_("性别"), "birthday": N_("生日"), "wechat_id": N_("微信号"),
    "note": N_("备注"), "joined_on": N_("开卡日期"), "principal": N_("储值本金"), "bonus": N_("储值赠送"),
    "points": N_("积分"), "tags": N_("标签"), "child_name": N_("孩子小名"), "child_birthday": N_("孩子生日"), "child_sex": N_("孩子性别"),
}  # fmt: skip
_CALLED: Mapping[str, tuple[str, ...]] = {
    "phone": ("手机号", "手机", "手机号码", "电话", "电话号码", "联系电话", "联系方式", "会员手机", "phone", "mobile", "tel", "cell"),
    "name": ("姓名", "名字", "会员姓名", "客户姓名", "会员名", "顾客", "客户", "称呼", "宝妈姓名", "name", "customer", "fullname"),
    "gender": ("性别", "会员性别", "gender", "sex"),
    "birthday": ("生日", "出生日期", "会员生日", "出生年月", "生日日期", "birthday", "dob", "birthdate", "dateofbirth"),
    "wechat_id": ("微信", "微信号", "wechat", "wechatid"),
    "note": ("备注", "说明", "备注信息", "note", "notes", "remark", "remarks", "comment"),
    "joined_on": ("开卡日期", "开卡时间", "办卡日期", "办卡时间", "注册时间", "注册日期",
                  "入会日期", "入会时间", "joined", "joindate", "since"),
    "principal": ("余额", "储值余额", "储值", "本金", "储值本金", "卡内余额", "会员余额", "卡余额",
                  "本金余额", "balance", "wallet", "storedvalue"),
    "bonus": ("赠送", "赠送余额", "赠送金额", "赠金", "储值赠送", "bonus", "bonusbalance"),
    "points": ("积分", "积分余额", "剩余积分", "会员积分", "可用积分", "points", "point"),
    "tags": ("标签", "会员标签", "客户标签", "tags", "tag", "labels"),
    "child_name": ("孩子小名", "宝宝姓名", "宝宝名字", "宝宝小名", "宝宝", "孩子", "孩子姓名",
                   "孩子名字", "child", "childname", "babyname", "baby"),
    "child_birthday": ("孩子生日", "宝宝生日", "宝宝出生日期", "孩子出生日期", "childbirthday", "babybirthday", "childdob"),
    "child_sex": ("孩子性别", "宝宝性别", "childsex", "childgender", "babygender"),
}  # fmt: skip
_BY_WORDS = {words: field for field, called in _CALLED.items() for words in called}
LOOKED_AT = 20  # rows among which the header stands
_APART, _MOBILE = re.compile(r"[\s()'-]"), re.compile(r"(?:(?:\+|00)?86)?(1[3-9]\d{9})")
ENOUGH = 2  # known columns that make a row the header; a phone alone does, too


def find_header(rows: Sequence[Sequence[Cell]]) -> int:
    """The place of the header among the first rows: the one with most known columns; else the first with two cells of words, which is
    none (-1) where a phone stands in it: then there is no header, and the first row is somebody."""
    best, most = -1, 0
    for place, row in enumerate(rows[:LOOKED_AT]):
        known = set(guess_all(read_header(rows, place))) - {""}
        own = any(guess(plain(cell)) for cell in row)
        if own and len(known) > most and (len(known) >= ENOUGH or "phone" in known):
            best, most = place, len(known)
    if best >= 0:
        return best
    worded = (place for place, row in enumerate(rows[:LOOKED_AT]) if sum(bool(plain(cell)) for cell in row) >= ENOUGH)
    first = next(worded, 0)
    return -1 if any(find_phone(row) for row in rows[: first + 1]) else first


def find_phone(row: Sequence[Cell]) -> str | None:
    """The first Chinese mobile number that stands in a row by itself, E.164."""
    for cell in row:
        found = _MOBILE.fullmatch(_APART.sub("", plain(cell)))
        if found:
            return f"+86{found[1]}"
    return None


def read_header(rows: Sequence[Sequence[Cell]], place: int) -> list[str]:
    """The words over each column; where cells were merged downwards they stand in the row above. Blank where there is no header."""
    if place < 0:
        return [""] * max((len(row) for row in rows[:LOOKED_AT]), default=0)
    above = rows[place - 1] if place else ()
    words = [plain(cell) for cell in rows[place]]
    over = [plain(cell) for cell in above] if sum(bool(plain(cell)) for cell in above) > 1 else []
    wide = max(len(words), len(over))
    words += [""] * (wide - len(words))
    return [each or (over[column] if column < len(over) else "") for column, each in enumerate(words)]


def guess(words: str, own: Mapping[str, str] | None = None) -> str:
    """The field that a header means, `""` where none. `own`: labels of the shop's own fields, by lower-case words."""
    bare = re.sub(r"[\s:*_#/.-]|\(.*?\)", "", words.lower())
    return (own or {}).get(bare, "") or _BY_WORDS.get(bare, "")


def guess_all(header: Sequence[str], own: Mapping[str, str] | None = None) -> list[str]:
    """The field of each column; each field once, the first that means it."""
    found, taken = [], set()
    for words in header:
        field = guess(words, own)
        found.append("" if field in taken else field)
        taken.add(field)
    return found


def guess_phone(rows: Sequence[Sequence[Cell]], wide: int) -> list[str]:
    """The column of phones where nothing stands over it, by what stands in it."""
    for column in range(wide):
        if any(find_phone(row[column : column + 1]) for row in rows[:LOOKED_AT]):
            return ["phone" if each == column else "" for each in range(wide)]
    return [""] * wide


def fingerprint(headers: Sequence[Sequence[str]]) -> str:
    """The same for files with the same columns in the same order, so that a matching is found again."""
    return hashlib.sha256(repr([list(each) for each in headers]).encode()).hexdigest()[:32]
