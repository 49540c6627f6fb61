//! The confined child: this program again, which reads one foreign PDF and can do nothing else.
//!
//! The PDF is its standard input, its answer one JSON document on standard output. It may open no
//! file, write none, start nothing, and has bounds of memory and time. However it ends, what comes
//! of it is findings.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use preflight::{limits_finding, Rules, Survey};
use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::process::{setrlimit, Resource, Rlimit, Signal};
use serde::{Deserialize, Serialize};

/// What the child is asked, as its one argument.
#[derive(Debug, Serialize, Deserialize)]
struct Question {
    rules: Rules,
    limits: Limits,
}

/// What the child answers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Answer {
    /// What was found, and what of the pages a picture needs.
    pub survey: Survey,
    /// Why the press cannot take the file over, if it cannot.
    pub press: Option<String>,
}

/// What the child may use.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of its address space.
    pub memory: u64,
    /// Seconds of processor time.
    pub cpu_seconds: u64,
    /// Seconds by the clock.
    pub wall_seconds: u64,
}

/// An ordinary page takes 20 MB and some milliseconds; a map of ten megabytes, half a second.
pub const LIMITS: Limits = Limits { memory: 1 << 30, cpu_seconds: 20, wall_seconds: 120 };

/// Examines a PDF in a confined child.
///
/// # Errors
/// If no child can be started: the machine's trouble, never the PDF's.
pub fn examine(pdf: File, rules: &Rules, limits: Limits) -> Result<Answer> {
    let question = Question { rules: rules.clone(), limits };
    let question = serde_json::to_string(&question).context("writing the rules")?;
    let program = std::env::current_exe().context("finding this program")?;
    let mut child = Command::new(program)
        .args([CONFINED, &question])
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::from(pdf))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("starting the confined examination")?;
    let until = Instant::now() + Duration::from_secs(limits.wall_seconds);
    let stdout = child.stdout.take().expect("it was piped");
    let answer = read_until(stdout, until).context("reading from the confined examination")?;
    let ended = end(&mut child, answer.is_ok())?;
    let why = match (answer, ended.signal(), ended.code()) {
        (Err(why), ..) => why,
        (Ok(_), Some(signal), _) => why_killed(signal),
        (Ok(bytes), None, Some(0)) => match serde_json::from_slice(&bytes) {
            Ok(answer) => return Ok(answer),
            Err(_) => "it gave no answer".to_owned(),
        },
        (Ok(_), None, _) => "it broke off".to_owned(),
    };
    let findings = vec![limits_finding(&why)];
    Ok(Answer { survey: Survey { findings, pages: Vec::new() }, press: None })
}

/// Reads to the end, to the moment, or to the most that an answer has.
fn read_until(mut from: ChildStdout, until: Instant) -> Result<Result<Vec<u8>, String>> {
    let mut answer = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let left = Timespec {
            tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
            tv_nsec: left.subsec_nanos().into(),
        };
        match poll(&mut [PollFd::new(&from, PollFlags::IN)], Some(&left)) {
            Ok(0) => return Ok(Err("it took too long by the clock".to_owned())),
            Err(rustix::io::Errno::INTR) => continue,
            polled => polled?,
        };
        match from.read(&mut chunk)? {
            0 => return Ok(Ok(answer)),
            _ if answer.len() > ANSWER_LEN_MAX => return Ok(Err("its answer is too long".into())),
            len => answer.extend_from_slice(&chunk[..len]),
        }
    }
}

/// Waits for the child, and kills it first if it has said nothing in time.
fn end(child: &mut Child, has_answered: bool) -> Result<ExitStatus> {
    if !has_answered {
        child.kill().context("ending the confined examination")?;
    }
    child.wait().context("waiting for the confined examination")
}

fn why_killed(signal: i32) -> String {
    let of = |known: Signal| known.as_raw() == signal;
    match () {
        () if of(Signal::XCPU) || of(Signal::KILL) => "it took too much processor time".to_owned(),
        () if of(Signal::ABORT) => "it took too much memory".to_owned(),
        () => format!("it was ended by signal {signal}"),
    }
}

/// Is the child: gives up what it does not need, reads, examines, answers.
///
/// # Errors
/// If the limits cannot be set, or the answer not be written.
pub fn answer(question: &str) -> Result<()> {
    let question: Question = serde_json::from_str(question).context("the question")?;
    let limits = question.limits;
    // Whoever asked may be gone; nobody then waits for the answer.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    for (resource, most) in [
        (Resource::As, limits.memory),
        (Resource::Cpu, limits.cpu_seconds),
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nproc, 0),
        // The three that are open stay open; no other can be had.
        (Resource::Nofile, 0),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    let mut pdf = Vec::new();
    std::io::stdin().lock().take(PDF_LEN_MAX + 1).read_to_end(&mut pdf)?;
    let answer = match pdf.len() as u64 > PDF_LEN_MAX {
        true => {
            let finding = limits_finding(&format!("it has more than {PDF_LEN_MAX} bytes"));
            Answer { survey: Survey { findings: vec![finding], pages: Vec::new() }, press: None }
        }
        false => Answer {
            survey: preflight::survey(&pdf, &question.rules),
            press: press::check_stationery(&pdf).err().map(|error| match error {
                press::PressError::Stationery(why) => why,
                other => other.to_string(),
            }),
        },
    };
    let json = serde_json::to_vec(&answer).context("writing the answer")?;
    std::io::stdout().lock().write_all(&json).context("writing the answer")
}

/// The hidden subcommand.
pub const CONFINED: &str = "confined-preflight";
/// The most bytes of a PDF that are read: a page scanned at 600 dpi has 104 MB unpacked.
const PDF_LEN_MAX: u64 = 128 << 20;
/// A hundred findings and sixteen pages of boxes have a fifth of that.
const ANSWER_LEN_MAX: usize = 32 << 20;
