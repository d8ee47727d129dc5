//! Lines of access logs that name none of their fields. Envoy's as its default format writes it, and Istio's
//! (<https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#default-format-string>,
//! read 2026-11-23): user agent, request id and authority stand in
//! quotes side by side. ingress-nginx's id and `HAProxy`'s status.

use chrono::{DateTime, Utc};

use crate::case::evidence::Outcome;
use crate::case::request::Intake;

/// Longest line that is read.
const LONGEST: usize = 8 << 10;

/// More lines are not looked at.
const MOST: usize = 1000;

/// What a line keeps beside the request and its status.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// The user agent.
    pub(super) agent: &'t str,
    id: &'t str,
    authority: &'t str,
}

/// The last such line of `text`.
pub(super) fn line(text: &str) -> Option<Line<'_>> {
    text.lines().rev().take(MOST).find_map(of_line)
}

fn of_line(line: &str) -> Option<Line<'_>> {
    let at = line.find("] \"").filter(|_| line.len() <= LONGEST)?;
    let quoted: Vec<&str> = line.get(at + 2..)?.split('"').skip(1).step_by(2).collect();
    if !quoted.first()?.contains(" HTTP/") {
        return None;
    }
    let names =
        quoted.windows(3).find(|names| matches!(names, [_, id, host] if is_uuid(id) && is_host(host)))?;
    let [agent, id, authority] = names else { return None };
    Some(Line { agent, id, authority })
}

fn is_uuid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

fn is_host(text: &str) -> bool {
    text.len() > 1 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
}

/// The id that ingress-nginx writes at the end of its line, behind the upstream's name in brackets
/// (<https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/log-format/>, read 2026-11-23).
fn of_ingress(text: &str) -> Option<&str> {
    let line = text.lines().rev().take(MOST).find(|line| line.contains(" HTTP/") && line.contains("] ["))?;
    let id = line.trim_end().rsplit(' ').next()?;
    (id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some(id)
}

/// The status in a line of `HAProxy`'s: behind the five times of a request that `/` joins
/// (<https://docs.haproxy.org/3.0/configuration.html#8.2.3>, read 2026-11-23).
fn of_haproxy(text: &str) -> Option<u16> {
    let line =
        text.lines().rev().take(MOST).find(|line| line.contains(" HTTP/") && line.contains("haproxy["))?;
    let mut words = line.split(' ').take(40);
    let is_times = |word: &str| {
        let is_number =
            |time: &str| !time.is_empty() && time.bytes().all(|b| b.is_ascii_digit() || b"+-".contains(&b));
        word.split('/').count() == 5 && word.split('/').all(is_number)
    };
    words.find(|word| is_times(word))?;
    words.next()?.parse().ok().filter(|status| (100..600).contains(status))
}

/// What a balancer of AWS writes: the protocol, the time, and in quotes the request, the agent and the trace
/// (<https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html>, read 2026-11-23).
struct Balanced<'t> {
    at: DateTime<Utc>,
    trace: Option<&'t str>,
}

fn of_balancer(text: &str) -> Option<Balanced<'_>> {
    let line =
        text.lines().rev().take(MOST).find(|line| line.contains(" HTTP/") && line.contains("Z app/"))?;
    let mut words = line.split(' ');
    let is_protocol = matches!(words.next()?, "http" | "https" | "h2" | "grpcs" | "ws" | "wss");
    let at = DateTime::parse_from_rfc3339(words.next().filter(|_| is_protocol)?).ok()?.with_timezone(&Utc);
    let trace = line.split('"').skip(1).step_by(2).find(|field| field.starts_with("Root=1-"));
    Some(Balanced { at, trace })
}

/// Puts id and host of the line into what was read of `text`.
pub(super) fn complete(intake: &mut Intake, text: &str) {
    if intake.draft.is_none()
        && let Some(Outcome::Response(response)) =
            intake.observed.as_mut().map(|attempt| &mut attempt.outcome)
    {
        if response.status.is_none()
            && let Some(status) = of_haproxy(text)
        {
            response.status = Some(status);
            intake.findings.retain(|finding| finding.id != "not_recognised");
        }
        if response.printed_ids.is_empty() {
            response.printed_ids.extend(of_ingress(text).map(str::to_owned));
        }
    }
    if intake.draft.is_none()
        && let Some(attempt) = &mut intake.observed
        && let Some(found) = of_balancer(text)
    {
        attempt.at = attempt.at.or(Some(found.at));
        if let Outcome::Response(response) = &mut attempt.outcome {
            // Such a line has no words of an answer.
            response.body.clear();
            response.body_bytes = 0;
            response.printed_ids.extend(found.trace.map(str::to_owned));
        }
    }
    if intake.draft.is_some() || !intake.said.url.as_deref().is_some_and(|url| url.starts_with('/')) {
        return;
    }
    let Some(Outcome::Response(response)) = intake.observed.as_mut().map(|attempt| &mut attempt.outcome)
    else {
        return;
    };
    let Some(found) = line(text) else { return };
    if !response.printed_ids.iter().any(|id| id == found.id) {
        response.printed_ids.push(found.id.to_owned());
    }
    let is_name = found.authority.contains('.') && !found.authority.starts_with(|c: char| c.is_ascii_digit());
    if let Some(path) = intake.said.url.as_mut().filter(|_| is_name) {
        *path = format!("https://{}{path}", found.authority.strip_suffix(":443").unwrap_or(found.authority));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::catalog::Catalog;
    use crate::case::intake::read;
    use crate::case::keyring::KeyRing;

    fn read_text(text: &str) -> Intake {
        read(text, &Catalog::built_in(), &mut KeyRing::default())
    }

    const ID: &str = "7d5de087-32ad-44c3-bbd9-99e2c0f3ffac";

    #[test]
    fn the_quoted_fields_are_told_by_their_order() {
        let plain = format!(
            "[2025-05-12T09:24:34.339Z] \"POST /v1/x HTTP/1.1\" 503 UF,URX 86 91 30012 - \"10.1.1.1\" \"OpenAI/Python 1.54.0\" \"{ID}\" \"gw.test\" \"10.2.2.2:8000\""
        );
        let istio = format!(
            "[2025-05-12T09:24:34.339Z] \"POST /v1/x HTTP/2\" 503 UH no_healthy_upstream - \"-\" 0 19 0 - \"10.1.1.1\" \"curl/8.5.0\" \"{ID}\" \"gw.test\" \"-\" - - 10.0.0.9:443 10.1.1.1:55 gw.test -"
        );
        for (text, agent) in [(&plain, "OpenAI/Python 1.54.0"), (&istio, "curl/8.5.0")] {
            assert_eq!(line(text), Some(Line { agent, id: ID, authority: "gw.test" }), "{text}");
            let read = read_text(text);
            assert_eq!(read.said.url.as_deref(), Some("https://gw.test/v1/x"), "{text}");
            let response = read.observed.as_ref().and_then(|attempt| attempt.response());
            assert_eq!(response.map(|r| r.printed_ids.clone()), Some(vec![ID.to_owned()]), "{text}");
        }
        let nginx =
            "10.0.0.7 - - [12/May/2025:09:24:34 +0000] \"POST /v1/x HTTP/1.1\" 502 157 \"-\" \"curl/8\"";
        assert_eq!(line(nginx), None);
    }
}
