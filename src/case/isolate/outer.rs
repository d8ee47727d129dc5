//! The order of the questions: the request as it is, then what a gateway asks first (path, key), then the body as a whole,
//! then what is in it or around it.

use super::guess::Said;
use super::lab::{Answered, Kind, Lab, Oracle, Stop, wait};
use super::trial::{BodyId, TrialId, documented_path, endpoint, extras};
use super::verdict::{Verdict, Word};
use super::{Options, Problem, body, minimise, search};
use crate::case::fingerprint::Fingerprint;
use crate::case::vocabulary::{FailureClass, Layer, TransportKind};
use std::collections::BTreeSet;

/// Runs of the unchanged request where each worked so far, before it is given up.
const MOST_WORKED: u32 = 8;
/// Models of a list that are tried in place of the failing one.
const MOST_MODELS: usize = 2;

/// The whole search. What it knows when it has to stop stands in `verdict`.
pub(super) fn isolate(lab: &mut Lab<'_>, verdict: &mut Verdict) -> Result<(), Stop> {
    if !baseline(lab, verdict)? {
        return Ok(());
    }
    if between(lab) && proxy(lab, verdict)? {
        return Ok(());
    }
    if unreached(lab) && network(lab, verdict)? {
        return Ok(());
    }
    let class = lab.oracle.as_ref().map_or(FailureClass::Unknown, |o| o.class);
    if class == FailureClass::PathOrBaseUrl && path(lab, verdict, &BodyId::default())? {
        return Ok(());
    }
    if !may_work(lab) {
        skip_costly(verdict);
        return around(lab, verdict, &BodyId::default());
    }
    if class == FailureClass::Auth && lab.ask(&TrialId::Models)? == Some(Kind::Same) {
        for changed in ["minimal_body", "fields", "model"] {
            verdict.not_sent(changed, "the same failure comes before any body or model is looked at");
        }
        return around(lab, verdict, &BodyId::default());
    }
    let units = body::units(lab.problem);
    let floor = BodyId::floor(&units);
    match lab.ask(&TrialId::Body(floor.clone()))? {
        Some(Kind::Worked) => minimise::inside(lab, verdict, &units, true),
        Some(Kind::Same) => around(lab, verdict, &floor),
        Some(Kind::Other(other)) => {
            if !minimise::seems_inside(lab, &units)? {
                return around(lab, verdict, &BodyId::default());
            }
            verdict.hidden.push(other);
            minimise::inside(lab, verdict, &units, false)
        }
        None => {
            let why = if units.is_empty() {
                "the body is the smallest already, or there is none that could be read"
            } else {
                "no smaller body can be made"
            };
            verdict.not_sent("minimal_body", why);
            around(lab, verdict, &BodyId::default())
        }
    }
}

/// Most runs of the unchanged request.
pub(super) fn most_baseline(options: &Options) -> u32 {
    MOST_WORKED.max(options.baseline)
}

/// Learns what the failure looks like, and whether it comes each time. False: the search is over.
fn baseline(lab: &mut Lab<'_>, verdict: &mut Verdict) -> Result<bool, Stop> {
    let runs = lab.options().baseline.max(2);
    if !may_work(lab) && lab.answers(&TrialId::Same).is_empty() {
        skip_costly(verdict);
        verdict
            .not_sent("baseline", "where it works it starts work that costs; `--include-costly` allows it");
        verdict
            .because
            .push("Nothing was sent: where the request works it starts work that costs.".to_owned());
        return Ok(false);
    }
    let mut seen: Vec<&Answered> = Vec::new();
    let mut at = 0;
    loop {
        let worked = seen.iter().filter(|a| a.worked).count();
        let failed = seen.len() - worked;
        let enough = u32::try_from(seen.len()).unwrap_or(u32::MAX);
        // Once it did both, a few more runs say how often.
        let most = if worked > 0 || failed == 0 { most_baseline(lab.options()) } else { runs };
        if enough >= most {
            break;
        }
        // A limit of requests is not to be met by the runs themselves.
        let pause = seen.last().filter(|a| a.passing).map_or(0, |last| wait(last, 1));
        let Some(answered) = lab.answer(&TrialId::Same, at, pause)? else { break };
        at += 1;
        seen.push(answered);
        count(verdict, &seen);
        lab.baseline_runs = verdict.baseline.of;
    }
    let worked = seen.iter().filter(|a| a.worked).count();
    let of = seen.len();
    // A passing answer between others of one kind is noise; what else fails is the failure.
    let failures: Vec<&Answered> = seen.iter().copied().filter(|a| !a.worked).collect();
    let Some(most) = commonest(&failures) else {
        verdict.says(Word::None, format!("The request worked {of} of {of} times."));
        return Ok(false);
    };
    verdict.baseline.fingerprint = Some(most.fingerprint.clone());
    let alike = |a: &&&Answered| a.fingerprint == most.fingerprint;
    let same = failures.iter().filter(alike).count();
    let loosely =
        failures.iter().filter(|a| a.fingerprint.without_message() == most.fingerprint.without_message());
    let loosely = loosely.count();
    let stable = same + noise_in(&failures, most) >= failures.len();
    if worked > 0 && !(most.passing && worked > same) {
        verdict.says(Word::Flaky, format!("The same request failed {} of {of} times.", failures.len()));
    } else if worked > 0 {
        verdict.says(
            Word::Flaky,
            format!("The same request worked {worked} of {of} times; what failed may be of a moment."),
        );
    }
    if worked > 0 {
        verdict.needed.push("more runs of the same request at other times");
        return Ok(false);
    }
    if !stable && loosely < failures.len() - noise_in(&failures, most) {
        verdict.says(Word::Flaky, format!("The same request failed in more than one way in {of} runs."));
        verdict.needed.push("more runs of the same request at other times");
        return Ok(false);
    }
    lab.noise += u32::try_from(failures.len() - if stable { same } else { loosely }).unwrap_or(0);
    verdict.baseline.words_vary = !stable;
    verdict.baseline.same = u32::try_from(if stable { same } else { loosely }).unwrap_or(0);
    lab.oracle = Some(Oracle {
        fingerprint: most.fingerprint.clone(),
        stable,
        passing: most.passing,
        class: most.class,
        hints: most.hints.iter().cloned().collect(),
        said: Said { param: most.param.clone(), messages: most.messages.clone() },
    });
    Ok(true)
}

fn count(verdict: &mut Verdict, seen: &[&Answered]) {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    verdict.baseline.of = number(seen.len());
    verdict.baseline.worked = number(seen.iter().filter(|a| a.worked).count());
    verdict.baseline.same = verdict.baseline.of - verdict.baseline.worked;
}

/// The failure that most of them are; among equals one that is not of a moment.
fn commonest<'a>(failures: &[&'a Answered]) -> Option<&'a Answered> {
    let often = |a: &Answered| failures.iter().filter(|b| b.fingerprint == a.fingerprint).count();
    failures.iter().copied().max_by_key(|a| (often(a), !a.passing))
}

/// Failures of a moment beside one that is none, few enough to be noise.
fn noise_in(failures: &[&Answered], most: &Answered) -> usize {
    let others = failures.iter().filter(|a| a.passing && a.fingerprint != most.fingerprint).count();
    if others * 2 < failures.len() { others } else { 0 }
}

/// Nothing came back at all.
fn unreached(lab: &Lab<'_>) -> bool {
    let transport = lab.oracle.as_ref().and_then(|o| o.fingerprint.transport);
    let answered = lab.oracle.as_ref().is_some_and(|o| o.fingerprint.status.is_some());
    !answered && transport.is_some_and(|kind| kind != TransportKind::Cancelled)
}

/// Something before the gateway may have made the failure: nothing came, or what came is not the gateway's own.
fn between(lab: &Lab<'_>) -> bool {
    const PROXY_AUTHENTICATION_REQUIRED: u16 = 407;
    let failure = lab.oracle.as_ref().map(|o| &o.fingerprint);
    let of_edge =
        |f: &Fingerprint| f.layer == Some(Layer::Edge) || f.status == Some(PROXY_AUTHENTICATION_REQUIRED);
    unreached(lab) || failure.is_some_and(of_edge)
}

/// The same request past the proxy. True: it decides, and the search is over.
fn proxy(lab: &mut Lab<'_>, verdict: &mut Verdict) -> Result<bool, Stop> {
    if !lab.problem.proxied {
        return Ok(false);
    }
    if !may_work(lab) {
        verdict.not_sent("direct", "where it works it starts work that costs; `--include-costly` allows it");
        return Ok(false);
    }
    let id = TrialId::Direct(BodyId::default());
    match lab.ask(&id)? {
        Some(Kind::Worked) => {
            let says = "Past the proxy of this machine's settings and all else the same the request worked: the proxy makes the difference";
            confirmed(lab, verdict, &id, Word::Network, says)?;
            Ok(true)
        }
        // It failed in a way that only who got the request can.
        Some(Kind::Other(other)) if other.status.is_some() => {
            let numbers = rows(&lab.numbers(&id));
            verdict.hidden.push(other);
            let says = format!(
                "Past the proxy of this machine's settings an answer came that is another failure ({numbers}): the proxy makes this one."
            );
            verdict.says(Word::Network, says);
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Asks whether the host answers anything. True: it does not, and the search is over.
fn network(lab: &mut Lab<'_>, verdict: &mut Verdict) -> Result<bool, Stop> {
    let reach = TrialId::Reach;
    let numbers = |lab: &Lab<'_>| rows(&lab.numbers(&TrialId::Reach));
    match lab.ask(&reach)? {
        Some(Kind::Same) => {
            verdict.says(
                Word::Network,
                format!("A plain request without key and body fails alike ({}): no answer of the host comes through.", numbers(lab)),
            );
            for changed in ["key", "model", "fields"] {
                verdict.not_sent(changed, "nothing that is sent reaches the gateway");
            }
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// The documented path in place of the one that was used. True: it decides, and the search is over.
fn path(lab: &mut Lab<'_>, verdict: &mut Verdict, with: &BodyId) -> Result<bool, Stop> {
    if documented_path(lab.problem).is_none() {
        return Ok(false);
    }
    if !may_work(lab) {
        return Ok(false);
    }
    let id = TrialId::Path(with.clone());
    match lab.ask(&id)? {
        Some(Kind::Worked) => {
            confirmed(
                lab,
                verdict,
                &id,
                Word::Path,
                "With the documented path and all else the same the request worked",
            )?;
            Ok(true)
        }
        Some(Kind::Other(other)) if gate(lab) => {
            let because = format!(
                "With the documented path the failure is another one ({}): the path made this one.",
                rows(&lab.numbers(&id))
            );
            verdict.hidden.push(other);
            verdict.says(Word::Path, because);
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// The failure is one that a gateway gives before it looks at anything else.
fn gate(lab: &Lab<'_>) -> bool {
    lab.oracle.as_ref().is_some_and(|o| o.class == FailureClass::PathOrBaseUrl)
}

/// A request that works may be sent: it makes nothing that costs more than a few tokens, or that was allowed.
pub(super) fn may_work(lab: &Lab<'_>) -> bool {
    lab.options().costly || is_cheap(lab.problem)
}

/// A request that costs a few tokens at most where it works. What nobody knows may cost anything, unless its body is that of
/// a text model; what changes or deletes is never cheap.
pub(super) fn is_cheap(problem: &Problem<'_>) -> bool {
    let request = problem.request;
    match (request.method.as_str(), endpoint(problem)) {
        ("GET" | "HEAD", _) => true,
        ("POST", Some(endpoint)) => endpoint.group == "text" && endpoint.is_cheap(),
        ("POST", None) => request.json().is_some_and(|json| {
            json.get("model").is_some() && body::USUAL.iter().any(|name| json.get(*name).is_some())
        }),
        _ => false,
    }
}

fn skip_costly(verdict: &mut Verdict) {
    for changed in ["minimal_body", "fields", "key", "model"] {
        verdict.not_sent(changed, "where it works it starts work that costs; `--include-costly` allows it");
    }
    verdict.needed.push("requests that may start work that costs (--include-costly)");
}

/// What stands around the body: the key, the model, the path, headers, the way of the answer, the platform. `with` is a body
/// that fails alike.
fn around(lab: &mut Lab<'_>, verdict: &mut Verdict, with: &BodyId) -> Result<(), Stop> {
    if *with != BodyId::default() {
        let floor = TrialId::Body(with.clone());
        let numbers = rows(&lab.numbers(&floor));
        verdict.because.push(format!(
            "With the smallest body it fails alike ({numbers}): nothing in the body makes it fail."
        ));
        verdict.harmless = Some(true);
        verdict.minimal = floor.request(lab.problem);
        verdict.minimality = super::Minimality::OneMinimal;
    }
    let mut worked: Vec<(Word, TrialId, &'static str)> = Vec::new();
    let mut alike: Vec<Word> = Vec::new();
    if may_work(lab) {
        if headers(lab, verdict, with)? || path(lab, verdict, with)? {
            return Ok(());
        }
        for (word, id, says) in ways(lab, with)? {
            match lab.ask(&id)? {
                Some(Kind::Worked) => worked.push((word, id, says)),
                Some(Kind::Same) => alike.push(word),
                _ => {}
            }
        }
    } else {
        lab.ask(&TrialId::Models)?;
    }
    match worked.as_slice() {
        [] => nothing_helped(lab, verdict, with, &alike),
        [(word, id, says)] => confirmed(lab, verdict, id, *word, says),
        [(word, id, says), rest @ ..] if rest.iter().all(|(other, ..)| other == word) => {
            confirmed(lab, verdict, id, *word, says)
        }
        [(first, id, _), rest @ ..]
            if matches!(first, Word::Key | Word::Account)
                && rest.iter().all(|(other, ..)| matches!(other, Word::Account | Word::Model)) =>
        {
            let says = "With another key and the same model the request worked, and with this key and another model, too: what this key may do with this model makes the difference";
            confirmed(lab, verdict, id, *first, says)
        }
        many => {
            let words: Vec<&str> = many.iter().map(|(word, ..)| word.as_str()).collect();
            verdict.says(
                Word::CannotTell,
                format!("The request worked with each of these changed alone: {}.", words.join(", ")),
            );
            Ok(())
        }
    }
}

/// Changes that each replace one thing, with what it says where one works.
fn ways(lab: &mut Lab<'_>, with: &BodyId) -> Result<Vec<(Word, TrialId, &'static str)>, Stop> {
    let options = lab.options();
    let mut ways = Vec::new();
    if let Some(label) = options.other_key {
        ways.push((Word::Key, TrialId::Key(label, with.clone()), "With another key and all else the same the request worked: the key, its group or its limits make the difference"));
    }
    if let Some(label) = options.other_account {
        ways.push((
            Word::Account,
            TrialId::Key(label, with.clone()),
            "With the key of another account and all else the same the request worked",
        ));
    }
    if lab.oracle.as_ref().is_some_and(|o| o.class == FailureClass::Auth) {
        // Who may enter is asked before model and body.
        return Ok(ways);
    }
    let own = lab.problem.request.model(lab.problem.catalog);
    if own.is_some() {
        for model in other_models(lab, own.as_deref())? {
            ways.push((
                Word::Model,
                TrialId::Model(model, with.clone()),
                "With another model and all else the same the request worked: the model makes the difference",
            ));
        }
    }
    let streams = endpoint(lab.problem).is_some_and(|e| e.stream == crate::case::catalog::StreamKind::Sse);
    if streams && lab.problem.request.body.is_some() {
        let on = with.without.contains("/stream") || !lab.problem.request.streaming();
        ways.push((
            Word::Stream,
            TrialId::Stream(on, with.clone()),
            if on {
                "With the answer streamed and all else the same the request worked"
            } else {
                "Without streaming and all else the same the request worked"
            },
        ));
    }
    Ok(ways)
}

/// Models to try: the operator's, else the nearest of the gateway's own list.
fn other_models(lab: &mut Lab<'_>, own: Option<&str>) -> Result<Vec<String>, Stop> {
    if let Some(model) = &lab.options().other_model {
        return Ok(vec![model.clone()]);
    }
    lab.ask(&TrialId::Models)?;
    let own = own.unwrap_or_default();
    let family = own.split(['-', '/', ':']).next().unwrap_or_default();
    let listed = lab.answers(&TrialId::Models).into_iter().find(|a| a.worked);
    let mut others: Vec<String> = listed.map(|a| a.models.clone()).unwrap_or_default();
    others.retain(|model| model != own);
    others.sort_by_key(|model| (!model.starts_with(family), !is_chat(model)));
    others.truncate(MOST_MODELS);
    Ok(others)
}

/// By its name it answers texts with texts.
fn is_chat(name: &str) -> bool {
    const NOT: [&str; 13] = [
        "embed",
        "whisper",
        "tts",
        "image",
        "dall",
        "video",
        "audio",
        "moderation",
        "rerank",
        "sora",
        "flux",
        "suno",
        "realtime",
    ];
    let name = name.to_ascii_lowercase();
    !NOT.iter().any(|word| name.contains(word))
}

/// The headers and query parameters that nobody needs. True: one of them decides, and the search is over.
fn headers(lab: &mut Lab<'_>, verdict: &mut Verdict, with: &BodyId) -> Result<bool, Stop> {
    let units = extras(lab.problem);
    if units.is_empty() {
        return Ok(false);
    }
    let bare = TrialId::Headers(BTreeSet::new(), with.clone());
    if lab.ask(&bare)? != Some(Kind::Worked) {
        return Ok(false);
    }
    let mut fails = |kept: &BTreeSet<String>| {
        let id = if kept.len() == units.len() {
            TrialId::Body(with.clone())
        } else {
            TrialId::Headers(kept.clone(), with.clone())
        };
        if *with == BodyId::default() && kept.len() == units.len() {
            return Ok(true);
        }
        Ok(lab.ask(&id)? == Some(Kind::Same))
    };
    let kept = search::smallest(&units, &BTreeSet::new(), &mut fails)?;
    let kept = search::without_idle(kept, &mut fails)?;
    verdict.fields = kept.into_iter().collect();
    confirmed(
        lab,
        verdict,
        &bare,
        Word::Field,
        "Without these headers or parameters and all else the same the request worked",
    )?;
    Ok(true)
}

/// `id` worked where the failing request did not: both are asked once more before it is said.
pub(super) fn confirmed(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    id: &TrialId,
    word: Word,
    says: &str,
) -> Result<(), Stop> {
    let rows = |lab: &Lab<'_>| rows(&lab.numbers(id));
    // Until it is confirmed it stands as what was seen once.
    let (before, because) = (verdict.word, verdict.because.len());
    verdict.says(word, format!("{says} ({}).", rows(lab)));
    let times = if lab.noise > 0 { 3 } else { 2 };
    let same = lab.confirm_same(times - 1)?;
    let works = lab.confirm(id, times)?;
    verdict.because.truncate(because);
    if same && works == Some(Kind::Worked) {
        verdict.confirmed = u32::try_from(times).unwrap_or(0);
        verdict.says(word, format!("{says} ({}).", rows(lab)));
    } else {
        verdict.word = before;
        verdict.fields.clear();
        verdict.says(
            Word::Flaky,
            format!("What worked once did not hold when it was sent again ({}).", rows(lab)),
        );
        verdict.needed.push("more runs of the same request at other times");
    }
    Ok(())
}

/// No change of one thing made it work.
fn nothing_helped(
    lab: &mut Lab<'_>,
    verdict: &mut Verdict,
    with: &BodyId,
    alike: &[Word],
) -> Result<(), Stop> {
    let no_key = TrialId::NoKey(with.clone());
    let keyless = lab.ask(&no_key)?;
    let passing = lab.oracle.as_ref().is_some_and(|o| o.passing || o.class == FailureClass::UpstreamServer);
    if !alike.is_empty() {
        let words: Vec<&str> = alike.iter().map(|word| word.as_str()).collect();
        verdict
            .because
            .push(format!("It fails alike with each of these changed alone: {}.", words.join(", ")));
    }
    if keyless == Some(Kind::Same) {
        let numbers = rows(&lab.numbers(&no_key));
        if passing {
            verdict.says(
                Word::Platform,
                format!(
                    "It fails alike without any key ({numbers}): it is not of this key, account or body."
                ),
            );
            return Ok(());
        }
        verdict
            .because
            .push(format!("It fails alike without any key ({numbers}): the key was not looked at."));
        if gate(lab) {
            verdict.needed.push("the documented path and base URL of this gateway");
        }
    }
    if passing && alike.contains(&Word::Key) && alike.contains(&Word::Model) {
        verdict.says(Word::Platform, "Another key and another model fail alike.".to_owned());
        return Ok(());
    }
    let key = keyless != Some(Kind::Same);
    if key && lab.options().other_key.is_none() {
        verdict.needed.push("another key of the same account (--other-key-env)");
    }
    if key && lab.options().other_account.is_none() {
        verdict.needed.push("a key of another account (--other-account-key-env)");
    }
    if !alike.contains(&Word::Model) && key {
        verdict.needed.push("another model that this key may use (--other-model)");
    }
    verdict.says(Word::CannotTell, "No change of one thing made it work.".to_owned());
    Ok(())
}

/// `row 7`, `rows 7, 9`.
pub(super) fn rows(numbers: &[usize]) -> String {
    match numbers {
        [] => "no row".to_owned(),
        [one] => format!("row {one}"),
        many => {
            let many: Vec<String> = many.iter().map(ToString::to_string).collect();
            format!("rows {}", many.join(", "))
        }
    }
}
