"""The words that find a member: every tail of the name, of its pinyin and initials, of the phone and the number.

A search for any part of these is then a look-up of a prefix on one index (`normalise` makes both sides alike).
"""

import unicodedata
from collections.abc import Iterable

from services.members.rules import phones
from services.shared import pinyin

LEAST_PHONE_DIGITS, LEAST_NUMBER_DIGITS = 3, 4
MOST_OF_AN_ANSWER = 40  # letters that are searched: each is a tail of its own

# Surnames that are read differently from the common word of the same character (tested against pypinyin 0.55).
SURNAMES = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "盖": "ge", "翟": "zhai", "朴": "piao",
    "缪": "miao", "乐": "yue", "覃": "qin", "种": "chong", "秘": "bi", "黑": "he", "折": "she", "繁": "po", "员": "yun",
    "祭": "zhai", "召": "shao", "隗": "wei", "都": "du", "句": "gou", "薄": "bo", "阚": "kan", "炅": "gui", "么": "yao",
    "佴": "nai", "郇": "xun", "牟": "mu", "卜": "bu", "重": "chong",
}  # fmt: skip


def normalise(text: str) -> str:
    """Small letters and digits of `text`, full-width forms made plain, everything else (spaces, dashes, signs) dropped."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v")
    return "".join(char for char in folded if char.isalnum())


def readings(name: str) -> list[list[str]]:
    """The syllables of a name, in the common reading and, where it differs, in that of the surname it begins with."""
    common = _syllables(name)
    surname = SURNAMES.get(name[:1])
    if surname is None or common[:1] == [surname]:
        return [common]
    return [[surname, *_syllables(name[1:])], common]


def _syllables(text: str) -> list[str]:
    return [syllable for raw in pinyin.syllables(text) if (syllable := normalise(raw))]


def tails(parts: Iterable[str], least: int = 1) -> set[str]:
    """`abc` → `abc`, `bc`, `c`: everything that begins at one of `parts` and is at least `least` characters long."""
    whole = list(parts)
    return {tail for start in range(len(whole)) if len(tail := "".join(whole[start:])) >= least}


def search_terms(name: str, phone: str | None, number: str) -> set[str]:
    """Everything this member is found by."""
    terms = tails(normalise(name)) | tails(number, LEAST_NUMBER_DIGITS)
    for syllables in readings(name):
        terms |= tails(syllables) | tails(syllable[0] for syllable in syllables)
    if phone:
        terms |= tails(phones.national(phone), LEAST_PHONE_DIGITS) | {phone.removeprefix("+")}
    return terms


def answer_terms(kind: str, words: str) -> set[str]:
    """Everything a member is found by for an answer to an own field: a text as a name is, a phone by its digits."""
    if kind == "phone":
        return tails(phones.national(words), LEAST_PHONE_DIGITS) | {words.removeprefix("+")}
    text = words[:MOST_OF_AN_ANSWER]
    syllables = _syllables(text)
    return tails(normalise(text)) | tails(syllables) | tails(syllable[0] for syllable in syllables)
