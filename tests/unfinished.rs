//! Every practice scenario is saved as it goes and goes on in another run with the same note; nothing that is saved holds a
//! key or a prompt.

mod practice_walk;

use casefile::case::catalog::Catalog;
use casefile::case::kept::Unfinished;
use casefile::case::sanitize::{Format, Readmission};
use casefile::practice::scenarios;
use casefile::session::{Delivered, Effect, Event, Session, Settings, Step};
use practice_walk::{moment, run, walk};

#[test]
fn every_scenario_goes_on_with_the_same_note() {
    let catalog = Catalog::built_in();
    let readmission = Readmission::new(&catalog);
    let mut faults = Vec::new();
    for scenario in scenarios() {
        let mut session = run(walk(scenario));
        let first = session.output().expect("a note").render(Format::Yaml).expect("passes");
        let done = Delivered { route: "file".into(), certain: true, path: None };
        let effects = session.handle(Event::Delivered(Ok(done)), moment());
        let kept =
            effects.into_iter().find_map(|e| if let Effect::KeepCase(case) = e { Some(case) } else { None });
        let Some(saved) = kept.as_ref().and_then(|case| case.evidence()) else {
            faults.push(format!("{}: its evidence was not kept", scenario.name));
            continue;
        };
        let case = match Unfinished::read(saved.text().as_str(), &readmission) {
            Ok(case) => case,
            Err(error) => {
                faults.push(format!("{}: {error}", scenario.name));
                continue;
            }
        };
        let settings = Settings {
            confirm_first: true,
            tool: "casefile 0.0.0-golden".into(),
            os: "linux".into(),
            ..Settings::default()
        };
        let mut after = Session::new(catalog.clone(), settings);
        after.handle(Event::Resumed(Box::new(case)), moment());
        after.handle(Event::Confirmed(true), moment());
        after.handle(Event::GoTo(Step::Note), moment());
        match after.output().map(|output| output.render(Format::Yaml)) {
            Some(Ok(second)) if second.as_str() == first.as_str() => {}
            Some(Ok(second)) => {
                let differs = first.as_str().lines().zip(second.as_str().lines()).find(|(a, b)| a != b);
                faults.push(format!("{}: {differs:?}", scenario.name));
            }
            Some(Err(refusal)) => faults.push(format!("{}: {refusal}", scenario.name)),
            None => faults.push(format!("{}: no note", scenario.name)),
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
