//! Everything that can be a handler.

use std::sync::Arc;

use fanfare::Router;
use fanfare::router::{Call, HandlerError, RequestProblem, Sender};

use crate::common::Log;
use crate::kit::router_on;
use crate::runtime::Runtime;

async fn read(call: Arc<Call<u32>>) -> u32 {
    **call + 1
}

async fn check(call: Arc<Call<u32>>) -> Result<u32, HandlerError> {
    let small: u8 = (**call).try_into()?;
    Ok(small.into())
}

fn size(call: &Call<u32>) -> u32 {
    **call + 10
}

struct Device {
    offset: u32,
    /// It owns what replies by it.
    sender: std::sync::Mutex<Option<Sender<u32>>>,
}

impl Device {
    async fn read(self: Arc<Self>, call: Arc<Call<u32>>) -> u32 {
        **call + self.offset
    }

    async fn check(self: Arc<Self>, call: Arc<Call<u32>>) -> Result<u32, String> {
        if **call > self.offset {
            Err(format!("beyond {}", self.offset))
        } else {
            Ok(**call)
        }
    }

    fn size(&self, call: &Call<u32>) -> Result<u32, &'static str> {
        self.offset.checked_sub(**call).ok_or("too much")
    }

    fn any(&self, call: &Call<u32>) -> u32 {
        call.method().len() as u32
    }
}

/// The reply, or what was said.
async fn ask(router: &Router<u32>, method: &str, number: u32) -> Result<u32, String> {
    let reply = router.request("s", method, number).await;
    reply.map_err(|error| {
        error
            .into_handler_error()
            .expect("it returned one")
            .to_string()
    })
}

async fn functions_closures_and_state(on: Runtime) {
    let router = router_on(&on);
    let state = Log::new();
    let _s = router
        .sender("s")
        .on_request("read", read)
        .on_request("check", check)
        .on_request_sync("size", size)
        .on_request("closure", |call| async move { **call + 2 })
        .on_request_sync(
            "result",
            |call: &Call<u32>| if **call > 0 { Ok(1) } else { Err("zero") },
        )
        .on_request_with("state", state.clone(), |state, call| async move {
            state.push(**call);
            state.len() as u32
        })
        .on_any_request_with(state.clone(), |state, call| async move {
            Err::<u32, _>(format!("{} of {}", call.method(), state.len()))
        })
        .register()
        .await
        .unwrap();
    assert_eq!(ask(&router, "read", 1).await, Ok(2));
    assert_eq!(ask(&router, "check", 7).await, Ok(7));
    assert!(
        ask(&router, "check", 777)
            .await
            .unwrap_err()
            .contains("out of range")
    );
    assert_eq!(ask(&router, "size", 1).await, Ok(11));
    assert_eq!(ask(&router, "closure", 1).await, Ok(3));
    assert_eq!(ask(&router, "result", 1).await, Ok(1));
    assert_eq!(ask(&router, "result", 0).await, Err("zero".into()));
    assert_eq!(ask(&router, "state", 5).await, Ok(1));
    assert_eq!(ask(&router, "else", 5).await, Err("else of 1".into()));
    assert_eq!(state.take(), [5]);
}

async fn methods_of_an_object_that_owns_the_sender(on: Runtime) {
    let router = router_on(&on);
    let device = Arc::new(Device {
        offset: 100,
        sender: std::sync::Mutex::new(None),
    });
    let sender = router
        .sender("s")
        .on_request_method("read", &device, Device::read)
        .on_request_method("check", &device, Device::check)
        .on_request_method_sync("size", &device, Device::size)
        .on_any_request_method_sync(&device, Device::any)
        .register()
        .await
        .unwrap();
    *device.sender.lock().unwrap() = Some(sender);
    assert_eq!(ask(&router, "read", 1).await, Ok(101));
    assert_eq!(ask(&router, "check", 1).await, Ok(1));
    assert_eq!(ask(&router, "check", 101).await, Err("beyond 100".into()));
    assert_eq!(ask(&router, "size", 1).await, Ok(99));
    assert_eq!(ask(&router, "size", 101).await, Err("too much".into()));
    assert_eq!(ask(&router, "four", 0).await, Ok(4));
    drop(device);
    assert!(router.senders().is_empty(), "they went together");

    // One whose object dies first is told apart from one that is not there.
    let device = Arc::new(Device {
        offset: 1,
        sender: std::sync::Mutex::new(None),
    });
    let _s = router
        .sender("s")
        .on_any_request_method(&device, Device::read)
        .register()
        .await
        .unwrap();
    assert_eq!(ask(&router, "any", 1).await, Ok(2));
    drop(device);
    let error = router.request("s", "any", 7).await.unwrap_err();
    assert_eq!(
        (error.problem(), error.into_payload()),
        (RequestProblem::HandlerGone, Some(7))
    );
}

/// Of two for one method, the second stands.
async fn a_method_has_one_handler(on: Runtime) {
    let router = router_on(&on);
    let s = router
        .sender("s")
        .on_request_sync("b", |_| 1)
        .on_any_request_sync(|_| 2)
        .on_request_sync("a", |_| 3)
        .on_request_sync("b", |_| 4)
        .on_any_request_sync(|_| 5)
        .register()
        .await
        .unwrap();
    let methods: Vec<_> = s.info().requests().expect("it replies").collect();
    assert_eq!(methods, ["b", "a"]);
    assert_eq!(
        (ask(&router, "b", 0).await, ask(&router, "c", 0).await),
        (Ok(4), Ok(5))
    );
}

/// A payload that is a `Result` itself is a reply like any other.
async fn a_reply_may_be_anything(on: Runtime) {
    let router = Router::<Option<u8>>::builder()
        .spawner(on.spawner())
        .build();
    let builder = router.sender("s").on_request_sync("none", |_| None);
    let builder = builder.on_request_sync("fails", |_| Err("no"));
    let _s = builder
        .on_request("some", |_| async { Ok::<_, HandlerError>(Some(1)) })
        .register()
        .await
        .unwrap();
    assert_eq!(router.request("s", "none", None).await.unwrap(), None);
    assert_eq!(router.request("s", "some", None).await.unwrap(), Some(1));
    assert!(router.request("s", "fails", None).await.is_err());
}

on_each_runtime! {
    functions_closures_and_state,
    methods_of_an_object_that_owns_the_sender,
    a_method_has_one_handler,
    a_reply_may_be_anything,
}
