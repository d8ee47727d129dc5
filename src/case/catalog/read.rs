//! Reading catalog files. The only place of the ground floor that parses YAML of ours.

use std::sync::Arc;

use super::{
    Catalog, Claims, ClassDefaults, ClientMarks, Contract, Destination, Detector, Endpoint, Grouping,
    LogProfile, Matrix, Profile, Rule, Safe, Topic, TransportWords, Words,
};

/// A catalog file that cannot be used: which file, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("catalog file {file}: {what}; mend the file or remove it")]
pub struct CatalogError {
    /// Name of the file as given.
    pub file: String,
    /// What is wrong, with line and column where they are known.
    pub what: String,
}

/// Gives the words to the detectors, which are asked one by one.
pub(super) fn share_words(detectors: &mut [Detector], words: &Arc<Words>) {
    for detector in detectors {
        detector.condition.words = Arc::clone(words);
    }
}

/// The compiled-in catalog with the user's `files` (name below the catalog folder, text) merged over it: an entry with
/// a known id replaces it, a new rule or endpoint comes before the built-in ones, any other new entry goes to the end.
///
/// # Errors
/// The first file that cannot be read, with the place of the fault; then the first entry that names what is not there.
pub fn read_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Catalog, CatalogError> {
    let files: Vec<(&str, &str)> = files.into_iter().collect();
    let mut catalog = (*Catalog::built_in()).clone();
    for (file, text) in &files {
        merge(&mut catalog, file, text, true)?;
    }
    if files.iter().any(|(file, _)| matches!(Kind::of(file), Ok(Kind::Detectors | Kind::Words))) {
        share_words(&mut catalog.detectors, &catalog.words);
    }
    // Only when all files are read is it known what they may refer to.
    for (file, text) in files {
        super::check::file(&catalog, file, text)?;
    }
    Ok(catalog)
}

/// `own`: the file is a user's; what is new in it comes before what is built in, which stands in the order of its files.
fn merge(catalog: &mut Catalog, file: &str, text: &str, own: bool) -> Result<(), CatalogError> {
    match Kind::of(file)? {
        Kind::Profile => put(&mut catalog.profiles, vec![parse::<Profile>(file, text)?], |p| &p.id, false),
        Kind::Rules => put(&mut catalog.rules, parse::<Vec<Rule>>(file, text)?, |r| &r.id, own),
        Kind::Endpoints => put(&mut catalog.endpoints, parse::<Vec<Endpoint>>(file, text)?, |e| &e.id, own),
        Kind::Classes => {
            for class in parse::<Vec<ClassDefaults>>(file, text)? {
                match catalog.classes.iter_mut().find(|c| c.class == class.class) {
                    Some(old) => *old = class,
                    None => catalog.classes.push(class),
                }
            }
        }
        Kind::Topics => put(&mut catalog.topics, parse::<Vec<Topic>>(file, text)?, |t| &t.id, false),
        Kind::Detectors => put(&mut catalog.detectors, parse::<Vec<Detector>>(file, text)?, |d| &d.id, false),
        Kind::Clients => put(&mut catalog.clients, parse::<Vec<ClientMarks>>(file, text)?, |c| &c.id, own),
        Kind::Destinations => {
            put(&mut catalog.destinations, parse::<Vec<Destination>>(file, text)?, |d| &d.id, false);
        }
        Kind::Claims => {
            let Claims { labels, kinds } = parse::<Claims>(file, text)?;
            put(&mut catalog.claims.kinds, kinds, |k| &k.id, false);
            catalog.claims.labels.extend(labels.into_iter().map(|label| label.to_lowercase()));
        }
        Kind::Transport => catalog.transport.add(parse::<TransportWords>(file, text)?),
        Kind::Words => Arc::make_mut(&mut catalog.words).add(parse::<Words>(file, text)?),
        Kind::Contract => catalog.contract.merge(file, parse::<Contract>(file, text)?)?,
        Kind::Matrix => {
            let Matrix { checks, criteria } = parse::<Matrix>(file, text)?;
            put(&mut catalog.matrix.checks, checks, |c| &c.id, false);
            put(&mut catalog.matrix.criteria, criteria, |c| &c.id, false);
        }
        Kind::Safe => *catalog.safe = parse::<Safe>(file, text)?,
        Kind::Logs => put(&mut catalog.log_profiles, vec![parse::<LogProfile>(file, text)?], |p| &p.id, own),
        Kind::Grouping => *catalog.grouping = parse::<Grouping>(file, text)?,
    }
    Ok(())
}

/// The ids of the rules in the files of a user, in their order, as often as they stand there. Files that cannot be read
/// have none: [`read_files`] tells of them.
pub fn ids_of_rules<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let of_rules = files.into_iter().filter(|(file, _)| Kind::of(file) == Ok(Kind::Rules));
    of_rules
        .filter_map(|(file, text)| parse::<Vec<Rule>>(file, text).ok())
        .flatten()
        .map(|rule| rule.id)
        .collect()
}

/// What a catalog file holds, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// One profile.
    Profile,
    /// A list of rules.
    Rules,
    /// A list of endpoints.
    Endpoints,
    /// A list of topics.
    Topics,
    /// A list of classes' defaults.
    Classes,
    /// Providers and checks of requests.
    Contract,
    /// Checks and criteria of the contract matrix.
    Matrix,
    /// The allow-lists.
    Safe,
    /// A list of detectors.
    Detectors,
    /// A list of clients.
    Clients,
    /// What clients print of a request that got no answer.
    Transport,
    /// Words that tell secrets from ids.
    Words,
    /// A list of destinations.
    Destinations,
    /// Claims that need a source.
    Claims,
    /// How one kind of log is laid out.
    Logs,
    /// What makes two failures of a log the same.
    Grouping,
}

impl Kind {
    /// What `file` holds.
    pub(super) fn of(file: &str) -> Result<Self, CatalogError> {
        // Both endings of YAML.
        let name = file.strip_suffix(".yml").map(|name| format!("{name}.yaml"));
        Ok(match name.as_deref().unwrap_or(file) {
            _ if file.starts_with("profiles/") => Self::Profile,
            _ if file.starts_with("rules/") => Self::Rules,
            _ if file.starts_with("endpoints/") => Self::Endpoints,
            "endpoints.yaml" => Self::Endpoints,
            "topics.yaml" => Self::Topics,
            "classes.yaml" => Self::Classes,
            "contract.yaml" => Self::Contract,
            "checks.yaml" => Self::Matrix,
            "safe.yaml" => Self::Safe,
            _ if file.starts_with("detectors/") => Self::Detectors,
            "detectors.yaml" => Self::Detectors,
            "clients.yaml" => Self::Clients,
            "transport.yaml" => Self::Transport,
            "words.yaml" => Self::Words,
            "destinations.yaml" => Self::Destinations,
            "claims.yaml" => Self::Claims,
            _ if file.starts_with("log_profiles/") => Self::Logs,
            "grouping.yaml" => Self::Grouping,
            _ => {
                return Err(CatalogError {
                    file: file.to_owned(),
                    what: "the name says nothing; the names are profiles/*, rules/*, endpoints/*, detectors/*, \
                           log_profiles/*, endpoints, contract, checks, topics, classes, safe, detectors, clients, transport, words, \
                           grouping, destinations, claims (.yaml)"
                        .to_owned(),
                });
            }
        })
    }
}

/// Replaces by id; what is new goes to the end, or in its own order to the front.
fn put<T>(list: &mut Vec<T>, items: Vec<T>, id: impl Fn(&T) -> &String, front: bool) {
    let mut new = Vec::new();
    for item in items {
        match list.iter_mut().find(|old| id(old) == id(&item)) {
            Some(old) => *old = item,
            None => new.push(item),
        }
    }
    let at = if front { 0 } else { list.len() };
    list.splice(at..at, new);
}

pub(super) fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, CatalogError> {
    let options = serde_yaml::options! { strict_booleans: true, with_snippet: false };
    serde_yaml::from_str_with_options(text, options)
        .map_err(|e| CatalogError { file: file.to_owned(), what: e.to_string() })
}

#[cfg(test)]
mod tests {
    use super::super::built_in::WRITTEN;
    use super::*;

    /// What the program reads is what is written: the JSON made of a file means what its YAML means.
    fn same(written: &Catalog, read: &Catalog) {
        macro_rules! parts {
            ($($part:ident),*) => { $(assert!(*written.$part == *read.$part, stringify!($part));)* };
        }
        parts!(
            profiles,
            endpoints,
            contract,
            matrix,
            topics,
            rules,
            classes,
            safe,
            detectors,
            clients,
            destinations
        );
        parts!(claims, log_profiles, grouping, words);
    }

    #[test]
    fn every_built_in_file_parses() {
        let mut catalog = Catalog::default();
        for (file, text) in WRITTEN {
            merge(&mut catalog, file, text, false).expect(file);
            super::super::check::file(&Catalog::built_in(), file, text).expect(file);
        }
        share_words(&mut catalog.detectors, &catalog.words);
        same(&catalog, &Catalog::built_in());
        assert!(!catalog.rules.is_empty());
        for rule in &catalog.rules {
            rule.check().expect("compiles");
            assert_eq!(
                catalog.rules.iter().filter(|r| r.id == rule.id).count(),
                1,
                "{} stands twice",
                rule.id
            );
        }
    }

    #[test]
    fn a_users_rules_come_first_and_their_patterns_are_checked() {
        let rule = |pattern: &str| {
            format!(
                "- {{id: house, when: {{message: ['{pattern}']}}, then: {{class: auth}}, because: b, source: s, accessed: '2026-11-21'}}"
            )
        };
        let catalog = read_files([("rules/house.yaml", rule("teapot").as_str())]).expect("reads");
        assert_eq!(catalog.rules.first().map(|r| r.id.as_str()), Some("house"));
        let error = read_files([("rules/house.yaml", rule("te(apot").as_str())]).expect_err("broken pattern");
        assert!(error.what.contains("house"), "{error}");
    }

    #[test]
    fn a_users_file_replaces_by_id_and_adds() {
        let text = "- {id: error_handling, title: Ours, url: https://wiki.example/errors, accessed: '2026-11-01'}\n\
                    - {id: house_rules, title: House, url: https://wiki.example/house, accessed: '2026-11-01'}\n";
        let catalog = read_files([("topics.yaml", text)]).expect("reads");
        assert_eq!(catalog.topic("error_handling").map(|t| t.title.as_str()), Some("Ours"));
        assert!(catalog.topic("house_rules").is_some());
        let error = read_files([("topics.yaml", "- {id: 1")]).expect_err("broken");
        assert_eq!(error.file, "topics.yaml");
    }
}
