use super::mpmc;

pub struct Rendez;

mpmc::blocking!(Rendez, rendez);
#[cfg(feature = "select")]
mpmc::selecting!(Rendez, rendez);
#[cfg(feature = "tasks")]
mpmc::tasks!(Rendez, rendez);
