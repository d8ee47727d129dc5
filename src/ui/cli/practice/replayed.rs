//! `casefile practice --fixture`: the gateway answers as a fixture says.

use std::sync::Arc;

use super::{PracticeArguments, serve_gateway, start_with};
use crate::case::replay::{KEY_VARIABLE, Texts, command, refill};
use crate::practice::servable;
use crate::ui::cli::exit::{Exit, Failed};
use crate::ui::cli::note::{NoteArguments, finish, observe};
use crate::ui::cli::say;
use crate::ui::cli::start::{ground, on_this_thread};
use crate::ui::cli::subject::Subject;

/// Serves it, or walks its request against it.
pub(super) fn run(given: &str, arguments: &PracticeArguments) -> Result<Exit, Failed> {
    let ground = ground()?.with_store(arguments.store.as_deref())?;
    let subject = Subject::find(given, &ground)?;
    servable(&subject.fixture).map_err(|e| Failed::new(Exit::NothingUsable, format!("{given}: {e}")))?;
    let gateway = start_with(arguments.serve, arguments, Some(Arc::new(subject.fixture.clone())))?;
    if arguments.serve.is_some() {
        let request = &subject.fixture.request;
        say::line(&format!(
            "serving {}: {} {} is answered as noted",
            subject.fixture.case_id, request.method, request.path
        ));
        return serve_gateway(&gateway);
    }
    let (request, lacking) = refill(&subject.fixture, Texts::HarmlessAll);
    if !lacking.missing.is_empty() {
        return Err(Failed::new(
            Exit::NothingUsable,
            format!(
                "{} does not hold {}, so its request cannot be walked; serve it with --serve and send the original",
                subject.fixture.case_id,
                say::harmless(&lacking.missing.join(", "))
            ),
        ));
    }
    let paste =
        command(&request, &gateway.base_url()).replace(&format!("\"${KEY_VARIABLE}\""), gateway.key());
    say::line(&format!("practice: {} as it was noted ({})", subject.fixture.case_id, subject.seen));
    let note = NoteArguments::for_practice(arguments.format, arguments.out.clone(), arguments.output);
    on_this_thread(async {
        let mut walk = observe(&note, &ground, Some(paste)).await?;
        finish(&mut walk, &note, None)
    })
}
