//! Code lengths that spend the fewest bits (Huffman), none longer than asked.

/// Returns the length of every symbol's code: 0 for those that do not occur.
///
/// At least two symbols get a code, so that every reader takes the code for complete.
pub(super) fn code_lengths(counts: &[u32], longest: u8) -> Vec<u8> {
    let mut used: Vec<usize> = (0..counts.len()).filter(|&symbol| counts[symbol] > 0).collect();
    for symbol in 0..counts.len() {
        if used.len() < 2 && !used.contains(&symbol) {
            used.push(symbol);
        }
    }
    used.sort_by_key(|&symbol| (counts[symbol], symbol));
    let weights: Vec<u64> = used.iter().map(|&symbol| u64::from(counts[symbol])).collect();
    let mut numbers = numbers_of_lengths(&weights, usize::from(longest));
    let mut lengths = vec![0; counts.len()];
    let mut length = usize::from(longest);
    for symbol in used {
        while numbers[length] == 0 {
            length -= 1;
        }
        numbers[length] -= 1;
        lengths[symbol] = length as u8;
    }
    lengths
}

/// Returns how many codes have each length, for two and more weights in ascending order.
fn numbers_of_lengths(weights: &[u64], longest: usize) -> Vec<u32> {
    let inner = parents(weights);
    let mut numbers = vec![0; longest + 2];
    let mut depths = vec![0; inner.len()];
    // From the root down every inner node makes two codes of one; where that would be too deep, the
    // deepest code that may still be split is taken instead.
    numbers[1] = 2;
    for node in (0..inner.len() - 1).rev() {
        depths[node] = depths[inner[node]] + 1;
        let mut depth: usize = depths[node];
        if depth >= longest {
            depth = longest - 1;
            while numbers[depth] == 0 {
                depth -= 1;
            }
        }
        numbers[depth] -= 1;
        numbers[depth + 1] += 2;
    }
    numbers
}

/// Returns the parent of every inner node of Huffman's tree, in the order of their making; the last
/// one is the root, its own parent.
fn parents(weights: &[u64]) -> Vec<usize> {
    let count = weights.len() - 1;
    let mut sums: Vec<u64> = Vec::with_capacity(count);
    let mut parents: Vec<usize> = (0..count).map(|_| count - 1).collect();
    let (mut leaf, mut node) = (0, 0);
    for made in 0..count {
        let mut sum = 0;
        for _ in 0..2 {
            let leaf_is_less = match (weights.get(leaf), sums.get(node)) {
                (Some(weight), Some(sum)) => weight <= sum,
                (weight, _) => weight.is_some(),
            };
            if leaf_is_less {
                sum += weights[leaf];
                leaf += 1;
            } else {
                sum += sums[node];
                parents[node] = made;
                node += 1;
            }
        }
        sums.push(sum);
    }
    parents
}

/// Returns the codes that follow from their lengths (RFC 1951 §3.2.2), first bit lowest.
pub(super) fn codes(lengths: &[u8]) -> Vec<u32> {
    let mut numbers = [0u32; 16];
    lengths.iter().for_each(|&length| numbers[usize::from(length)] += 1);
    numbers[0] = 0;
    let mut next = [0u32; 16];
    for length in 1..next.len() {
        next[length] = (next[length - 1] + numbers[length - 1]) << 1;
    }
    let mut code_of = |length: u8| {
        let code = next[usize::from(length)];
        next[usize::from(length)] += 1;
        code.reverse_bits() >> (32 - u32::from(length))
    };
    lengths.iter().map(|&length| if length == 0 { 0 } else { code_of(length) }).collect()
}
