//! Reading catalog files. The only place of the ground floor that parses YAML of ours.

use super::{Catalog, ClassDefaults, Contract, Detector, Endpoint, Profile, Rule, Safe, Topic};

/// A catalog file that cannot be used: which file, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("catalog file {file}: {what}; mend the file or remove it")]
pub struct CatalogError {
    /// Name of the file as given.
    pub file: String,
    /// What is wrong, with line and column where they are known.
    pub what: String,
}

/// The files that are compiled in: kind and text.
const BUILT_IN: [(&str, &str); 14] = [
    ("profiles/cometapi.yaml", include_str!("../../../assets/catalog/profiles/cometapi.yaml")),
    (
        "profiles/openai_compatible.yaml",
        include_str!("../../../assets/catalog/profiles/openai_compatible.yaml"),
    ),
    ("profiles/practice.yaml", include_str!("../../../assets/catalog/profiles/practice.yaml")),
    ("endpoints.yaml", include_str!("../../../assets/catalog/endpoints.yaml")),
    ("contract.yaml", include_str!("../../../assets/catalog/contract.yaml")),
    ("topics.yaml", include_str!("../../../assets/catalog/topics.yaml")),
    ("classes.yaml", include_str!("../../../assets/catalog/classes.yaml")),
    // One file per rank, each in the order of the classes.
    ("rules/status.yaml", include_str!("../../../assets/catalog/rules/status.yaml")),
    ("rules/exceptions.yaml", include_str!("../../../assets/catalog/rules/exceptions.yaml")),
    ("rules/types.yaml", include_str!("../../../assets/catalog/rules/types.yaml")),
    ("rules/messages.yaml", include_str!("../../../assets/catalog/rules/messages.yaml")),
    ("rules/codes.yaml", include_str!("../../../assets/catalog/rules/codes.yaml")),
    ("safe.yaml", include_str!("../../../assets/catalog/safe.yaml")),
    ("detectors.yaml", include_str!("../../../assets/catalog/detectors.yaml")),
];

/// The catalog that is compiled in. A fault in it is a defect that `built_in_catalog_is_whole` finds; at run time the
/// faulty file is left out, so that the program still starts.
pub(super) fn built_in() -> Catalog {
    let mut catalog = Catalog::default();
    for (file, text) in BUILT_IN {
        let read = merge(&mut catalog, file, text);
        debug_assert!(read.is_ok(), "{read:?}");
    }
    catalog
}

/// The compiled-in catalog with the user's `files` (name below the catalog folder, text) merged over it: an entry with
/// a known id replaces it, a new rule comes before the built-in ones, any other new entry goes to the end.
///
/// # Errors
/// The first file that cannot be read, with the place of the fault.
pub fn read_files<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Catalog, CatalogError> {
    let mut catalog = (*Catalog::built_in()).clone();
    for (file, text) in files {
        merge(&mut catalog, file, text)?;
        if file.starts_with("rules/") {
            // Built-in patterns are compiled at their first use; those of a user must be good before they are needed.
            parse::<Vec<Rule>>(file, text)?
                .iter()
                .try_for_each(Rule::check)
                .map_err(|what| CatalogError { file: file.to_owned(), what })?;
        }
    }
    Ok(catalog)
}

fn merge(catalog: &mut Catalog, file: &str, text: &str) -> Result<(), CatalogError> {
    if file.starts_with("profiles/") {
        put(&mut catalog.profiles, parse::<Profile>(file, text)?, |p| &p.id, false);
    } else if file.starts_with("rules/") {
        let first = catalog.rules.is_empty();
        let mut at_front = Vec::new();
        for rule in parse::<Vec<Rule>>(file, text)? {
            match catalog.rules.iter_mut().find(|r| r.id == rule.id) {
                Some(old) => *old = rule,
                None => at_front.push(rule),
            }
        }
        if first {
            catalog.rules = at_front;
        } else {
            catalog.rules.splice(0..0, at_front);
        }
    } else {
        match file {
            "endpoints.yaml" => {
                for e in parse::<Vec<Endpoint>>(file, text)? {
                    put(&mut catalog.endpoints, e, |e| &e.id, false);
                }
            }
            "classes.yaml" => {
                for class in parse::<Vec<ClassDefaults>>(file, text)? {
                    match catalog.classes.iter_mut().find(|c| c.class == class.class) {
                        Some(old) => *old = class,
                        None => catalog.classes.push(class),
                    }
                }
            }
            "topics.yaml" => {
                for t in parse::<Vec<Topic>>(file, text)? {
                    put(&mut catalog.topics, t, |t| &t.id, false);
                }
            }
            "detectors.yaml" => {
                for d in parse::<Vec<Detector>>(file, text)? {
                    put(&mut catalog.detectors, d, |d| &d.id, false);
                }
            }
            "contract.yaml" => catalog.contract.merge(file, parse::<Contract>(file, text)?)?,
            "safe.yaml" => catalog.safe = parse::<Safe>(file, text)?,
            _ => {
                return Err(CatalogError {
                    file: file.to_owned(),
                    what:
                        "is none of profiles/*, rules/*, endpoints, contract, topics, classes, safe, detectors (.yaml)"
                            .to_owned(),
                });
            }
        }
    }
    Ok(())
}

fn put<T>(list: &mut Vec<T>, item: T, id: impl Fn(&T) -> &String, front: bool) {
    match list.iter_mut().find(|old| id(old) == id(&item)) {
        Some(old) => *old = item,
        None if front => list.insert(0, item),
        None => list.push(item),
    }
}

fn parse<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, CatalogError> {
    let options = serde_yaml::options! { strict_booleans: true, with_snippet: false };
    serde_yaml::from_str_with_options(text, options)
        .map_err(|e| CatalogError { file: file.to_owned(), what: e.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_file_parses() {
        let mut catalog = Catalog::default();
        for (file, text) in BUILT_IN {
            merge(&mut catalog, file, text).expect(file);
        }
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
                "- {{id: house, when: {{message: ['{pattern}']}}, then: {{class: auth}}, because: b, source: s, accessed: a}}"
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
