//! The guided tour, by keys.

use casefile::session::Step;

use crate::rig::Rig;

#[test]
fn the_tour_is_a_walk_with_a_sentence_for_each_step() {
    let mut rig = Rig::practice(80, 24);
    screen!(rig, "<ctrl-t>", "tour_request");
    let mut seen = Vec::new();
    let mut told = |rig: &mut Rig| {
        let shown = rig.draw();
        let at = shown
            .find("Tour ")
            .map(|at| shown.get(at..).unwrap_or_default().chars().take(11).collect::<String>());
        seen.push(at.unwrap_or_else(|| format!("nothing is told:\n{shown}")));
    };
    told(&mut rig);
    screen!(rig, "<enter>", "tour_consent");
    told(&mut rig);
    rig.keys("<enter>");
    rig.answer(401, "{\"error\":{\"message\":\"no such model\"}}");
    while rig.session.is_busy() {
        rig.keys("x");
    }
    for keys in ["", "<enter>", "<enter>", "y"] {
        rig.keys(keys);
        told(&mut rig);
    }
    let wanted: Vec<String> = (1..=6).map(|at| format!("Tour {at} of 6")).collect();
    assert_eq!(seen, wanted);
    assert!(rig.copied.is_some());
    assert!(rig.draw().contains("copied to tmux buffer"), "{}", rig.draw());
    screen!(rig, "", "tour_done");
    rig.keys("0");
    assert!(!rig.screen.tour && rig.draw().contains("the tour is over"));
}

/// It can be left at every step, and a paste of one's own ends it.
#[test]
fn the_tour_is_left_by_a_key_or_a_paste() {
    for keys in ["", "2", "3", "4", "5"] {
        let mut rig = Rig::practice(80, 24);
        rig.keys("<ctrl-t>");
        rig.keys(keys);
        rig.keys("0");
        assert!(!rig.screen.tour, "after {keys:?}");
    }
    let mut rig = Rig::practice(80, 24);
    rig.keys("<ctrl-t>");
    rig.paste("curl https://api.cometapi.com/v1/models");
    assert!(!rig.screen.tour && rig.screen.practice.chosen.is_none());
    assert_eq!(rig.session.step(), Step::Request);
    assert!(!rig.draw().contains("Tour "));
}
