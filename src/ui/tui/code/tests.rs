//! Typing, undo, movements and windows; what holds for any change, as properties.

use proptest::prelude::*;

use super::*;

fn code(text: &str) -> Code {
    let mut code = Code::new(text.to_owned());
    code.resize(10, 4);
    code
}

fn seen(code: &Code) -> Vec<&str> {
    code.seen().into_iter().map(|row| &code.text()[row.span]).collect()
}

#[test]
fn typing_is_one_step_and_comes_back() {
    let mut code = code("{}");
    code.go(Go::Right);
    for c in "\"a\": 1".chars() {
        code.type_char(c);
    }
    assert_eq!(code.text(), "{\"a\": 1}");
    code.type_char('\n');
    code.delete(Go::Left);
    code.delete(Go::Left);
    assert_eq!(code.text(), "{\"a\": }");
    assert!(code.undo());
    assert_eq!(code.text(), "{\"a\": 1\n}", "both deletions are one step");
    assert!(code.undo() && code.undo());
    assert_eq!((code.text(), code.cursor()), ("{}", 1));
    assert!(!code.undo() && code.redo());
    assert_eq!((code.text(), code.cursor()), ("{\"a\": 1}", 7));
    code.insert("x");
    assert!(!code.redo(), "what was taken back is gone after a change");
}

#[test]
fn a_new_line_begins_as_far_in() {
    let mut code = code("  a");
    code.go(Go::End);
    code.type_char('\n');
    assert_eq!(code.text(), "  a\n  ");
    assert_eq!((code.lines(), code.line(1)), (2, 4..6));
}

#[test]
fn movements() {
    let text = "ab cd\n  日本 x\n\nlast";
    let table: [(usize, Go, usize); 14] = [
        (0, Go::Left, 0),
        (0, Go::Right, 1),
        (0, Go::WordRight, 2),
        (2, Go::WordRight, 5),
        (5, Go::WordLeft, 3),
        (8, Go::Right, 11),
        (11, Go::Left, 8),
        (9, Go::Home, 6),
        (6, Go::Home, 8),
        (6, Go::End, 16),
        (3, Go::Down, 8),
        (17, Go::Down, 18),
        (17, Go::Up, 6),
        (0, Go::Bottom, 22),
    ];
    for (from, go, to) in table {
        let mut code = code(text);
        code.at(from);
        code.go(go);
        assert_eq!(code.cursor(), to, "{go:?} from {from}");
    }
    let mut code = code(text);
    code.at(4);
    for go in [Go::Down, Go::Down, Go::Up, Go::Up] {
        code.go(go);
    }
    assert_eq!(code.cursor(), 4, "the column is kept over a short line");
}

#[test]
fn the_window_follows_the_cursor() {
    let mut code = code("1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    assert_eq!(seen(&code), ["1", "2", "3", "4"]);
    code.go(Go::PageDown);
    code.go(Go::Down);
    assert_eq!(seen(&code), ["2", "3", "4", "5"]);
    code.go(Go::Bottom);
    assert_eq!(seen(&code), ["7", "8", "9", ""]);
    code.go(Go::Up);
    assert_eq!(seen(&code), ["7", "8", "9", ""]);
    code.go(Go::Top);
    assert_eq!(seen(&code), ["1", "2", "3", "4"]);
    code.jump(6, 1);
    assert_eq!(seen(&code), ["3", "4", "5", "6"]);
}

#[test]
fn a_huge_line_is_walked_in_pieces() {
    let mut code = code(&"x".repeat(5 * 1024 * 1024));
    code.go(Go::Bottom);
    assert_eq!(code.seen().last().map(|row| row.span.end), Some(5 * 1024 * 1024));
    code.type_char('y');
    for _ in 0..1_000 {
        code.go(Go::Up);
    }
    assert!(code.cursor() < 5 * 1024 * 1024 - 9_000);
    code.go(Go::Top);
    assert_eq!(seen(&code).first(), Some(&"xxxxxxxxxx"));
}

#[test]
fn a_text_is_found_round_the_end() {
    let mut code = code("Model a\nmodel b");
    assert!(code.find("MODEL"));
    assert_eq!(code.cursor(), 8);
    assert!(code.find("model"));
    assert_eq!(code.cursor(), 0);
    assert!(!code.find("x.y") && !code.find(""));
}

#[test]
fn a_masked_key_takes_the_history_with_it() {
    let mut code = code("{\"k\": \"\"}");
    code.at(7);
    code.insert("raw-secret");
    code.become_text("{\"k\": \"[key#1]\"}");
    assert_eq!(code.cursor(), 14);
    assert!(!code.undo(), "no step brings the key back");
    code.at(0);
    code.become_text("{\"k\": \"[key#2] x\"}");
    assert_eq!(code.cursor(), 0);
}

proptest! {
    #[test]
    fn line_starts_are_right_after_any_change(
        text in "[a\\n\u{e4}]{0,40}",
        changes in proptest::collection::vec((0_usize..60, 0_usize..9, "[b\\n]{0,4}"), 0..8),
    ) {
        let mut code = code(&text);
        let mut before = vec![code.text().to_owned()];
        for (at, length, new) in changes {
            code.at(at);
            let start = code.cursor();
            code.at(start + length);
            let end = code.cursor();
            code.replace(start..end.max(start), &new);
            prop_assert_eq!(&code.starts, &starts_of(code.text()));
            let rows = code.seen();
            prop_assert!(rows.len() <= 4);
            prop_assert!(rows.iter().any(|row| row.span.start <= code.cursor() && code.cursor() <= row.span.end));
            before.push(code.text().to_owned());
        }
        while code.undo() {}
        prop_assert_eq!(code.text(), before[0].as_str());
        while code.redo() {}
        prop_assert_eq!(Some(code.text()), before.last().map(String::as_str));
        prop_assert_eq!(&code.starts, &starts_of(code.text()));
    }
}
