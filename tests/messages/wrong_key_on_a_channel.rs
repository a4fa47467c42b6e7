use fanfare::Band;

fn main() {
    let alert = Band::new().channel::<u8, ()>("alert").unwrap();
    alert.connect_sync(|ev| println!("{}", **ev)).key("loud").now();
    let _ = alert.subscribe().keys(["loud", "clear"]).now();
    alert.disconnect(main).key("loud").now();
}
