fn main() {
    let (_tx, rx) = rendez::bounded::<u32>(1);
    let (_other_tx, other) = rendez::bounded::<u32>(1);
    rendez::select! {
        recv(rx, other) -> msg => drop(msg),
    }
}
