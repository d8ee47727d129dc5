//! The credential and the host: does the one belong to the other, and does it stand where it belongs.

use super::url::Address;
use crate::case::catalog::{Auth, Catalog, Contract, Profile, Provider};
use crate::case::finding::{Finding, Level, Place};
use crate::case::keyring::KeyRing;
use crate::case::request::{Draft, Target};

/// Where the common misconception is described: the SDK still points at the provider's own host.
const DEFAULT_BASE_URL: (&str, &str) =
    ("https://apidoc.cometapi.com/support/common-misconceptions", "2026-06-18");
/// Where a key belongs.
const BEARER: (&str, &str) = ("https://apidoc.cometapi.com/overview/quick-start", "2026-06-18");
/// Which paths and parameters are Azure's.
const AZURE: (&str, &str) =
    ("https://learn.microsoft.com/en-us/azure/ai-foundry/openai/how-to/json-mode", "2026-11-21");

/// Checks host and credential against each other.
pub(super) fn check(
    draft: &Draft,
    address: &Address<'_>,
    contract: &Contract,
    profile: Option<&Profile>,
    findings: &mut Vec<Finding>,
) {
    let Some(target) = &address.target else { return };
    azure(target, findings);
    let provider = contract.providers.iter().find(|p| p.is_host(&target.host));
    if let (Some(provider), Some(profile)) = (provider, profile.filter(|p| !p.hosts.is_empty()))
        && !profile.covers(&target.host)
    {
        let base = profile.base_urls.first().map_or("its base URL", |b| b.url.as_str());
        findings.push(
            Finding::new(
                "provider_default_base_url",
                Level::Warning,
                format!(
                    "the host is {}'s own API, where a key of {} is not valid",
                    provider.name, profile.name
                ),
            )
            .at(Place::Url)
            .fix(format!("set the base URL of the client to {base}, with /v1 where the client wants it"))
            .source(DEFAULT_BASE_URL.0, DEFAULT_BASE_URL.1, false),
        );
    }
    let in_query = target.query.iter().any(|(name, value)| {
        !value.is_empty()
            && ["key", "api_key", "apikey", "api-key"].iter().any(|n| name.eq_ignore_ascii_case(n))
    });
    let by_query = address.endpoint.is_none_or(|e| e.auth.contains(&Auth::QueryKey));
    if in_query && !by_query {
        findings.push(
            Finding::new("key_in_query", Level::Warning, "the key stands in the address, where logs keep it")
                .at(Place::Url)
                .fix("send it as the header Authorization: Bearer, and take it out of the address")
                .source(BEARER.0, BEARER.1, false),
        );
    }
    let in_header = draft.headers.iter().any(|h| {
        ["authorization", "x-api-key", "api-key", "x-goog-api-key"]
            .iter()
            .any(|n| h.name.eq_ignore_ascii_case(n))
    });
    if in_query && in_header {
        findings.push(
            Finding::new(
                "credential_in_two_places",
                Level::Warning,
                "a key stands in the address and another in a header",
            )
            .at(Place::Url)
            .fix("keep the one that the API reference names"),
        );
    }
}

fn azure(target: &Target, findings: &mut Vec<Finding>) {
    let is_azure =
        [".azure.com", ".azure-api.net", ".azure.us", ".azure.cn"].iter().any(|d| target.host.ends_with(d));
    let deployment = target.path.contains("/openai/deployments/");
    let version = target.query.iter().any(|(name, _)| name.eq_ignore_ascii_case("api-version"));
    if is_azure || !(deployment || version) {
        return;
    }
    let what = if deployment { "a path with /openai/deployments/" } else { "the parameter api-version" };
    findings.push(
        Finding::new(
            "azure_style",
            Level::Warning,
            format!("{what} is Azure's form, the host is not Azure's"),
        )
        .at(Place::Url)
        .fix("write /v1/… with the model in the body, or use the client's class without Azure in its name")
        .source(AZURE.0, AZURE.1, true),
    );
}

/// What the published beginnings of the held keys say of where they go. Nothing else is known of a key here.
pub fn preflight_keys(
    draft: &Draft,
    ring: &KeyRing,
    catalog: &Catalog,
    profile: Option<&Profile>,
) -> Vec<Finding> {
    let base = profile.and_then(|p| p.base_urls.first()).map(|b| b.url.as_str());
    let Ok(target) = Target::parse(draft.url.trim(), base) else { return Vec::new() };
    let headers = draft
        .headers
        .iter()
        .filter(|h| catalog.credential_header(&h.name).is_some())
        .map(|h| (Place::Header(h.name.clone()), h.value.as_str()));
    let query = target
        .query
        .iter()
        .filter(|(name, _)| catalog.credential_query(name))
        .map(|(_, value)| (Place::Url, value.as_str()));
    let mut findings = Vec::new();
    for (place, value) in headers.chain(query) {
        for held in ring.used_in(value) {
            // The longest beginning decides: sk-ant- before sk-.
            let owner = catalog
                .contract
                .providers
                .iter()
                .flat_map(|p| p.key_prefixes.iter().map(move |k| (k.len(), p, held.begins_with(k))))
                .filter(|(_, _, begins)| *begins)
                .max_by_key(|(length, ..)| *length)
                .map(|(_, provider, _)| provider);
            findings.extend(misplaced(owner, &target, catalog).map(|f| f.at(place.clone())));
        }
    }
    findings
}

fn misplaced(owner: Option<&Provider>, target: &Target, catalog: &Catalog) -> Option<Finding> {
    let here = catalog.contract.providers.iter().find(|p| p.is_host(&target.host));
    let gateway = catalog.profiles.iter().find(|p| p.covers(&target.host)).map(|p| p.name.as_str());
    let name = here.map(|p| p.name.as_str()).or(gateway)?;
    match owner {
        Some(owner) if !owner.is_host(&target.host) => Some(
            Finding::new(
                "key_of_provider",
                Level::Warning,
                format!("the key begins as {}'s keys do, the host is {name}'s", owner.name),
            )
            .fix(format!("use a key that {name} issued, or send the request to {}", owner.name))
            .source(&owner.source.url, &owner.source.accessed, owner.source.confirmed),
        ),
        None => here.filter(|p| p.only_these).map(|here| {
            Finding::new(
                "key_not_of_provider",
                Level::Warning,
                format!("the key does not begin as {name}'s keys do, the host is {name}'s own"),
            )
            .fix("if the key is a gateway's, set the base URL of the client to the gateway")
            .source(&here.source.url, &here.source.accessed, here.source.confirmed)
        }),
        Some(_) => None,
    }
}
