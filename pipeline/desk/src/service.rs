//! One shop's desk: what it is told, who sits at it, its routes.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::routing::{get, post};
use axum::Router;
use gate::secret::Digest;
use gate::throttle::Throttle;
use ledger::audit::Deed;
use letter::Moment;
use tokio::sync::Semaphore;

use crate::pages;

/// What a shop says of its desk.
pub struct DeskPlan {
    /// The print centre's name.
    pub shop: String,
    /// The shop's directory, as commands are given it.
    pub root: PathBuf,
    /// Where nights write, as commands are given it.
    pub out: PathBuf,
    /// The file of accounts.
    pub accounts: PathBuf,
    /// The file of what waits for a second person.
    pub asks: PathBuf,
    /// Acts that need a second person, by the names of their commands.
    pub second_person: Vec<String>,
    /// The senders, by id.
    pub senders: Vec<SenderLine>,
    /// Runs the program with arguments and waits for its end.
    pub ask: Program,
    /// Notes in the audit log what is no command.
    pub note: Note,
    /// Returns the present moment.
    pub clock: Box<dyn Fn() -> Moment + Send + Sync>,
}

/// Runs the program with the arguments that an operator would type.
pub type Program = Box<dyn Fn(&[String]) -> io::Result<Said> + Send + Sync>;
/// Notes a deed in the audit log.
pub type Note = Box<dyn Fn(Deed) -> io::Result<()> + Send + Sync>;

/// What a command said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub text: String,
    /// What it complained of.
    pub trouble: String,
}

/// A sender as the desk lists it.
#[derive(Clone, Debug)]
pub struct SenderLine {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// The rank of its batches that have none of their own.
    pub priority: i32,
    /// Whether the configuration keeps its batches back.
    pub is_held: bool,
}

/// A desk in service.
pub struct Desk {
    pub(crate) plan: DeskPlan,
    pub(crate) sessions: Mutex<HashMap<Digest, Session>>,
    pub(crate) limits: Limits,
    /// One at a time changes what waits for a second person.
    pub(crate) asks: Mutex<()>,
}

/// Somebody who is signed in. Sessions end with the server: whoever sits at a desk signs in again.
#[derive(Clone, Debug)]
pub struct Session {
    /// Who.
    pub name: String,
    /// The account as it was then: one that has changed ends its sessions.
    pub stamp: String,
    /// When it ends at the latest.
    pub until: Moment,
    /// What the last act came to, to be shown once.
    pub outcome: Option<Outcome>,
}

/// What an act came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it was done.
    pub is_done: bool,
    /// What the command said.
    pub words: String,
    /// What an operator would have typed.
    pub command: String,
}

/// How often somebody may try.
pub(crate) struct Limits {
    /// Wrong passwords by name.
    pub by_name: Mutex<Throttle<String>>,
    /// Forms by network.
    pub by_network: Mutex<Throttle<u64>>,
    /// Passwords hashed at a time.
    pub hashing: Semaphore,
}

/// Serves the desk at `listen` until the program is asked to end; `bound` is called when it
/// listens.
///
/// # Errors
/// The network's.
pub fn run(plan: DeskPlan, listen: &str, bound: impl FnOnce(SocketAddr)) -> io::Result<()> {
    let limits = Limits {
        by_name: Mutex::new(Throttle::new(PASSWORDS_MAX, WINDOW_SECONDS)),
        by_network: Mutex::new(Throttle::new(POSTS_MAX, WINDOW_SECONDS)),
        hashing: Semaphore::new(1),
    };
    let (sessions, asks) = (Mutex::default(), Mutex::default());
    let desk = Arc::new(Desk { plan, sessions, limits, asks });
    gate::serve(routes(desk), listen, std::future::pending(), bound)
}

fn routes(desk: Arc<Desk>) -> Router {
    let routes = Router::new()
        .route("/", get(pages::look::tonight))
        .route("/nights", get(pages::look::nights))
        .route("/batches", get(pages::look::batches))
        .route("/batches/{sender}/{batch}", get(pages::batch::batch))
        .route("/batches/{sender}/{batch}/files/{number}", get(pages::batch::file))
        .route("/piece", get(pages::piece::piece))
        .route("/line", get(pages::look::line))
        .route("/stuck", get(pages::look::stuck))
        .route("/senders", get(pages::look::senders))
        .route("/registry", get(pages::look::registry))
        .route("/audit", get(pages::look::audit))
        .route("/asks", get(pages::act::asks))
        .route("/asks/{id}", post(pages::act::decide))
        .route("/acts/{task}", post(pages::act::act))
        .route("/sign-in", get(pages::sign_in::form).post(pages::sign_in::sign_in))
        .route("/sign-out", post(pages::sign_in::sign_out))
        .route("/language/{tag}", get(gate::language))
        .route("/style.css", get(pages::style))
        .route("/desk.css", get(pages::own_style))
        .fallback(pages::not_found);
    gate::guarded(routes).with_state(desk)
}

impl Desk {
    pub(crate) fn now(&self) -> Moment {
        (self.plan.clock)()
    }

    pub(crate) fn sessions(&self) -> MutexGuard<'_, HashMap<Digest, Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns shop and OUT as commands are given them.
    pub(crate) fn places(&self) -> [String; 2] {
        [&self.plan.root, &self.plan.out].map(|path| path.to_string_lossy().into_owned())
    }

    /// Whether the shop's rules ask for a second person.
    pub(crate) fn needs_second(&self, task: &crate::tasks::Task) -> bool {
        task.needs_second || self.plan.second_person.iter().any(|name| name == task.name)
    }
}

/// The window of the limits, seconds.
const WINDOW_SECONDS: i64 = 15 * 60;
/// Wrong passwords for one name within the window (NIST SP 800-63B-4 §3.2.2 allows 100 in all).
const PASSWORDS_MAX: u32 = 10;
/// Forms from one network within the window: a shift with a hand scanner sends many.
const POSTS_MAX: u32 = 3000;
