//! Pictures of static layers as image XObjects in black, each once for a batch.

use letter::page::{Mark, Picture};

use crate::content::number;
use crate::deflate::pack_static;
use crate::parts::{write, Parts};

/// Writes a picture and returns its number: a grey JPEG as it came, all else as packed samples.
pub(crate) fn write_picture(parts: &mut Parts, picture: &Picture) -> u32 {
    let packed;
    let (filter, data) = match &picture.jpeg {
        Some(jpeg) => ("DCTDecode", &jpeg[..]),
        None => {
            packed = pack_static(&picture.grey);
            ("FlateDecode", &packed[..])
        }
    };
    let mut body = Vec::with_capacity(data.len() + 200);
    write(
        &mut body,
        format_args!(
            "<</Type/XObject/Subtype/Image/Width {}/Height {}/ColorSpace/DeviceGray\
             /BitsPerComponent 8/Filter/{filter}/Length {}>>\nstream\n",
            picture.width,
            picture.height,
            data.len()
        ),
    );
    body.extend_from_slice(data);
    body.extend_from_slice(b"\nendstream");
    parts.raw(&body)
}

/// Paints a picture; any other mark paints nothing here.
pub(crate) fn paint(out: &mut Vec<u8>, mark: &Mark) {
    let Mark::Picture { picture, x, y, width, height } = *mark else { return };
    out.extend_from_slice(b"q ");
    for value in [width.0, 0, 0, height.0, x.0, y.0] {
        number(out, value);
        out.push(b' ');
    }
    out.extend_from_slice(b"cm/I");
    number(out, i32::from(picture));
    out.extend_from_slice(b" Do Q\n");
}

/// Returns the entries of an XObject resource dictionary, `/I0 12 0 R`.
pub(crate) fn resource_entries(pictures: &[u32]) -> String {
    let pictures = pictures.iter().enumerate();
    pictures.map(|(index, number)| format!("/I{index} {number} 0 R")).collect()
}
