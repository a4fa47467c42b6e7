use fanfare::Band;

fn main() {
    let alert = Band::new().channel::<u8, ()>("alert").unwrap();
    alert.connect(|ev| println!("{}", **ev)).now();
}
