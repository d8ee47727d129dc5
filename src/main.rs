//! Arguments to a face, an error to an exit code.

fn main() {}
