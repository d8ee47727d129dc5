//! One step of a JSON pointer (RFC 6901).

/// `name` as a step: `~` and `/` are written as `~0` and `~1`.
pub fn step(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The name that `step` stands for.
pub fn name(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_comes_back() {
        for own in ["", "a", "/", "~", "~1", "a/b~c", "~0/~01"] {
            assert_eq!(name(&step(own)), own);
            assert!(!step(own).contains('/'));
        }
    }
}
