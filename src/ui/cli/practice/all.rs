//! `casefile practice --all`: every scenario without a terminal, as a self-test of this program on this machine.

use std::fmt::Write;
use std::time::Instant;

use crate::practice::score::{Score, Trial};
use crate::practice::{Gateway, Scenario, scenarios};
use crate::session::{Event, Step};
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::note::{NoteArguments, observe};
use crate::ui::cli::start::{Ground, ground, on_this_thread};
use crate::ui::cli::{OutputKind, say};

/// One scenario's row.
struct Row {
    name: &'static str,
    class: String,
    topic: String,
    score: Result<Score, String>,
    ms: u128,
}

impl Row {
    fn is_full(&self) -> bool {
        self.score.as_ref().is_ok_and(Score::is_full)
    }

    /// What is not as it should be.
    fn faults(&self) -> Vec<String> {
        match &self.score {
            Ok(score) => score.note().filter(|c| !c.ok).map(|c| format!("{}: {}", c.check, c.said)).collect(),
            Err(what) => vec![what.clone()],
        }
    }
}

/// Walks them all, one after the other.
pub(super) fn run(gateway: &Gateway, output: OutputKind) -> Result<Exit, Failed> {
    let ground = ground()?;
    let mut rows = Vec::new();
    for scenario in scenarios() {
        let row = walk(scenario, gateway, &ground)?;
        if output == OutputKind::Text {
            say::line(&format!("{:>3} of {} {}", rows.len() + 1, scenarios().len(), row.name));
        }
        rows.push(row);
    }
    let text = match output {
        OutputKind::Json => {
            serde_json::to_string_pretty(&rows.iter().map(json).collect::<Vec<_>>()).unwrap_or_default()
        }
        OutputKind::Text => table(&rows),
    };
    say::output(&text).map_err(|e| Failed::stdout(&e))?;
    Ok(if rows.iter().all(Row::is_full) { Exit::Done } else { Exit::Findings })
}

fn walk(scenario: &'static Scenario, gateway: &Gateway, ground: &Ground) -> Result<Row, Failed> {
    let trial = Trial::new(scenario, gateway.key());
    let paste = gateway.paste(scenario);
    let since = Instant::now();
    let walked = on_this_thread(async {
        let mut walk = observe(&NoteArguments::for_trial(), ground, Some(paste)).await?;
        if walk.interrupted() {
            return Err(Failed::new(Exit::Interrupted, "interrupted; the other scenarios were not walked"));
        }
        walk.give(Event::GoTo(Step::Note));
        let output = walk.session.output();
        let output = output.ok_or_else(|| Failed::new(Exit::NothingUsable, "there is no note"))?;
        let said = &output.note.diagnosis;
        let topic = said.topic.as_ref().map_or_else(|| "-".to_owned(), |t| t.id.clone());
        Ok((said.failure_class.to_string(), topic, trial.judge(&output.note, &output.rendered)))
    });
    let ms = since.elapsed().as_millis();
    let none = "-".to_owned();
    Ok(match walked {
        Ok((class, topic, score)) => Row { name: &scenario.name, class, topic, score: Ok(score), ms },
        Err(failed) if failed.exit == Exit::Interrupted => return Err(failed),
        Err(failed) => {
            Row { name: &scenario.name, class: none.clone(), topic: none, score: Err(failed.to_string()), ms }
        }
    })
}

fn json(row: &Row) -> serde_json::Value {
    let ms = u64::try_from(row.ms).unwrap_or(u64::MAX);
    let score = row.score.as_ref().map(Score::json);
    serde_json::json!({
        "name": row.name, "class": row.class, "topic": row.topic, "ms": ms, "full": row.is_full(),
        "score": score.as_ref().ok(), "failed": score.as_ref().err(),
    })
}

fn table(rows: &[Row]) -> String {
    let wide =
        |of: fn(&Row) -> &str, least: usize| rows.iter().map(|r| of(r).len()).max().unwrap_or(0).max(least);
    let (name, class, topic) = (wide(|r| r.name, 8), wide(|r| &r.class, 5), wide(|r| &r.topic, 5));
    let mut text = format!(
        "{:name$}  {:class$}  {:topic$}  complete  leak-free      ms\n",
        "scenario", "class", "topic"
    );
    for row in rows {
        let (complete, free) = match &row.score {
            Ok(score) => (
                format!("{}/{}{}", score.had, score.asked, if score.holds("complete") { "" } else { " !" }),
                if score.holds("leak_free") { "yes" } else { "NO" },
            ),
            Err(_) => ("-".to_owned(), "-"),
        };
        let _ = writeln!(
            text,
            "{:name$}  {:class$}  {:topic$}  {complete:<8}  {free:<9}  {:>6}{}",
            row.name,
            row.class,
            row.topic,
            row.ms,
            if row.is_full() { "" } else { "  <-" }
        );
        for fault in row.faults() {
            let _ = writeln!(text, "    {fault}");
        }
    }
    let full = rows.iter().filter(|r| r.is_full()).count();
    let _ = writeln!(text, "{full} of {} notes are as their sources say", rows.len());
    text
}
