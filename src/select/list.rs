//! A list of arms that grows at run time; a short one allocates nothing.

use super::{Arm, INLINE};

#[derive(Clone)]
pub(crate) struct List<'a> {
    few: [Arm<'a>; INLINE],
    len: usize,
    /// All of them, once they are more than `few` can hold.
    many: Vec<Arm<'a>>,
}

impl<'a> List<'a> {
    pub(crate) const fn new() -> List<'a> {
        List { few: [Arm(None); INLINE], len: 0, many: Vec::new() }
    }

    /// Appends an arm, and answers its index.
    pub(crate) fn push(&mut self, arm: Arm<'a>) -> usize {
        let index = self.len;
        if index < INLINE {
            self.few[index] = arm;
        } else {
            if index == INLINE {
                self.many.extend(self.few);
            }
            self.many.push(arm);
        }
        self.len += 1;
        index
    }

    pub(crate) fn as_slice(&self) -> &[Arm<'a>] {
        match self.len <= INLINE {
            true => &self.few[..self.len],
            false => &self.many,
        }
    }

    /// Switches an arm off. Answers whether there was one.
    pub(crate) fn remove(&mut self, index: usize) -> bool {
        let arms = if self.len <= INLINE { &mut self.few[..self.len] } else { &mut self.many };
        arms[index].0.take().is_some()
    }
}
