//! A file of cookies (`-b FILE`): Netscape's lines, or `Set-Cookie:` as an answer has them
//! (<https://curl.se/docs/http-cookies.html>).

/// The cookies of `text` that go to `url`, `name=value` each.
pub(super) fn sent(text: &str, url: &str) -> Vec<String> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host =
        authority.rsplit('@').next().unwrap_or("").split(':').next().unwrap_or("").to_ascii_lowercase();
    let path = rest.get(authority.len()..).unwrap_or("");
    let path = if path.starts_with('/') { path } else { "/" };
    let secure = url.starts_with("https://");
    text.lines().filter_map(|line| of_line(line, &host, path, secure)).collect()
}

fn of_line(line: &str, host: &str, path: &str, secure: bool) -> Option<String> {
    if let Some(cookie) =
        line.get(..11).filter(|name| name.eq_ignore_ascii_case("set-cookie:")).and(line.get(11..))
    {
        let pair = cookie.split(';').next()?.trim();
        return pair.contains('=').then(|| pair.to_owned());
    }
    let line = line.strip_prefix("#HttpOnly_").unwrap_or(line);
    if line.starts_with('#') {
        return None;
    }
    let mut fields = line.split('\t');
    let (domain, tail, of_path, needs_tls) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let (_, name, value) = (fields.next()?, fields.next()?, fields.next().unwrap_or(""));
    let domain = domain.trim_start_matches('.').to_ascii_lowercase();
    let within = tail.eq_ignore_ascii_case("true") && host.ends_with(&format!(".{domain}"));
    let allowed = secure || !needs_tls.eq_ignore_ascii_case("true");
    ((host == domain || within) && path.starts_with(of_path) && allowed).then(|| format!("{name}={value}"))
}
