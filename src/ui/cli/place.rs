//! Where requests go that no paste names: which gateway, at which address, with which key; and the consent to send there.

use std::sync::Arc;

use clap::Args;

use super::consent::{Beforehand, obtain};
use super::exit::{Exit, Failed};
use super::given_key::KeyArguments;
use super::start::Ground;
use crate::case::catalog::Profile;
use crate::case::keyring::{KeyRing, Label, Origin, SecretKind};
use crate::case::request::{Request, Target};
use crate::io::clock::{SystemClock, system_seed};
use crate::io::store;
use crate::practice::{Gateway, Options};
use crate::session::{Aim, Consent};

/// The profile of the gateway inside this program.
const PRACTICE: &str = "practice";

/// Options that say where.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct PlaceArguments {
    /// Gateway profile by id; otherwise chosen by the host of --base-url. `practice` is the one inside this program.
    #[arg(long, value_name = "ID")]
    pub(super) gateway: Option<String>,
    /// Scheme, host and what comes before /v1 [default: the profile's own].
    #[arg(long, value_name = "URL")]
    pub(super) base_url: Option<String>,
    #[command(flatten)]
    pub(super) key: KeyArguments,
}

/// A gateway, its address, and the key for it.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) profile: Profile,
    pub(super) base_url: String,
    pub(super) ring: KeyRing,
    pub(super) key: Option<Label>,
    /// The gateway inside this program; it runs as long as this lives.
    pub(super) own_gateway: Option<Arc<Gateway>>,
}

impl Place {
    pub(super) fn of(arguments: &PlaceArguments, ground: &Ground) -> Result<Self, Failed> {
        let profile = profile(arguments, ground)?.clone();
        let own_gateway =
            (profile.id == PRACTICE && arguments.base_url.is_none()).then(own_gateway).transpose()?;
        let own_gateway = own_gateway.map(Arc::new);
        let base_url = base_url(arguments, ground, &profile, own_gateway.as_deref())?;
        let mut ring = KeyRing::default();
        let key = match &own_gateway {
            Some(gateway) => {
                let origin = Origin::Given("the practice gateway");
                Some(ring.hold(SecretKind::Key, origin, gateway.key()))
            }
            None => key(arguments, ground, &profile, &base_url)?.map(|(origin, value)| {
                ring.hold(SecretKind::Key, origin, secrecy::ExposeSecret::expose_secret(&value))
            }),
        };
        let holds_key = ring.iter().any(|held| base_url.contains(held.expose()))
            || crate::case::intake::mask_secrets(&base_url, &ground.catalog, &mut KeyRing::default()).1;
        if holds_key {
            return Err(Failed::new(
                Exit::Usage,
                "the base URL holds a key; leave it out, and name the variable that holds it by --key-env",
            ));
        }
        Ok(Self { profile, base_url, ring, key, own_gateway })
    }

    /// That of the request of a session.
    pub(super) fn of_aim(aim: Aim) -> Self {
        let Aim { profile, base_url, ring, key } = aim;
        Self { profile, base_url, ring, key, own_gateway: None }
    }

    pub(super) fn is_practice(&self) -> bool {
        self.profile.id == PRACTICE
    }

    /// Shows `request`, which stands for `most` of them to the same host with no other key, and asks, by the rule of `note`:
    /// a key goes to a host that was confirmed for it only.
    pub(super) fn consent(
        &self,
        (request, most): (Request, u32),
        arguments: &PlaceArguments,
        yes: bool,
        ground: &Ground,
    ) -> Result<(), Failed> {
        let consent = Consent::for_checks(request, most, &self.ring, &ground.bindings);
        let before = Beforehand {
            // Its own gateway is no other host.
            yes: yes || self.own_gateway.is_some(),
            key_host: arguments.key.key_host.clone(),
            host_is_named: arguments.base_url.is_some() || self.own_gateway.is_some(),
            silent: false,
        };
        obtain(&consent, &before, &ground.catalog)?;
        // Only an answer on the terminal is remembered; --yes holds for this run.
        for binding in consent.new_bindings().iter().filter(|_| !before.yes) {
            store::remember_binding(&ground.folders, binding)
                .map_err(|e| Failed::new(Exit::Delivery, e.to_string()))?;
        }
        Ok(())
    }

    /// Where the key came from, by name.
    pub(super) fn secret_source(&self) -> Option<String> {
        Some(match &self.ring.by_label(self.key?)?.origin {
            Origin::Environment(name) => format!("environment variable {name}"),
            Origin::Pasted => "the pasted request".to_owned(),
            Origin::Given(way) => (*way).to_owned(),
        })
    }

    /// The name under which the base URL may be told.
    pub(super) fn alias(&self) -> String {
        let known =
            self.profile.base_urls.iter().find(|base| base.url == self.base_url.trim_end_matches('/'));
        match known {
            Some(base) => base.alias.clone(),
            None if self.own_gateway.is_some() => PRACTICE.to_owned(),
            None => "custom".to_owned(),
        }
    }
}

fn profile<'g>(arguments: &PlaceArguments, ground: &'g Ground) -> Result<&'g Profile, Failed> {
    let catalog = &ground.catalog;
    let by_host = || {
        let target = Target::parse(arguments.base_url.as_deref()?, None).ok()?;
        catalog.profile_for_host(&target.host_port())
    };
    // A host that was named chooses before the configuration does.
    let id = match (&arguments.gateway, &arguments.base_url) {
        (Some(id), _) => Some(id),
        (None, Some(_)) => None,
        (None, None) => ground.config.gateway.as_ref(),
    };
    let Some(id) = id else {
        return by_host().ok_or_else(|| {
            Failed::new(Exit::Usage, "say which gateway: --gateway ID, or --base-url https://host")
        });
    };
    catalog.profile(id).ok_or_else(|| {
        let known: Vec<&str> = catalog.profiles.iter().map(|p| p.id.as_str()).collect();
        Failed::new(Exit::Usage, format!("there is no gateway of that id; known: {}", known.join(", ")))
    })
}

fn base_url(
    arguments: &PlaceArguments,
    ground: &Ground,
    profile: &Profile,
    own: Option<&Gateway>,
) -> Result<String, Failed> {
    let of_profile = || profile.base_urls.first().map(|base| base.url.clone());
    let url = arguments
        .base_url
        .clone()
        .or_else(|| own.map(Gateway::base_url))
        .or_else(of_profile)
        .or_else(|| ground.config.base_url.clone())
        .ok_or_else(|| {
            let what =
                format!("the profile {} has no address of its own; give --base-url https://host", profile.id);
            Failed::new(Exit::Usage, what)
        })?;
    let target = Target::parse(&url, None)
        .map_err(|e| Failed::new(Exit::Usage, format!("--base-url: {e}; write it as https://host")))?;
    if target.userinfo.is_some() || !target.query.is_empty() {
        return Err(Failed::new(
            Exit::Usage,
            "--base-url: leave out user, password and query; a key is given by --key-env NAME",
        ));
    }
    Ok(url)
}

/// The key as named, else by the configuration, else by the first of the profile's variables that is set, at its own host.
fn key(
    arguments: &PlaceArguments,
    ground: &Ground,
    profile: &Profile,
    base_url: &str,
) -> Result<Option<(Origin, secrecy::SecretString)>, Failed> {
    if let Some(given) = arguments.key.read()? {
        return Ok(Some(given));
    }
    if let Some(name) = &ground.config.key_env {
        return KeyArguments { key_env: Some(name.clone()), ..KeyArguments::default() }.read();
    }
    // Nobody named a key. A variable of the profile is taken only for the profile's own host: any other may be anybody's.
    let is_own = Target::parse(base_url, None).is_ok_and(|target| profile.is_at(&target.host_port()));
    let names = if is_own { profile.key_env.as_slice() } else { &[] };
    let set = crate::io::secrets::read_environment(names);
    Ok(set.into_iter().find_map(|(name, value)| Some((Origin::Environment(name), value?))))
}

fn own_gateway() -> Result<Gateway, Failed> {
    Gateway::start(Options::new(Arc::new(SystemClock::new()), system_seed()))
        .map_err(|e| Failed::new(Exit::Local, format!("the practice gateway cannot listen ({e})")))
}
