//! What the operator sees while the night runs: a line a stage, a bar on a terminal, stage times.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use ledger::report::StageTime;
use runner::Part;

/// Tells the stages of a night and takes their times.
///
/// Times go to the operator's screen and, when the clock was read, into the report; nothing else
/// that the night writes depends on them.
pub struct Watch {
    began: Instant,
    stages: Vec<StageTime>,
    manner: Manner,
}

/// How the stages are told.
enum Manner {
    /// A bar that turns, and a line when a stage is done.
    Terminal,
    /// A line when a stage is done.
    Lines,
    /// A line of JSON when a stage is done, ids only.
    Json,
    /// Nothing.
    Silent,
}

impl Watch {
    /// Starts to watch; `silent` when standard output is for a program.
    pub fn start(silent: bool) -> Self {
        Self::with(match silent {
            true => Manner::Silent,
            false if std::io::stderr().is_terminal() => Manner::Terminal,
            false => Manner::Lines,
        })
    }

    /// Starts to watch, telling stages as lines of JSON on standard error.
    pub fn start_json() -> Self {
        Self::with(Manner::Json)
    }

    fn with(manner: Manner) -> Self {
        Self { began: Instant::now(), stages: Vec::new(), manner }
    }

    /// Runs a stage over `letters` letters of a part and takes its time.
    pub fn stage<T>(
        &mut self,
        name: &str,
        part: Option<&Part>,
        letters: u64,
        work: impl FnOnce() -> T,
    ) -> T {
        let what = part.map_or_else(|| name.to_owned(), |part| format!("{name} {part}"));
        let bar = matches!(self.manner, Manner::Terminal).then(|| turning(&what));
        let began = Instant::now();
        let done = work();
        let took = began.elapsed();
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        self.note(name, took, letters);
        if matches!(self.manner, Manner::Json) {
            let (sender, batch) = (part.map(|part| &part.sender), part.map(Part::name));
            let (event, seconds) = ("stage", took.as_secs_f64());
            eprintln!(
                "{}",
                serde_json::json!({
                    "event": event, "stage": name, "sender": sender, "batch": batch,
                    "records": letters, "seconds": seconds,
                })
            );
        } else if !matches!(self.manner, Manner::Silent) {
            eprintln!("{:>7.2} s  {what}{}", took.as_secs_f64(), rate(letters, took));
        }
        done
    }

    /// Returns the stages' times, summed by stage, in the order of their first run.
    pub fn stages(&self) -> &[StageTime] {
        &self.stages
    }

    /// Returns the time since the start.
    pub fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }

    fn note(&mut self, name: &str, took: Duration, letters: u64) {
        let seconds = took.as_secs_f64();
        match self.stages.iter_mut().find(|stage| stage.stage == name) {
            Some(stage) => {
                stage.seconds += seconds;
                stage.letters += letters;
            }
            None => {
                self.stages.push(StageTime { stage: name.to_owned(), seconds, letters });
            }
        }
    }
}

fn turning(what: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {elapsed:>6} {msg}")
        .expect("the template is sound; a test draws it");
    let bar = ProgressBar::new_spinner().with_style(style).with_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn rate(letters: u64, took: Duration) -> String {
    match letters {
        0 => String::new(),
        _ => {
            let each = took.as_secs_f64() * 1e6 / letters as f64;
            format!("  {letters} records, {each:.1} µs each")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_runs_twice_is_summed() {
        let mut watch = Watch::start(true);
        assert_eq!(watch.stage("print", None, 3, || 7), 7);
        watch.stage("print", None, 4, || ());
        assert_eq!(watch.stages().len(), 1);
        assert_eq!(watch.stages()[0].letters, 7);
        turning("print").finish_and_clear();
    }
}
