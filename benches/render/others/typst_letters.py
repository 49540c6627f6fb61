"""The standard letter by typst; usage: typst_letters.py LETTERS BODY FONTS OUT (see others.sh)."""

import os
import sys

import typst

letters, body, fonts, out = map(os.path.abspath, sys.argv[1:])
source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "letters.typ")
typst.compile(
    source,
    output=out,
    root="/",
    font_paths=[fonts],
    ignore_system_fonts=True,
    sys_inputs={"letters": letters, "body": body},
    pdf_tags=False,
)
