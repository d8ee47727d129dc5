//! What is said of a packed body.

use crate::case::sanitize::SafePacked;
use crate::case::vocabulary::{Coding, UnpackEnd};

/// Bytes that came out; `None` where nothing was unpacked.
pub(super) fn inflated_bytes(packed: &SafePacked) -> Option<u64> {
    (!matches!(packed.end, UnpackEnd::NotPacked | UnpackEnd::UnknownCoding)).then_some(packed.inflated_bytes)
}

/// What is odd about it; `None` where the header says what it is and it was unpacked to its end.
pub(super) fn sentence(packed: &SafePacked) -> Option<String> {
    let SafePacked { codings, declared, inflated_bytes: out, read_bytes: read, end } = packed;
    let names: Vec<&str> = codings.iter().map(|c| Coding::as_str(*c)).collect();
    let names = names.join(", ");
    let undeclared = if *declared { "" } else { ", though no header says so" };
    let text = match end {
        UnpackEnd::Whole if *declared => return None,
        UnpackEnd::Whole => format!("The body is packed ({names}){undeclared}; it was unpacked."),
        UnpackEnd::TooLarge => format!(
            "The body is packed ({names}){undeclared}; {read} bytes gave more than {out} bytes, where unpacking was stopped."
        ),
        UnpackEnd::Cut => format!(
            "The body is packed ({names}){undeclared} and ends before its packing does; {out} bytes could be unpacked."
        ),
        UnpackEnd::Broken => format!(
            "The body is packed ({names}){undeclared} and the packing is broken; {out} bytes could be unpacked before the fault."
        ),
        UnpackEnd::NotPacked => {
            format!(
                "The header content-encoding says {names}, but the body is not packed; it was read as it is."
            )
        }
        UnpackEnd::UnknownCoding => {
            "The header content-encoding names a coding that cannot be undone here; the body was not read."
                .to_owned()
        }
    };
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_odd_is_said() {
        let packed = |declared, end| SafePacked {
            codings: vec![Coding::Deflate, Coding::Gzip],
            declared,
            inflated_bytes: 900,
            read_bytes: 30,
            end,
        };
        let table = [
            (true, UnpackEnd::Whole, "", true),
            (false, UnpackEnd::Whole, "no header says so", true),
            (true, UnpackEnd::TooLarge, "30 bytes gave more than 900 bytes", true),
            (true, UnpackEnd::Cut, "ends before its packing does", true),
            (true, UnpackEnd::Broken, "900 bytes could be unpacked before the fault", true),
            (true, UnpackEnd::NotPacked, "says deflate, gzip, but the body is not packed", false),
            (true, UnpackEnd::UnknownCoding, "was not read", false),
        ];
        for (declared, end, part, opened) in table {
            let packed = packed(declared, end);
            assert_eq!(sentence(&packed).is_none(), part.is_empty(), "{end}");
            assert!(sentence(&packed).unwrap_or_default().contains(part), "{end}");
            assert_eq!(inflated_bytes(&packed).is_some(), opened, "{end}");
        }
    }
}
