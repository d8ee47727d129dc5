//! The note as YAML. The only place that writes YAML.

use super::Note;

pub(super) fn render(note: &Note) -> String {
    serde_yaml::to_string(note).unwrap_or_default()
}
