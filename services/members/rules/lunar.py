"""The leap months of the lunar calendar 农历, 1900 to 2100: which years have one, and which month it follows.

Source: lunar-python 1.4.8, the library that facts.md §2.4 compared and chose; its test vectors stand in the tests.
"""

FIRST, LAST = 1900, 2100
_YEARS = """
    1900:8 1903:5 1906:4 1909:2 1911:6 1914:5 1917:2 1919:7 1922:5 1925:4 1928:2 1930:6 1933:5 1936:3 1938:7
    1941:6 1944:4 1947:2 1949:7 1952:5 1955:3 1957:8 1960:6 1963:4 1966:3 1968:7 1971:5 1974:4 1976:8 1979:6
    1982:4 1984:10 1987:6 1990:5 1993:3 1995:8 1998:5 2001:4 2004:2 2006:7 2009:5 2012:4 2014:9 2017:6 2020:4
    2023:2 2025:6 2028:5 2031:3 2033:11 2036:6 2039:5 2042:2 2044:7 2047:5 2050:3 2052:8 2055:6 2058:4 2061:3
    2063:7 2066:5 2069:4 2071:8 2074:6 2077:4 2080:3 2082:7 2085:5 2088:4 2090:8 2093:6 2096:4 2099:2
"""
LEAP_MONTHS = {int(year): int(month) for year, month in (pair.split(":") for pair in _YEARS.split())}
_EVER = frozenset(LEAP_MONTHS.values())


def may_be_leap(month: int, year: int | None) -> bool:
    """Whether there is a leap `month` in this lunar year, or, where the year is not told, in any; beyond 2100 nobody knows yet."""
    if year is None:
        return month in _EVER
    return not FIRST <= year <= LAST or LEAP_MONTHS.get(year) == month
