//! The smallest set of places that still fails, by halving: about log2 of their number for each place that is needed.

use std::collections::BTreeSet;

use super::lab::Stop;

/// The smallest set of `units` for which `fails` holds, as far as halving finds it. It must hold for all of them.
/// `likely` are tried alone first: an error that names a field is mostly right.
///
/// What is returned was seen to fail. Where the failure needs more of a place with less of another (no order holds), it may
/// not be the smallest; [`without_idle`] says so afterwards.
pub(super) fn smallest(
    units: &[String],
    likely: &BTreeSet<String>,
    fails: &mut impl FnMut(&BTreeSet<String>) -> Result<bool, Stop>,
) -> Result<BTreeSet<String>, Stop> {
    let mut pool: Vec<&String> = units.iter().collect();
    if !likely.is_empty() && likely.len() < units.len() && fails(likely)? {
        pool.retain(|unit| likely.contains(*unit));
    }
    let mut needed: BTreeSet<String> = BTreeSet::new();
    loop {
        // With nothing left to take from, what is needed is what was last seen to fail.
        if pool.is_empty() || (!needed.is_empty() && fails(&needed)?) {
            return Ok(needed);
        }
        // The shortest beginning of the pool that fails together with what is needed: below `low` it does not, up to `high`
        // it does.
        let (mut low, mut high) = (0, pool.len());
        while high - low > 1 {
            let middle = usize::midpoint(low, high);
            let mut tried = needed.clone();
            tried.extend(pool.iter().take(middle).map(|unit| (*unit).clone()));
            if fails(&tried)? {
                high = middle;
            } else {
                low = middle;
            }
        }
        needed.extend(pool.get(high - 1).map(|unit| (*unit).clone()));
        pool.truncate(high - 1);
    }
}

/// `kept` without the places that are not needed after all: each is taken out once, so that what remains is 1-minimal.
pub(super) fn without_idle(
    mut kept: BTreeSet<String>,
    fails: &mut impl FnMut(&BTreeSet<String>) -> Result<bool, Stop>,
) -> Result<BTreeSet<String>, Stop> {
    if kept.len() < 2 {
        return Ok(kept);
    }
    loop {
        let mut idle = None;
        for place in &kept {
            let fewer: BTreeSet<String> = kept.iter().filter(|own| *own != place).cloned().collect();
            if fails(&fewer)? {
                idle = Some(place.clone());
                break;
            }
        }
        match idle {
            Some(place) => kept.remove(&place),
            None => return Ok(kept),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(numbers: &[usize]) -> BTreeSet<String> {
        numbers.iter().map(|n| format!("/{n:03}")).collect()
    }

    #[test]
    fn every_set_of_culprits_is_found_in_few_questions() {
        let units: Vec<String> = names(&(0..100).collect::<Vec<_>>()).into_iter().collect();
        let sets: [&[usize]; 8] =
            [&[0], &[99], &[50], &[0, 99], &[3, 4], &[98, 99], &[1, 50, 98], &[0, 1, 2, 3]];
        for set in sets {
            let culprits = names(set);
            let mut asked = 0;
            let mut fails = |kept: &BTreeSet<String>| {
                asked += 1;
                Ok(culprits.is_subset(kept))
            };
            let Ok(found) = smallest(&units, &BTreeSet::new(), &mut fails) else {
                panic!("nothing stops it")
            };
            assert_eq!(found, culprits);
            assert!(asked <= set.len() * 8 + 1, "{set:?}: {asked}");
        }
    }

    #[test]
    fn where_no_order_holds_what_is_found_fails_and_idle_places_go() {
        // Fails with 7, but 2 hides it unless 5 is there too.
        let units: Vec<String> = names(&(0..10).collect::<Vec<_>>()).into_iter().collect();
        let has = |kept: &BTreeSet<String>, n: usize| kept.contains(&format!("/{n:03}"));
        let mut fails = |kept: &BTreeSet<String>| Ok(has(kept, 7) && (!has(kept, 2) || has(kept, 5)));
        let Ok(found) = smallest(&units, &BTreeSet::new(), &mut fails) else { panic!("nothing stops it") };
        let Ok(found) = without_idle(found, &mut fails) else { panic!("nothing stops it") };
        assert_eq!(found, names(&[7]));
    }

    #[test]
    fn a_likely_place_is_asked_first() {
        let units: Vec<String> = names(&(0..64).collect::<Vec<_>>()).into_iter().collect();
        let mut asked = 0;
        let mut fails = |kept: &BTreeSet<String>| {
            asked += 1;
            Ok(kept.contains("/040"))
        };
        let Ok(found) = smallest(&units, &names(&[40]), &mut fails) else { panic!("nothing stops it") };
        assert_eq!((found, asked), (names(&[40]), 1));
    }
}
