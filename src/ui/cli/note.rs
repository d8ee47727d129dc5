//! `casefile note`: the walk without a screen.

use std::borrow::Cow;
use std::io::{IsTerminal, Read};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum};

use super::attach_set;
use super::check_report;
use super::consent::{Beforehand, obtain};
use super::exit::{Exit, Failed};
use super::given_key::KeyArguments;
use super::start::{Choice, Ground, ground, on_this_thread, session, template};
use super::walk::Walk;
use super::{NoteFormat, OutputKind, PollArguments, SendArguments, report, say};
use crate::case::claims::Linter;
use crate::case::evidence::{Attempt, Source};
use crate::case::finding::{Finding, Level};
use crate::case::intake;
use crate::case::note::{Audience, BUILT_IN, TemplateError};
use crate::case::sanitize::{Format, Words};
use crate::case::vocabulary::TransportKind;
use crate::io::store::{self, BUILT_IN_TEMPLATE};
use crate::practice::score::Trial;
use crate::session::{Delivered, Event, Place, STDOUT, Step};

/// Largest input that is read, bytes.
const MOST_INPUT: u64 = 64 * 1024 * 1024;

/// Options of `casefile note`.
#[derive(Debug, Clone, Default, Args)]
#[command(
    after_long_help = "Examples:\n  casefile note --from failed.sh                       asks before it sends\n  \
    casefile note --from failed.sh --key-env COMETAPI_KEY --yes --out note.yaml\n  \
    pbpaste | casefile note --from - --yes --format markdown --copy\n  \
    casefile note --no-send --from failed.sh --response answer.txt --at 2026-11-20T10:15:00Z\n  \
    casefile note --no-send --response err.json --status 503 --question 'Is this model served?'"
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct NoteArguments {
    /// What the operator has: a curl command, an error text, a response. `-` is stdin. Files that the command names are
    /// looked for from the current folder.
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
    /// Gateway profile by id; otherwise chosen by host.
    #[arg(long, value_name = "ID")]
    gateway: Option<String>,
    /// Scheme and host to send to, in place of the pasted ones.
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    #[command(flatten)]
    key: KeyArguments,
    #[command(flatten)]
    send: SendArguments,
    #[command(flatten)]
    poll: PollArguments,
    /// Send nothing: make the note from what is there.
    #[arg(long)]
    no_send: bool,
    /// Find the one thing that makes it fail by further requests, as `casefile isolate` does; the note says what they show.
    #[arg(long, conflicts_with = "no_send")]
    isolate: bool,
    /// The answer that was seen: a body, or `curl -i` text with its head. `-` is stdin.
    #[arg(long, value_name = "FILE")]
    response: Option<String>,
    /// Status of that answer.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(100..=599))]
    status: Option<u16>,
    /// When it was seen, RFC 3339, for example 2026-11-20T10:15:00Z.
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<DateTime<Utc>>,
    /// One question to support.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    question: Option<String>,
    /// What should have happened.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    expected: Option<String>,
    /// Who is hit, since when, how often.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    impact: Option<String>,
    /// What was tried.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    tried: Option<String>,
    /// Anything else that support should know.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    notes: Option<String>,
    /// The service of yours that sends such requests.
    #[arg(long, value_name = "NAME")]
    service: Option<String>,
    /// Where that service runs, for example production.
    #[arg(long, value_name = "NAME")]
    deployment: Option<String>,
    /// Who writes the note.
    #[arg(long, value_name = "NAME")]
    operator: Option<String>,
    /// Who will read it.
    #[arg(long, value_enum, default_value = "internal")]
    audience: AudienceArgument,
    /// Make the note as the text of this place: markup, longest text, for whom (github, gitlab, zendesk, jira, email, discord,
    /// slack, rt, redmine, …). A place that anybody reads makes the audience public.
    #[arg(long, value_name = "NAME", conflicts_with = "format")]
    destination: Option<String>,
    /// The note's format [default: yaml, or the configuration's].
    #[arg(long, value_enum)]
    format: Option<NoteFormat>,
    /// Render the note as Markdown by this template; `built-in` is the one that casefile brings [default:
    /// `templates/note.md.j2` in the configuration folder, where it is there].
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Print the built-in template, to make your own of it, and end.
    #[arg(long, exclusive = true)]
    print_template: bool,
    /// Write the note to this file. Where it ends in `/`, a folder: the note as Markdown and YAML, the fixture and what a search
    /// shows, ready to attach; where it ends in `.zip`, the same as one file.
    #[arg(long, value_name = "PATH")]
    out: Option<String>,
    /// Put this report of `casefile check --output json` into the folder or zip of --out, too.
    #[arg(long, value_name = "FILE", requires = "out")]
    check_report: Option<String>,
    /// Put the note on the clipboard; as Markdown with HTML beside it, for web forms.
    #[arg(long)]
    copy: bool,
    /// Open the folder of --out in the file manager; without a desktop its path is printed.
    #[arg(long, requires = "out")]
    reveal: bool,
    /// Show this field of a JSON body in the note, because it is harmless: for example `messages[0].content`, or
    /// `response.body.detail`. Secrets that are found in it still go; never a field with a credential's name. Give it once
    /// for each field.
    #[arg(long, value_name = "FIELD")]
    show: Vec<String>,
    /// Take out of the note what the audit refuses, field by field, until it lets the note pass. Each place is told.
    #[arg(long)]
    remove_refused: bool,
    /// Keep the values behind the placeholders (`[key#1]`) in a file of this machine's state folder, `maps/`, readable by
    /// you alone; never beside the note.
    #[arg(long)]
    keep_map: bool,
    /// Consent to sending what the input holds.
    #[arg(long, short = 'y')]
    yes: bool,
    /// Keep the case in this folder [default: `store` of config.yaml, else the state folder].
    #[arg(long, value_name = "DIR")]
    store: Option<PathBuf>,
    /// For people, or one JSON document on stdout.
    #[arg(long, value_enum, default_value = "text")]
    output: OutputKind,
    /// Findings are not told: many walks run.
    #[arg(skip)]
    silent: bool,
}

/// Who will read the note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum AudienceArgument {
    /// The team and the vendor's support.
    #[default]
    Internal,
    /// Anybody.
    Public,
}

fn time(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|t| t.with_timezone(&Utc))
        .map_err(|_| "write it as 2026-11-20T10:15:00Z".to_owned())
}

impl NoteArguments {
    /// The arguments of a search: what is pasted, and where and with which key it is sent.
    pub(super) fn for_isolation(
        from: Option<String>,
        gateway: Option<String>,
        base_url: Option<String>,
        key: KeyArguments,
        output: OutputKind,
    ) -> Self {
        Self { from, gateway, base_url, key, output, ..Self::default() }
    }

    /// The arguments of a request that is sent again: where, with which key and how, consent, and what becomes of the note.
    pub(super) fn for_replay(
        (gateway, base_url): (Option<String>, Option<String>),
        key: KeyArguments,
        send: SendArguments,
        yes: bool,
        (format, out, output): (Option<NoteFormat>, Option<String>, OutputKind),
    ) -> Self {
        Self { gateway, base_url, key, send, format, out, yes, output, ..Self::default() }
    }

    /// The arguments of a practice run: everything is known beforehand.
    pub(super) fn for_practice(format: Option<NoteFormat>, out: Option<String>, output: OutputKind) -> Self {
        let gateway = Some("practice".to_owned());
        let poll = PollArguments { poll: Some(1.0), ..PollArguments::default() };
        Self { gateway, poll, yes: true, format, out, output, ..Self::default() }
    }

    /// The arguments of one of many practice runs: nothing is told, one attempt.
    pub(super) fn for_trial() -> Self {
        let send = SendArguments { retries: Some(0), ..SendArguments::default() };
        let poll = PollArguments { poll: Some(0.01), ..PollArguments::default() };
        Self { send, poll, silent: true, ..Self::for_practice(None, None, OutputKind::Json) }
    }
}

/// Makes a note.
pub(super) fn run(arguments: &NoteArguments) -> Result<Exit, Failed> {
    if arguments.print_template {
        say::output(BUILT_IN).map_err(|e| Failed::stdout(&e))?;
        return Ok(Exit::Done);
    }
    check_inputs(arguments)?;
    let ground = ground()?.with_store(arguments.store.as_deref())?;
    let pasted = match (&arguments.from, &arguments.response) {
        (Some(from), _) => Some(read(from)?),
        (None, None) if !std::io::stdin().is_terminal() && !arguments.key.key_stdin => Some(read("-")?),
        (None, None) => {
            return Err(Failed::new(
                Exit::Usage,
                "there is no input; give --from FILE, --from - or --response FILE",
            ));
        }
        (None, Some(_)) => None,
    };
    let pasted = pasted.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    on_this_thread(async {
        let mut walk = observe(arguments, &ground, pasted).await?;
        finish(&mut walk, arguments, None)
    })
}

fn check_inputs(arguments: &NoteArguments) -> Result<(), Failed> {
    let uses = [
        arguments.from.as_deref() == Some("-"),
        arguments.response.as_deref() == Some("-"),
        arguments.key.key_stdin,
    ];
    if uses.into_iter().filter(|u| *u).count() > 1 {
        return Err(Failed::new(
            Exit::Usage,
            "stdin can be read only once; give one of --from, --response, --key-stdin another way",
        ));
    }
    if let Some(file) = &arguments.check_report {
        if !arguments.out.as_deref().is_some_and(attach_set::is_asked) {
            return Err(Failed::new(
                Exit::Usage,
                "--check-report goes into a set: let --out end in / or .zip",
            ));
        }
        check_report::read(file)?;
    }
    if arguments.template.is_some() && arguments.format.is_some_and(|f| f != NoteFormat::Markdown) {
        return Err(Failed::new(
            Exit::Usage,
            "--template is for the note as Markdown; leave --format out, or give --format markdown",
        ));
    }
    if arguments.no_send && arguments.key.key_env.is_some() {
        return Err(Failed::new(
            Exit::Usage,
            "--no-send sends nothing, so it needs no key; leave --key-env out",
        ));
    }
    Ok(())
}

/// The bytes of a file, or of stdin for `-`.
pub(super) fn read(name: &str) -> Result<Vec<u8>, Failed> {
    let failed = |e: &std::io::Error| {
        Failed::new(
            Exit::NothingUsable,
            format!("{name} cannot be read ({e}); give a file that can, or - for stdin"),
        )
    };
    let reader: Box<dyn Read> = if name == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(std::fs::File::open(PathBuf::from(name)).map_err(|e| failed(&e))?)
    };
    let mut bytes = Vec::new();
    reader.take(MOST_INPUT + 1).read_to_end(&mut bytes).map_err(|e| failed(&e))?;
    if bytes.len() as u64 > MOST_INPUT {
        return Err(Failed::new(
            Exit::NothingUsable,
            format!("{name} is larger than 64 MiB; give the failing request alone"),
        ));
    }
    // What PowerShell's `>` wrote.
    Ok(match intake::as_utf8(&bytes) {
        Cow::Owned(text) => text,
        Cow::Borrowed(_) => bytes,
    })
}

/// The walk from the paste to the last answer.
pub(super) async fn observe(
    arguments: &NoteArguments,
    ground: &Ground,
    pasted: Option<String>,
) -> Result<Walk, Failed> {
    let mut walk = set_up(arguments, ground, pasted)?;
    if !arguments.no_send && walk.session.request().is_ok() {
        send(&mut walk, arguments).await?;
        if arguments.isolate && !walk.interrupted() {
            super::isolate::within_note(&mut walk, &arguments.key, arguments.yes).await?;
        }
    } else if walk.session.evidence().attempts.is_empty() {
        return Err(nothing_to_say(&walk, arguments));
    }
    Ok(walk)
}

/// The walk until what was pasted is understood; nothing is sent.
pub(super) fn set_up(
    arguments: &NoteArguments,
    ground: &Ground,
    pasted: Option<String>,
) -> Result<Walk, Failed> {
    let place = place(arguments, ground)?;
    let choice = Choice {
        send: &arguments.send,
        poll: arguments.poll.bounds(),
        operator: arguments.operator.clone(),
        service: arguments.service.clone(),
        deployment: arguments.deployment.clone(),
        audience: match arguments.audience {
            _ if place.as_ref().is_some_and(|place| place.destination.public) => Audience::Public,
            AudienceArgument::Internal => Audience::Internal,
            AudienceArgument::Public => Audience::Public,
        },
        format: match (arguments.format, &arguments.template, &place) {
            (None, Some(_), _) | (_, _, Some(_)) => Some(Format::Markdown),
            (format, ..) => format.map(Into::into),
        },
        confirm_first: false,
        screen: false,
        save: false,
    };
    let (mut session, driver, events) = session(ground, &choice);
    let template = template(ground, arguments.template.as_deref())?;
    // Beforehand: a fault is told before anything is sent.
    if let Some(template) = template.as_ref().filter(|_| session.format() == Format::Markdown) {
        template.parse().map_err(|e| template_fault(&e))?;
    }
    session.use_template(template);
    session.use_place(place);
    let mut walk = Walk::new(session, driver, events, arguments.output == OutputKind::Json);
    take_in(&mut walk, arguments, ground, pasted)?;
    Ok(walk)
}

/// The place that the note is made for.
fn place(arguments: &NoteArguments, ground: &Ground) -> Result<Option<Place>, Failed> {
    let Some(id) = &arguments.destination else { return Ok(None) };
    let Some(destination) = ground.catalog.destination(id).cloned() else {
        let known: Vec<&str> = ground.catalog.destinations.iter().map(|d| d.id.as_str()).collect();
        let text = format!("--destination: there is no {id}; known: {}", known.join(", "));
        return Err(Failed::new(Exit::Usage, text));
    };
    let cut_first = ground.catalog.cut_first(&destination).to_vec();
    Ok(Some(Place { destination, cut_first }))
}

fn take_in(
    walk: &mut Walk,
    arguments: &NoteArguments,
    ground: &Ground,
    pasted: Option<String>,
) -> Result<(), Failed> {
    walk.give(Event::BindingsRead(ground.bindings.clone()));
    if let Some(id) = arguments.gateway.clone().or_else(|| ground.config.gateway.clone()) {
        if ground.catalog.profile(&id).is_none() {
            let known: Vec<&str> = ground.catalog.profiles.iter().map(|p| p.id.as_str()).collect();
            return Err(Failed::new(
                Exit::Usage,
                format!("there is no gateway of that id; known: {}", known.join(", ")),
            ));
        }
        walk.give(Event::GatewayChosen(id));
    }
    if let Some(url) = arguments.base_url.clone() {
        crate::case::request::Target::parse(&url, None)
            .map_err(|e| Failed::new(Exit::Usage, format!("--base-url: {e}; write it as https://host")))?;
        walk.give(Event::BaseUrlSet(url));
    }
    if let Some(text) = pasted {
        walk.give(Event::Pasted(text));
        if let Some(notice) = walk.session.notice().filter(|n| n.level == Level::Error)
            && arguments.response.is_none()
        {
            return Err(Failed::new(Exit::NothingUsable, notice.text.clone()));
        }
    }
    if let Some(name) = &arguments.response {
        let text = read(name)?;
        walk.give(Event::ResponseGiven { text, status: arguments.status, at: arguments.at });
    } else if arguments.status.is_some() || arguments.at.is_some() {
        walk.give(Event::ObservationSaid { status: arguments.status, at: arguments.at });
    }
    let given = match arguments.key.read()? {
        None if walk.session.lacks_key() => {
            let named = KeyArguments { key_env: ground.config.key_env.clone(), ..KeyArguments::default() };
            named.read()?
        }
        given => given,
    };
    if let Some((origin, value)) = given {
        walk.give(Event::KeyGiven { origin, value });
    }
    walk.give(Event::WordsSet(words(arguments, walk)));
    for finding in walk.session.findings().into_iter().filter(|_| !arguments.silent) {
        say::line(&report::finding(finding));
    }
    Ok(())
}

fn words(arguments: &NoteArguments, walk: &Walk) -> Words {
    let text = |option: &Option<String>| option.clone().unwrap_or_default();
    let own = walk.session.words();
    Words {
        question: text(&arguments.question),
        expected: text(&arguments.expected),
        impact: text(&arguments.impact),
        tried: text(&arguments.tried),
        operator: own.operator.clone(),
        notes: text(&arguments.notes),
        service: own.service.clone(),
        deployment: own.deployment.clone(),
    }
}

async fn send(walk: &mut Walk, arguments: &NoteArguments) -> Result<(), Failed> {
    walk.give(Event::SendRequested);
    if walk.session.consent().is_none()
        && let Some(notice) = walk.session.notice().filter(|n| n.level == Level::Error)
    {
        let is_of_file = |f: &Finding| f.level == Level::Error && f.id.starts_with("file_");
        let exit =
            if walk.session.findings().into_iter().any(is_of_file) { Exit::Local } else { Exit::Usage };
        return Err(Failed::new(exit, notice.text.clone()));
    }
    let of_practice = arguments.gateway.as_deref() == Some("practice");
    let mut planned = 1;
    if let Some(consent) = walk.session.consent() {
        planned = consent.most_requests;
        let before = Beforehand {
            yes: arguments.yes,
            key_host: arguments.key.key_host.clone(),
            host_is_named: arguments.base_url.is_some() || of_practice,
            silent: arguments.silent,
        };
        let catalog = walk.session.catalog().clone();
        if arguments.poll.poll.is_some() && consent.polls.is_none() && !arguments.silent && !of_practice {
            say::line(
                "warning: --poll: no GET request is known that tells of a task of this endpoint; none is sent",
            );
        }
        obtain(consent, &before, &catalog)?;
        // Only an answer on the terminal is remembered; --yes holds for this run.
        walk.give(Event::ConsentGiven { remember: !arguments.yes });
    }
    walk.settle().await?;
    if walk.interrupted() {
        interrupted(walk, planned)?;
    }
    let last = walk.session.evidence().attempts.last();
    if let Some(failure) = last.and_then(|a| a.transport()).filter(|f| f.kind == TransportKind::Local) {
        return Err(Failed::local(&failure.detail));
    }
    Ok(())
}

/// The operator stopped it: what was observed until then becomes the note, and from here on Ctrl-C ends at once.
fn interrupted(walk: &Walk, planned: u32) -> Result<(), Failed> {
    let attempts = &walk.session.evidence().attempts;
    if attempts.iter().all(Attempt::is_cancelled) {
        return Err(Failed::new(
            Exit::Interrupted,
            "interrupted before anything was observed; nothing was written",
        ));
    }
    let own =
        attempts.iter().filter(|a| a.source == Source::Sent && a.polls == 0 && !a.is_cancelled()).count();
    end_at_once_from_here_on();
    say::line(&format!(
        "interrupted: the note is made of what was observed until then ({own} of at most {planned} requests)"
    ));
    Ok(())
}

/// A note that is made, audited and written does not look for signals: another thread does.
fn end_at_once_from_here_on() {
    let wait = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if runtime.is_ok_and(|runtime| runtime.block_on(tokio::signal::ctrl_c()).is_ok()) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    };
    drop(std::thread::spawn(wait));
}

fn nothing_to_say(walk: &Walk, arguments: &NoteArguments) -> Failed {
    if arguments.no_send {
        return Failed::new(
            Exit::NothingUsable,
            "nothing was observed: with --no-send give the answer by --response FILE, or paste it with the command",
        );
    }
    match walk.session.request() {
        Err(finding) => {
            Failed::new(Exit::NothingUsable, format!("cannot be sent: {}; {}", finding.message, finding.fix))
        }
        Ok(_) => Failed::new(Exit::NothingUsable, "nothing was observed"),
    }
}

/// Renders, delivers, reports; in practice with the score.
pub(super) fn finish(
    walk: &mut Walk,
    arguments: &NoteArguments,
    trial: Option<&Trial>,
) -> Result<Exit, Failed> {
    walk.give(Event::GoTo(Step::Note));
    show_fields(walk, arguments)?;
    tell_twins(walk, arguments);
    tell_claims(walk, arguments);
    if arguments.remove_refused {
        remove_refused(walk);
    }
    let Some(output) = walk.session.output() else {
        return Err(Failed::new(Exit::NothingUsable, "there is no note: nothing was observed"));
    };
    if let Some(fault) = &output.template_fault {
        return Err(template_fault(fault));
    }
    let score = trial.map(|trial| trial.judge(&output.note, &output.rendered));
    let rendered = output.rendered.clone().map_err(|refusal| {
        let advice = "change your words there, or let --remove-refused take the place out";
        Failed::new(Exit::Refused, format!("{refusal}; {advice}"))
    })?;
    if arguments.keep_map {
        keep_map(walk, arguments)?;
    }
    if let Some(path) = &arguments.out {
        if !attach_set::is_zip(path) {
            walk.give(Event::WriteRequested(Some(path.clone())));
            delivered(walk)?;
        }
        if attach_set::is_asked(path) {
            attach_set::write(walk, path, arguments.check_report.as_deref())?;
        }
        if arguments.reveal {
            attach_set::show(path)?;
        }
    }
    if arguments.copy {
        walk.give(Event::CopyRequested);
        delivered(walk)?;
    }
    let failed = |e: std::io::Error| Failed::stdout(&e);
    match arguments.output {
        OutputKind::Json => {
            let json = report::json(&walk.session, score.as_ref())
                .map_err(|r| Failed::new(Exit::Refused, r.to_string()))?;
            say::output(json.as_str()).map_err(failed)?;
            if arguments.out.is_none() && !arguments.copy {
                printed(walk);
            }
        }
        OutputKind::Text => {
            if arguments.out.is_none() && !arguments.copy {
                say::output(rendered.as_str()).map_err(failed)?;
                printed(walk);
            }
            match &score {
                // It names what is missing, and what to do about it.
                Some(score) => report::score(score),
                None => report::gaps(&walk.session),
            }
        }
    }
    Ok(if walk.interrupted() { Exit::Interrupted } else { Exit::Done })
}

/// Earlier cases of the same failure, before the note is out.
fn tell_twins(walk: &Walk, arguments: &NoteArguments) {
    if arguments.silent {
        return;
    }
    if let Some(twins) = walk.session.twins() {
        say::line(&twins.said());
    }
    if let Some(why) = walk.session.twins_trouble() {
        say::line(&format!("warning: earlier cases cannot be looked up: {why}"));
    }
}

/// What the operator's own words claim without a source.
fn tell_claims(walk: &Walk, arguments: &NoteArguments) {
    let words = walk.session.words();
    let fields = [
        ("--question", &words.question),
        ("--expected", &words.expected),
        ("--impact", &words.impact),
        ("--tried", &words.tried),
        ("--notes", &words.notes),
    ];
    if arguments.silent || fields.iter().all(|(_, text)| text.is_empty()) {
        return;
    }
    let linter = Linter::new(walk.session.catalog());
    for (field, text) in fields {
        for claim in linter.look(text) {
            say::line(&format!("warning: {}", claim.told(field)));
        }
    }
}

fn show_fields(walk: &mut Walk, arguments: &NoteArguments) -> Result<(), Failed> {
    for field in &arguments.show {
        walk.give(Event::ShowField(field.clone()));
        if let Some(notice) = walk.session.notice().filter(|n| n.level == Level::Error) {
            let dropped = walk.session.output().map(|o| o.evidence.dropped_fields()).unwrap_or_default();
            let dropped = if dropped.is_empty() { "none".to_owned() } else { dropped.join(", ") };
            return Err(Failed::new(Exit::Usage, format!("--show: {}; dropped: {dropped}", notice.text)));
        }
    }
    Ok(())
}

/// Places that are taken out at most: a note that needs more is no note any more.
const MOST_REMOVED: usize = 50;

fn remove_refused(walk: &mut Walk) {
    for _ in 0..MOST_REMOVED {
        let Some(Err(refusal)) = walk.session.output().map(|o| o.rendered.clone()) else { return };
        walk.give(Event::RemoveRefused);
        let Some(notice) = walk.session.notice().filter(|n| n.level != Level::Error) else { return };
        say::line(&format!("{}: {}", refusal.rule, notice.text));
    }
}

/// Keeps the map on this machine; never where the note goes.
fn keep_map(walk: &Walk, arguments: &NoteArguments) -> Result<(), Failed> {
    let failed = |e: store::StoreError| Failed::new(Exit::Delivery, format!("--keep-map: {e}"));
    let folders = store::Folders::locate().map_err(failed)?;
    let beside = arguments.out.as_deref().map(std::path::Path::new);
    let path = store::keep_map(&folders, walk.session.id(), &walk.session.placeholder_map(), beside)
        .map_err(failed)?;
    say::line(&format!(
        "the values behind the placeholders are in {}; keep them to yourself",
        store::shown(&path)
    ));
    Ok(())
}

fn template_fault(fault: &TemplateError) -> Failed {
    Failed::new(Exit::Usage, format!("{fault} (--template {BUILT_IN_TEMPLATE})"))
}

/// The note is out on stdout.
fn printed(walk: &mut Walk) {
    let delivered = Delivered { route: STDOUT.to_owned(), certain: true, path: None };
    walk.give(Event::Delivered(Ok(delivered)));
    if let Some(notice) = walk.session.notice().filter(|n| n.level != Level::Info) {
        say::line(&notice.text);
    }
}

/// The last delivery went well, or fails the command.
fn delivered(walk: &Walk) -> Result<(), Failed> {
    let Some(notice) = walk.session.notice() else { return Ok(()) };
    if notice.level == Level::Error {
        return Err(Failed::new(Exit::Delivery, notice.text.clone()));
    }
    say::line(&notice.text);
    Ok(())
}
