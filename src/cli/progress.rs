//! A progress bar on standard error, drawn from counters that the work keeps.
//!
//! The work stays on the calling thread and knows nothing of the bar; a second thread looks at
//! the counters ten times a second, and a third keeps the heap low. Short work ends before anything is drawn. Where `--progress
//! always` meets a standard error that is no terminal, a plain line stands for the bar.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use residue::report::cells::bytes;
use residue::scan::Progress;

use super::heap;

/// Nothing is drawn for work that is done by then.
const PATIENCE: Duration = Duration::from_millis(400);
/// Between two looks at the counters.
const PERIOD: Duration = Duration::from_millis(100);
/// Between two lines of a log.
const PERIOD_OF_LINES: Duration = Duration::from_secs(5);

/// Runs `work`, with a bar when `show` says so, and with a heap that is kept low.
pub fn watch<T>(show: bool, work: impl FnOnce(&Progress) -> T) -> T {
    let progress = &Progress::default();
    let work = || match show {
        true => beside(|done| draw(progress, done), || work(progress)),
        false => work(progress),
    };
    beside(heap::keep_low, work)
}

/// Runs `work`, and `other` on a thread of its own until the work is over.
fn beside<T>(other: impl FnOnce(Receiver<()>) + Send, work: impl FnOnce() -> T) -> T {
    thread::scope(|scope| {
        // The channel carries nothing: that its sender is gone ends the other, also when the
        // work panics.
        let (working, done) = mpsc::channel::<()>();
        scope.spawn(|| other(done));
        let result = work();
        drop(working);
        result
    })
}

fn draw(progress: &Progress, done: Receiver<()>) {
    let goes_on = |period| done.recv_timeout(period) == Err(RecvTimeoutError::Timeout);
    if !goes_on(PATIENCE) {
        return;
    }
    if !io::stderr().is_terminal() {
        while goes_on(PERIOD_OF_LINES) {
            // Nobody can be told that standard error is closed.
            let _ = writeln!(io::stderr(), "residue: {}", line(progress));
        }
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_bar} {msg}  {elapsed}") {
        bar.set_style(style);
    }
    while goes_on(PERIOD) {
        bar.set_length(read(&progress.bytes_total));
        bar.set_position(read(&progress.bytes_done));
        bar.set_message(line(progress));
        bar.tick();
    }
    bar.finish_and_clear();
}

fn line(progress: &Progress) -> String {
    format!(
        "{} of {} layers, {} of {}",
        read(&progress.layers_done),
        read(&progress.layers_total),
        bytes(read(&progress.bytes_done)),
        bytes(read(&progress.bytes_total))
    )
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_result_of_the_work_comes_back_with_and_without_a_bar() {
        for show in [false, true] {
            let counted = watch(show, |progress| {
                progress.layers_total.store(3, Ordering::Relaxed);
                progress.layers_total.load(Ordering::Relaxed)
            });
            assert_eq!(counted, 3);
        }
    }

    #[test]
    fn a_panic_of_the_work_ends_the_drawing_and_goes_on() {
        let outcome = std::panic::catch_unwind(|| watch(true, |_| -> u8 { panic!("as planned") }));
        assert!(outcome.is_err());
    }
}
