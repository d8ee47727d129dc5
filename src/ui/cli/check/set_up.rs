//! The place, the model and the wrong key of a check; and the consent to send.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{CheckArguments, Preset};
use crate::case::catalog::Catalog;
use crate::case::keyring::{Label, Origin, SecretKind};
use crate::case::matrix::{Choice, Plan};
use crate::case::note::Timeouts;
use crate::io::clock::system_seed;
use crate::practice::Gateway;
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::place::Place;
use crate::ui::cli::say;
use crate::ui::cli::start::Ground;

/// Everything that is known before the first request.
#[derive(Clone)]
pub(super) struct SetUp {
    pub(super) place: Place,
    catalog: Arc<Catalog>,
    model: String,
    unknown_key: Label,
    provoked: BTreeMap<String, String>,
}

impl SetUp {
    pub(super) fn of(arguments: &CheckArguments, ground: &Ground) -> Result<Self, Failed> {
        Self::at(Place::of(&arguments.place, ground)?, arguments, ground)
    }

    /// The same at a place that is known.
    pub(super) fn at(mut place: Place, arguments: &CheckArguments, ground: &Ground) -> Result<Self, Failed> {
        let is_practice = place.is_practice();
        let model = arguments.model.clone().or_else(|| is_practice.then(|| Gateway::model().to_owned()));
        let model = model.filter(|model| !model.trim().is_empty()).ok_or_else(|| {
            Failed::new(Exit::Usage, "a model is needed: give one that your key may use by --model")
        })?;
        let made_up = format!("sk-casefile-check-{:016x}{:016x}", system_seed(), system_seed());
        let unknown_key = place.ring.hold(SecretKind::Key, Origin::Given("this program"), &made_up);
        let provoked = if is_practice { Gateway::provocations() } else { BTreeMap::new() };
        let catalog = Arc::clone(&ground.catalog);
        Ok(Self { place, catalog, model, unknown_key, provoked })
    }

    pub(super) fn choice<'a>(&'a self, arguments: &'a CheckArguments) -> Choice<'a> {
        let total_ms = crate::ui::cli::millis(arguments.timeout);
        let default = Timeouts::default();
        Choice {
            catalog: &self.catalog,
            profile: &self.place.profile,
            base_url: &self.place.base_url,
            model: &self.model,
            key: self.place.key,
            unknown_key: self.unknown_key,
            only: &arguments.only,
            skip: &arguments.skip,
            smoke: arguments.preset == Preset::Smoke,
            oversize: arguments.oversize,
            provoked: &self.provoked,
            timeouts: Timeouts {
                connect_ms: default.connect_ms.min(total_ms),
                first_byte_ms: total_ms,
                idle_ms: total_ms,
                total_ms,
            },
        }
    }

    /// Shows what it costs and asks.
    pub(super) fn consent(
        &self,
        plan: &Plan<'_>,
        arguments: &CheckArguments,
        ground: &Ground,
    ) -> Result<(), Failed> {
        say::line(&format!("contract of {}: {}; the first:", self.place.profile.name, cost(plan)));
        let most = u32::try_from(plan.requests.len()).unwrap_or(u32::MAX);
        self.place.consent((plan.base.clone(), most), &arguments.place, arguments.yes, ground)
    }
}

/// What the plan costs at most, in words.
pub(super) fn cost(plan: &Plan<'_>) -> String {
    format!(
        "{} requests one after the other, at most {} output tokens and {} s in all",
        plan.requests.len(),
        plan.most_output_tokens(),
        plan.most_seconds()
    )
}
