//! What commands that report on a range of records share: positions, the reading with its bar, and what its window
//! means for the exit code.

use eventctl_core::position::{Bounds, Position};
use eventctl_core::scan::Window;

use super::Context;
use crate::failure::Failure;
use crate::flow::merged;
use crate::flow::range::Ranges;
use crate::flow::scan::{self, Means, Scanned, Visitor};
use crate::outcome::Outcome;
use crate::ui::Bar;

impl Context {
    /// The positions that were typed; without them from `default` until the end.
    ///
    /// # Errors
    /// `Usage` for what is no position.
    pub fn bounds(
        &self,
        from: Option<&str>,
        until: Option<&str>,
        default: Position,
    ) -> Result<Bounds, Failure> {
        let now = self.now().as_millisecond();
        let parse =
            |text: &str| Position::parse(text, now).map_err(|error| Failure::usage(error.to_string()));
        Ok(Bounds {
            from: from.map_or(Ok(default), parse)?,
            until: Some(until.map_or(Ok(Position::End), parse)?),
        })
    }

    /// Reads ranges to their ends, with a bar on a terminal.
    ///
    /// # Errors
    /// As [`scan::scan`].
    pub async fn watch<V: Visitor + 'static>(
        &self,
        ranges: &Ranges,
        visitor: V,
    ) -> Result<(Scanned, V), Failure> {
        let means = self.scan_means()?;
        self.with_bar(ranges, &means, scan::scan(ranges, &means, visitor)).await
    }

    /// The same in the order of timestamps.
    ///
    /// # Errors
    /// As [`merged::scan`].
    pub async fn watch_in_time<V: Visitor + 'static>(
        &self,
        ranges: &Ranges,
        visitor: V,
    ) -> Result<(Scanned, V), Failure> {
        let means = self.scan_means()?;
        self.with_bar(ranges, &means, merged::scan(ranges, &means, visitor)).await
    }

    async fn with_bar<T>(&self, ranges: &Ranges, means: &Means, reading: impl Future<Output = T>) -> T {
        let offsets: Option<u64> = ranges.topics.iter().map(|topic| topic.frozen.offsets()).sum();
        let progress = std::sync::Arc::clone(&means.progress);
        let bar = match offsets.map(usize::try_from) {
            Some(Ok(total)) => self.ui.progress("reading", total, move || {
                usize::try_from(progress.offsets()).unwrap_or(usize::MAX)
            }),
            _ => Bar::hidden(),
        };
        let read = reading.await;
        bar.finish();
        read
    }

    /// How a report on this window ends: what is gone is a finding, what could not be read is unknown, and a signal
    /// stopped it.
    #[must_use]
    pub fn outcome_of(&self, window: &Window) -> Outcome {
        let ended = Outcome::findings(window.has_gone()).and(Outcome::unknown(window.has_unknown()));
        match self.stop.signal() {
            Some(signal) if window.is_stopped => ended.and(Outcome::Interrupted(signal)),
            _ => ended,
        }
    }
}
