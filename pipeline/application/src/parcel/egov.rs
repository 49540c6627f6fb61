//! The e-Gov shape: one application whose manifest is `kousei.xml` (構成管理情報).
//!
//! Shape: `DataRoot/構成情報` with 管理情報 (手続番号/手続ID, 初回受付番号), 申請書属性情報 (the
//! form's file name) and 添付書類属性情報 (one per attachment), and `DataRoot/署名情報/Signature`.
//! Member names are bare and lie beside `kousei.xml`. Source: e-Gov 電子申請 外部連携API
//! 申請書送信データ仕様 (standard form, 標準形式), as public clients of it write the package.

use letter::{Moment, Refusal};

use super::manifest::{Entry, Manifest};
use super::{is_receipt, Members, Parcel};
use crate::form::{read_xml, Form, FORM_LIMITS};
use crate::refusal;
use crate::site::Site;

/// The manifest of an e-Gov package.
pub const KOUSEI: &str = "kousei.xml";
const TOP: &str = "構成情報";
const FORM: &str = "申請書属性情報";
const ATTACHMENT: &str = "添付書類属性情報";

/// What the shop itself knows of a parcel that came in: e-Gov's package does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival<'n> {
    /// The parcel's file name without `.zip`; the receipt number unless the package has one.
    pub parcel: &'n str,
    /// When it came in.
    pub received_at: Moment,
}

impl<'a> Parcel<'a> {
    /// Reads a package of the e-Gov shape as a parcel of one application.
    ///
    /// The procedure is the 手続ID, which the site's list must hold; a procedure file may name it
    /// under `also`. The signature is `kousei.xml` itself.
    ///
    /// # Errors
    /// `bad-manifest` with line and column, `bad-parcel-name`, `missing-key`.
    pub fn read_egov(
        site: &Site,
        arrival: &Arrival<'_>,
        kousei: &[u8],
        members: &'a dyn Members,
    ) -> Result<Self, Refusal> {
        let kousei = read_xml(kousei, &FORM_LIMITS).map_err(|e| {
            let refusal = refusal::bad_manifest(&e.rule.japanese(), &e.rule.english());
            refusal::at(refusal, KOUSEI, e.line, e.column.to_string())
        })?;
        if !kousei.fields().any(|field| field.path.starts_with(TOP)) {
            let place = |refusal| refusal::at(refusal, KOUSEI, 0, TOP.into());
            return Err(place(refusal::missing_key(TOP)));
        }
        let entry = entry(&kousei, arrival);
        let (site_name, parcel) = (site.site.clone(), arrival.parcel.to_owned());
        let manifest = Manifest { site: site_name, parcel, entries: vec![entry] };
        Self::of_manifest(site, manifest, members, KOUSEI)
    }
}

fn entry(kousei: &Form, arrival: &Arrival<'_>) -> Entry {
    let value = |path: &str| kousei.filled(&format!("{TOP}.{path}")).map(str::to_owned);
    let first_receipt = value("管理情報.初回受付番号").filter(|number| is_receipt(number));
    let named = arrival.parcel.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    // A file name with a dot or an underscore becomes a receipt number by hyphens.
    let named = named.take(super::RECEIPT_LEN_MAX).collect();
    Entry {
        receipt: Some(first_receipt.unwrap_or(named)),
        received_at: Some(arrival.received_at.rfc3339_jst()),
        procedure: value("管理情報.手続番号.手続ID"),
        form: value(&format!("{FORM}.申請書ファイル名称")),
        attachments: attachments(kousei),
        signature_kind: kousei_is_signed(kousei).then(|| "xml".to_owned()),
        signature_file: Some(KOUSEI.to_owned()),
        in_folder: false,
        ..Entry::default()
    }
}

/// The signature's own elements are no fields, so a signed package has an empty 署名情報.
fn kousei_is_signed(kousei: &Form) -> bool {
    kousei.get("署名情報").is_some()
}

fn attachments(kousei: &Form) -> Vec<(String, String)> {
    let group = format!("{TOP}.{ATTACHMENT}");
    let at = |prefix: String| {
        let file = kousei.filled(&format!("{prefix}.添付書類ファイル名称"))?;
        let title = kousei.filled(&format!("{prefix}.添付書類名称")).unwrap_or_default();
        Some((file.to_owned(), title.to_owned()))
    };
    match kousei.items(&group) {
        0 => at(group).into_iter().collect(),
        count => (0..count).filter_map(|i| at(format!("{group}[{i}]"))).collect(),
    }
}
