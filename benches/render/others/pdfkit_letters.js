// The standard letter by PDFKit: positioned text, a line breaker of its own.
//
// usage: node pdfkit_letters.js LETTERS BODY FONTS OUT (what others.sh makes)

const fs = require("fs");
const PDFDocument = require("pdfkit");

const MM = 72 / 25.4;
const [WIDTH, HEIGHT] = [595.28, 841.89];
const NOT_FIRST = new Set("、。，．・：；？！ー）」』】〕％々ぁぃぅぇぉっゃゅょァィゥェォッャュョ");
const NOT_LAST = new Set("（「『【〔");
const COLUMNS = [38, 52, 18, 30, 32];
const HEADS = ["日付", "お取引の内容", "数量", "金額（円）", "残高（円）"];
const KEYS = ["date", "item", "count", "amount", "balance"];
const WINDOW = [["postal", 10], ["address1", 9.5], ["address2", 9.5], ["addressee", 11.5]];
const BARS = { F: [0, 6], A: [2, 4], D: [0, 4], T: [2, 2] };

const [letters, body, fonts, out] = process.argv.slice(2);
// Text is placed glyph by glyph below; the layout engine's own features would only cost time.
const pdf = new PDFDocument({ size: [WIDTH, HEIGHT], autoFirstPage: false, bufferPages: false });
pdf.pipe(fs.createWriteStream(out));
pdf.registerFont("M", `${fonts}/BIZUDPMincho-Regular.ttf`);
pdf.registerFont("B", `${fonts}/BIZUDPGothic-Bold.ttf`);
pdf.registerFont("N", `${fonts}/NotoSerifJP-Regular.ttf`);

const widths = { M: new Map(), B: new Map(), N: new Map() };

/** Returns the advance of a character in 1/1000 em, 0 where the face has no glyph. */
function advance(face, character) {
  const known = widths[face];
  let found = known.get(character);
  if (found === undefined) {
    const font = pdf.font(face)._font.font;
    const code = character.codePointAt(0);
    const glyph = font.glyphForCodePoint(code);
    found = font.hasGlyphForCodePoint(code) ? (glyph.advanceWidth * 1000) / font.unitsPerEm : 0;
    known.set(character, found);
  }
  return found;
}

const measure = (face, text, size) => {
  let sum = 0;
  for (const c of text) sum += advance(face, c) || advance("N", c);
  return (sum * size) / 1000;
};

const PLAIN = { lineBreak: false, features: [] };

/** Shows a text with its baseline `y` points above the page's lower edge. */
function show(text, x, y, size, face = "M", space = 0) {
  let run = "";
  let now = face;
  const flush = () => {
    if (!run) return;
    pdf.font(now, size);
    const options = space ? { ...PLAIN, characterSpacing: space } : PLAIN;
    pdf._fragment(run, x, HEIGHT - y - (pdf._font.ascender / 1000) * size, options);
    x += measure(now, run, size) + space * [...run].length;
    run = "";
  };
  for (const c of text) {
    const wanted = advance(face, c) ? face : "N";
    if (wanted !== now) {
      flush();
      now = wanted;
    }
    run += c;
  }
  flush();
}

/** Breaks by kinsoku; digits and letters stay together. */
function paragraph(text, y, size, room) {
  let line = [];
  let used = size;
  let indent = size;
  for (const atom of text.match(/[!-~]+|./gsu)) {
    const wide = measure("M", atom, size);
    if (used + wide > room && line.length) {
      let cut = line.length;
      if (NOT_FIRST.has(atom[0])) cut -= 1;
      while (cut > 1 && NOT_LAST.has(line[cut - 1])) cut -= 1;
      const rest = line.slice(cut);
      const back = measure("M", rest.join(""), size);
      const words = line.slice(0, cut).join("");
      const space = (room - used + back) / ([...words].length - 1);
      show(words, 20 * MM + indent, y, size, "M", space);
      [line, used, indent] = [rest, back, 0];
      y -= 16;
    }
    line.push(atom);
    used += wide;
  }
  show(line.join(""), 20 * MM + indent, y, size);
  return y - 16;
}

const box = (x, y, width, height) => pdf.rect(x, HEIGHT - y - height, width, height);

const source = fs.readFileSync(body, "utf8");
const paragraphs = source
  .slice(source.lastIndexOf("{% end %}") + 9, source.indexOf("{% table"))
  .split("\n")
  .filter((line) => line)
  .map((line) => line.split(/\{\{ (.*?) \}\}/));
const office = [
  "星見生命保険株式会社",
  "ご契約サービスセンター",
  "〒080-0831 北海道帯広市稲田町南七線西28番地",
  "電話 0120-000-123（平日 9時から18時まで）",
];
const TITLE = "ご契約内容のお知らせ";
const TABLE_TOP = HEIGHT - 200 * MM;

/** PDFKit has no forms: what is static is drawn on every page. */
function still() {
  office.forEach((line, at) => show(line, 114 * MM, HEIGHT - 23 * MM - at * 13.5, 9));
  show(TITLE, (WIDTH - measure("B", TITLE, 15)) / 2, HEIGHT - 76 * MM, 15, "B");
  box(20 * MM, HEIGHT - 80.7 * MM, 170 * MM, 0.8).fill("black");
  box(20 * MM, TABLE_TOP - 7 * MM, 170 * MM, 7 * MM).fill("#ebebeb");
  for (let row = 1; row <= 10; row++) box(20 * MM, TABLE_TOP - row * 7 * MM, 170 * MM, 0.4);
  pdf.fill("black");
  let x = 20 * MM;
  HEADS.forEach((head, at) => {
    show(head, x + 3, TABLE_TOP - 5 * MM, 8.5, "B");
    x += COLUMNS[at] * MM;
  });
}

const table = fs.readFileSync(letters, "utf8").trimEnd().split("\n");
const names = table.shift().split("\t");
for (const line of table) {
  const values = line.split("\t");
  const letter = Object.fromEntries(names.map((name, at) => [name, values[at]]));
  pdf.addPage({ size: [WIDTH, HEIGHT], margin: 0 });
  still();
  let y = HEIGHT - 26 * MM;
  for (const [part, size] of WINDOW) {
    show(letter[part], 22.5 * MM, y, size);
    y -= size * 1.25;
  }
  const unit = 0.48 * MM;
  y -= 2 * MM;
  [...letter.bars].forEach((bar, at) => {
    const [low, tall] = BARS[bar];
    box(22.5 * MM + 2 * unit * at, y + low * unit, unit, tall * unit);
  });
  letter.matrix.split(" ").forEach((bits, row) => {
    const text = parseInt(bits, 16).toString(2).padStart(18, "0");
    for (const black of text.matchAll(/1+/g)) {
      const bottom = HEIGHT - (280.5 + 0.5 * row) * MM;
      box((8 + 0.5 * black.index) * MM, bottom, 0.5 * MM * black[0].length, 0.5 * MM);
    }
  });
  pdf.fill("black");
  show(letter.mark, 8 * MM, HEIGHT - 291 * MM, 4);
  show(letter["issued | wareki"], 114 * MM, HEIGHT - 18 * MM, 9);
  let down = HEIGHT - 90 * MM;
  for (const parts of paragraphs) {
    const text = parts.map((part, at) => (at % 2 ? letter[part] : part)).join("");
    down = paragraph(text, down, 10.5, 170 * MM);
  }
  down = TABLE_TOP - 7 * MM;
  for (let row = 1; row <= 9; row++) {
    down -= 7 * MM;
    const sums = ["合計", "", letter.sum_count, letter.sum_amount, letter.sum_balance];
    const cells = row < 9 ? KEYS.map((key) => letter[`${row}.${key}`]) : sums;
    const [face, size] = row < 9 ? ["M", 9.5] : ["B", 10];
    let x = 20 * MM;
    cells.forEach((cell, at) => {
      const right = x + COLUMNS[at] * MM - 3 - (at > 1 ? measure(face, cell, size) : 0);
      show(cell, at > 1 ? right : x + 3, down + 2 * MM, size, face);
      x += COLUMNS[at] * MM;
    });
  }
  const footer = `整理番号　${letter.key}　　1 / 1`;
  show(footer, 190 * MM - measure("M", footer, 7.5), HEIGHT - 285 * MM, 7.5);
}
pdf.end();
