//! The catalog that is compiled in: which files, and each part of them when it is first looked at.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::read::{Kind, share_words};
use super::{Catalog, Claims, Detector, Part, Words};

/// The files that are compiled in, by their names without an ending: name and text, as JSON (`build.rs` makes it of the
/// YAML).
macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        const BUILT_IN: [(&str, &str); [$($name),*].len()] =
            [$((concat!($name, ".yaml"), include_str!(concat!(env!("OUT_DIR"), "/assets/catalog/", $name, ".json")))),*];

        /// The same files as they are written.
        #[cfg(test)]
        pub(super) const WRITTEN: [(&str, &str); BUILT_IN.len()] =
            [$((concat!($name, ".yaml"), include_str!(concat!("../../../assets/catalog/", $name, ".yaml")))),*];
    };
}

built_in! {
    "profiles/cometapi",
    "profiles/openai_compatible",
    "profiles/openai",
    "profiles/anthropic",
    "profiles/gemini",
    "profiles/azure_openai",
    "profiles/openrouter",
    "profiles/litellm",
    "profiles/new_api",
    "profiles/vllm",
    "profiles/llama_cpp",
    "profiles/practice",
    "endpoints/text",
    "endpoints/image",
    "endpoints/audio",
    "endpoints/music",
    "endpoints/video",
    "endpoints/account",
    "contract",
    "checks",
    "topics",
    "classes",
    // One file per rank, the first one decides; each in the order of the classes.
    "rules/codes",
    "rules/messages",
    "rules/types",
    "rules/exceptions",
    "rules/status",
    "rules/hints",
    "safe",
    "clients",
    "transport",
    // Tried in this order; the one without marks last.
    "log_profiles/litellm",
    "log_profiles/new_api",
    "log_profiles/nginx",
    "log_profiles/envoy",
    "log_profiles/otlp",
    "log_profiles/otel",
    "log_profiles/har",
    "log_profiles/gateway",
    "grouping",
    "words",
    "destinations",
    "claims",
    // The named formats first: where two find the same place, the first one names it.
    "detectors/models",
    "detectors/clouds",
    "detectors/platforms",
    "detectors",
}

/// The catalog that is compiled in, nothing read yet. A fault in it is a defect that a test finds; at run time the faulty
/// file is left out, so that the program still starts.
pub(super) fn catalog() -> Catalog {
    Catalog {
        profiles: Part::new(|| of(Kind::Profile).collect()),
        endpoints: Part::new(|| lists(Kind::Endpoints)),
        contract: Part::new(|| one(Kind::Contract)),
        matrix: Part::new(|| one(Kind::Matrix)),
        topics: Part::new(|| lists(Kind::Topics)),
        rules: Part::new(|| lists(Kind::Rules)),
        classes: Part::new(|| lists(Kind::Classes)),
        safe: Part::new(|| one(Kind::Safe)),
        detectors: Part::new(detectors),
        clients: Part::new(|| lists(Kind::Clients)),
        destinations: Part::new(|| lists(Kind::Destinations)),
        claims: Part::new(claims),
        log_profiles: Part::new(|| of(Kind::Logs).collect()),
        grouping: Part::new(|| one(Kind::Grouping)),
        words: Part::new(words),
        transport: Part::new(|| one(Kind::Transport)),
        ..Catalog::default()
    }
}

/// Each file of this kind, read.
fn of<T: DeserializeOwned>(kind: Kind) -> impl Iterator<Item = T> {
    BUILT_IN.iter().filter(move |(file, _)| Kind::of(file) == Ok(kind)).filter_map(|(file, text)| {
        let read = serde_json::from_str(text);
        debug_assert!(read.is_ok(), "{file}: {:?}", read.as_ref().err());
        read.ok()
    })
}

/// The entries of all files of this kind.
fn lists<T: DeserializeOwned>(kind: Kind) -> Vec<T> {
    of::<Vec<T>>(kind).flatten().collect()
}

/// What stands in the one file of this kind.
fn one<T: DeserializeOwned + Default>(kind: Kind) -> T {
    of(kind).next().unwrap_or_default()
}

fn claims() -> Claims {
    let mut claims: Claims = one(Kind::Claims);
    for label in &mut claims.labels {
        *label = label.to_lowercase();
    }
    claims
}

fn words() -> Arc<Words> {
    let mut words = Words::default();
    of(Kind::Words).for_each(|more| words.add(more));
    Arc::new(words)
}

/// Detectors hold the words, because they are asked one by one.
fn detectors() -> Vec<Detector> {
    let mut detectors = lists(Kind::Detectors);
    share_words(&mut detectors, &words());
    detectors
}
