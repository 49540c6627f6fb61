"""Random Japanese business paragraphs, broken by lettershop and by typst, and where they differ.

    paragraphs.py PROGRAM FONTS COUNT SEED

PROGRAM is the example `paragraphs` of `render`. Typst breaks each paragraph on a page of its own
width, line after line as they fill ("simple", no kerning); `pdftotext` reads the lines back. Every
difference is put into a class by the first line that differs; README.md explains the classes.
"""

import collections
import html
import random
import re
import subprocess
import sys
import tempfile

import typst

WORD_JOINER = "\u2060"

CLAUSES = [
    "{date}付けでお送りした「{title}」について、",
    "{address}にお住まいの方は、",
    "合計{amount}を{date}までにお支払いください。",
    "{company}（以下「当社」といいます。）は、",
    "{law}の規定により、次のとおり決定しましたので通知します。",
    "お問い合わせは、{company}サービスセンター（電話{phone}）までお願いします。",
    "詳しくは{latin}のマイページ（{url}）をご覧ください。",
    "前回のご請求額は{amount}、今回のご請求額は{amount}です。",
    "なお、納期限を過ぎますと、年{percent}の割合で延滞金が加算されることがあります。",
    "「{title}」・「{title}」を、あわせてご提出ください。",
    "ご契約の内容（{title}、{title}、保険料など）をご確認ください。",
    "{latin}は、{date}から{date}まで休業します。",
    "住宅用地には税の負担を軽くする特例があり、",
    "手数料は1件につき{amount}（税込み）です。",
    "窓口は{address}、{hours}です！",
    "マイナンバーカードをお持ちですか？お持ちの方は、{latin} Ver. {version}で手続ができます。",
    "データの「フォーマット」は、サーバーの{latin}にあわせて変更してください。",
    "次のいずれかに当たるときは、裁決を経ないで提起することができます。",
    "この通知書は再発行できませんので、納付が終わるまで大切に保管してください。",
    "っきりしない点がありましたら、ゃんと担当者まで、",
    "【重要】『{title}』（〔{title}〕を含む。）の取扱いが変わります。",
    "対象は、土地、家屋、償却資産……などです。",
    "ご使用量は{usage}立方メートル（前年同月比{percent}）でした。",
]
TITLES = ["納税通知書", "ご契約内容のお知らせ", "固定資産税", "口座振替依頼書", "スマートフォンアプリ", "重要事項説明書", "料金プラン", "お申込書"]
LATINS = ["LetterShop", "ABC Bank", "e-Tax", "Customer Support Center", "PDF", "My Page", "JPKI", "Web", "A4", "IC card reader"]
COMPANIES = ["星見生命保険株式会社", "ほしみ水道局", "ABC Bank", "株式会社ヴェガ・システムズ", "みなと信用金庫"]
LAWS = ["地方税法（昭和25年法律第226号）", "保険業法第300条", "当市の市税条例第７条第２項", "行政不服審査法"]
TOWNS = ["東京都千代田区霞が関", "大阪府大阪市北区梅田", "北海道札幌市中央区大通西", "星見市みなと町"]
ERAS = ["令和", "平成", "昭和"]


class Writer:
    def __init__(self, seed, numbers):
        self.random = random.Random(seed)
        self.numbers = numbers

    def paragraph(self):
        clauses = CLAUSES if self.numbers else [clause for clause in CLAUSES if plain(clause)]
        chosen = [self.random.choice(clauses) for _ in range(self.random.randint(3, 9))]
        text = "".join(re.sub(r"\{(\w+)\}", lambda m: getattr(self, m[1])(), c) for c in chosen)
        return text if text.endswith(("。", "！", "？")) else text + "ご確認ください。"

    def wide(self, text):
        return text.translate({ord("0") + i: ord("０") + i for i in range(10)})

    def date(self):
        r = self.random
        era, year, month, day = r.choice(ERAS), r.randint(1, 64), r.randint(1, 12), r.randint(1, 28)
        form = r.choice(["{e}{y}年{m}月{d}日", "2026年{m}月{d}日", "{m}月{d}日", "{e}元年{m}月{d}日"])
        text = form.format(e=era, y=year, m=month, d=day)
        return self.wide(text) if r.random() < 0.2 else text

    def amount(self):
        r = self.random
        return r.choice([
            f"{r.randint(1, 99_999_999):,}円",
            f"{r.randint(1, 999)}億{r.randint(1, 9999):,}万円",
            f"金{r.randint(100, 999_999):,}円",
            self.wide(f"{r.randint(100, 9999)}") + "円",
        ])

    def address(self):
        r = self.random
        numbers = f"{r.randint(1, 9)}丁目{r.randint(1, 30)}番{r.randint(1, 40)}号"
        wide = self.wide(f"{r.randint(1, 9)}－{r.randint(1, 99)}－{r.randint(1, 99)}")
        return r.choice(TOWNS) + r.choice([numbers, wide, f"{r.randint(1, 9)}-{r.randint(1, 99)}-{r.randint(1, 99)}"])

    def phone(self):
        r = self.random
        return f"0{r.randint(3, 99)}-{r.randint(1000, 9999)}-{r.randint(1000, 9999)}"

    def percent(self):
        return f"{self.random.randint(1, 140) / 10:.1f}%"

    def version(self):
        return f"{self.random.randint(1, 9)}.{self.random.randint(0, 20)}"

    def hours(self):
        return f"{self.random.randint(8, 10)}時{self.random.randint(0, 59)}分から17時まで"

    def usage(self):
        return str(self.random.randint(1, 400))

    def url(self):
        return self.random.choice(["https://www.example.jp/", "https://example.jp/tax/notice"])

    def title(self):
        return self.random.choice(TITLES)

    def latin(self):
        return self.random.choice(LATINS)

    def company(self):
        return self.random.choice(COMPANIES)

    def law(self):
        return self.random.choice(LAWS) if self.numbers else "行政不服審査法"


def plain(clause):
    """Whether a clause has no number that our rule for numbers keeps together."""
    return not re.search(r"[0-9]|\{(date|address|amount|phone|percent|version|hours|usage)\}", clause)


# The house's own rule, written apart from `layout/class.rs`: amounts, numbers with their counters,
# dates, house numbers and era names stay whole. Typst is told by word joiners.
COUNTERS = "年月日時分秒号条項期階室棟街区回件通"
UNITS = "円銭千万億兆"
DIGIT = "[0-9０-９]"
KEPT = re.compile("|".join([
    f"(?<={DIGIT})(?=[{COUNTERS}{UNITS}元丁番－０-９])",
    f"(?<=[{COUNTERS}{UNITS}元丁番目地和成正治－ー々])(?={DIGIT})",
    "(?<=[令平昭大明])(?=[和成正治])",
    "(?<=[和成正治])(?=[元丁番])",
    f"(?<=[元丁番])(?=[{COUNTERS}目地])",
    f"(?<=[{UNITS}])(?=[{UNITS}])",
]))


def typst_lines(paragraphs, fonts, family, gap, joined):
    pages = [
        "#set text(font: %s, lang: \"ja\", size: 10pt, kerning: false, cjk-latin-spacing: %s)"
        % (quoted(family), "auto" if gap else "none"),
        "#set par(justify: true, linebreaks: \"simple\", leading: 12pt)",
    ]
    for measure, text in paragraphs:
        told = KEPT.sub(WORD_JOINER, text) if joined else text
        pages.append(f"#page(width: {measure}pt, height: auto, margin: 0pt, text({quoted(told)}))")
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/all.typ", "w") as file:
            file.write("\n".join(pages))
        pdf = typst.compile(f"{folder}/all.typ", font_paths=[fonts], ignore_system_fonts=True)
        with open(f"{folder}/all.pdf", "wb") as file:
            file.write(pdf)
        boxes = subprocess.run(["pdftotext", "-bbox", f"{folder}/all.pdf", "-"], check=True, capture_output=True)
    return [page_lines(page) for page in boxes.stdout.decode().split("<page ")[1:]]


def page_lines(page):
    """The lines of a page: its words by their height, then from left to right."""
    words = re.findall(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)"[^>]*>([^<]*)</word>', page)
    lines = collections.defaultdict(list)
    for left, top, word in words:
        lines[round(float(top))].append((float(left), html.unescape(word)))
    texts = ["".join(word for _, word in sorted(lines[top])) for top in sorted(lines)]
    return [text.replace(WORD_JOINER, "") for text in texts]


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def our_lines(paragraphs, program, face, kinsoku, gap):
    text = "".join(f"{measure}\t{paragraph}\n" for measure, paragraph in paragraphs)
    run = subprocess.run([program, face, kinsoku, gap], input=text.encode(), check=True, capture_output=True)
    return [line.split("\t") for line in run.stdout.decode().rstrip("\n").split("\n")]


def bare(line):
    return re.sub(r"\s", "", line)


def ends(lines):
    """Where each line but the last ends, in characters that are no blanks."""
    place, found = 0, []
    for line in lines[:-1]:
        place += len(bare(line))
        found.append(place)
    return found


def after(ends, place):
    """Where the line that begins at a place ends; None if it is the last."""
    return min((end for end in ends if end > place), default=None)


def difference(text, ours, theirs):
    """The class of the first difference, or None."""
    if ours == theirs:
        return None
    mine, other = next(((a, b) for a, b in zip(ours, theirs) if a != b), (None, None))
    if mine is None:
        return "one line more"
    text = bare(text)
    around = lambda at: text[max(0, at - 1) : at + 1]
    between = text[min(mine, other) : max(mine, other)]
    if re.search(r"[!-~]", around(mine) + around(other)) and re.search(r"[/.:-]", around(mine) + around(other)):
        return "a URL or a word with a hyphen"
    if re.search(KEPT, around(mine)) or re.search(KEPT, around(other)):
        return "inside a number"
    line = text[max([0, *(end for end in ours if end < mine)]) : max(mine, other)]
    if re.search("[！？][「『（【]", line):
        return "！ or ？ before a bracket"
    if "・" in around(mine) + around(other):
        return "・ at a line's end"
    side = "we take more" if mine > other else "typst takes more"
    return f"{side}: {between[:6]!r} at {around(mine)!r}/{around(other)!r}"


def compare(name, writer, arguments, program, fonts, count):
    family, face, kinsoku, gap, joined = arguments
    paragraphs = [(writer.random.randint(2000, 4800) / 10, writer.paragraph()) for _ in range(count)]
    ours = our_lines(paragraphs, program, face, kinsoku, gap)
    theirs = typst_lines(paragraphs, fonts, family, float(gap) > 0, joined)
    assert len(ours) == len(theirs) == count, (len(ours), len(theirs))
    classes, lines, same_lines, same = collections.Counter(), 0, 0, 0
    for (measure, text), mine, other in zip(paragraphs, ours, theirs):
        assert bare("".join(mine)) == bare("".join(other)) == bare(text), (text, mine, other)
        mine, other = ends(mine), ends(other)
        begun = set([0, *mine]) & set([0, *other])
        lines += len(begun)
        same_lines += sum(after(mine, place) == after(other, place) for place in begun)
        same += mine == other
        kind = difference(text, mine, other)
        if kind:
            classes[kind] += 1
            if "-v" in sys.argv:
                print(measure, text, mine, other, kind)
    print(f"{name}: {same} of {count} paragraphs ({100 * same / count:.2f} %), "
          f"{same_lines} of {lines} lines ({100 * same_lines / lines:.2f} %)")
    for kind, number in classes.most_common(6):
        print(f"    {number:4}  {kind}")
    return same_lines / lines


def main():
    program, fonts, count, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    noto, biz = ("Noto Serif JP", "NotoSerifJP-Regular"), ("BIZ UDPMincho", "BIZUDPMincho-Regular")
    judged = [
        ("numbers kept whole", Writer(seed, True), (*noto, "out", "0", True)),
        ("gaps of a quarter em", Writer(seed + 1, False), (*noto, "out", "0.25", False)),
    ]
    told = [
        ("told only: BIZ UDPMincho, whose brackets are half-width", Writer(seed, True), (*biz, "out", "0", True)),
        ("told only: typst without our rule for numbers", Writer(seed, True), (*noto, "out", "0.25", False)),
        ("told only: lines closed up where that moves less", Writer(seed, True), (*noto, "least", "0", True)),
    ]
    worst = min(compare(*run, program, fonts, count // len(judged)) for run in judged)
    for run in told:
        compare(*run, program, fonts, count // len(judged) // 5)
    if worst < 0.98:
        sys.exit(f"only {100 * worst:.2f} % of the lines end at the same place")


main()
