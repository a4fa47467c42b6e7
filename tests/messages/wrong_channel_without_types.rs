use fanfare::Band;

fn main() {
    let alert = Band::new().channel("alert").unwrap();
    let _ = alert.receiver_count();
}
