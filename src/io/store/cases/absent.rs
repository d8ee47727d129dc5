//! A team's store in a program that was built without it: every question is answered with how to get it.

use chrono::{DateTime, Utc};

use super::{CaseStore, Rebuilt, Retention};
use crate::case::kept::{KeptCase, Record, TwinsOf};
use crate::io::store::StoreError;
use crate::io::store::place::TeamAddress;

/// No store.
pub(super) struct AbsentStore(String);

impl AbsentStore {
    pub(super) fn of(address: &TeamAddress) -> Self {
        Self(address.to_string())
    }

    fn said<T>(&self) -> Result<T, StoreError> {
        Err(StoreError::Team {
            place: self.0.clone(),
            what: "this casefile was built without PostgreSQL".to_owned(),
            advice: "install it with `cargo install --path . --features postgres`, or keep cases in a folder (--store DIR)",
        })
    }
}

impl CaseStore for AbsentStore {
    fn keep(&self, _: &KeptCase) -> Result<(), StoreError> {
        self.said()
    }

    fn records(&self) -> Result<Vec<Record>, StoreError> {
        self.said()
    }

    fn alike(&self, _: &TwinsOf) -> Result<Vec<Record>, StoreError> {
        self.said()
    }

    fn note(&self, _: &str) -> Result<String, StoreError> {
        self.said()
    }

    fn evidence(&self, _: &str) -> Result<Option<String>, StoreError> {
        self.said()
    }

    fn remove(&self, _: &[String]) -> Result<usize, StoreError> {
        self.said()
    }

    fn rebuild(&self) -> Result<Rebuilt, StoreError> {
        self.said()
    }

    fn retain(&self, _: Retention, _: DateTime<Utc>) -> Result<usize, StoreError> {
        Ok(0)
    }

    fn place(&self, case: Option<&str>) -> String {
        case.map_or_else(|| self.0.clone(), |id| format!("{}, case {id}", self.0))
    }
}
