//! The list of actions, colours, mouse and jump, by key scripts on a terminal in memory.
use super::rig::{Rig, curl_like};
use casefile::session::{Event, Step};
use casefile::ui::tui::field::Field;
use casefile::ui::tui::keys::{Action, Keymap, Mode};
use casefile::ui::tui::screen::{Ask, NotePane, ReviewPane};
use casefile::ui::tui::spots;
use crossterm::event::MouseEventKind;

#[test]
fn an_action_is_done_by_some_letters_of_its_name() {
    for opened in [":", "<ctrl-p>"] {
        let mut rig = Rig::new(80, 24);
        rig.tell(Event::Edited(curl_like()));
        rig.keys(&format!("{opened}edit mod<enter>"));
        assert!(rig.draw().contains("Model of this request"), "{}", rig.draw());
    }
    let mut rig = Rig::new(80, 24);
    rig.observed();
    rig.keys(":step note<enter>");
    assert_eq!(rig.session.step(), Step::Note);
    // Nothing fits: nothing is done. Esc closes it and does nothing.
    rig.keys(":zzzz");
    assert!(rig.draw().contains("nothing has these letters"));
    rig.keys("<enter>");
    assert!(rig.screen.popup.is_none() && rig.draw().contains("nothing was done"));
    rig.keys(":quit<esc>");
    assert!(rig.screen.popup.is_none() && !rig.left);
}

#[test]
fn the_list_has_what_is_possible_now_with_its_keys() {
    let mut rig = Rig::new(140, 60);
    rig.keys(":");
    let shown = rig.draw();
    for (name, is_there) in [
        ("model", true),
        ("finding", false),
        ("another call", false),
        ("next scenario", false),
        ("copy", false),
    ] {
        assert_eq!(shown.contains(&format!(" {name}  ")), is_there, "{name}\n{shown}");
    }
    rig.keys("<esc>");
    rig.observed();
    rig.keys("5:copy");
    let shown = rig.draw();
    assert!(shown.contains("> copy                 y "), "{shown}");
    // Every action that has a key in a page's table is in its list, or is not possible now.
    let keymap = Keymap::built_in().expect("reads");
    assert!(keymap.bindings(Mode::Note).all(|b| b.action == Action::Palette || !b.action.name().is_empty()));
}

#[test]
fn colours_are_chosen_by_name_and_by_the_list() {
    let mut rig = Rig::new(80, 24);
    rig.keys(":light<enter>");
    assert_eq!(rig.screen.themes.chosen(), "light");
    rig.keys("T<down><enter>");
    assert_eq!(rig.screen.themes.chosen(), "high-contrast");
    rig.keys("T<esc>");
    assert_eq!(rig.screen.themes.chosen(), "high-contrast");
    rig.screen.themes = casefile::ui::tui::theme::Themes::built_in(true);
    rig.keys(":theme dark<enter>");
    assert!(rig.draw().contains("NO_COLOR is set"));
}

#[test]
fn the_mouse_is_off_until_a_key_asks_for_it() {
    let mut rig = Rig::new(80, 24);
    assert!(!rig.screen.mouse);
    rig.keys("M");
    assert!(rig.screen.mouse && rig.draw().contains("the mouse is on"));
    rig.keys(":mouse<enter>");
    assert_eq!(rig.asked, [Ask::Mouse(true), Ask::Mouse(false)]);
    rig.keys("<ctrl-z>");
    assert_eq!(rig.asked.last(), Some(&Ask::Suspend));
}

#[test]
fn steps_fields_and_keys_are_clicked() {
    for size in [(80, 24), (140, 45)] {
        let mut rig = Rig::new(size.0, size.1);
        rig.tell(Event::Edited(curl_like()));
        rig.click("Headers (");
        assert_eq!(rig.screen.field, Field::Headers);
        assert!(rig.screen.editor.is_none(), "the first click marks");
        rig.click("Headers (");
        assert!(rig.screen.editor.is_some(), "the second one edits");
        rig.click("Headers (");
        assert!(rig.screen.editor.is_some(), "a click on what is edited leaves it");
        rig.click("Method");
        assert!(rig.screen.editor.is_none() && rig.screen.field == Field::Method);
        rig.click("3 Isolate");
        assert_eq!(rig.session.step(), Step::Isolate);
        rig.click("? help");
        assert!(rig.draw().contains("Help: Isolate"));
        rig.click("Esc back");
        assert!(rig.screen.popup.is_none());
        // The question before sending is answered by its keys only.
        rig.click("1 Request");
        rig.keys("<enter>");
        rig.click("2 Reproduce");
        assert!(rig.session.consent().is_some());
        rig.click("n do not send");
        assert!(rig.session.consent().is_none() && rig.outgoing.is_none());
    }
}

#[test]
fn panes_and_lists_are_clicked_and_scrolled() {
    for size in [(80, 24), (140, 45)] {
        let mut rig = Rig::new(size.0, size.1);
        rig.observed();
        rig.keys("4");
        rig.click("Replaced ");
        assert_eq!(rig.screen.review, ReviewPane::Ledger);
        for word in casefile::ui::tui::field::WordField::ALL {
            rig.click(&format!(" {} ", word.name()));
            assert_eq!(rig.screen.review, ReviewPane::Words(word));
        }
        let (x, y) = rig.find("What leaves");
        rig.mouse(MouseEventKind::ScrollDown, x, y + 2);
        assert_eq!((rig.screen.review, rig.screen.tops.evidence), (ReviewPane::Evidence, 3));
        rig.mouse(MouseEventKind::ScrollUp, x, y + 2);
        assert_eq!(rig.screen.tops.evidence, 0);
        rig.keys("5");
        rig.click("What support needs");
        assert_eq!(rig.screen.note, NotePane::Completeness);
        // A list: the first click marks, the second one takes.
        rig.keys("1g");
        rig.click("Practice gateway");
        assert!(rig.screen.popup.is_some());
        rig.click("Practice gateway");
        assert!(rig.screen.popup.is_none());
        assert_eq!(rig.session.profile().map(|p| p.id.as_str()), Some("practice"));
        rig.keys(":");
        rig.mouse(MouseEventKind::ScrollDown, 20, 10);
        rig.click(" model      ");
        rig.click(" model      ");
        assert!(rig.draw().contains("Model of this request"), "{}", rig.draw());
    }
}

#[test]
fn scenarios_are_clicked() {
    let mut rig = Rig::practice(80, 24);
    rig.mouse(MouseEventKind::ScrollDown, 5, 5);
    assert_ne!(rig.screen.practice.marked, 1);
    rig.click("The second failure");
    rig.click("The second failure");
    assert_eq!(rig.screen.practice.current().map(|c| c.name.as_str()), Some("second-one"));
}

#[test]
fn a_letter_goes_to_its_place() {
    let mut rig = Rig::new(80, 24);
    rig.tell(Event::Edited(curl_like()));
    rig.keys(";");
    let shown = rig.draw();
    assert!(shown.contains("(a)") && shown.contains("(f)"), "{shown}");
    rig.keys("d");
    assert_eq!((rig.screen.field, rig.screen.popup.is_none()), (Field::Headers, true));
    rig.keys(";4");
    assert_eq!(rig.session.step(), Step::Review);
    rig.keys(";s");
    assert_eq!(rig.screen.review, ReviewPane::Ledger);
    rig.keys(";<esc>");
    assert!(rig.screen.popup.is_none() && rig.screen.review == ReviewPane::Ledger);
    rig.keys(";~");
    assert!(rig.draw().contains("no place has this letter"));
}

/// Every place is on the screen, and a letter is drawn for each that has one.
#[test]
fn every_place_is_on_the_screen_at_every_size() {
    for size in [(60, 15), (80, 24), (100, 30), (140, 45), (200, 60)] {
        let mut rig = Rig::practice(size.0, size.1);
        for keys in ["", "<enter>", "1", "2", "3", "4", "5", "1E", "<esc>:", "<esc>g"] {
            rig.keys(keys);
            if keys == "<enter>" {
                rig.observed();
            }
            let all = spots::of(&rig.session, &rig.screen);
            let whole = casefile::ui::tui::layout::whole(size);
            assert!(all.len() > 1, "{keys} at {size:?}");
            for spot in &all {
                assert_eq!(spot.area.intersection(whole), spot.area, "{spot:?} at {size:?}");
            }
        }
    }
}

/// Below the smallest size nothing can be hit, and the message has place.
#[test]
fn a_small_terminal_says_what_it_needs() {
    for size in [(59, 24), (80, 14), (20, 8)] {
        let mut rig = Rig::new(size.0, size.1);
        assert!(spots::of(&rig.session, &rig.screen).is_empty());
        let shown = rig.draw().split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains("60x15") && shown.contains(&format!("{}x{}", size.0, size.1)), "{shown}");
    }
}
