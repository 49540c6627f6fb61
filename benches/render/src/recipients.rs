//! Synthetic recipients of the standard letter, each a record of its own: no two letters are alike.

use std::fmt::Write;
use std::ops::Range;

use letter::barcode::CODE_COUNT;
use letter::record::{Place, RecordBuilder};
use letter::{CustomerBarcode, Date, PostalCode, Schema};
use render::LetterFacts;

/// One recipient: the record as the spool keeps it, and what was resolved of the address.
pub struct Recipient {
    pub record: Vec<u8>,
    pub facts: LetterFacts,
}

/// Returns the fields and columns of the records.
pub fn schema() -> Schema {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Schema { fields: names(&FIELDS), columns: names(&COLUMNS) }
}

/// Returns recipients `0..count`; the same ones on every machine.
pub fn recipients(count: u32) -> Vec<Recipient> {
    each(0..count).collect()
}

/// Makes recipients one by one.
pub fn each(numbers: Range<u32>) -> impl Iterator<Item = Recipient> {
    let schema = schema();
    let mut builder = RecordBuilder::default();
    numbers.map(move |number| recipient(number, &schema, &mut builder))
}

fn recipient(number: u32, schema: &Schema, builder: &mut RecordBuilder) -> Recipient {
    let mut dice = Dice(u64::from(number) + 1);
    let postal = PostalCode::from_number(1_000_000 + dice.below(8_999_999));
    let postal = postal.expect("a number of seven digits");
    let (town, block, house) = (dice.of(&TOWNS), dice.below(40) + 1, dice.below(60) + 1);
    let building = format!("{}{}号室", dice.of(&BUILDINGS), 101 + dice.below(1400));
    let name = format!("{} {}", dice.of(&FAMILIES), dice.of(&GIVEN));
    let values = [
        format!("{:08}", 10_000_000 + number),
        postal.to_string(),
        format!("{town}{}丁目{block}番{house}号", dice.below(9) + 1),
        building,
        name,
        dice.day(2001, 24),
        dice.of(&PRODUCTS).to_owned(),
        "2026-09-30".to_owned(),
        format!("{:03}-{:07}", dice.below(1000), dice.below(10_000_000)),
        format!("{}支店", dice.of(&BRANCHES)),
        dice.of(&FAMILIES).to_owned(),
        dice.below(900_000).to_string(),
        dice.day(2026, 2),
        (1000 + dice.below(90_000)).to_string(),
        dice.of(&RANKS).to_owned(),
        dice.below(60_000).to_string(),
        "2026-11-20".to_owned(),
    ];
    values.iter().for_each(|value| builder.push(value));
    let mut rows = String::new();
    let (mut counts, mut amounts, mut balance) = (0, 0, 200_000 + dice.below(3_000_000));
    for _ in 0..ROWS {
        let (count, amount) = (1 + dice.below(40), 100 + dice.below(120_000));
        (counts, amounts, balance) = (counts + count, amounts + amount, balance + amount);
        let day = dice.day(2026, 1);
        let item = dice.of(&ITEMS);
        let _ = writeln!(rows, "{day},{item},{count},{amount},{balance}");
    }
    for sum in [counts, amounts, balance] {
        builder.push(&sum.to_string());
    }
    rows.lines().flat_map(|row| row.split(',')).for_each(|cell| builder.push(cell));
    let mut record = Vec::new();
    builder.finish(Place::default(), schema, &mut record);
    let mut codes = [letter::barcode::CC4; CODE_COUNT];
    let text = format!("{postal}{block}-{house}-{}", 101 + number % 1400);
    for (code, byte) in codes.iter_mut().zip(text.bytes().filter(u8::is_ascii)) {
        *code = if byte == b'-' { letter::barcode::HYPHEN } else { byte - b'0' };
    }
    let barcode = CustomerBarcode::from_codes(codes);
    let posting_date = Date::new(2026, 11, 24).expect("a day of the calendar");
    Recipient { record, facts: LetterFacts { postal, barcode, posting_date } }
}

/// Numbers that look drawn (SplitMix64, Steele et al. 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % u64::from(end)) as u32
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len() as u32) as usize]
    }

    fn day(&mut self, year: u32, years: u32) -> String {
        let year = year + self.below(years);
        format!("{year}-{:02}-{:02}", 1 + self.below(12), 1 + self.below(28))
    }
}

const ROWS: usize = 8;
const FIELDS: [&str; 20] = [
    "key",
    "postal",
    "address1",
    "address2",
    "name",
    "since",
    "product",
    "as_of",
    "contract",
    "branch",
    "clerk",
    "paid",
    "due",
    "next",
    "rank",
    "points",
    "issued",
    "sum_count",
    "sum_amount",
    "sum_balance",
];
const COLUMNS: [&str; 5] = ["date", "item", "count", "amount", "balance"];
/// Some of the names stand only in the second face of the chain (𠮷, 槗).
const FAMILIES: [&str; 48] = [
    "佐藤",
    "鈴木",
    "髙橋",
    "田中",
    "伊藤",
    "渡邉",
    "山本",
    "中村",
    "小林",
    "加藤",
    "𠮷田",
    "山田",
    "佐々木",
    "山口",
    "松本",
    "井上",
    "木村",
    "林",
    "斎藤",
    "清水",
    "山﨑",
    "森",
    "池田",
    "槗本",
    "阿部",
    "石川",
    "前田",
    "藤田",
    "小川",
    "後藤",
    "岡田",
    "長谷川",
    "村上",
    "近藤",
    "石井",
    "齊藤",
    "坂本",
    "遠藤",
    "青木",
    "藤井",
    "西村",
    "福田",
    "太田",
    "三浦",
    "岡本",
    "松田",
    "濵田",
    "德永",
];
const GIVEN: [&str; 40] = [
    "花子",
    "太郎",
    "美咲",
    "健太",
    "さくら",
    "翔太",
    "陽菜",
    "大輔",
    "結衣",
    "拓也",
    "葵",
    "直樹",
    "優子",
    "浩",
    "明美",
    "誠",
    "由美子",
    "隆",
    "恵子",
    "茂",
    "久美子",
    "勝",
    "幸子",
    "進",
    "和子",
    "清",
    "節子",
    "博",
    "千代",
    "実",
    "あかり",
    "蓮",
    "ひなた",
    "湊",
    "凛",
    "樹",
    "紬",
    "悠真",
    "澪",
    "蒼",
];
const TOWNS: [&str; 32] = [
    "東京都千代田区霞が関",
    "東京都港区虎ノ門",
    "東京都新宿区西新宿",
    "東京都世田谷区三軒茶屋",
    "神奈川県横浜市西区高島",
    "神奈川県川崎市中原区小杉町",
    "埼玉県さいたま市大宮区桜木町",
    "千葉県船橋市本町",
    "茨城県つくば市吾妻",
    "栃木県宇都宮市大通り",
    "群馬県前橋市大手町",
    "北海道札幌市中央区北一条西",
    "青森県青森市長島",
    "岩手県盛岡市内丸",
    "宮城県仙台市青葉区国分町",
    "秋田県秋田市山王",
    "山形県山形市松波",
    "福島県福島市杉妻町",
    "新潟県新潟市中央区新光町",
    "富山県富山市新総曲輪",
    "石川県金沢市鞍月",
    "長野県長野市南長野",
    "静岡県静岡市葵区追手町",
    "愛知県名古屋市中区三の丸",
    "京都府京都市上京区下立売通",
    "大阪府大阪市中央区大手前",
    "兵庫県神戸市中央区下山手通",
    "広島県広島市中区基町",
    "愛媛県松山市一番町",
    "福岡県福岡市博多区東公園",
    "熊本県熊本市中央区水前寺",
    "沖縄県那覇市泉崎",
];
const BUILDINGS: [&str; 16] = [
    "郵便プラザ",
    "コーポ青葉",
    "星見ハイツ",
    "グランドメゾン中央",
    "メゾン桜",
    "緑ヶ丘団地",
    "サンライズ",
    "パークサイド",
    "第二富士ビル",
    "ライオンズ南",
    "ビューハイム",
    "東洋マンション",
    "エスポワール",
    "ヴィラ泉",
    "シティタワー",
    "若葉荘",
];
const PRODUCTS: [&str; 12] = [
    "終身保険（積立型）",
    "養老保険",
    "医療保険あんしん",
    "個人年金保険",
    "学資保険すくすく",
    "がん保険プラス",
    "変額保険（有期型）",
    "収入保障保険",
    "介護保険まもり",
    "定期預金（自動継続）",
    "積立定期預金",
    "外貨建年金保険",
];
const BRANCHES: [&str; 16] = [
    "札幌",
    "仙台",
    "大宮",
    "千葉",
    "新宿",
    "横浜",
    "静岡",
    "名古屋",
    "金沢",
    "京都",
    "梅田",
    "神戸",
    "広島",
    "松山",
    "博多",
    "那覇",
];
const RANKS: [&str; 5] = ["一般", "シルバー", "ゴールド", "プラチナ", "特別会員"];
const ITEMS: [&str; 14] = [
    "保険料お払込み（口座振替）",
    "積立配当金 割当て",
    "契約者貸付 ご返済",
    "一括前納分の充当",
    "特約保険料",
    "窓口でのお預入れ",
    "お利息",
    "自動積立",
    "ポイントの交換",
    "手数料の戻し入れ",
    "追加のお預入れ",
    "満期金の組入れ",
    "据置金の利息",
    "振替入金",
];
