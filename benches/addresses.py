"""Splits the test's addresses by packages that work offline: rate of CPU time and town level score.

benches/addresses.py [every how many-th row]; wants `pip install normalize-japanese-address==0.0.13 japanese-address==0.2`.
Contenders take turns in rounds of addresses that each sees for the first time. A row is right where
the package's prefecture, city and town, put together, are the table's.
"""

import csv
import sys
import time
import unicodedata
from pathlib import Path

import japanese_address
from normalize_japanese_address import normalize

ROWS = Path(__file__).parent / "../pipeline/address/tests/it/geolonia/addresses.csv"
ROUND = 400


def by_geolonia_port(address):
    found = normalize(address)
    return "".join(found.get(key) or "" for key in ("pref", "city", "town"))


def by_words(address):
    found = japanese_address.parse(address)
    keys = ("prefecture", "city", "ward", "district", "town", "city_district")
    return "".join(found.get(key) or "" for key in keys)


def bare(text):
    text = unicodedata.normalize("NFKC", text).replace("大字", "").replace("字", "")
    for many, one in (("ヶがガ", "ケ"), ("一", "1"), ("二", "2"), ("三", "3"), ("四", "4"), ("五", "5"),
                      ("六", "6"), ("七", "7"), ("八", "8"), ("九", "9")):
        for each in many:
            text = text.replace(each, one)
    return text


def main():
    with ROWS.open(encoding="utf-8", newline="") as table:
        rows = list(csv.reader(table))[1::int(sys.argv[1]) if len(sys.argv) > 1 else 1]
    contenders = {"normalize-japanese-address": by_geolonia_port, "japanese-address": by_words}
    seconds = dict.fromkeys(contenders, 0.0)
    right = dict.fromkeys(contenders, 0)
    failed = dict.fromkeys(contenders, 0)
    for at in range(0, len(rows), ROUND):
        for name, split in contenders.items():
            begun = time.thread_time()
            found = []
            for row in rows[at:at + ROUND]:
                try:
                    found.append(split(row[0]))
                except Exception:
                    found.append(None)
            seconds[name] += time.thread_time() - begun
            for row, town in zip(rows[at:at + ROUND], found):
                failed[name] += town is None
                right[name] += town is not None and bare(town) == bare("".join(row[1:4]))
    for name in contenders:
        rate = len(rows) / seconds[name]
        print(f"{name:<28} {rate:>10,.0f} addresses/s of CPU time, "
              f"{100 * right[name] / len(rows):6.2f} % right, {failed[name]} raised")


if __name__ == "__main__":
    main()
