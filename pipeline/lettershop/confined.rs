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
use preflight::{limits_finding, PageSet, ReadySurvey, Rules, Survey};
use rustix::event::{poll, PollFd, PollFlags, Timespec};
use rustix::process::{setrlimit, Resource, Rlimit, Signal};
use serde::{Deserialize, Serialize};

/// What the child is asked, as its one argument.
#[derive(Debug, Serialize, Deserialize)]
struct Question {
    rules: Rules,
    limits: Limits,
    /// The ready PDFs among what is on standard input; without them it is one PDF to lie under
    /// letters.
    #[serde(default)]
    ready: Vec<ReadyQuestion>,
}

/// One ready PDF of several on standard input.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadyQuestion {
    /// Bytes that are left out before it.
    pub skip: u64,
    /// Its bytes.
    pub len: u64,
    /// Its letters; `None` if it is one letter as a whole.
    pub letters: Option<PageSet>,
}

/// What the child answers of a ready PDF.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ReadyAnswer {
    /// What was found.
    pub survey: ReadySurvey,
    /// Why the press cannot take a letter over, for each letter.
    pub press: Vec<Option<String>>,
    /// Why the press cannot read the file.
    pub press_file: Option<String>,
}

/// What the child answers.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Answer {
    /// What was found, and what of the pages a picture needs.
    pub survey: Survey,
    /// Why the press cannot take the file over, if it cannot.
    pub press: Option<String>,
    /// One for each ready PDF that was asked for.
    #[serde(default)]
    pub ready: Vec<ReadyAnswer>,
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

/// As many times as much for ready PDFs: a file of thousands of letters is read in one go.
pub const READY_LIMITS: Limits = Limits { memory: 2 << 30, cpu_seconds: 300, wall_seconds: 900 };

/// Examines a PDF in a confined child.
///
/// # Errors
/// If no child can be started: the machine's trouble, never the PDF's.
pub fn examine(pdf: File, rules: &Rules, limits: Limits) -> Result<Answer> {
    let question = Question { rules: rules.clone(), limits, ready: Vec::new() };
    Ok(ask(pdf, &question)?.unwrap_or_else(|why| {
        let findings = vec![limits_finding(&why)];
        Answer { survey: Survey { findings, pages: Vec::new() }, ..Answer::default() }
    }))
}

/// Examines ready PDFs in a confined child; `pdfs` stands where the first `skip` begins.
///
/// Returns why the child had to be ended if it was.
///
/// # Errors
/// As [`examine`].
pub fn examine_ready(
    pdfs: File,
    rules: &Rules,
    ready: &[ReadyQuestion],
    limits: Limits,
) -> Result<Result<Vec<ReadyAnswer>, String>> {
    let question = Question { rules: rules.clone(), limits, ready: ready.to_vec() };
    let answer = ask(pdfs, &question)?;
    Ok(answer.and_then(|answer| match answer.ready.len() == ready.len() {
        true => Ok(answer.ready),
        false => Err("it gave no answer".to_owned()),
    }))
}

/// Starts a child, and returns its answer or why there is none.
fn ask(pdf: File, question: &Question) -> Result<Result<Answer, String>> {
    let limits = question.limits;
    let question = serde_json::to_string(question).context("writing the rules")?;
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
            Ok(answer) => return Ok(Ok(answer)),
            Err(_) => "it gave no answer".to_owned(),
        },
        (Ok(_), None, _) => "it broke off".to_owned(),
    };
    Ok(Err(why))
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
    let answer = match question.ready.is_empty() {
        true => of_stationery(&question.rules)?,
        false => of_ready(&question)?,
    };
    let json = serde_json::to_vec(&answer).context("writing the answer")?;
    std::io::stdout().lock().write_all(&json).context("writing the answer")
}

/// Examines one PDF that is to lie under letters.
fn of_stationery(rules: &Rules) -> Result<Answer> {
    let mut pdf = Vec::new();
    std::io::stdin().lock().take(PDF_LEN_MAX + 1).read_to_end(&mut pdf)?;
    if pdf.len() as u64 > PDF_LEN_MAX {
        let findings = vec![limits_finding(&format!("it has more than {PDF_LEN_MAX} bytes"))];
        return Ok(Answer { survey: Survey { findings, pages: Vec::new() }, ..Answer::default() });
    }
    let press = press::check_stationery(&pdf, rules.sheet).err().map(words);
    Ok(Answer { survey: preflight::survey(&pdf, rules), press, ready: Vec::new() })
}

/// Examines ready PDFs, one after the other.
fn of_ready(question: &Question) -> Result<Answer> {
    let mut stdin = std::io::stdin().lock();
    let mut ready = Vec::new();
    for asked in &question.ready {
        std::io::copy(&mut (&mut stdin).take(asked.skip), &mut std::io::sink())?;
        let mut pdf = Vec::new();
        (&mut stdin).take(asked.len.min(PDF_LEN_MAX)).read_to_end(&mut pdf)?;
        anyhow::ensure!(pdf.len() as u64 == asked.len, "a ready PDF is not whole");
        let whole = || press::ready_pages(&pdf).map(|pages| std::iter::once(0..pages).collect());
        let letters = match &asked.letters {
            Some(letters) => letters.letters(),
            None => whole().unwrap_or_default(),
        };
        let survey = preflight::survey_ready(&pdf, &question.rules, &letters);
        let mut answer = ReadyAnswer { survey, ..ReadyAnswer::default() };
        match press::cut_ready(&pdf, &letters, &mut press::ReadyShared::begin()) {
            Ok(cut) => answer.press = cut.into_iter().map(Result::err).collect(),
            Err(error) => answer.press_file = Some(words(error)),
        }
        ready.push(answer);
    }
    Ok(Answer { ready, ..Answer::default() })
}

fn words(error: press::PressError) -> String {
    match error {
        press::PressError::Stationery(why) => why,
        other => other.to_string(),
    }
}

/// The hidden subcommand.
pub const CONFINED: &str = "confined-preflight";
/// The most bytes of a PDF that are read: a page scanned at 600 dpi has 104 MB unpacked.
pub const PDF_LEN_MAX: u64 = 128 << 20;
/// A hundred findings and sixteen pages of boxes have a fifth of that.
const ANSWER_LEN_MAX: usize = 32 << 20;
