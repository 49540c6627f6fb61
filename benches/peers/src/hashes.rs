//! SHA-256 of many messages of one size.

use aws_lc_rs::digest as aws;
use ring::digest as ring;
use rsa::sha2::{Digest, Sha256};

use crate::rounds::{take_turns, Contender};

pub fn run() {
    for size in [1_700, 4_096, 16_384] {
        println!("SHA-256, {COUNT} messages of {size} bytes\n");
        let data: Vec<Vec<u8>> = (0..COUNT).map(|i| vec![i as u8; size]).collect();
        let messages: Vec<&[u8]> = data.iter().map(Vec::as_slice).collect();
        let mut digests = Vec::new();
        let mut contenders = [
            Contender::new("aws-lc-rs", || {
                messages.iter().for_each(|message| {
                    std::hint::black_box(aws::digest(&aws::SHA256, message));
                });
            }),
            Contender::new("ring", || {
                messages.iter().for_each(|message| {
                    std::hint::black_box(ring::digest(&ring::SHA256, message));
                });
            }),
            Contender::new("sha2 0.10", || {
                messages.iter().for_each(|message| {
                    std::hint::black_box(Sha256::digest(message));
                });
            }),
            Contender::new("openssl (system)", || {
                messages.iter().for_each(|message| {
                    std::hint::black_box(openssl::sha::sha256(message));
                });
            }),
            Contender::new("**lanes, batch**", || {
                lanes::sha256_many(&messages, &mut digests);
                std::hint::black_box(&digests);
            }),
        ];
        let gigabytes = (COUNT * size) as f64 * 1e-6;
        take_turns(&mut contenders).print("MB", gigabytes, "aws-lc-rs");
    }
}

const COUNT: usize = 64;
