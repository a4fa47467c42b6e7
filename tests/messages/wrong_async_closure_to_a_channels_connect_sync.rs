use fanfare::Band;

fn main() {
    let alert = Band::new().channel::<u8, ()>("alert").unwrap();
    alert.connect_sync(async |ev| println!("{}", **ev)).now();
}
