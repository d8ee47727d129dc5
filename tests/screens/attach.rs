//! The note onto a ticket: the screen alone, with desks in memory. What a desk really does is in `tests/attach.rs`.
#![expect(clippy::expect_used, reason = "a test: what cannot be fails it")]

use std::cell::Cell;
use std::rc::Rc;

use casefile::case::sanitize::Rendered;
use casefile::ui::tui::TicketDesk;
use casefile::ui::tui::screen::{DeskLine, Onto, Planned, Sent, Stage, UnderWay};
use futures_util::FutureExt;
use secrecy::{ExposeSecret, SecretString};

use super::rig::{Rig, secret};

/// Two desks that keep what they are asked.
#[derive(Default)]
pub struct FakeDesks {
    /// There is none.
    pub none: bool,
    /// Mail is among them.
    pub mails: bool,
    /// Nothing gets there.
    pub fails: bool,
    /// What was planned.
    pub planned: Vec<(String, Onto, String)>,
    /// Tokens that came along.
    pub tokens: Vec<Option<String>>,
    /// How often a ticket was written into the case.
    pub kept: usize,
}

impl TicketDesk for FakeDesks {
    fn desks(&mut self, _: &str) -> Result<Vec<DeskLine>, String> {
        if self.none {
            return Err("no ticket desk is configured: `casefile attach --print-example` prints a desks.yaml to begin with; it belongs at ~/.config/casefile/desks.yaml".into());
        }
        let desk = |name: &str, line: &str, told: &str, ticket: Option<&str>| DeskLine {
            name: name.into(),
            line: line.into(),
            told: vec![told.into()],
            ticket: ticket.map(str::to_owned),
            takes_ticket: name != "mail",
        };
        if self.mails {
            return Ok(vec![desk("mail", "mail · support@desk.example by smtp.desk.example", "", None)]);
        }
        Ok(vec![
            desk("helpdesk", "helpdesk · https://rt.example.org", "", None),
            desk(
                "forum",
                "forum · https://api.github.com",
                "This case is on ticket 12 there https://github.com/o/r/issues/12",
                Some("12"),
            ),
        ])
    }

    fn plan(&mut self, note: &Rendered, desk: &str, onto: &Onto) -> Result<Planned, String> {
        self.planned.push((desk.into(), onto.clone(), note.as_str().into()));
        let lines = (0..60).map(|at| format!("line {at} of what would go"));
        let text = format!(
            "CF-1 to {desk} (https://rt.example.org)\n  text of 812 characters\n\n{}",
            lines.collect::<Vec<_>>().join("\n")
        );
        Ok(Planned { heading: format!("What would go to {desk}"), text, asks_token: desk == "helpdesk" })
    }

    fn send(&mut self, token: Option<SecretString>) -> Result<UnderWay, String> {
        self.tokens.push(token.map(|token| token.expose_secret().to_owned()));
        let ended = if self.fails {
            Err("making the ticket: rt.example.org answered 403; the token may not do this: ask who runs the desk for the right to it. No ticket is known to be made. After that sending it again goes on from there: nothing that is there is sent twice".to_owned())
        } else {
            Ok(Sent {
                route: if self.mails { "mail to support@desk.example" } else { "ticket 7 of helpdesk" }.into(),
                text: "ticket 7 of helpdesk made\n  text: sent, and read back the same\n  CF-1.yaml: sent, and read back byte for byte\nhttps://rt.example.org/Ticket/Display.html?id=7".into(),
                has_trouble: false,
            })
        };
        Ok(UnderWay {
            work: async move { ended }.boxed_local(),
            step: Rc::new(Cell::new("reading back and comparing")),
            stopped: "stopped; what the desk has already is found again when it is sent again".into(),
        })
    }

    fn keep(&mut self) -> Result<(), String> {
        self.kept += 1;
        Ok(())
    }
}

impl Rig {
    /// What is on its way arrives.
    pub fn arrive(&mut self) {
        let ended = self.under_way.take().expect("something is on its way").work.now_or_never();
        if let Some(event) = self.screen.attached(ended.expect("it ends")) {
            self.tell(event);
        }
    }
}

fn noted() -> Rig {
    let mut rig = Rig::new(100, 30);
    rig.observed();
    rig.keys("4<enter>");
    rig
}

#[test]
fn a_note_goes_onto_a_new_ticket_after_it_was_seen() {
    let mut rig = noted();
    rig.keys("a<enter>");
    assert!(rig.draw().contains("Which ticket? (nothing: a new one)"));
    rig.keys("<enter>");
    assert!(rig.draw().contains("Subject of the new ticket"));
    rig.keys("<ctrl-u>No channel<enter>");
    let shown = rig.draw();
    assert!(shown.contains("What would go to helpdesk") && shown.contains("nothing is sent yet"), "{shown}");
    rig.keys("<pagedown>");
    assert!(!rig.draw().contains("line 0 of") && rig.desk.tokens.is_empty(), "it scrolls and sends nothing");
    rig.keys("<enter>");
    let token = secret("tok-");
    rig.paste(&token);
    assert!(!rig.draw().contains(&token));
    rig.keys("<enter>");
    assert!(rig.draw().contains("reading back and comparing"));
    rig.arrive();
    let shown = rig.draw();
    assert!(
        shown.contains("The note is on ticket 7 of helpdesk") && shown.contains("Display.html?id=7"),
        "{shown}"
    );
    assert_eq!(rig.desk.tokens, [Some(token)]);
    let [(desk, onto, note)] = rig.desk.planned.as_slice() else { panic!("planned once") };
    assert_eq!((desk.as_str(), onto), ("helpdesk", &Onto::New(Some("No channel".into()))));
    assert!(note.starts_with("schema:") || note.contains("\ncase_id: "), "YAML whatever is shown: {note}");
    assert_eq!(rig.session.delivered().len(), 1, "the note is out, and the case is kept");
    assert_eq!(rig.kept.len(), 1);
    rig.keys("<enter>");
    assert!(rig.screen.attach.is_none());
}

#[test]
fn a_ticket_that_the_case_has_is_offered_and_a_known_token_is_not_asked_for() {
    let mut rig = noted();
    rig.keys("a<down><enter><enter>");
    assert_eq!(rig.desk.planned.last().map(|planned| &planned.1), Some(&Onto::Ticket("12".into())));
    rig.keys("<enter>");
    assert_eq!(rig.desk.tokens, [None]);
}

#[test]
fn a_mail_is_asked_for_its_subject_alone() {
    let mut rig = noted();
    rig.desk.mails = true;
    rig.keys("a<enter>");
    assert!(rig.draw().contains("Subject of the mail"));
    rig.keys("<ctrl-u>No channel<enter>");
    let planned = rig.desk.planned.last().map(|(desk, onto, _)| (desk.as_str(), onto.clone()));
    assert_eq!(planned, Some(("mail", Onto::New(Some("No channel".into())))));
    rig.keys("<enter>");
    assert!(rig.draw().contains("On its way by mail"), "{}", rig.draw());
    rig.arrive();
    let shown = rig.draw();
    assert!(shown.contains("The note went by mail to support@desk.example"), "{shown}");
    let delivered = rig.session.delivered();
    assert!(delivered.len() == 1 && delivered[0].by() == "mail" && rig.kept.len() == 1);
    rig.keys("<enter>");
    assert!(rig.draw().contains("sent: mail to support@desk.example"), "{}", rig.draw());
}

#[test]
fn nothing_goes_where_it_is_left_or_stopped() {
    let mut rig = noted();
    rig.keys("a<esc>");
    assert!(rig.screen.attach.is_none());
    rig.keys("a<enter><esc>");
    assert!(rig.screen.attach.is_none() && rig.desk.planned.is_empty(), "the question was left");
    rig.keys("a<enter>9<enter><esc>");
    assert!(rig.screen.attach.is_none() && rig.desk.tokens.is_empty(), "what was shown was left");
    rig.keys("a<enter>9<enter><enter><esc>");
    assert!(rig.desk.tokens.is_empty(), "no token was typed");
    rig.keys("<enter>token<enter><esc>");
    let attach = rig.screen.attach.as_ref().expect("it is told");
    assert!(matches!(&attach.stage, Stage::Failed(why) if why.contains("found again")));
    assert!(rig.session.delivered().is_empty());
}

#[test]
fn what_failed_is_shown_again_before_it_is_sent_again() {
    let mut rig = noted();
    rig.desk.fails = true;
    rig.keys("a<enter>9<enter><enter>token<enter>");
    rig.arrive();
    assert!(rig.draw().contains("answered 403") && rig.session.delivered().is_empty());
    rig.desk.fails = false;
    rig.keys("<enter>");
    assert_eq!((rig.desk.planned.len(), rig.desk.tokens.len()), (2, 1));
    rig.keys("<enter>token<enter>");
    rig.arrive();
    assert_eq!(rig.session.delivered().len(), 1);
}

/// What went out earlier is not told as if it were what failed now; and Enter is named by what it does.
#[test]
fn a_second_ticket_that_failed_is_not_told_as_the_first_one() {
    let mut rig = noted();
    rig.keys("a<down><enter><enter>");
    assert!(rig.draw().contains("Enter send"), "{}", rig.draw());
    rig.keys("<enter>");
    rig.arrive();
    rig.keys("<enter>");
    assert!(rig.draw().contains("attached: ticket 7"), "{}", rig.draw());
    rig.desk.fails = true;
    rig.keys("a<down><enter><enter><enter>");
    rig.arrive();
    let shown = rig.draw();
    assert!(shown.contains("It did not get to forum") && shown.contains("Enter show again"), "{shown}");
    for keys in ["<esc>", "j"] {
        rig.keys(keys);
        let shown = rig.draw();
        assert!(!shown.contains("attached: ticket"), "after {keys}: {shown}");
    }
    rig.desk.fails = false;
    rig.keys("a<down><enter><enter><enter>");
    rig.arrive();
    rig.keys("<enter>");
    assert!(rig.draw().contains("attached: ticket 7"), "{}", rig.draw());
}

#[test]
fn what_was_not_confirmed_goes_nowhere() {
    let mut rig = Rig::new(100, 30);
    rig.observed();
    rig.keys("5a");
    assert!(rig.draw().contains("confirm on Review"), "{}", rig.draw());
    assert!(rig.screen.popup.is_none());
}
