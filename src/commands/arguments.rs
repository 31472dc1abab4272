//! What arguments of several commands take.

use std::time::Duration;

use eventctl_core::duration as spans;

/// Reads a span of time above zero.
///
/// # Errors
/// What is none, in words for the command line.
pub fn duration(text: &str) -> Result<Duration, String> {
    let milliseconds = spans::parse(text).map_err(|error| error.to_string())?;
    let milliseconds = u64::try_from(milliseconds).map_err(|_| "it is too long".to_owned())?;
    if milliseconds == 0 {
        Err("it must be longer than 0".to_owned())
    } else {
        Ok(Duration::from_millis(milliseconds))
    }
}
