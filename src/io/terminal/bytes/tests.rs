//! What terminals send, cut as reads may cut it.

use super::*;

fn pressed(name: &str) -> Told {
    let (modifiers, code) = name.split_once('+').map_or((KeyModifiers::NONE, name), |(modifier, code)| {
        let modifier = match modifier {
            "ctrl" => KeyModifiers::CONTROL,
            "alt" => KeyModifiers::ALT,
            "shift" => KeyModifiers::SHIFT,
            other => panic!("{other}"),
        };
        (modifier, code)
    });
    let code = match code {
        "up" => KeyCode::Up,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "esc" => KeyCode::Esc,
        "enter" => KeyCode::Enter,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "back" => KeyCode::Backspace,
        "delete" => KeyCode::Delete,
        "pagedown" => KeyCode::PageDown,
        "f1" => KeyCode::F(1),
        "f5" => KeyCode::F(5),
        "f10" => KeyCode::F(10),
        "f12" => KeyCode::F(12),
        one => return character(one.chars().next().expect("one"), modifiers),
    };
    key(code, modifiers)
}

fn paste(text: &str) -> Told {
    Told::Input(Event::Paste(text.to_owned()))
}

#[test]
fn keys_are_read() {
    let table: &[(&[u8], &[&str])] = &[
        (b"a", &["a"]),
        (b"A\r", &["A", "enter"]),
        ("é漢🦓".as_bytes(), &["é", "漢", "🦓"]),
        (b"\x03\x0c\x7f\t\n", &["ctrl+c", "ctrl+l", "back", "tab", "ctrl+j"]),
        (b"\0\x1f", &["ctrl+ ", "ctrl+7"]),
        (b"\x1b[A\x1bOA\x1b[1;2A", &["up", "up", "shift+up"]),
        (b"\x1b[H\x1b[1~\x1b[7~\x1b[F\x1b[8~\x1bOF", &["home", "home", "home", "end", "end", "end"]),
        (b"\x1b[3~\x1b[6~\x1b[1;5C", &["delete", "pagedown", "ctrl+right"]),
        (b"\x1bOP\x1b[11~\x1b[[A\x1b[15~\x1b[21~\x1b[24~", &["f1", "f1", "f1", "f5", "f10", "f12"]),
        (b"\x1b[Z", &["shift+backtab"]),
        (b"\x1b\x1b[A", &["esc", "up"]),
        (b"\x1b[13;5u\x1b[27;5;9~\x1b[97u", &["ctrl+enter", "ctrl+tab", "a"]),
        // Answers, focus, keys that are let go, what is cut off or unknown: no key.
        (b"\x1b[?62;4cx", &["x"]),
        (b"\x1b[I\x1b[O\x1b[12;40R\x1b[97;1:3ux", &["x"]),
        (b"\x1b[99~\x1b[12\x1b[Ax", &["up", "x"]),
        (b"x\xff\xc3(", &["x", "("]),
    ];
    for (bytes, keys) in table {
        let wanted: Vec<Told> = keys.iter().map(|name| pressed(name)).collect();
        let text = String::from_utf8_lossy(bytes).into_owned();
        assert_eq!(Parser::default().take(bytes), wanted, "{text:?}");
        // However the reads cut it.
        let mut parser = Parser::default();
        let told: Vec<Told> = bytes.chunks(1).flat_map(|byte| parser.take(byte)).collect();
        assert_eq!(told, wanted, "{text:?} byte by byte");
        assert_eq!(parser.patience(), None, "{text:?}");
    }
}

#[test]
fn alt_comes_at_once_and_esc_before_another_key_does_not() {
    let table: &[(&[&[u8]], &[&str])] = &[
        (&[b"\x1bx\x1b\x7f"], &["alt+x", "alt+back"]),
        (&[b"\x1b", b"q"], &["esc", "q"]),
        (&[b"\x1b", b"\x04"], &["esc", "ctrl+d"]),
        (&[b"\x1b", b"[A"], &["up"]),
        (&[b"\x1b", b"OA"], &["up"]),
        (&[b"\x1b", b"\x1b", b"q"], &["esc", "esc", "q"]),
        (&[b"\x1bP1$r0m\x1b\\x"], &["x"]),
    ];
    for (reads, keys) in table {
        let mut parser = Parser::default();
        let told: Vec<Told> = reads.iter().flat_map(|read| parser.take(read)).collect();
        assert_eq!(told, keys.iter().map(|name| pressed(name)).collect::<Vec<_>>(), "{keys:?}");
    }
}

#[test]
fn clicks_are_read() {
    let click = |kind, column, row| {
        Told::Input(Event::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
    };
    let left = MouseButton::Left;
    let bytes = b"\x1b[<0;3;300M\x1b[<0;3;300m\x1b[<65;1;1M\x1b[M !!";
    let wanted = [
        click(MouseEventKind::Down(left), 2, 299),
        click(MouseEventKind::Up(left), 2, 299),
        click(MouseEventKind::ScrollDown, 0, 0),
        click(MouseEventKind::Down(left), 0, 0),
    ];
    assert_eq!(Parser::default().take(bytes), wanted);
}

#[test]
fn an_answer_is_no_key() {
    let table: &[&[u8]] = &[b"\x1b]11;rgb:ff/ff/ff\x07q", b"\x1b]11;rgb:ff/ff/ff\x1b\\q"];
    for bytes in table {
        let wanted = [Told::Answer("11;rgb:ff/ff/ff".into()), pressed("q")];
        assert_eq!(Parser::default().take(bytes), wanted);
        let mut parser = Parser::default();
        assert_eq!(bytes.chunks(1).flat_map(|byte| parser.take(byte)).collect::<Vec<_>>(), wanted);
    }
    // One that is cut off, or has no end, is thrown away.
    let mut parser = Parser::default();
    assert_eq!(parser.take(b"\x1b]11;rgb:"), []);
    assert_eq!((parser.lapse(), parser.patience()), (Vec::new(), None));
    assert_eq!(parser.take(&[b"\x1b]".as_slice(), &[b'y'; 2000]].concat()), []);
    assert_eq!(parser.take(b"q"), [pressed("q")]);
}

#[test]
fn what_does_not_go_on_is_a_key_or_nothing() {
    let table: &[(&[u8], &[&str])] = &[
        (b"\x1b", &["esc"]),
        (b"\x1b[", &["alt+["]),
        (b"\x1b]", &["alt+]"]),
        (b"\x1b[1;", &[]),
        (b"\xe6\xbc", &[]),
    ];
    for (bytes, keys) in table {
        let mut parser = Parser::default();
        assert_eq!(parser.take(bytes), []);
        assert!(parser.patience().is_some());
        assert_eq!(parser.lapse(), keys.iter().map(|name| pressed(name)).collect::<Vec<_>>());
        assert_eq!((parser.patience(), parser.take(b"a")), (None, vec![pressed("a")]));
    }
}

#[test]
fn a_paste_is_one_however_it_is_cut() {
    let bytes = "\u{1b}[200~curl é \u{3}\u{1b}[A\r\u{1b}[201~x".as_bytes();
    let wanted = [paste("curl é \u{3}\u{1b}[A\r"), pressed("x")];
    assert_eq!(Parser::default().take(bytes), wanted);
    for size in 2..bytes.len() {
        let mut parser = Parser::default();
        let told: Vec<Told> = bytes.chunks(size).flat_map(|part| parser.take(part)).collect();
        assert_eq!(told, wanted, "parts of {size}");
    }
    let two = b"\x1b[200~a\x1b[201~\x1b[200~b\x1b[201~\x1b[200~\x1b[201~";
    assert_eq!(Parser::default().take(two), [paste("a"), paste("b")]);
}

#[test]
fn a_paste_without_an_end_is_taken_when_it_stands_still() {
    let mut parser = Parser::default();
    assert_eq!(parser.take(b"\x1b[200~curl http"), []);
    assert_eq!(parser.patience(), Some(PASTE_STANDS));
    assert_eq!(parser.lapse(), [paste("curl http")]);
    assert_eq!(parser.patience(), None);
    // A hand is heard.
    assert_eq!(parser.take(b"q"), [pressed("q")]);
    assert_eq!(parser.take(b"yq"), [pressed("y"), pressed("q")]);
}

#[test]
fn the_rest_of_a_paste_that_stood_still_presses_no_key() {
    let mut parser = Parser::default();
    assert_eq!(parser.take(b"\x1b[200~curl http"), []);
    assert_eq!(parser.lapse(), [paste("curl http")]);
    assert_eq!(parser.take(b"://h.example\ry"), []);
    assert_eq!(parser.take(b"es\r\x1b[201~"), [paste("://h.example\ryes\r")]);
    assert_eq!(parser.take(b"yq"), [pressed("y"), pressed("q")]);
    // Its end alone is nothing.
    assert_eq!(parser.take(b"\x1b[200~a"), []);
    assert_eq!((parser.lapse(), parser.take(b"\x1b[201~")), (vec![paste("a")], Vec::new()));
    assert_eq!(parser.take(b"q"), [pressed("q")]);
    // A key that repeats is typed, and so is Esc.
    assert_eq!((parser.take(b"\x1b[200~a"), parser.lapse()), (Vec::new(), vec![paste("a")]));
    assert_eq!(parser.take(b"\x1b[A\x1b[A"), [pressed("up"), pressed("up")]);
    assert_eq!((parser.take(b"\x1b[200~a"), parser.lapse()), (Vec::new(), vec![paste("a")]));
    assert_eq!((parser.take(b"\x1b"), parser.lapse()), (Vec::new(), vec![pressed("esc")]));
}

#[test]
fn ctrl_c_ends_a_paste() {
    let mut parser = Parser::default();
    assert_eq!(parser.take(b"\x1b[200~curl"), []);
    assert_eq!(parser.take(b"\x03"), [paste("curl"), pressed("ctrl+c")]);
    assert_eq!(parser.patience(), None);
}
