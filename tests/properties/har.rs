//! What holds of the reader of HAR files: any bytes, in pieces of any size.

use std::sync::{Arc, LazyLock};

use casefile::case::catalog::Catalog;
use casefile::case::evidence::{Expectation, read};
use casefile::case::intake::{HarLister, har_entry, propose_har_call};
use casefile::case::keyring::KeyRing;

use super::{Outcome, parts, pieces, plant};

static CATALOG: LazyLock<Arc<Catalog>> = LazyLock::new(Catalog::built_in);

const FILES: [&str; 6] = [
    include_str!("../fixtures/har/chrome_event_source.har"),
    include_str!("../fixtures/har/chrome_websocket.har"),
    include_str!("../fixtures/har/fiddler.har"),
    include_str!("../fixtures/har/postman.har"),
    include_str!("../fixtures/har/proxyman.har"),
    include_str!("../fixtures/har/k6.har"),
];

/// The bytes as they are, put into a file, or with the file cut off behind them: the same calls come out whatever the
/// pieces, each stands where it says, and each is read.
pub fn any_har_is_listed(data: &[u8]) -> Outcome {
    let ([way, coarse, small, size], text) = parts(data);
    let file = FILES.get(way % FILES.len()).copied().unwrap_or_default().as_bytes();
    let text = match way / 8 % 4 {
        0 => text.to_vec(),
        1 => [b"{\"log\":{\"entries\":[".as_slice(), text].concat(),
        _ => plant(file, text, (coarse, small)),
    };
    let listed = |pieces: &[&[u8]]| {
        let mut lister = HarLister::new(&CATALOG);
        for piece in pieces {
            lister.feed(piece);
        }
        lister.finish()
    };
    let (whole, cut) = (listed(&[&text]), listed(&pieces(&text, size + 1, small)));
    if whole.list != cut.list || whole.findings != cut.findings || whole.creator != cut.creator {
        return Err(format!("{whole:?}\n{cut:?}"));
    }
    if let Some((at, _)) = propose_har_call(&whole.list)
        && at >= whole.list.len()
    {
        return Err(format!("call {at} of {}", whole.list.len()));
    }
    let mut before = 0;
    for call in &whole.list {
        let span = usize::try_from(call.start).unwrap_or(usize::MAX)..usize::try_from(call.end).unwrap_or(0);
        let Some(json) = text.get(span.clone()).filter(|json| json.starts_with(b"{")) else {
            return Err(format!("no entry at {span:?}"));
        };
        if span.start < before {
            return Err(format!("{span:?} begins before {before}"));
        }
        before = span.end;
        let intake = har_entry(json, whole.creator.as_deref(), &CATALOG, &mut KeyRing::default());
        if let Some(attempt) = &intake.observed {
            read(attempt, &Expectation::default(), None);
        }
    }
    Ok(())
}
