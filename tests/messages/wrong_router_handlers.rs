use fanfare::Router;
use fanfare::router::Call;

fn main() {
    let router = Router::<u32>::new();
    let right = router.sender("right").on_request("read", async |call| **call + 1);
    let _ = right.on_request_sync("half", |call| (**call % 2 == 0).then(|| **call / 2).ok_or("it is odd"));
    let _ = router.sender("s").on_request("read", |call: std::sync::Arc<Call<u32>>| **call);
    let _ = router.sender("s").on_request_sync("read", async |_| 7);
    let _ = router.sender("s").on_request_sync("read", |_| "seven");
    let _ = router.sender("s").on_any_request(|_| async { Err::<u32, _>(7) });
}
