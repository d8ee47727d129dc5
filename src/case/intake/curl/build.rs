//! The parts of a curl command made into a request.

use super::{FurtherUrl, Parts, cookies, glob, hold_user};
use crate::case::catalog::Catalog;
use crate::case::finding::{Finding, Level, Place};
use crate::case::intake::multipart;
use crate::case::intake::secret::{self, Seen};
use crate::case::intake::{key_is_placeholder, literal_key, mend_json};
use crate::case::keyring::{KeyRing, SecretKind};
use crate::case::request::{Draft, Header};

impl Parts<'_> {
    /// The request that the parts make, masked.
    pub(super) fn draft(&mut self, catalog: &Catalog, ring: &mut KeyRing) -> Draft {
        let has_data = self.data.is_some();
        if self.is_form {
            self.form_conflicts(has_data);
            if !self.as_query {
                self.data = None;
            }
        }
        let mut body = self.data.take().unwrap_or_default();
        let mut query = std::mem::take(&mut self.query);
        if self.as_query && !body.is_empty() {
            // curl takes either: the data of -G goes before --url-query.
            query = vec![std::mem::take(&mut body)];
        }
        let method_named = self.method.as_ref().is_some_and(|method| !method.is_empty());
        let method = match self.method.take() {
            Some(method) if !method.is_empty() => method,
            _ if self.head => "HEAD".to_owned(),
            _ if self.upload => "PUT".to_owned(),
            _ if has_data && !self.as_query || self.is_form => "POST".to_owned(),
            _ => "GET".to_owned(),
        };
        self.method_named |= method_named;
        let body = self.mended(body);
        self.range_header(&body, has_data && !self.as_query || self.upload);
        self.own_headers_put_in();
        self.implied_headers(&body, has_data && !self.as_query && !self.is_form && !self.upload);
        let mut url = self.url(&query);
        self.refuse(&url, has_data);
        let further = self.further_urls(&query);
        if !self.globoff && !secret::has_reference(&url) {
            let mut addresses = glob::expanded(&url).into_iter();
            url = addresses.next().unwrap_or(url);
            self.more_urls = addresses.map(|url| FurtherUrl { url, number: 0 }).collect();
        }
        self.more_urls.extend(further);
        for more in &mut self.more_urls {
            more.url = secret::mask_url(&more.url, catalog, ring).0;
        }
        self.user_header(&mut url, ring);
        let stored = std::mem::take(&mut self.cookie_files);
        self.cookies.extend(stored.iter().flat_map(|text| cookies::sent(text, &url)));
        let cookies = std::mem::take(&mut self.cookies);
        if !cookies.is_empty() && !self.has_header("cookie") {
            self.headers.push(("Cookie".into(), Some(cookies.join(";"))));
        }

        let mut seen = Seen::default();
        let mut headers = Vec::new();
        for (name, value) in std::mem::take(&mut self.headers) {
            let Some(value) = value else { continue };
            self.single_quoted_variable(&name, &value, catalog);
            let (masked, of_header) = secret::mask_header(&name, &value, catalog, ring);
            self.placeholder(of_header, Place::Header(name.clone()));
            seen.literal |= of_header.literal;
            // A key that slipped before the colon.
            let (name, in_name) = secret::mask_free(&name, catalog, ring);
            seen.literal |= in_name;
            headers.push(Header::new(name, masked));
        }
        let (url, of_url) = secret::mask_url(&url, catalog, ring);
        self.placeholder(of_url, Place::Url);
        let media = headers.iter().find(|h| h.name.eq_ignore_ascii_case("content-type"));
        let (body, in_body) = secret::mask_body(body, media.map(|h| h.value.as_str()), catalog, ring);
        let (form, in_form) = self.masked_form(catalog, ring);
        if seen.literal || of_url.literal || in_body || in_form {
            self.findings.push(literal_key());
        }
        Draft { method, url, headers, body: body.into(), form }
    }

    fn placeholder(&mut self, seen: Seen, place: Place) {
        if seen.placeholder {
            self.findings.push(key_is_placeholder(place));
        }
    }

    /// `-r`: which bytes are asked for, or which those are that are sent.
    fn range_header(&mut self, body: &str, has_body: bool) {
        let Some(range) = self.range.take().filter(|_| !self.is_form) else { return };
        if !has_body {
            self.own_header("Range", Some(format!("bytes={range}")));
        } else if secret::has_reference(body) || self.findings.iter().any(|f| f.id == "body_from_file") {
            self.noticed(
                "option_not_applied",
                Level::Warning,
                "-r",
                "curl names the bytes and the length of what it sends in a Content-Range header; the length is not known here",
            );
        } else {
            self.own_header("Content-Range", Some(format!("bytes {range}/{}", body.len())));
        }
    }

    /// The headers that options of their own name, where `-H` has none of that name.
    fn own_headers_put_in(&mut self) {
        for (name, value) in std::mem::take(&mut self.own_headers) {
            if !self.has_header(name) {
                self.headers.push((name.to_owned(), value));
            }
        }
    }

    /// curl's own headers for a body.
    fn implied_headers(&mut self, body: &str, has_data: bool) {
        if self.is_form {
            self.form_header();
        } else if self.json {
            for name in ["Content-Type", "Accept"] {
                if !self.has_header(name) {
                    self.headers.push((name.into(), Some("application/json".into())));
                }
            }
        } else if has_data && !self.has_header("content-type") {
            self.headers.push(("Content-Type".into(), Some("application/x-www-form-urlencoded".into())));
            if body.trim_start().starts_with(['{', '[']) {
                self.findings.push(
                    Finding::new(
                        "content_type_missing",
                        Level::Warning,
                        "the command names no content type, so curl sends this JSON body as a web form",
                    )
                    .at(Place::Header("Content-Type".into()))
                    .fix("add -H \"Content-Type: application/json\""),
                );
            }
        }
    }

    /// The content type of a form. curl appends its boundary to whatever stands there.
    fn form_header(&mut self) {
        let written = self.headers.iter_mut().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let Some((_, value)) = written else {
            self.headers.push(("Content-Type".into(), Some("multipart/form-data".into())));
            return;
        };
        let taken_out = value.is_none();
        let bare = value.as_deref().map(multipart::without_boundary);
        let had_boundary = bare.as_ref().zip(value.as_ref()).is_some_and(|(bare, v)| bare.len() < v.len());
        let is_form = |v: &str| {
            let media = v.split(';').next().unwrap_or("").trim();
            media.eq_ignore_ascii_case("multipart/form-data")
        };
        let other_type = taken_out || bare.as_deref().is_some_and(|v| !is_form(v));
        if bare.is_some() {
            *value = bare;
        }
        let place = Place::Header("Content-Type".into());
        if had_boundary {
            self.findings.push(
                Finding::new(
                    "boundary_written_twice",
                    Level::Warning,
                    "the header names a boundary and curl adds its own; a server that takes the first finds no field. \
                     Here only the right one is sent",
                )
                .at(place.clone())
                .fix("leave the Content-Type header out of a command with -F"),
            );
        }
        if other_type {
            self.findings.push(
                Finding::new(
                    "form_under_another_type",
                    Level::Warning,
                    "the body is a form, but its Content-Type header is taken out or names another type",
                )
                .at(place)
                .fix("leave the Content-Type header out of a command with -F"),
            );
        }
    }

    fn url(&mut self, query: &[String]) -> String {
        if self.urls.len() > 1 {
            self.findings.push(
                Finding::new(
                    "several_urls",
                    Level::Warning,
                    "the command has several addresses; the first was taken",
                )
                .at(Place::Url)
                .fix("check that every value with a space stands in quotes"),
            );
        }
        // A stray word is no address where one that looks like one follows.
        let best = self.urls.iter().find(|u| u.contains("://")).or_else(|| self.urls.first());
        let mut url = best.cloned().unwrap_or_default();
        url.retain(|c| !matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{2060}'));
        if url.starts_with(' ') || url.ends_with([' ', '\n']) {
            self.refused("--url", "URL using bad/illegal format or missing URL");
        }
        let url = url.trim();
        // As mail and Markdown write an address; a stand-in at the end (`/models/<id>`) has a bracket of its own.
        let bare = url.strip_prefix('<').map_or(url, |url| url.strip_suffix('>').unwrap_or(url));
        let url = bare.strip_suffix('>').filter(|bare| !bare.contains('<')).unwrap_or(bare).to_owned();
        if glob::has_stand_in(&url) {
            self.findings.push(
                Finding::new(
                    "url_stand_in",
                    Level::Warning,
                    "the URL holds a stand-in in braces or brackets, where a value of yours belongs",
                )
                .at(Place::Url)
                .fix("put the value in its place"),
            );
        }
        if url.contains("{\"") && !self.globoff {
            self.findings.push(
                Finding::new(
                    "url_braces_dropped",
                    Level::Warning,
                    "curl takes braces in a URL for a set of words and does not send them, so the JSON in it arrives without",
                )
                .at(Place::Url)
                .fix("use -g, or encode the braces"),
            );
        }
        if url.is_empty() {
            self.findings.push(
                Finding::new("url_missing", Level::Error, "the command has no URL")
                    .at(Place::Url)
                    .fix("paste the whole command, or fill in the URL"),
            );
        }
        let url = self.with_scheme(url);
        let url = match self.uploads.first().and_then(|upload| upload.name.as_deref()) {
            Some(name) => with_file(url, name),
            None => url,
        };
        let url = with_query(url, query);
        match self.target.take().filter(|target| target.starts_with('/')) {
            Some(target) => {
                let path = url.find("://").map_or(0, |at| at + 3);
                let path =
                    url.get(path..).and_then(|rest| rest.find(['/', '?'])).map_or(url.len(), |at| path + at);
                format!("{}{target}", url.get(..path).unwrap_or(""))
            }
            None => url,
        }
    }

    /// The addresses behind the one that was taken, as far as they are ones.
    fn further_urls(&self, query: &[String]) -> Vec<FurtherUrl> {
        let best = self.urls.iter().position(|u| u.contains("://")).unwrap_or(self.urls.len());
        let further = self.urls.iter().skip(best + 1);
        let further =
            further.zip(1..).filter(|(url, _)| url.starts_with("http://") || url.starts_with("https://"));
        let is_open = |url: &String| !self.globoff && !secret::has_reference(url);
        let of = |(url, number): (&String, usize)| {
            let name = self.uploads.get(number).and_then(|upload| upload.name.as_deref());
            let url = name.map_or_else(|| url.clone(), |name| with_file(url.clone(), name));
            let url = with_query(url, query);
            let all = if is_open(&url) { glob::expanded(&url) } else { vec![url] };
            all.into_iter().map(move |url| FurtherUrl { url, number })
        };
        further.flat_map(of).collect()
    }

    /// curl takes an address without a scheme as http.
    fn with_scheme(&mut self, url: String) -> String {
        let url = with_two_slashes(url);
        let authority = url.split(['/', '?', '#']).next().unwrap_or("");
        // Userinfo may hold anything, a variable among it.
        let host = authority.rsplit('@').next().unwrap_or("");
        let has_user = host.len() < authority.len();
        let is_host = !url.contains("://")
            && !host.contains(|c: char| c.is_whitespace() || matches!(c, '$' | '<' | '>' | '{' | '['))
            && host.starts_with(|c: char| c.is_ascii_alphanumeric())
            && (has_user || host.contains('.') || host.contains(':') || host == "localhost");
        if !is_host {
            return url;
        }
        self.findings.push(
            Finding::new(
                "url_without_scheme",
                Level::Warning,
                "the URL names no scheme, so curl sends it as http://, unencrypted",
            )
            .at(Place::Url)
            .fix("write https:// before the host"),
        );
        format!("http://{url}")
    }

    /// `-u name:password` as curl sends it. With a variable in it the header can be made only when its value is known,
    /// so that it stands in the URL until then.
    fn user_header(&mut self, url: &mut String, ring: &mut KeyRing) {
        use base64::Engine as _;
        if let Some(bearer) = self.bearer.take().filter(|_| !self.has_header("authorization")) {
            self.headers.push(("Authorization".into(), Some(format!("Bearer {bearer}"))));
        }
        if self.user.is_some() || self.has_header("authorization") {
            without_user(url, ring);
        }
        let Some(user) = self.user.take() else { return };
        if self.has_header("authorization") {
            return;
        }
        if self.asked_for || self.signed {
            hold_user(&user, ring);
            return;
        }
        if secret::has_reference(&user) {
            if let Some((scheme, rest)) = url.split_once("://")
                && !user.contains(['/', '?', '@', '%'])
            {
                *url = format!("{scheme}://{user}@{rest}");
            } else {
                self.noticed(
                    "option_not_applied",
                    Level::Warning,
                    "-u",
                    "the user and password could not be put into the request",
                );
            }
            return;
        }
        let user = if user.contains(':') { user } else { format!("{user}:") };
        let encoded = base64::engine::general_purpose::STANDARD.encode(&user);
        let (name, password) = user.split_once(':').unwrap_or((&user, ""));
        if crate::case::request::is_placeholder(if password.is_empty() { name } else { password }) {
            self.findings.push(key_is_placeholder(Place::Option("-u".into())));
        }
        // The header's own secret first, so that its label is the one a reader meets.
        secret::hold(ring, SecretKind::Key, &encoded);
        hold_user(&user, ring);
        self.headers.push(("Authorization".into(), Some(format!("Basic {encoded}"))));
    }

    /// `'Bearer $KEY'`: the shell leaves a variable in single quotes alone, so the name itself was sent.
    fn single_quoted_variable(&mut self, name: &str, value: &str, catalog: &Catalog) {
        let is_variable = |word: &str| {
            word.strip_prefix('$')
                .is_some_and(|v| v.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '{')))
        };
        if catalog.credential_header(name).is_some() && value.split_whitespace().any(is_variable) {
            self.findings.push(
                Finding::new(
                    "variable_in_single_quotes",
                    Level::Warning,
                    "the key's variable stands in single quotes, so the shell sent its name instead of its value",
                )
                .at(Place::Header(name.to_owned()))
                .fix("put the header in double quotes"),
            );
        }
    }

    /// Undoes what copying does to JSON: typographic quotes and spaces, and `> ` at the start of each line.
    fn mended(&mut self, body: String) -> String {
        let Some(mended) = mend_json(&body) else { return body };
        self.findings.push(
            Finding::new(
                "body_mended",
                Level::Warning,
                "the body was no JSON because of typographic quotes or spaces, prompts or backslashes; they were replaced",
            )
            .at(Place::Body { line: 1, column: 1, path: String::new() })
            .fix("compare it with the body that was really sent"),
        );
        mended
    }
}

/// `url` with what the options add to its query.
fn with_query(mut url: String, query: &[String]) -> String {
    if query.is_empty() {
        return url;
    }
    let fragment = url.find('#').map(|at| url.split_off(at)).unwrap_or_default();
    let url = query.iter().fold(url, |url, part| {
        // Nothing stands between, where the query is empty or ends in its own joint.
        let joint = match url.contains('?') {
            true if url.ends_with(['?', '&']) => "",
            true => "&",
            false => "?",
        };
        format!("{url}{joint}{part}")
    });
    url + &fragment
}

/// `url` with the name of an uploaded file, where its path names none.
fn with_file(mut url: String, name: &str) -> String {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    const RESERVED: &percent_encoding::AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let tail = url.find(['?', '#']).map(|at| url.split_off(at)).unwrap_or_default();
    let authority = url.find("://").map_or(0, |at| at + "://".len());
    let has_path = url.get(authority..).is_some_and(|rest| rest.contains('/'));
    if has_path && !url.ends_with('/') || url.is_empty() {
        return url + &tail;
    }
    let slash = if has_path { "" } else { "/" };
    // A set of names (`{a,b}`) is expanded with the address.
    let name = if secret::has_reference(name) || name.contains('{') {
        name.to_owned()
    } else {
        utf8_percent_encode(name, RESERVED).to_string()
    };
    format!("{url}{slash}{name}{tail}")
}

/// curl takes one slash or three behind the scheme of a web address for two.
fn with_two_slashes(url: String) -> String {
    let scheme = ["http:", "https:"]
        .into_iter()
        .find(|scheme| url.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)));
    let Some(scheme) = scheme else { return url };
    let rest = url.get(scheme.len()..).unwrap_or("");
    let host = rest.trim_start_matches('/');
    if !matches!(rest.len() - host.len(), 1 | 3) || host.is_empty() {
        return url;
    }
    format!("{}//{host}", url.get(..scheme.len()).unwrap_or(scheme))
}

/// Takes the user and password out of `url`, in whose place curl sends others.
fn without_user(url: &mut String, ring: &mut KeyRing) {
    let Some((scheme, rest)) = url.split_once("://") else { return };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let Some((user, _)) = authority.rsplit_once('@') else { return };
    hold_user(user, ring);
    *url = format!("{scheme}://{}", rest.get(user.len() + 1..).unwrap_or(""));
}
