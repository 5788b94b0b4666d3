fn main() {
    rendez::select! {
        recv() -> msg => drop(msg),
    }
}
