//! The progress bar. On stderr, and only where that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    pub(crate) fn start() -> Self {
        let bar = ProgressBar::new_spinner().with_message("looking for files");
        bar.enable_steady_tick(Duration::from_millis(100));
        Self { bar }
    }

    /// Whether anybody sees it: learning the total beforehand is work.
    pub(crate) fn is_visible(&self) -> bool {
        !self.bar.is_hidden()
    }

    pub(crate) fn set_total(&self, files: u64) {
        if let Ok(style) =
            ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} files, {eta} left")
        {
            self.bar.set_style(style.progress_chars("█▉▊▋▌▍▎▏ "));
        }
        self.bar.set_length(files);
        self.bar.reset_eta();
    }

    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }

    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
