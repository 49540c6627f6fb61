//! Makes a shop of applications on one thread and says what each part took.

use std::time::Instant;

use address::Dictionary;
use sample::{ApplicationOrder, Key, Maker, Tally};

fn main() {
    let mut args = std::env::args().skip(1);
    let out = args.next().expect("the shop's directory");
    let applications = args.next().and_then(|n| n.parse().ok()).unwrap_or(2_000);
    let bytes = std::fs::read("config/postcodes/postcodes.bin").expect("the dictionary");
    let dictionary = Dictionary::read(&bytes).expect("the dictionary is sound");
    let order = ApplicationOrder {
        applications,
        seed: 1,
        defects: 0.02,
        municipalities: 200,
        parcel_applications: 500,
    };
    let start = Instant::now();
    let keys = (0..order.keys()).map(|number| Key::make(order.seed, number)).collect();
    eprintln!("{} keys {:?}", order.keys(), start.elapsed());
    let start = Instant::now();
    let maker = Maker::new(&dictionary, order, keys);
    let mut write = |path: &str, bytes: &[u8]| {
        let path = std::path::Path::new(&out).join(path);
        std::fs::create_dir_all(path.parent().expect("a folder"))?;
        std::fs::write(path, bytes)
    };
    maker.shop(&mut write).expect("the disk takes it");
    eprintln!("shop {:?}", start.elapsed());
    let start = Instant::now();
    let mut tally = Tally::new();
    for number in 0..order.parcels() {
        let made = maker.parcel(number);
        tally.add_parcel(&made);
        for (path, bytes) in made.files {
            write(&path, &bytes).expect("the disk takes it");
        }
    }
    write("expected.json", tally.json().as_bytes()).expect("the disk takes it");
    eprintln!("parcels {:?}", start.elapsed());
}
