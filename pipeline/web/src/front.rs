//! The mailbox's door in service: its routes, and its eye on what nights do.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use axum::Router;
use gate::FORM_BYTES_MAX;

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
    let site = Arc::new(site);
    let tending = refresh(Arc::clone(&site));
    Ok(gate::serve(router(site), listen, tending, |address| bound(&Bound { address }))?)
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

/// Returns all pages of the site.
pub(crate) fn router(site: Arc<Site>) -> Router {
    let pages = Router::new()
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
        .fallback(pages::not_found);
    gate::guarded(pages).with_state(site)
}

/// How often the door looks for news.
const REFRESH: Duration = Duration::from_secs(1);
