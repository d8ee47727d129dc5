//! The notes as support gets them: any change of a byte is seen here.

use super::{markdown, plain, sample, yaml};

#[test]
fn golden_notes() {
    for name in ["model_not_found", "unauthorized", "stream_cut", "dns", "pasted_text", "success", "form"] {
        let note = sample::note(name);
        insta::assert_snapshot!(format!("{name}.yaml"), yaml::render(&note));
        insta::assert_snapshot!(format!("{name}.md"), markdown::render(&note));
    }
    insta::assert_snapshot!("form.txt", plain::render(&sample::note("form")));
    insta::assert_snapshot!("model_not_found.txt", plain::render(&sample::note("model_not_found")));
}
