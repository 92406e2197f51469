"""How Chinese characters are read, for search and initials.

pypinyin by itself holds 47,000 phrases in memory, 42 MiB in every process, for the few words whose characters are read in another
way than alone. Names of people and products need few of them: WORDS and CHARACTERS are ours, the rest is read character by character.
"""

import os
from functools import cache
from typing import Any

# Read alone, these are more often the second of their readings in names and products.
CHARACTERS = {"长": "cháng", "调": "tiáo", "弹": "tán"}
# As pypinyin's phrases have them.
WORDS = {
    "便宜": "pián yi", "薄荷": "bò he", "音乐": "yīn yuè", "银行": "yín háng", "行业": "háng yè", "重庆": "chóng qìng",
    "重阳": "chóng yáng", "重新": "chóng xīn", "成都": "chéng dū", "首都": "shǒu dū", "都市": "dū shì", "朝阳": "zhāo yáng",
    "朝霞": "zhāo xiá", "朝晖": "zhāo huī", "人参": "rén shēn", "参茸": "shēn róng", "西洋参": "xī yáng shēn", "咖喱": "gā lí",
    "模具": "mú jù", "模样": "mú yàng", "发卡": "fà qiǎ", "系带": "jì dài", "角色": "jué sè", "着急": "zháo jí", "调换": "diào huàn",
    "校长": "xiào zhǎng", "店长": "diàn zhǎng", "成长": "chéng zhǎng", "增长": "zēng zhǎng", "家长": "jiā zhǎng", "生长": "shēng zhǎng",
    "子弹": "zǐ dàn", "炸弹": "zhà dàn", "尉迟": "yù chí", "长孙": "zhǎng sūn", "单于": "chán yú", "万俟": "mò qí",
}  # fmt: skip


def syllables(text: str) -> list[str]:
    """The reading of each character, without tones; what is no Chinese character stays as it is, in one piece."""
    read: list[str] = _pypinyin().lazy_pinyin(text)
    return read


def first_letters(text: str) -> str:
    """The first letter of each character's reading; what is no Chinese character stays as it is."""
    return "".join(_pypinyin().lazy_pinyin(text, style=_pypinyin().Style.FIRST_LETTER, errors="default"))


@cache
def _pypinyin() -> Any:
    """Loaded when the first name is written: a worker that only sends never needs it."""
    os.environ.update(PYPINYIN_NO_PHRASES="1", PYPINYIN_NO_DICT_COPY="1")
    import pypinyin

    pypinyin.load_single_dict({ord(character): reading for character, reading in CHARACTERS.items()})
    pypinyin.load_phrases_dict({word: [[each] for each in reading.split()] for word, reading in WORDS.items()})
    return pypinyin
