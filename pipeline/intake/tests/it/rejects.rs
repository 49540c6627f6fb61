//! A reject list made of the sender's own bytes can be sent back and is read alike.

use intake::rows::{head_bytes, reject_form};

use crate::shop::{cp932, decode, layout, small, sound};

/// Makes the reject list of a file from its head, its rows with faults and its line end.
fn reject_list(name: &str, file: &[u8]) -> Vec<u8> {
    let layout = layout(name);
    let decoded = decode(&layout, file, None).expect("no refusal");
    let form = reject_form(&layout, file).expect("memory does not fail");
    let mut list = form.head.clone();
    for (row, _) in decoded.rows.iter().zip(decoded.sound()).filter(|(_, sound)| !sound) {
        let start = row.place.byte as usize;
        list.extend_from_slice(&file[start..start + row.place.raw_len as usize]);
        list.extend_from_slice(&form.line_end);
    }
    list
}

#[test]
fn a_reject_list_is_the_head_and_the_senders_own_rows() {
    let bad = cp932("A2,100-0013,\"住,所\",氏名,,x,,\"a\r\nb\",x");
    let file = small(&[&sound("A1"), &bad, &sound("A3")]);
    assert_eq!(reject_list("small", &file), small(&[&bad]));
    let text = "key,postal,address,name\nK1,1000013,a,\nK2,1000013,a,𠮷\n";
    let utf16 = |text: &str| -> Vec<u8> {
        "\u{FEFF}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect()
    };
    let expected = utf16("key,postal,address,name\nK1,1000013,a,\n");
    assert_eq!(reject_list("utf16", &utf16(text)), expected);
    let marked = format!("\u{FEFF}{text}");
    assert_eq!(
        reject_list("auto", marked.as_bytes()),
        "\u{FEFF}key,postal,address,name\nK1,1000013,a,\n".as_bytes()
    );
}

#[test]
fn fixed_width_rows_have_no_head() {
    let file = b"00011000013addrname00021000013addr    ";
    assert_eq!(reject_list("endless", file), b"00021000013addr    ");
    let form = reject_form(&layout("fixed"), &b""[..]).expect("memory does not fail");
    assert_eq!((form.head.as_slice(), form.line_end.as_slice()), (&b""[..], &b"\r\n"[..]));
}

#[test]
fn a_head_without_an_end_gets_the_usual_one() {
    let head = head_bytes(&layout("auto"), &b"key,postal"[..]).expect("memory does not fail");
    assert_eq!(head, b"key,postal\r\n");
}

#[test]
fn mended_rows_need_no_trailer_and_a_wrong_one_is_still_refused() {
    let mended = layout("trailer").for_mended_rows();
    let file = b"key,postal,address,name\n1,1000013,a,b\n";
    assert_eq!(decode(&mended, file, None).expect("no refusal").sound(), [true]);
    let wrong = [&file[..], b"T,2,1000013\n"].concat();
    assert_eq!(decode(&mended, &wrong, None).expect_err("another count").code, "wrong-count");
}
