//! 政令指定都市 (seirei shitei toshi): the designated cities, whose wards have codes of their own.

use super::JisCode;

/// City, first and last code of its wards. Source: 総務省「全国地方公共団体コード」, 政令指定都市の
/// 区; the wards of Hamamatsu before 2024-01-01 (22131 to 22137) are kept, old addresses name them.
/// Special wards of Tokyo (13101 to 13123) are municipalities themselves and not in this table.
const CITIES: [(u32, u32, u32); 20] = [
    (1_100, 1_101, 1_110),    // 札幌市
    (4_100, 4_101, 4_105),    // 仙台市
    (11_100, 11_101, 11_110), // さいたま市
    (12_100, 12_101, 12_106), // 千葉市
    (14_100, 14_101, 14_118), // 横浜市
    (14_130, 14_131, 14_137), // 川崎市
    (14_150, 14_151, 14_153), // 相模原市
    (15_100, 15_101, 15_108), // 新潟市
    (22_100, 22_101, 22_103), // 静岡市
    (22_130, 22_131, 22_140), // 浜松市
    (23_100, 23_101, 23_116), // 名古屋市
    (26_100, 26_101, 26_111), // 京都市
    (27_100, 27_102, 27_128), // 大阪市
    (27_140, 27_141, 27_147), // 堺市
    (28_100, 28_101, 28_111), // 神戸市
    (33_100, 33_101, 33_104), // 岡山市
    (34_100, 34_101, 34_108), // 広島市
    (40_100, 40_101, 40_109), // 北九州市
    (40_130, 40_131, 40_137), // 福岡市
    (43_100, 43_101, 43_105), // 熊本市
];

/// Returns the designated city of a ward, and every other municipality itself.
pub fn city_of(code: JisCode) -> JisCode {
    let number = code.number();
    let city = CITIES.iter().find(|(_, first, last)| (*first..=*last).contains(&number));
    city.and_then(|(city, ..)| JisCode::new(*city)).unwrap_or(code)
}
