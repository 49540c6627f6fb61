//! The structure tree of a copy: one document of paragraphs in reading order.

use crate::copy::Numbers;
use crate::packed::PackedObjects;
use crate::parts::write;

/// The paragraphs of each page.
pub(crate) struct Structure {
    numbers: Numbers,
    paragraphs: Vec<u32>,
}

impl Structure {
    pub(crate) fn new(numbers: &Numbers) -> Self {
        Self { numbers: *numbers, paragraphs: Vec::new() }
    }

    /// Adds the next page with its number of paragraphs.
    pub(crate) fn add_page(&mut self, paragraphs: u32) {
        self.paragraphs.push(paragraphs);
    }

    /// Returns the number of objects: root, document, paragraphs.
    pub(crate) fn object_count(&self) -> u32 {
        2 + self.paragraphs.iter().sum::<u32>()
    }

    /// Writes the objects in the order of their numbers.
    pub(crate) fn write(&self, packed: &mut PackedObjects) {
        let root = self.numbers.structure;
        let document = root + 1;
        let first = root + 2;
        packed.begin(root);
        let out = &mut packed.bodies;
        write(out, format_args!("<</Type/StructTreeRoot/K {document} 0 R/ParentTree<</Nums["));
        let mut number = first;
        for (page, &count) in self.paragraphs.iter().enumerate() {
            write(out, format_args!("{page}["));
            references(number..number + count, out);
            out.push(b']');
            number += count;
        }
        write(out, format_args!("]>>/ParentTreeNextKey {}>>", self.paragraphs.len()));
        packed.begin(document);
        let out = &mut packed.bodies;
        write(out, format_args!("<</Type/StructElem/S/Document/P {root} 0 R/K["));
        references(first..number, out);
        out.extend_from_slice(b"]>>");
        let mut number = first;
        for (page, &count) in self.paragraphs.iter().enumerate() {
            let page = self.numbers.page(page as u32);
            for content in 0..count {
                packed.begin(number);
                let out = &mut packed.bodies;
                write(out, format_args!("<</S/P/P {document} 0 R/Pg {page} 0 R/K {content}>>"));
                number += 1;
            }
        }
    }
}

fn references(numbers: std::ops::Range<u32>, out: &mut Vec<u8>) {
    for number in numbers {
        write(out, format_args!("{number} 0 R "));
    }
}
