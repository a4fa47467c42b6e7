//! An inspection as JSON.

use super::Inspection;

impl Inspection {
    /// The inspection as one JSON object, on one line. Times are in nanoseconds.
    ///
    /// It cannot fail: JSON has a place for all that is in it, which is numbers, strings, lists, and structs with names
    /// of ours; and a string takes whatever is written.
    #[must_use]
    pub fn to_json(&self) -> String {
        match serde_json::to_string(self) {
            Ok(json) => json,
            Err(error) => unreachable!("{error}"),
        }
    }
}
