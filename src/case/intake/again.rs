//! A value that was taken for a secret at one place is one wherever it stands in the request again.

use std::ops::Deref;

use crate::case::keyring::{Held, KeyRing};
use crate::case::request::{Draft, PartContent};

/// Shorter values stand in other words by chance.
const SHORTEST: usize = 12;

/// Puts the labels of the secrets of `ring` in the place of their values, in headers and body. What is sent stays the same.
pub(super) fn mask(draft: &mut Draft, ring: &KeyRing) {
    for held in ring.iter().filter(|held| held.expose().len() >= SHORTEST) {
        for header in &mut draft.headers {
            replace(&mut header.value, held);
        }
        replace(&mut draft.body, held);
        for part in &mut draft.form {
            if let PartContent::Text(text) = &mut part.content {
                replace(text, held);
            }
        }
    }
}

fn replace<T: Deref<Target = str> + From<String>>(text: &mut T, held: &Held) {
    if text.contains(held.expose()) {
        *text = text.replace(held.expose(), &held.label.to_string()).into();
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::case::catalog::Catalog;

    #[test]
    fn a_key_is_masked_wherever_it_stands_and_sent_as_it_was() {
        let key = format!("4e4970a984{}", "e4e00c46bbfcad");
        let url = "curl https://h.example/v1/chat/completions";
        let table = [
            format!("{url} -H 'apikey: {key}' -H 'X-Trace: {key}'"),
            format!("{url} -H 'apikey: {key}' -d '{{\"model\":\"m\",\"user\":\"{key}\"}}'"),
            format!("{url} -H 'apikey: {key}' -F 'note=is {key} mine'"),
        ];
        for text in table {
            let mut ring = KeyRing::default();
            let draft =
                crate::case::intake::read(&text, &Catalog::built_in(), &mut ring).draft.expect("a request");
            let request = draft.to_request(None).expect("complete");
            let masked: Vec<&str> = request.masked_texts().collect();
            assert!(masked.iter().all(|text| !text.contains(&key)), "{masked:?}");
            let sent: Vec<String> = masked
                .iter()
                .map(|text| ring.resolve(text).expect("resolves").expose_secret().to_owned())
                .collect();
            assert_eq!(sent.iter().filter(|text| text.contains(&key)).count(), 2, "{masked:?}");
        }
    }
}
