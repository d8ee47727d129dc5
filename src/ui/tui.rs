//! stub
/// stub
pub struct PracticeChoice {
    /// n
    pub name: String,
    /// t
    pub title: String,
    /// s
    pub story: String,
    /// p
    pub paste: String,
}
