"""Fails unless every page has every value and paragraph of its letter; blanks do not count.

usage: check_text.py LETTERS BODY FILE
"""

import re
import subprocess
import sys


def bare(text):
    return "".join(text.split())


letters, body, file = sys.argv[1:]
source = open(body, encoding="utf-8").read()
paragraphs = source[source.rindex("{% end %}") + 9 : source.index("{% table")].split("\n")
paragraphs = [re.split(r"\{\{ (.*?) \}\}", text) for text in paragraphs if text]
raw = subprocess.run(
    ["pdftotext", "-raw", "-enc", "UTF-8", file, "-"], check=True, capture_output=True
)
pages = [bare(page) for page in raw.stdout.decode("utf-8").split("\f")][:-1]
with open(letters, encoding="utf-8") as table:
    names = next(table).rstrip("\n").split("\t")
    rows = [dict(zip(names, line.rstrip("\n").split("\t"))) for line in table]
if len(pages) != len(rows):
    sys.exit(f"{len(pages)} pages for {len(rows)} letters")
for number, (page, row) in enumerate(zip(pages, rows), 1):
    wanted = [value for name, value in row.items() if name not in ("bars", "matrix")]
    for parts in paragraphs:
        wanted.append("".join(row[part] if at % 2 else part for at, part in enumerate(parts)))
    for value in wanted:
        if bare(value) not in page:
            sys.exit(f"page {number} does not have {value!r}")
