//! The kernel: eight RSA signatures at once, one in each lane of a vector.
//!
//! Checking a PKCS#1 v1.5 signature s under a key (n, 65537) means computing s^65537 mod n and
//! comparing it with the encoded digest EM (RFC 8017 §8.2.2). The kernel does that for eight
//! triples (n, s, digest) in step. Lane i of every vector belongs to triple i alone, and no
//! instruction in use moves anything between lanes, so a triple cannot see its neighbours.
//!
//! # The numbers
//!
//! A number of 2048 bits is forty limbs of 52 bits, because the vector multiplier (AVX-512 IFMA)
//! multiplies 52 by 52 bits and adds the lower or the upper half of the product to an accumulator
//! of 64 bits. Forty limbs hold 2080 bits; R = 2^2080 is the radix of the Montgomery form. The
//! twelve free bits of an accumulator put carries off: a column of a product and its reduction has
//! at most 160 halves, so it stays below 160 · 2^52 + a carry < 2^60. The multiplier reads the
//! lower 52 bits of a limb only, so that carried-out limbs need no masking either.
//!
//! # The way
//!
//! 1. `fold` brings s into Montgomery form, x = s·R mod n, without R² and without a division by n.
//! 2. `montgomery::square` sixteen times gives s^65536·R.
//! 3. `montgomery::multiply` by the plain s gives s^65537·R·s/(s·R), the plain s^65537: the last
//!    product leaves the Montgomery form on its way.
//! 4. The limbs are compared with those of EM.
//!
//! # The bounds
//!
//! A Montgomery product of x and y is below x·y/R + n. Folding gives x < n + 2^2029, and every
//! value after it is below n + 2^2018, since (n + 2^2029)² / 2^2080 < 2^2017 for n < 2^2048. The
//! result r of step 3 is congruent to s^65537 and below n + 2^2018, so it is either s^65537 mod n
//! or that plus n, the latter only if s^65537 mod n < 2^2018. EM is above 2^2032. So r = EM exactly
//! if s^65537 mod n = EM, and no final subtraction is needed.
//!
//! Folding estimates a digit without waiting for far carries. The digit overflows its 52 bits for
//! about one random signature in ten million; such a lane is reported as undecided.
//!
//! What the kernel says is used in one direction only: a lane that it accepts is accepted. A lane
//! that it refuses or leaves undecided is judged by the library.

mod encoded;
mod fold;
pub(crate) mod known_answers;
pub(crate) mod lanes;
#[cfg(any(test, feature = "model"))]
pub(crate) mod model;
mod montgomery;
pub(crate) mod verify;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;

#[cfg(test)]
mod tests;
