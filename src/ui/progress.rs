//! A progress bar on stderr. It looks at the work's own counters; the work knows nothing of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Work that ends sooner than this shows no bar.
const DELAY: Duration = Duration::from_millis(250);

/// How often the counters are looked at.
const PERIOD: Duration = Duration::from_millis(50);

/// A bar, which goes away when it is finished or dropped.
#[derive(Debug)]
pub struct Bar(Option<(Arc<AtomicBool>, JoinHandle<()>)>);

impl Bar {
    /// A bar that nobody sees.
    #[must_use]
    pub fn hidden() -> Bar {
        Bar(None)
    }

    pub(super) fn start(what: &'static str, total: usize, done: impl Fn() -> usize + Send + 'static) -> Bar {
        let finished = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&finished);
        let draw = move || {
            std::thread::park_timeout(DELAY);
            if seen.load(Ordering::Acquire) {
                return;
            }
            let bar = ProgressBar::new(total as u64).with_message(what);
            // The template is a literal; without it indicatif's own is as good.
            if let Ok(style) = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {elapsed}") {
                bar.set_style(style);
            }
            while !seen.load(Ordering::Acquire) {
                bar.set_position(done() as u64);
                std::thread::park_timeout(PERIOD);
            }
            bar.finish_and_clear();
        };
        // Without a thread there is no bar, and the work goes on.
        let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(draw);
        Bar(thread.ok().map(|thread| (finished, thread)))
    }

    /// Takes the bar away, before anything else is printed.
    pub fn finish(mut self) {
        self.end();
    }

    fn end(&mut self) {
        if let Some((finished, thread)) = self.0.take() {
            finished.store(true, Ordering::Release);
            thread.thread().unpark();
            let _ = thread.join();
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.end();
    }
}
