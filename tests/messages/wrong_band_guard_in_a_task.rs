use fanfare::Band;

async fn work() {}

fn main() {
    let band = Band::new();
    smol::spawn(async move {
        let _in_band = band.enter();
        work().await;
    })
    .detach();
}
