//! The bus over HTTP.

use axum::Json;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use fanfare::Bus;

use super::messages::{BookQuery, CreateBook};
use super::store::StoreError;

pub(crate) fn routes(bus: Bus) -> Router {
    Router::new()
        .route("/books", post(create_book))
        .route("/books/{title}", get(find_books))
        .route("/inspect", get(inspect))
        .with_state(bus)
}

async fn create_book(State(bus): State<Bus>, Json(command): Json<CreateBook>) -> Response {
    match bus.execute(command).await {
        Ok(Ok(book)) => (StatusCode::CREATED, Json(book)).into_response(),
        Ok(Err(error @ StoreError::Taken(_))) => says(StatusCode::CONFLICT, &error),
        Ok(Err(error)) => says(StatusCode::INTERNAL_SERVER_ERROR, &error),
        Err(error) if error.is_stopped() => says(StatusCode::SERVICE_UNAVAILABLE, &error),
        Err(error) => says(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}

async fn find_books(State(bus): State<Bus>, Path(title): Path<String>) -> Response {
    match bus.query(BookQuery { title }).await {
        Ok(Ok(result)) if result.books.is_empty() => StatusCode::NOT_FOUND.into_response(),
        Ok(Ok(result)) => Json(result.books).into_response(),
        Ok(Err(error)) => says(StatusCode::INTERNAL_SERVER_ERROR, &error),
        Err(error) if error.is_stopped() => says(StatusCode::SERVICE_UNAVAILABLE, &error),
        Err(error) => says(StatusCode::INTERNAL_SERVER_ERROR, &error),
    }
}

async fn inspect(State(bus): State<Bus>) -> String {
    format!("{}\n", bus.inspect())
}

fn says(status: StatusCode, error: &dyn std::fmt::Display) -> Response {
    (status, error.to_string()).into_response()
}
