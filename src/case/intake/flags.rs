//! curl's options: which take a value, and what each means for the request. From curl's manual page, version 8
//! (<https://curl.se/docs/manpage.html>, accessed 2026-11-21).

/// What an option means to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meaning {
    Method,
    Header,
    /// `-d`, `--data-ascii`: `@` names a file.
    Data,
    /// `--data-raw`: `@` is text.
    DataRaw,
    DataUrlencode,
    Json,
    Get,
    Head,
    Url,
    UrlQuery,
    User,
    Bearer,
    Cookie,
    UserAgent,
    Referer,
    Range,
    /// `-F`: a field of a multipart form.
    Form,
    /// `--form-string`: the same, taken literally.
    FormString,
    /// `-m`: deadline for the whole, seconds.
    MaxTime,
    /// `--connect-timeout`: deadline for the connection, seconds.
    ConnectTimeout,
    /// `-T`: a file as the body.
    Upload,
    /// `-L`.
    Follow,
    /// `-k`.
    Insecure,
    /// `-x` and its kin.
    Proxy,
    /// `-U`: a secret, used for a proxy only.
    ProxyUser,
    /// `-w`: may print the status below the answer.
    WriteOut,
    /// `--next`: another request begins.
    Next,
    /// `-K`: more options stand in a file.
    Config,
    /// `--request-target`: what stands in the request line.
    RequestTarget,
    /// `-g`: brackets and braces of the URL are its own.
    GlobOff,
    /// It changes what goes over the wire or where, and is not applied.
    NotApplied,
    /// It changes nothing of the request: output, progress, deadlines.
    Ignored,
}

/// One option as it was looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flag {
    pub(super) meaning: Meaning,
    pub(super) takes_value: bool,
}

const fn with(meaning: Meaning) -> Flag {
    Flag { meaning, takes_value: true }
}

const fn alone(meaning: Meaning) -> Flag {
    Flag { meaning, takes_value: false }
}

/// A long option by its name without the dashes.
pub(super) fn long(name: &str) -> Option<Flag> {
    use Meaning::{
        Bearer, Config, ConnectTimeout, Cookie, Data, DataRaw, DataUrlencode, Follow, Form, FormString, Get,
        GlobOff, Head, Header, Ignored, Insecure, Json, MaxTime, Method, Next, NotApplied, Proxy, ProxyUser,
        Range, Referer, RequestTarget, Upload, Url, UrlQuery, User, UserAgent, WriteOut,
    };
    Some(match name {
        "request" => with(Method),
        "header" => with(Header),
        "data" | "data-ascii" | "data-binary" => with(Data),
        "data-raw" => with(DataRaw),
        "data-urlencode" => with(DataUrlencode),
        "json" => with(Json),
        "get" => alone(Get),
        "head" => alone(Head),
        "url" => with(Url),
        "url-query" => with(UrlQuery),
        "user" => with(User),
        "oauth2-bearer" => with(Bearer),
        "cookie" => with(Cookie),
        "user-agent" => with(UserAgent),
        "referer" => with(Referer),
        "range" => with(Range),
        "form" => with(Form),
        "form-string" => with(FormString),
        "max-time" => with(MaxTime),
        "connect-timeout" => with(ConnectTimeout),
        "upload-file" => with(Upload),
        "location" | "location-trusted" | "follow" => alone(Follow),
        "insecure" => alone(Insecure),
        "proxy" | "preproxy" | "socks4" | "socks4a" | "socks5" | "socks5-hostname" | "proxy1.0" => {
            with(Proxy)
        }
        "proxy-user" => with(ProxyUser),
        "write-out" => with(WriteOut),
        "next" => alone(Next),
        "config" => with(Config),
        "request-target" => with(RequestTarget),
        "globoff" => alone(GlobOff),
        _ if NOT_APPLIED_WITH_VALUE.contains(&name) => with(NotApplied),
        _ if NOT_APPLIED.contains(&name) => alone(NotApplied),
        _ if IGNORED_WITH_VALUE.contains(&name) => with(Ignored),
        _ if IGNORED.contains(&name) => alone(Ignored),
        _ => match name.strip_prefix("no-") {
            // Every switch can be negated; none of the negated ones changes a request that is sent once.
            Some(positive)
                if !positive.starts_with("no-") && long(positive).is_some_and(|f| !f.takes_value) =>
            {
                alone(Ignored)
            }
            _ => return None,
        },
    })
}

/// curl takes a beginning of a long option's name where only one begins so (`--head` is whole, `--heade` is `--header`).
pub(super) fn abbreviated(name: &str) -> Option<(&'static str, Flag)> {
    let mut found = WHOLE.iter().chain(NOT_APPLIED_WITH_VALUE).chain(NOT_APPLIED);
    let mut found =
        found.by_ref().chain(IGNORED_WITH_VALUE).chain(IGNORED).filter(|known| known.starts_with(name));
    let only = found.next()?;
    (name.len() >= 3 && found.next().is_none()).then(|| Some((*only, long(only)?))).flatten()
}

/// The names that [`long`] knows by themselves.
const WHOLE: &[&str] = &[
    "request",
    "header",
    "data",
    "data-ascii",
    "data-binary",
    "data-raw",
    "data-urlencode",
    "json",
    "get",
    "head",
    "url",
    "url-query",
    "user",
    "oauth2-bearer",
    "cookie",
    "user-agent",
    "referer",
    "range",
    "form",
    "form-string",
    "max-time",
    "connect-timeout",
    "upload-file",
    "location",
    "location-trusted",
    "follow",
    "insecure",
    "proxy",
    "preproxy",
    "socks4",
    "socks4a",
    "socks5",
    "socks5-hostname",
    "proxy1.0",
    "proxy-user",
    "write-out",
    "next",
    "config",
    "request-target",
    "globoff",
];

/// A short option by its letter.
pub(super) fn short(letter: char) -> Option<Flag> {
    long(match letter {
        'X' => "request",
        'H' => "header",
        'd' => "data",
        'G' => "get",
        'I' => "head",
        'u' => "user",
        'b' => "cookie",
        'A' => "user-agent",
        'e' => "referer",
        'r' => "range",
        'F' => "form",
        'T' => "upload-file",
        'L' => "location",
        'k' => "insecure",
        'x' => "proxy",
        'U' => "proxy-user",
        'w' => "write-out",
        ':' => "next",
        'E' => "cert",
        'K' => "config",
        'Q' => "quote",
        't' => "telnet-option",
        'P' => "ftp-port",
        '0' => "http1.0",
        '1' => "tlsv1",
        '2' => "sslv2",
        '3' => "sslv3",
        '4' => "ipv4",
        '6' => "ipv6",
        'a' => "append",
        'n' => "netrc",
        'p' => "proxytunnel",
        'B' => "use-ascii",
        'c' => "cookie-jar",
        'C' => "continue-at",
        'D' => "dump-header",
        'h' => "help",
        'm' => "max-time",
        'o' => "output",
        'y' => "speed-time",
        'Y' => "speed-limit",
        'z' => "time-cond",
        '#' => "progress-bar",
        'f' => "fail",
        'g' => "globoff",
        'i' => "show-headers",
        'j' => "junk-session-cookies",
        'J' => "remote-header-name",
        'l' => "list-only",
        'M' => "manual",
        'N' => "no-buffer",
        'O' => "remote-name",
        'q' => "disable",
        'R' => "remote-time",
        's' => "silent",
        'S' => "show-error",
        'v' => "verbose",
        'V' => "version",
        'Z' => "parallel",
        _ => return None,
    })
}

const NOT_APPLIED_WITH_VALUE: &[&str] = &[
    "abstract-unix-socket",
    "alt-svc",
    "aws-sigv4",
    "cacert",
    "capath",
    "cert",
    "cert-type",
    "ciphers",
    "connect-to",
    "crlfile",
    "curves",
    "delegation",
    "dns-interface",
    "dns-ipv4-addr",
    "dns-ipv6-addr",
    "dns-servers",
    "doh-url",
    "ech",
    "engine",
    "haproxy-clientip",
    "hsts",
    "interface",
    "ipfs-gateway",
    "key",
    "key-type",
    "local-port",
    "login-options",
    "netrc-file",
    "noproxy",
    "pass",
    "pinnedpubkey",
    "proto",
    "proto-default",
    "proto-redir",
    "proxy-cacert",
    "proxy-capath",
    "proxy-cert",
    "proxy-cert-type",
    "proxy-ciphers",
    "proxy-crlfile",
    "proxy-header",
    "proxy-key",
    "proxy-key-type",
    "proxy-pass",
    "proxy-pinnedpubkey",
    "proxy-service-name",
    "proxy-tls13-ciphers",
    "proxy-tlsauthtype",
    "proxy-tlspassword",
    "proxy-tlsuser",
    "resolve",
    "sasl-authzid",
    "service-name",
    "sigalgs",
    "socks5-gssapi-service",
    "telnet-option",
    "time-cond",
    "tls-max",
    "tls13-ciphers",
    "tlsauthtype",
    "tlspassword",
    "tlsuser",
    "unix-socket",
    "variable",
    "vlan-priority",
    "ip-tos",
    "quote",
    "ftp-port",
    "continue-at",
    "upload-flags",
];

const NOT_APPLIED: &[&str] = &[
    "anyauth",
    "append",
    "compressed-ssh",
    "crlf",
    "digest",
    "form-escape",
    "haproxy-protocol",
    "http0.9",
    "http1.0",
    "http1.1",
    "http2",
    "http2-prior-knowledge",
    "http3",
    "http3-only",
    "ipv4",
    "ipv6",
    "negotiate",
    "netrc",
    "netrc-optional",
    "ntlm",
    "ntlm-wb",
    "path-as-is",
    "post301",
    "post302",
    "post303",
    "proxy-anyauth",
    "proxy-basic",
    "proxy-digest",
    "proxy-insecure",
    "proxy-negotiate",
    "proxy-ntlm",
    "proxytunnel",
    "raw",
    "ssl",
    "ssl-reqd",
    "sslv2",
    "sslv3",
    "tlsv1",
    "tlsv1.0",
    "tlsv1.1",
    "tlsv1.2",
    "tlsv1.3",
    "tr-encoding",
    "use-ascii",
    "socks5-basic",
    "socks5-gssapi",
    "socks5-gssapi-nec",
    "false-start",
    "ssl-allow-beast",
    "ssl-no-revoke",
    "ssl-auto-client-cert",
    "ssl-revoke-best-effort",
    "ca-native",
    "proxy-ca-native",
    "tls-earlydata",
];

const IGNORED_WITH_VALUE: &[&str] = &[
    "cookie-jar",
    "create-file-mode",
    "dump-header",
    "egd-file",
    "etag-compare",
    "etag-save",
    "expect100-timeout",
    "ftp-account",
    "ftp-alternative-to-user",
    "ftp-method",
    "ftp-ssl-ccc-mode",
    "happy-eyeballs-timeout-ms",
    "hostpubmd5",
    "hostpubsha256",
    "keepalive-time",
    "keepalive-cnt",
    "krb",
    "libcurl",
    "limit-rate",
    "mail-auth",
    "mail-from",
    "mail-rcpt",
    "max-filesize",
    "max-redirs",
    "output",
    "output-dir",
    "parallel-max",
    "pubkey",
    "random-file",
    "rate",
    "retry",
    "retry-delay",
    "retry-max-time",
    "speed-limit",
    "speed-time",
    "stderr",
    "tftp-blksize",
    "trace",
    "trace-ascii",
    "trace-config",
];

const IGNORED: &[&str] = &[
    "basic",
    "buffer",
    "cert-status",
    "clobber",
    "compressed",
    "create-dirs",
    "disable",
    "disable-eprt",
    "disable-epsv",
    "disallow-username-in-url",
    "doh-cert-status",
    "doh-insecure",
    "fail",
    "fail-early",
    "fail-with-body",
    "ftp-create-dirs",
    "ftp-pasv",
    "ftp-skip-pasv-ip",
    "ftp-ssl-ccc",
    "ftp-ssl-control",
    "help",
    "ignore-content-length",
    "include",
    "show-headers",
    "junk-session-cookies",
    "keepalive",
    "list-only",
    "mail-rcpt-allowfails",
    "manual",
    "metalink",
    "mptcp",
    "no-alpn",
    "no-buffer",
    "no-clobber",
    "no-keepalive",
    "no-npn",
    "no-progress-meter",
    "no-sessionid",
    "npn",
    "alpn",
    "parallel",
    "parallel-immediate",
    "progress-bar",
    "progress-meter",
    "remote-header-name",
    "remote-name",
    "remote-name-all",
    "remote-time",
    "remove-on-error",
    "retry-all-errors",
    "retry-connrefused",
    "sasl-ir",
    "sessionid",
    "show-error",
    "silent",
    "skip-existing",
    "styled-output",
    "suppress-connect-headers",
    "tcp-fastopen",
    "tcp-nodelay",
    "tftp-no-options",
    "trace-ids",
    "trace-time",
    "verbose",
    "version",
    "xattr",
    "out-null",
    "dump-ca-embed",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_option_stands_in_two_lists() {
        let lists = [NOT_APPLIED_WITH_VALUE, NOT_APPLIED, IGNORED_WITH_VALUE, IGNORED];
        let mut all: Vec<&str> = lists.concat();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn every_letter_has_its_long_option() {
        for letter in "XHdGIubAerFTLkxUw:EKQtP012346anpBcCDhmoyYz#fgijJlMNOqRsSvVZ".chars() {
            assert!(short(letter).is_some(), "-{letter}");
        }
        assert_eq!(short('W'), None);
        assert_eq!(long("request"), Some(with(Meaning::Method)));
        assert_eq!(long("no-compressed"), Some(alone(Meaning::Ignored)));
        assert_eq!(long("no-form"), None);
        assert_eq!(long("no-such-thing"), None);
        assert_eq!(long("such-thing"), None);
    }
}
