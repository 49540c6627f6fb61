//! Japanese postal addresses: dictionary, normal form, split, grade, customer barcode digits.
