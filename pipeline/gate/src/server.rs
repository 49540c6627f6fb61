//! The server: headers that every answer carries, limits of every request, a graceful end.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::Router;
use tokio::net::TcpListener;

/// Serves pages at `listen` until the program is asked to end (SIGINT, SIGTERM), beside `tending`;
/// `bound` is called when it listens. Requests that are under way are answered.
///
/// # Errors
/// The network's.
pub fn serve(
    app: Router,
    listen: &str,
    tending: impl Future<Output = ()> + Send + 'static,
    bound: impl FnOnce(SocketAddr),
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .max_blocking_threads(BLOCKING_MAX)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await?;
        bound(listener.local_addr()?);
        let tending = tokio::spawn(tending);
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, app).with_graceful_shutdown(asked_to_end()).await;
        tending.abort();
        served
    })
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

/// Puts the limits and headers of our doors around pages.
pub fn guarded<S: Clone + Send + Sync + 'static>(pages: Router<S>) -> Router<S> {
    pages.layer(DefaultBodyLimit::max(FORM_BYTES_MAX)).layer(middleware::from_fn(guard))
}

/// Refuses forms of other sites, ends what takes too long, sets the headers of every answer.
async fn guard(request: Request, next: Next) -> Response {
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
pub const FORM_BYTES_MAX: usize = 16 * 1024;
/// The longest that an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
