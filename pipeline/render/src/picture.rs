//! Pictures of a template's folder, PNG and JPEG, as grey samples.
//!
//! The rule for colour: print files have black alone, so a sample of red, green and blue becomes
//! 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601, on the values as they are coded); what is transparent
//! lies on white. Profiles and gamma of the file are not looked at.

use letter::page::Picture;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

/// Reads a PNG or JPEG.
///
/// # Errors
/// Why it cannot be used, in words.
pub fn read(bytes: &[u8]) -> Result<Picture, String> {
    let picture = match bytes {
        [0x89, b'P', b'N', b'G', ..] => read_png(bytes)?,
        [0xff, 0xd8, ..] => read_jpeg(bytes)?,
        _ => return Err("it is neither PNG nor JPEG".to_owned()),
    };
    let len = picture.width as usize * picture.height as usize;
    match len > 0 && picture.grey.len() == len {
        true => Ok(picture),
        false => Err("it has not the samples that it declares".to_owned()),
    }
}

fn read_png(bytes: &[u8]) -> Result<Picture, String> {
    let why = |error: png::DecodingError| error.to_string();
    let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
    decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(why)?;
    let (width, height) = reader.info().size();
    check_size(u64::from(width), u64::from(height))?;
    let len = reader.output_buffer_size().ok_or("it is too large")?;
    let mut samples = vec![0; len];
    let frame = reader.next_frame(&mut samples).map_err(why)?;
    samples.truncate(frame.buffer_size());
    let grey = match frame.color_type {
        png::ColorType::Grayscale => samples,
        png::ColorType::GrayscaleAlpha => {
            samples.chunks_exact(2).map(|sample| on_white(sample[0], sample[1])).collect()
        }
        png::ColorType::Rgb => samples.chunks_exact(3).map(grey_of).collect(),
        png::ColorType::Rgba => {
            samples.chunks_exact(4).map(|sample| on_white(grey_of(sample), sample[3])).collect()
        }
        png::ColorType::Indexed => return Err("its palette cannot be read".to_owned()),
    };
    Ok(Picture { width, height, grey, jpeg: None })
}

fn read_jpeg(bytes: &[u8]) -> Result<Picture, String> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions().ok_or("it has no size")?;
    check_size(width as u64, height as u64)?;
    let is_grey = match decoder.input_colorspace() {
        Some(ColorSpace::Luma) => true,
        Some(ColorSpace::YCbCr | ColorSpace::RGB) => false,
        _ => return Err("its colours are neither grey nor RGB".to_owned()),
    };
    let samples = decoder.decode().map_err(|error| error.to_string())?;
    let grey = match samples.len() / (width * height) {
        1 => samples,
        3 => samples.chunks_exact(3).map(grey_of).collect(),
        _ => return Err("its colours are neither grey nor RGB".to_owned()),
    };
    let jpeg = is_grey.then(|| bytes.to_vec());
    Ok(Picture { width: width as u32, height: height as u32, grey, jpeg })
}

fn check_size(width: u64, height: u64) -> Result<(), String> {
    match width * height {
        0 => Err("it has no samples".to_owned()),
        samples if samples > SAMPLES_MAX => {
            Err(format!("it has {samples} samples, {SAMPLES_MAX} are taken"))
        }
        _ => Ok(()),
    }
}

/// Returns the grey of red, green and blue.
fn grey_of(sample: &[u8]) -> u8 {
    let [red, green, blue] = [0, 1, 2].map(|at| u32::from(sample[at]));
    ((299 * red + 587 * green + 114 * blue + 500) / 1000) as u8
}

/// Lays a grey of this opacity on white.
fn on_white(grey: u8, opacity: u8) -> u8 {
    let (grey, opacity) = (u32::from(grey), u32::from(opacity));
    ((grey * opacity + 255 * (255 - opacity) + 127) / 255) as u8
}

/// A sheet of A4 at 600 samples an inch has 35 million.
const SAMPLES_MAX: u64 = 40_000_000;

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Packs samples as PNG.
    pub(crate) fn png_of(width: u32, colour: png::ColorType, samples: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let height = samples.len() as u32 / width / colour.samples() as u32;
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(colour);
        let mut writer = encoder.write_header().expect("memory");
        writer.write_image_data(samples).expect("memory");
        writer.finish().expect("memory");
        file
    }

    #[test]
    fn colour_becomes_grey_by_the_declared_rule_and_lies_on_white() {
        let grey =
            |colour, samples: &[u8]| read(&png_of(1, colour, samples)).expect("a picture").grey;
        assert_eq!(grey(png::ColorType::Grayscale, &[0, 77, 255]), [0, 77, 255]);
        let primaries = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255];
        assert_eq!(grey(png::ColorType::Rgb, &primaries), [76, 150, 29, 255]);
        assert_eq!(grey(png::ColorType::GrayscaleAlpha, &[0, 0, 0, 255, 100, 51]), [255, 0, 224]);
        assert_eq!(grey(png::ColorType::Rgba, &[0, 0, 0, 0, 255, 0, 0, 255]), [255, 76]);
    }

    #[test]
    fn a_grey_jpeg_stays_as_it_came_and_a_coloured_one_becomes_grey() {
        let of = |bytes: &[u8]| read(bytes);
        let grey = of(include_bytes!("picture/grey.jpg")).expect("a picture");
        assert_eq!((grey.width, grey.height), (16, 16));
        assert_eq!(grey.jpeg.as_deref(), Some(&include_bytes!("picture/grey.jpg")[..]));
        let near = |to: u8, samples: &[u8]| samples.iter().all(|sample| sample.abs_diff(to) <= 3);
        assert!(near(130, &grey.grey), "{:?}", &grey.grey[..4]);
        let colour = of(include_bytes!("picture/colour.jpg")).expect("a picture");
        assert!(colour.jpeg.is_none() && near(76, &colour.grey), "{:?}", &colour.grey[..4]);
        let why = of(include_bytes!("picture/cmyk.jpg")).expect_err("a refusal");
        assert_eq!(why, "its colours are neither grey nor RGB");
    }

    #[test]
    fn what_is_no_picture_or_is_cut_off_is_refused_with_its_reason() {
        let whole = png_of(40, png::ColorType::Grayscale, &[9; 1600]);
        assert!(read(&whole).is_ok());
        assert!(read(&whole[..whole.len() / 2]).is_err());
        assert!(read(b"GIF89a").is_err());
        assert!(read(&[0xff, 0xd8, 0xff, 0xe0]).is_err());
        let huge = png_of(1, png::ColorType::Grayscale, &[0]);
        // The head's width and height, with the sum that stands behind it.
        let mut huge = huge;
        huge[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
        assert!(read(&huge).is_err());
    }
}
