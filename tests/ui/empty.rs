fn main() {
    rendez::select! {}
    rendez::select_biased! {}
    rendez::select! { biased; }
}
