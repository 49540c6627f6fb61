// The standard letter by iText 2.1: templates for what is static, a line breaker of its own.
//
// usage: java ItextLetters LETTERS BODY FONTS OUT (what others.sh makes)

import com.lowagie.text.Document;
import com.lowagie.text.Rectangle;
import com.lowagie.text.pdf.BaseFont;
import com.lowagie.text.pdf.PdfContentByte;
import com.lowagie.text.pdf.PdfTemplate;
import com.lowagie.text.pdf.PdfWriter;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

public class ItextLetters {
    static final float MM = 72 / 25.4f, WIDTH = 595.28f, HEIGHT = 841.89f;
    static final String NOT_FIRST = "、。，．・：；？！ー）」』】〕％々ぁぃぅぇぉっゃゅょァィゥェォッャュョ";
    static final String NOT_LAST = "（「『【〔";
    static final int[] COLUMNS = {38, 52, 18, 30, 32};
    static final String[] HEADS = {"日付", "お取引の内容", "数量", "金額（円）", "残高（円）"};
    static final String[] KEYS = {"date", "item", "count", "amount", "balance"};

    /** A face with the advance of every character of the first plane, 0 where it has no glyph. */
    static final class Face {
        final BaseFont font;
        final short[] widths = new short[65536];

        Face(String path) throws Exception {
            font = BaseFont.createFont(path, BaseFont.IDENTITY_H, BaseFont.EMBEDDED);
            for (int c = 32; c < 65536; c++) {
                boolean known = !Character.isSurrogate((char) c) && font.charExists(c);
                widths[c] = (short) (known ? font.getWidth(c) : 0);
            }
        }
    }

    final Face mincho, bold, other;

    ItextLetters(String fonts) throws Exception {
        mincho = new Face(fonts + "/BIZUDPMincho-Regular.ttf");
        bold = new Face(fonts + "/BIZUDPGothic-Bold.ttf");
        other = new Face(fonts + "/NotoSerifJP-Regular.ttf");
    }

    int advance(Face face, char c) {
        if (Character.isLowSurrogate(c)) return 0;
        return face.widths[c] != 0 ? face.widths[c] : 1000;
    }

    float width(Face face, String text, float size) {
        int sum = 0;
        for (int at = 0; at < text.length(); at++) sum += advance(face, text.charAt(at));
        return sum * size / 1000;
    }

    void show(PdfContentByte page, Face face, String text, float x, float y, float size) {
        page.setTextMatrix(x, y);
        int start = 0;
        Face now = face;
        for (int at = 0; at < text.length(); at++) {
            Face wanted = face.widths[text.charAt(at)] != 0 ? face : other;
            if (wanted != now) {
                run(page, now, text, start, at, size);
                start = at;
                now = wanted;
            }
        }
        run(page, now, text, start, text.length(), size);
    }

    void run(PdfContentByte page, Face face, String text, int start, int end, float size) {
        if (start == end) return;
        page.setFontAndSize(face.font, size);
        page.showText(text.substring(start, end));
    }

    /** Breaks by kinsoku; digits and letters stay together. */
    float paragraph(PdfContentByte page, String text, float y, float size, float room) {
        int start = 0, at = 0;
        float used = size, indent = size;
        while (at < text.length()) {
            int end = at + 1;
            if (ascii(text.charAt(at))) {
                while (end < text.length() && ascii(text.charAt(end))) end++;
            } else if (Character.isHighSurrogate(text.charAt(at))) {
                end++;
            }
            float wide = width(mincho, text.substring(at, end), size);
            if (used + wide > room && at > start) {
                int cut = at;
                if (NOT_FIRST.indexOf(text.charAt(at)) >= 0) cut--;
                while (cut > start + 1 && NOT_LAST.indexOf(text.charAt(cut - 1)) >= 0) cut--;
                float back = width(mincho, text.substring(cut, at), size);
                String line = text.substring(start, cut);
                int gaps = line.codePointCount(0, line.length()) - 1;
                page.setCharacterSpacing((room - used + back) / gaps);
                show(page, mincho, line, 20 * MM + indent, y, size);
                indent = 0;
                y -= 16;
                start = cut;
                used = back;
            }
            used += wide;
            at = end;
        }
        page.setCharacterSpacing(0);
        show(page, mincho, text.substring(start), 20 * MM + indent, y, size);
        return y - 16;
    }

    static boolean ascii(char c) {
        return c > ' ' && c < 127;
    }

    static final float TABLE_TOP = HEIGHT - 200 * MM;

    PdfTemplate still(PdfContentByte over) {
        PdfTemplate form = over.createTemplate(WIDTH, HEIGHT);
        form.beginText();
        String[] office = {
            "星見生命保険株式会社", "ご契約サービスセンター",
            "〒080-0831 北海道帯広市稲田町南七線西28番地", "電話 0120-000-123（平日 9時から18時まで）"
        };
        for (int at = 0; at < office.length; at++) {
            show(form, mincho, office[at], 114 * MM, HEIGHT - 23 * MM - at * 13.5f, 9);
        }
        String title = "ご契約内容のお知らせ";
        show(form, bold, title, (WIDTH - width(bold, title, 15)) / 2, HEIGHT - 76 * MM, 15);
        form.endText();
        form.rectangle(20 * MM, HEIGHT - 80.7f * MM, 170 * MM, 0.8f);
        form.fill();
        form.setGrayFill(0.92f);
        form.rectangle(20 * MM, TABLE_TOP - 7 * MM, 170 * MM, 7 * MM);
        form.fill();
        form.setGrayFill(0);
        for (int row = 1; row <= 10; row++) {
            form.rectangle(20 * MM, TABLE_TOP - row * 7 * MM, 170 * MM, 0.4f);
        }
        form.fill();
        form.beginText();
        float x = 20 * MM;
        for (int at = 0; at < 5; at++) {
            show(form, bold, HEADS[at], x + 3, TABLE_TOP - 5 * MM, 8.5f);
            x += COLUMNS[at] * MM;
        }
        form.endText();
        return form;
    }

    void letter(
            PdfContentByte page, PdfTemplate still, Map<String, String> letter,
            List<String[]> body) {
        page.addTemplate(still, 0, 0);
        page.beginText();
        float y = HEIGHT - 26 * MM;
        String[] window = {"postal", "address1", "address2", "addressee"};
        float[] sizes = {10, 9.5f, 9.5f, 11.5f};
        for (int at = 0; at < 4; at++) {
            show(page, mincho, letter.get(window[at]), 22.5f * MM, y, sizes[at]);
            y -= sizes[at] * 1.25f;
        }
        show(page, mincho, letter.get("mark"), 8 * MM, HEIGHT - 291 * MM, 4);
        show(page, mincho, letter.get("issued | wareki"), 114 * MM, HEIGHT - 18 * MM, 9);
        float down = HEIGHT - 90 * MM;
        StringBuilder text = new StringBuilder();
        for (String[] parts : body) {
            text.setLength(0);
            for (int at = 0; at < parts.length; at++) {
                text.append(at % 2 == 1 ? letter.get(parts[at]) : parts[at]);
            }
            down = paragraph(page, text.toString(), down, 10.5f, 170 * MM);
        }
        down = TABLE_TOP - 7 * MM;
        for (int row = 1; row <= 9; row++) {
            down -= 7 * MM;
            Face face = row < 9 ? mincho : bold;
            float size = row < 9 ? 9.5f : 10, x = 20 * MM;
            for (int at = 0; at < 5; at++) {
                String sum = at == 0 ? "合計" : at == 1 ? "" : letter.get("sum_" + KEYS[at]);
                String cell = row < 9 ? letter.get(row + "." + KEYS[at]) : sum;
                float right = x + COLUMNS[at] * MM - 3;
                float left = at > 1 ? right - width(face, cell, size) : x + 3;
                if (!cell.isEmpty()) show(page, face, cell, left, down + 2 * MM, size);
                x += COLUMNS[at] * MM;
            }
        }
        String footer = "整理番号　" + letter.get("key") + "　　1 / 1";
        show(page, mincho, footer, 190 * MM - width(mincho, footer, 7.5f), HEIGHT - 285 * MM, 7.5f);
        page.endText();
        float unit = 0.48f * MM;
        y -= 2 * MM;
        String bars = letter.get("bars");
        for (int at = 0; at < bars.length(); at++) {
            char bar = bars.charAt(at);
            int low = bar == 'F' || bar == 'D' ? 0 : 2, high = bar == 'F' || bar == 'A' ? 6 : 4;
            page.rectangle(22.5f * MM + 2 * unit * at, y + low * unit, unit, (high - low) * unit);
        }
        String[] rows = letter.get("matrix").split(" ");
        for (int row = 0; row < rows.length; row++) {
            int bits = Integer.parseInt(rows[row], 16);
            for (int at = 0; at < 18; at++) {
                int end = at;
                while (end < 18 && (bits >> (17 - end) & 1) == 1) end++;
                if (end > at) {
                    float bottom = HEIGHT - (280.5f + 0.5f * row) * MM;
                    page.rectangle((8 + 0.5f * at) * MM, bottom, 0.5f * MM * (end - at), 0.5f * MM);
                }
                at = end;
            }
        }
        page.fill();
    }

    public static void main(String[] words) throws Exception {
        ItextLetters own = new ItextLetters(words[2]);
        String source = Files.readString(Paths.get(words[1]));
        source = source.substring(source.lastIndexOf("{% end %}") + 9, source.indexOf("{% table"));
        List<String[]> body = new ArrayList<>();
        for (String line : source.split("\n")) {
            if (!line.isEmpty()) body.add(line.split("\\{\\{ | \\}\\}"));
        }
        Document document = new Document(new Rectangle(WIDTH, HEIGHT));
        BufferedOutputStream out = new BufferedOutputStream(new FileOutputStream(words[3]), 1 << 16);
        PdfWriter writer = PdfWriter.getInstance(document, out);
        writer.setCompressionLevel(1);
        document.open();
        PdfContentByte page = writer.getDirectContent();
        PdfTemplate still = own.still(page);
        try (BufferedReader table = Files.newBufferedReader(Paths.get(words[0]))) {
            String[] names = table.readLine().split("\t");
            Map<String, String> letter = new HashMap<>();
            for (String line; (line = table.readLine()) != null; ) {
                String[] values = line.split("\t");
                for (int at = 0; at < names.length; at++) letter.put(names[at], values[at]);
                document.newPage();
                own.letter(page, still, letter, body);
            }
        }
        document.close();
    }
}
