//! The endpoints: each is a command or a query.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use fanfare::Bus;
use fanfare::bus::RequestError;
use serde::Deserialize;

use super::handlers::LettersTo;
use super::messages::{OrderOf, PlaceOrder, Restock, StockOf};

pub(crate) fn routes(bus: Bus) -> Router {
    Router::new()
        .route("/stock/{item}", put(restock).get(stock_of))
        .route("/orders", post(place_order))
        .route("/orders/{number}", get(order_of))
        .route("/mail/{customer}", get(letters_to))
        .route("/inspect", get(inspect))
        .with_state(bus)
}

/// Why there is no reply, as HTTP says it.
struct Unanswered(StatusCode, String);

impl<M> From<RequestError<M>> for Unanswered {
    fn from(error: RequestError<M>) -> Self {
        let status = match &error {
            error if error.is_stopped() => StatusCode::SERVICE_UNAVAILABLE,
            error if error.is_timed_out() => StatusCode::GATEWAY_TIMEOUT,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self(status, error.to_string())
    }
}

impl IntoResponse for Unanswered {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

#[derive(Deserialize)]
struct Count {
    count: u32,
}

async fn restock(
    State(bus): State<Bus>,
    Path(item): Path<String>,
    Json(Count { count }): Json<Count>,
) -> Result<String, Unanswered> {
    let key = item.clone();
    let there = bus.execute(Restock { item, count }).key(key).await?;
    Ok(there.to_string())
}

async fn stock_of(State(bus): State<Bus>, Path(item): Path<String>) -> Result<String, Unanswered> {
    Ok(bus.query(StockOf { item }).await?.to_string())
}

async fn place_order(
    State(bus): State<Bus>,
    Json(command): Json<PlaceOrder>,
) -> Result<Response, Unanswered> {
    let key = command.item.clone();
    Ok(match bus.execute(command).key(key).await? {
        Ok(order) => (StatusCode::CREATED, Json(order)).into_response(),
        Err(error) => (StatusCode::CONFLICT, error.to_string()).into_response(),
    })
}

async fn order_of(State(bus): State<Bus>, Path(number): Path<u64>) -> Result<Response, Unanswered> {
    Ok(match bus.query(OrderOf { number }).await? {
        Some(order) => Json(order).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    })
}

async fn letters_to(
    State(bus): State<Bus>,
    Path(customer): Path<String>,
) -> Result<Json<Vec<String>>, Unanswered> {
    Ok(Json(bus.query(LettersTo(customer)).await?))
}

async fn inspect(State(bus): State<Bus>) -> String {
    format!("{}\n", bus.inspect())
}
