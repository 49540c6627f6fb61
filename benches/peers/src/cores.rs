//! One core against two at once.

use std::sync::Barrier;
use std::thread;

use lanes::Engine;

use crate::keys::{signed, Signed};
use crate::rounds::{median, timed, ROUNDS};
use crate::rsa2048::batch;

pub fn run() {
    let all = signed(COUNT, COUNT);
    let ratios: Vec<f64> = (0..ROUNDS).map(|_| together(&all) / rate(&all)).collect();
    println!("Two threads at once do {:.2} times the signatures of one alone", median(ratios));
    println!("(by each thread's own CPU time)\n");
}

/// Returns the sum of the rates of two threads that work at the same time.
fn together(all: &[Signed]) -> f64 {
    let start = Barrier::new(2);
    let work = || {
        start.wait();
        rate(all)
    };
    thread::scope(|scope| {
        let other = scope.spawn(work);
        work() + other.join().expect("the other thread ends")
    })
}

/// Returns signatures a second of this thread's CPU time.
fn rate(all: &[Signed]) -> f64 {
    let mut work = batch(all, Engine::best());
    let seconds = timed(&mut || (0..REPEATS).for_each(|_| work()));
    f64::from(REPEATS) * COUNT as f64 / seconds
}

const COUNT: usize = 64;
const REPEATS: u32 = 200;
