use super::mpmc;

pub struct Crossbeam;

mpmc::blocking!(Crossbeam, crossbeam_channel);
mpmc::selecting!(Crossbeam, crossbeam_channel);
