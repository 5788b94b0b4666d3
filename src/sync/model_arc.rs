//! `Arc` inside a loom model.
//!
//! That the last owner comes after all others is an order that std's count makes, and loom does not see: what the last one ends would look like a race with
//! those who used it before. (loom's own `Arc` has no weak handles.) So each end of a handle is an access here, which learns what those before it knew. loom
//! changes threads before an access only: so the access, and what std's count makes of it, are one step.

use super::Ordering;
use loom::sync::atomic::AtomicUsize;
use std::ops::Deref;
use std::sync::{self, Weak};

/// One word, as std's.
pub(crate) struct Arc<T>(Box<Parts<T>>);

struct Parts<T> {
    /// There until the handle ends.
    value: Option<sync::Arc<T>>,
    ends: sync::Arc<AtomicUsize>,
}

pub(crate) struct WeakArc<T>(Box<(Weak<T>, sync::Arc<AtomicUsize>)>);

fn meet(ends: &AtomicUsize) {
    ends.fetch_add(1, Ordering::AcqRel); // ORDERING: Release for those who come later, Acquire of those who came before, as in std's
}

impl<T> Arc<T> {
    pub(crate) fn new(value: T) -> Arc<T> {
        Arc::with(sync::Arc::new(value), sync::Arc::new(AtomicUsize::new(0)))
    }

    fn with(value: sync::Arc<T>, ends: sync::Arc<AtomicUsize>) -> Arc<T> {
        Arc(Box::new(Parts { value: Some(value), ends }))
    }

    fn value(&self) -> &sync::Arc<T> {
        self.0.value.as_ref().expect("a handle that has not ended")
    }

    pub(crate) fn downgrade(this: &Arc<T>) -> WeakArc<T> {
        WeakArc(Box::new((sync::Arc::downgrade(this.value()), this.0.ends.clone())))
    }

    pub(crate) fn ptr_eq(a: &Arc<T>, b: &Arc<T>) -> bool {
        sync::Arc::ptr_eq(a.value(), b.value())
    }

    pub(crate) fn strong_count(this: &Arc<T>) -> usize {
        sync::Arc::strong_count(this.value())
    }

    /// The value, for the last owner.
    pub(crate) fn into_inner(mut this: Arc<T>) -> Option<T> {
        meet(&this.0.ends);
        this.0.value.take().and_then(sync::Arc::into_inner)
    }
}

impl<T> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value()
    }
}

impl<T> Clone for Arc<T> {
    fn clone(&self) -> Arc<T> {
        Arc::with(self.value().clone(), self.0.ends.clone())
    }
}

impl<T> Drop for Arc<T> {
    fn drop(&mut self) {
        if self.0.value.is_some() {
            meet(&self.0.ends);
            self.0.value = None;
        }
    }
}

impl<T> WeakArc<T> {
    pub(crate) fn upgrade(&self) -> Option<Arc<T>> {
        let (value, ends) = &*self.0;
        meet(ends);
        Some(Arc::with(value.upgrade()?, ends.clone()))
    }

    pub(crate) fn strong_count(&self) -> usize {
        self.0 .0.strong_count()
    }
}

impl<T> Clone for WeakArc<T> {
    fn clone(&self) -> WeakArc<T> {
        WeakArc(self.0.clone())
    }
}
