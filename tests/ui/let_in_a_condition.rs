fn main() {
    let (_tx, rx) = rendez::bounded::<u32>(1);
    let limit = Some(1);
    rendez::select! {
        recv(rx) -> msg, if let Some(1) = limit => drop(msg),
        default => {}
    }
}
