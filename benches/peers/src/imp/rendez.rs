use super::mpmc;

pub struct Rendez;

mpmc::blocking!(Rendez, rendez);
mpmc::selecting!(Rendez, rendez);
mpmc::tasks!(Rendez, rendez);
