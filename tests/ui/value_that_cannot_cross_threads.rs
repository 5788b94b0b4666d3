use std::rc::Rc;

fn main() {
    let (tx, rx) = rendez::bounded::<Rc<u32>>(1);
    std::thread::spawn(move || rendez::select! { recv(rx) -> msg => drop(msg) });
    std::thread::spawn(move || tx.send(Rc::new(1)));
}
