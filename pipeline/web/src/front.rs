//! The server: routes, headers that every answer carries, a graceful end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use axum::Router;
use tokio::net::TcpListener;

use crate::pages;
use crate::site::{OpenError, Site};

/// A door that listens.
pub struct Bound {
    /// Where.
    pub address: SocketAddr,
}

/// Serves the site at `listen` until the program is asked to end (SIGINT, SIGTERM); `bound` is
/// called when it listens. Requests that are under way are answered.
///
/// # Errors
/// [`OpenError::Network`].
pub fn run(site: Site, listen: &str, bound: impl FnOnce(&Bound)) -> Result<(), OpenError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(BLOCKING_MAX)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await?;
        bound(&Bound { address: listener.local_addr()? });
        let site = Arc::new(site);
        let refreshing = tokio::spawn(refresh(Arc::clone(&site)));
        let app = router(site).into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, app).with_graceful_shutdown(asked_to_end()).await;
        refreshing.abort();
        Ok(served?)
    })
}

/// Takes in what nights have done, again and again.
async fn refresh(site: Arc<Site>) {
    let mut ticks = tokio::time::interval(REFRESH);
    loop {
        ticks.tick().await;
        let site = Arc::clone(&site);
        // Trouble is met again by the next look; pages go on with what is known.
        let _ = tokio::task::spawn_blocking(move || site.refresh()).await;
    }
}

/// Returns when the program is asked to end.
async fn asked_to_end() {
    use tokio::signal::unix::{signal, SignalKind};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminated.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Returns all pages of the site.
pub(crate) fn router(site: Arc<Site>) -> Router {
    Router::new()
        .route("/", get(pages::inbox::home))
        .route("/sign-in", get(pages::sign_in::form).post(pages::sign_in::sign_in))
        .route("/sign-out", post(pages::sign_in::sign_out))
        .route("/first", get(pages::first::form).post(pages::first::admit))
        .route("/card", get(pages::card::form).post(pages::card::answer))
        .route("/card/challenge.txt", get(pages::card::challenge))
        .route("/letters", get(pages::inbox::inbox))
        .route("/letters/{piece}", get(pages::letter::letter))
        .route("/letters/{piece}/open", post(pages::letter::open))
        .route("/letters/{piece}/keep", post(pages::letter::keep))
        .route("/letters/{piece}/pdf", get(pages::letter::pdf))
        .route("/portal", get(pages::feed::page).post(pages::feed::make))
        .route("/feed/{secret}", get(pages::feed::feed))
        .route("/go/{link}", get(pages::feed::follow))
        .route("/forward", get(pages::forward::page).post(pages::forward::ask))
        .route("/forward/confirm", post(pages::forward::confirm))
        .route("/forward/end", post(pages::forward::end))
        .route(
            "/papers",
            get(pages::papers::list)
                .post(pages::papers::keep)
                .layer(DefaultBodyLimit::max(pages::papers::PAPER_BYTES_MAX + FORM_BYTES_MAX)),
        )
        .route("/papers/{seal}", get(pages::papers::paper))
        .route("/papers/{seal}/remove", post(pages::papers::remove))
        .route("/senders", get(pages::senders::directory).post(pages::senders::choose))
        .route("/language/{tag}", get(pages::language))
        .route("/style.css", get(pages::style))
        .fallback(pages::not_found)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn_with_state(Arc::clone(&site), guarded))
        .with_state(site)
}

/// Refuses forms of other sites, ends what takes too long, sets the headers of every answer.
async fn guarded(State(_): State<Arc<Site>>, request: Request, next: Next) -> Response {
    if request.method() == Method::POST && is_of_another_site(&request) {
        return secured(refusal(StatusCode::FORBIDDEN));
    }
    let answer = tokio::time::timeout(ANSWER_WITHIN, next.run(request)).await;
    secured(answer.unwrap_or_else(|_| refusal(StatusCode::REQUEST_TIMEOUT)))
}

/// Whether the browser says that a form was sent from a page of another site (Fetch Metadata).
fn is_of_another_site(request: &Request) -> bool {
    let site = request.headers().get("sec-fetch-site");
    site.is_some_and(|site| site != "same-origin" && site != "none")
}

fn refusal(status: StatusCode) -> Response {
    let mut refusal = Response::new(Body::empty());
    *refusal.status_mut() = status;
    refusal
}

fn secured(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in SECURITY {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

/// What a browser may do with our pages (OWASP secure headers): nothing that is not ours, no script
/// at all, no frame around them.
const SECURITY: [(&str, &str); 8] = [
    (
        "content-security-policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
    ),
    ("strict-transport-security", "max-age=63072000; includeSubDomains"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Threads that answer.
const WORKERS: usize = 2;
/// Threads that wait for the disk or hash a password.
const BLOCKING_MAX: usize = 16;
/// A form without a file, bytes.
const FORM_BYTES_MAX: usize = 16 * 1024;
/// The longest that an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// How often the door looks for news.
const REFRESH: Duration = Duration::from_secs(1);
