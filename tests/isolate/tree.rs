//! JSON as a tree: its leaves, its nodes, a copy without one of them.

use serde_json::Value;

/// The pointers of all leaves: scalars and empty containers.
pub fn leaves(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, &mut String::new(), &mut |pointer, is_leaf| {
        if is_leaf {
            found.push(pointer.to_owned());
        }
    });
    found
}

/// The pointers of all nodes but the root.
pub fn nodes(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(value, &mut String::new(), &mut |pointer, _| {
        if !pointer.is_empty() {
            found.push(pointer.to_owned());
        }
    });
    found
}

fn walk(value: &Value, at: &mut String, see: &mut impl FnMut(&str, bool)) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(fields) => {
            fields.iter().map(|(name, v)| (name.replace('~', "~0").replace('/', "~1"), v)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(k, v)| (k.to_string(), v)).collect(),
        _ => Vec::new(),
    };
    see(at, children.is_empty());
    for (name, child) in children {
        let length = at.len();
        at.push('/');
        at.push_str(&name);
        walk(child, at, see);
        at.truncate(length);
    }
}

/// A copy without the node at `pointer`.
pub fn without(value: &Value, pointer: &str) -> Value {
    let mut copy = value.clone();
    let (parent, last) = pointer.rsplit_once('/').expect("not the root");
    let last = last.replace("~1", "/").replace("~0", "~");
    match copy.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.shift_remove(&last);
        }
        Some(Value::Array(items)) => {
            items.remove(last.parse().expect("a number"));
        }
        _ => {}
    }
    copy
}

/// Puts `new` at `pointer`; what stands before its last step must be there.
pub fn put(value: &mut Value, pointer: &str, new: Value) {
    let (parent, last) = pointer.rsplit_once('/').expect("not the root");
    match value.pointer_mut(parent) {
        Some(Value::Object(fields)) => {
            fields.insert(last.to_owned(), new);
        }
        Some(Value::Array(items)) => items[last.parse::<usize>().expect("a number")] = new,
        _ => panic!("nothing at {parent}"),
    }
}
