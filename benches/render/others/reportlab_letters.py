"""The standard letter by ReportLab's canvas: forms for what is static, a line breaker of its own.

usage: reportlab_letters.py LETTERS BODY FONTS OUT (what others.sh makes)
"""

import re
import sys

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics, ttfonts
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

MM = 72 / 25.4
WIDTH, HEIGHT = 595.28, 841.89
NOT_FIRST = set("、。，．・：；？！ー）」』】〕％々ぁぃぅぇぉっゃゅょァィゥェォッャュョ")
NOT_LAST = set("（「『【〔")
COLUMNS = [38, 52, 18, 30, 32]
HEADS = ["日付", "お取引の内容", "数量", "金額（円）", "残高（円）"]
KEYS = ["date", "item", "count", "amount", "balance"]
BARS = {"F": (0, 6), "A": (2, 4), "D": (0, 4), "T": (2, 2)}


def to_unicode(font, subset, made=ttfonts.makeToUnicodeCMap):
    """ReportLab writes U+20BB7 as five hexadecimal digits, which nobody reads; UTF-16 has eight."""
    text = made(font, subset)
    for code in {code for code in subset if code > 0xFFFF}:
        text = text.replace(f"<{code:04X}>", f"<{chr(code).encode('utf-16-be').hex().upper()}>")
    return text


ttfonts.makeToUnicodeCMap = to_unicode


class Widths(dict):
    """Advances of a face in 1/1000 em; a character that the face lacks has none."""

    def __init__(self, name):
        super().__init__(pdfmetrics.getFont(name).face.charWidths)

    def __missing__(self, code):
        return None


def runs(text, first, second, widths):
    """Cuts a text into runs of the first face, or of the second where the first has no glyph."""
    out, face, start = [], first, 0
    own = widths[first]
    for at, character in enumerate(text):
        wanted = first if own[ord(character)] is not None else second
        if wanted != face:
            if at > start:
                out.append((face, text[start:at]))
            face, start = wanted, at
    out.append((face, text[start:]))
    return out


def lines(text, size, room, first, second, widths):
    """Breaks by kinsoku; digits and letters stay together. Yields (line, advance, whether last)."""
    own, other = widths[first], widths[second]
    atoms = re.findall(r"[!-~]+|.", text)
    line, used = "", size  # a first line begins one em in
    for atom in atoms:
        advance = sum(own[ord(c)] or other[ord(c)] or 1000 for c in atom) * size / 1000
        if used + advance > room and line:
            cut = len(line)
            if atom[0] in NOT_FIRST:
                cut -= 1
            while cut > 1 and line[cut - 1] in NOT_LAST:
                cut -= 1
            rest = line[cut:]
            back = sum(own[ord(c)] or other[ord(c)] or 1000 for c in rest) * size / 1000
            yield line[:cut], used - back, False
            line, used = rest, back
        line += atom
        used += advance
    yield line, used, True


def main():
    letters, body, fonts, out = sys.argv[1:]
    rl_config.useA85 = 0
    faces = {"M": "BIZUDPMincho-Regular", "B": "BIZUDPGothic-Bold", "N": "NotoSerifJP-Regular"}
    for name, file in faces.items():
        pdfmetrics.registerFont(TTFont(name, f"{fonts}/{file}.ttf"))
    widths = {name: Widths(name) for name in faces}
    width = lambda text, face, size: sum(widths[face][ord(c)] or 1000 for c in text) * size / 1000

    source = open(body, encoding="utf-8").read()
    paragraphs = source[source.rindex("{% end %}") + 9 : source.index("{% table")].split("\n")
    paragraphs = [re.split(r"\{\{ (.*?) \}\}", text) for text in paragraphs if text]

    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1)

    def show(text, x, y, size, face="M", second="N", space=0):
        block = canvas.beginText(x, y)
        if space:
            block.setCharSpace(space)
        for name, run in runs(text, face, second, widths):
            block.setFont(name, size)
            block.textOut(run)
        canvas.drawText(block)

    office = ["星見生命保険株式会社", "ご契約サービスセンター"]
    office += ["〒080-0831 北海道帯広市稲田町南七線西28番地", "電話 0120-000-123（平日 9時から18時まで）"]
    table_top = HEIGHT - 200 * MM
    canvas.beginForm("static", 0, 0, WIDTH, HEIGHT)
    for at, line in enumerate(office):
        show(line, 114 * MM, HEIGHT - 23 * MM - at * 13.5, 9)
    title = "ご契約内容のお知らせ"
    show(title, (WIDTH - width(title, "B", 15)) / 2, HEIGHT - 76 * MM, 15, "B")
    canvas.rect(20 * MM, HEIGHT - 80.7 * MM, 170 * MM, 0.8, stroke=0, fill=1)
    canvas.setFillGray(0.92)
    canvas.rect(20 * MM, table_top - 7 * MM, 170 * MM, 7 * MM, stroke=0, fill=1)
    canvas.setFillGray(0)
    x = 20 * MM
    for head, column in zip(HEADS, COLUMNS):
        show(head, x + 3, table_top - 5 * MM, 8.5, "B")
        x += column * MM
    for row in range(10):
        canvas.rect(20 * MM, table_top - (row + 1) * 7 * MM, 170 * MM, 0.4, stroke=0, fill=1)
    canvas.endForm()

    with open(letters, encoding="utf-8") as table:
        names = next(table).rstrip("\n").split("\t")
        for line in table:
            letter = dict(zip(names, line.rstrip("\n").split("\t")))
            canvas.doForm("static")
            y = HEIGHT - 26 * MM
            for part, size in [("postal", 10), ("address1", 9.5), ("address2", 9.5), ("addressee", 11.5)]:
                show(letter[part], 22.5 * MM, y, size)
                y -= size * 1.25
            unit = 0.48 * MM
            y -= 2 * MM
            path = canvas.beginPath()
            for at, bar in enumerate(letter["bars"]):
                low, tall = BARS[bar]
                path.rect(22.5 * MM + 2 * unit * at, y + low * unit, unit, tall * unit)
            for row, bits in enumerate(letter["matrix"].split()):
                bits = format(int(bits, 16), "018b")
                for black in re.finditer("1+", bits):
                    left = (8 + 0.5 * black.start()) * MM
                    bottom = HEIGHT - (280.5 + 0.5 * row) * MM
                    path.rect(left, bottom, 0.5 * MM * len(black[0]), 0.5 * MM)
            canvas.drawPath(path, stroke=0, fill=1)
            show(letter["mark"], 8 * MM, HEIGHT - 291 * MM, 4)
            show(letter["issued | wareki"], 114 * MM, HEIGHT - 18 * MM, 9)
            y = HEIGHT - 90 * MM
            for parts in paragraphs:
                text = "".join(letter[p] if at % 2 else p for at, p in enumerate(parts))
                indent = 10.5
                for words, used, last in lines(text, 10.5, 170 * MM, "M", "N", widths):
                    space = 0 if last else (170 * MM - used) / (len(words) - 1)
                    show(words, 20 * MM + indent, y, 10.5, space=space)
                    indent = 0
                    y -= 16
            y = table_top - 7 * MM
            for row in range(1, 10):
                y -= 7 * MM
                if row < 9:
                    cells = [letter[f"{row}.{key}"] for key in KEYS]
                else:
                    cells = ["合計", "", letter["sum_count"], letter["sum_amount"], letter["sum_balance"]]
                face, size = ("M", 9.5) if row < 9 else ("B", 10)
                x = 20 * MM
                for at, (cell, column) in enumerate(zip(cells, COLUMNS)):
                    if cell:
                        right = x + column * MM - 3 - width(cell, face, size)
                        show(cell, x + 3 if at < 2 else right, y + 2 * MM, size, face)
                    x += column * MM
            footer = f"整理番号　{letter['key']}　　1 / 1"
            show(footer, 190 * MM - width(footer, "M", 7.5), HEIGHT - 285 * MM, 7.5)
            canvas.showPage()
    canvas.save()


main()
