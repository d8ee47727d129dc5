//! A paste with several requests, and the one that is looked at.

use super::*;

#[test]
fn another_request_of_the_paste_can_be_chosen() {
    let mut s = session();
    let two = format!("{}\n\n{}", paste("api.cometapi.com", &key('a')), paste("api.openai.com", &key('b')));
    s.handle(Event::Pasted(two), at(0));
    let lines = |s: &Session| s.pieces().into_iter().map(|p| (p.line, p.taken)).collect::<Vec<_>>();
    let line = |n: usize, host: &str| format!("{n}. POST https://{host}/v1/chat/completions");
    let (first, second) = (line(1, "api.cometapi.com"), line(2, "api.openai.com"));
    assert_eq!(lines(&s), [(first.clone(), true), (second.clone(), false)]);
    let host = |s: &Session| s.request().expect("a request").target.host;
    assert_eq!(host(&s), "api.cometapi.com");
    s.handle(Event::PieceChosen(1), at(1));
    assert_eq!((host(&s).as_str(), lines(&s)), ("api.openai.com", vec![(first, false), (second, true)]));
    // A place that is none changes nothing.
    s.handle(Event::PieceChosen(7), at(1));
    assert_eq!(host(&s), "api.openai.com");
    // What is sent is what is looked at, and nothing is changed while it is under way.
    s.handle(Event::SendRequested, at(2));
    let outgoing = sent(s.handle(Event::ConsentGiven { remember: false }, at(2)));
    assert_eq!(outgoing.request.target.host, "api.openai.com");
    s.handle(Event::PieceChosen(0), at(3));
    assert_eq!(host(&s), "api.openai.com");
    // The next paste has one request.
    s.handle(Event::Cancel, at(3));
    s.handle(Event::AttemptDone(Box::new(failure(1, TransportKind::Cancelled))), at(3));
    s.handle(Event::Pasted(paste("api.cometapi.com", &key('a'))), at(4));
    assert!(s.pieces().is_empty());
    // A useless paste keeps what was there.
    s.handle(Event::Pasted("curl https://h.example/a\ncurl https://h.example/b".into()), at(5));
    s.handle(Event::Pasted("?".into()), at(6));
    assert_eq!(s.pieces().len(), 2);
}
