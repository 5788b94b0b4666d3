// A channel of borrowed values lives no longer than what they borrow: not by a handle, a weak one, an iterator, a select or a future.

fn a_handle() -> rendez::Receiver<&'static str> {
    let word = String::from("short-lived");
    let (tx, rx) = rendez::bounded(1);
    tx.send(&*word).unwrap();
    rx
}

fn a_weak_handle<'a>(tx: &rendez::Sender<&'a str>) -> rendez::WeakSender<&'static str> {
    tx.downgrade()
}

fn a_longer_life<'a>(rx: rendez::Receiver<&'a str>) -> rendez::Receiver<&'static str> {
    rx
}

fn a_shorter_life<'a>(tx: rendez::Sender<&'static str>, _: &'a str) -> rendez::Sender<&'a str> {
    tx
}

fn an_iterator() -> rendez::Iter<'static, u32> {
    let (_tx, rx) = rendez::bounded(1);
    rx.iter()
}

fn a_select() -> rendez::Select<'static> {
    let (_tx, rx) = rendez::bounded::<u32>(1);
    let mut select = rendez::Select::new();
    select.recv(&rx);
    select
}

fn a_future() -> impl std::future::Future + 'static {
    let (tx, _rx) = rendez::bounded::<u32>(1);
    tx.send_async(1)
}

fn main() {}
