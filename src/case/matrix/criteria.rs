//! The criteria of acceptance: met, not met, or honestly not tested.

use serde::Serialize;

use super::judge::differences;
use super::report::Row;
use crate::case::catalog::{Criterion, Proof};
use crate::case::vocabulary::{CheckVerdict, CriterionState};

/// A criterion with its state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CriterionRow {
    /// Its id.
    pub id: String,
    /// Its words.
    pub criterion: String,
    /// The state.
    pub state: CriterionState,
    /// The checks that decide it.
    pub by: Vec<String>,
    /// Why, and what it leaves open.
    pub remark: String,
}

/// The state of `criterion` after these checks. `fixtures`: they were written or compared.
pub(super) fn state(criterion: &Criterion, rows: &[Row], fixtures: bool) -> CriterionRow {
    let of = |id: &String| rows.iter().find(|row| row.id == *id);
    let judged: Vec<Option<&Row>> = criterion.by.iter().map(of).collect();
    let all =
        |test: &dyn Fn(&Row) -> bool| !judged.is_empty() && judged.iter().all(|row| row.is_some_and(test));
    let is_kept = |row: &Row| {
        row.verdict == CheckVerdict::Kept && differences(&criterion.facts, &row.observed).is_empty()
    };
    let is_broken = |row: &Row| {
        matches!(row.verdict, CheckVerdict::Broken | CheckVerdict::Drifted)
            || (row.verdict == CheckVerdict::Kept && !is_kept(row))
    };
    let was_run = |row: &Row| row.verdict != CheckVerdict::NotRun;
    let state = match criterion.proof {
        Proof::Kept if all(&is_kept) => CriterionState::Met,
        Proof::Kept if judged.iter().flatten().any(|row| is_broken(row)) => CriterionState::NotMet,
        Proof::Run if all(&was_run) => CriterionState::Met,
        Proof::Fixtures if fixtures => CriterionState::Met,
        Proof::Kept | Proof::Run | Proof::Fixtures | Proof::Client => CriterionState::NotTested,
    };
    let by = match criterion.proof {
        Proof::Kept if state == CriterionState::NotMet => {
            judged.iter().flatten().filter(|row| is_broken(row)).map(|row| row.id.clone()).collect()
        }
        _ => criterion.by.clone(),
    };
    CriterionRow {
        id: criterion.id.clone(),
        criterion: criterion.words.clone(),
        state,
        by,
        remark: criterion.remark.clone(),
    }
}
