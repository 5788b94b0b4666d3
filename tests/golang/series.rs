//! Power series as processes: each coefficient is worked out when it is asked for (McIlroy, "Squinting at power series", 1990).
//!
//! A stress of small rendezvous among many threads, with feedback: a process that answers must go on serving those it depends on.

use super::common::watched;
use rendez::{rendezvous, select, Receiver, Sender};
use std::collections::VecDeque;
use std::thread;

/// A rational number in lowest terms, its denominator positive.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Ratio(i128, i128);

impl Ratio {
    fn new(top: i128, bottom: i128) -> Ratio {
        let (mut a, mut b) = (top.abs(), bottom.abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let sign = a.max(1) * bottom.signum();
        Ratio(top / sign, bottom / sign)
    }

    fn plus(self, other: Ratio) -> Ratio {
        Ratio::new(self.0 * other.1 + other.0 * self.1, self.1 * other.1)
    }

    fn times(self, other: Ratio) -> Ratio {
        Ratio::new(self.0 * other.0, self.1 * other.1)
    }

    fn inverse(self) -> Ratio {
        Ratio::new(self.1, self.0)
    }

    fn minus(self) -> Ratio {
        Ratio(-self.0, self.1)
    }
}

const ZERO: Ratio = Ratio(0, 1);
const ONE: Ratio = Ratio(1, 1);

/// The end of a series that asks.
struct Series {
    ask: Sender<()>,
    answer: Receiver<Ratio>,
}

impl Series {
    fn next(&self) -> Option<Ratio> {
        self.ask.send(()).ok()?;
        self.answer.recv().ok()
    }

    fn first(&self, n: usize) -> Vec<Ratio> {
        (0..n).map(|_| self.next().unwrap()).collect()
    }
}

/// The end that answers.
struct Port {
    asked: Receiver<()>,
    reply: Sender<Ratio>,
    stop: Receiver<()>,
}

impl Port {
    /// Waits to be asked, and only then works the answer out. `None`: all is over.
    fn give(&self, coefficient: impl FnOnce() -> Option<Ratio>) -> Option<()> {
        select! {
            recv(self.asked) -> msg => msg.ok()?,
            recv(self.stop) -> _ => return None,
        }
        self.reply.send(coefficient()?).ok()
    }

    fn copy(&self, from: &Series) -> Option<()> {
        loop {
            self.give(|| from.next())?;
        }
    }
}

/// What the processes share: when to stop, and a sign of life.
#[derive(Clone)]
struct World {
    stop: Receiver<()>,
    _alive: Sender<()>,
}

impl World {
    fn pipe(&self) -> (Series, Port) {
        let (ask, asked) = rendezvous();
        let (reply, answer) = rendezvous();
        (Series { ask, answer }, Port { asked, reply, stop: self.stop.clone() })
    }

    fn spawn(&self, work: impl FnOnce(&World) -> Option<()> + Send + 'static) {
        let world = self.clone();
        thread::Builder::new().stack_size(128 << 10).spawn(move || work(&world)).unwrap();
    }

    fn process(&self, work: impl FnOnce(&World, &Port) -> Option<()> + Send + 'static) -> Series {
        let (series, port) = self.pipe();
        self.spawn(move |world| work(world, &port));
        series
    }

    /// A process that needs its own series.
    fn feedback(&self, work: impl FnOnce(&World, &Port, Series) -> Option<()> + Send + 'static) -> Series {
        let (series, port) = self.pipe();
        let (out, back) = self.split(series);
        self.spawn(move |world| work(world, &port, back));
        out
    }

    /// Two readers of one series. While one waits for a new coefficient, the other is served those it has not had yet.
    fn split(&self, from: Series) -> (Series, Series) {
        let ((a, to_a), (b, to_b)) = (self.pipe(), self.pipe());
        self.spawn(move |world| {
            let ports = [to_a, to_b];
            let mut open = [true; 2];
            let mut waiting = [false; 2];
            let mut queues = [VecDeque::new(), VecDeque::new()];
            let mut asked = false;
            while open.contains(&true) {
                let (side, msg) = select! {
                    recv(ports[0].asked) -> msg, if open[0] => (0, msg),
                    recv(ports[1].asked) -> msg, if open[1] => (1, msg),
                    recv(from.answer) -> coefficient, if asked => {
                        let coefficient = coefficient.ok()?;
                        asked = false;
                        for side in 0..2 {
                            match std::mem::take(&mut waiting[side]) {
                                true => open[side] = ports[side].reply.send(coefficient).is_ok(),
                                false => queues[side].push_back(coefficient),
                            }
                        }
                        continue;
                    },
                    recv(world.stop) -> _ => return None,
                };
                match (msg, queues[side].pop_front()) {
                    (Err(_), _) => open[side] = false,
                    (Ok(()), Some(coefficient)) => ports[side].reply.send(coefficient).ok()?,
                    (Ok(()), None) => {
                        waiting[side] = true;
                        if !asked {
                            from.ask.send(()).ok()?;
                            asked = true;
                        }
                    }
                }
            }
            None
        });
        (a, b)
    }

    fn constant(&self, c: Ratio) -> Series {
        self.process(move |_, out| loop {
            out.give(|| Some(c))?;
        })
    }

    /// Given coefficients, then zeros.
    fn polynomial(&self, coefficients: &'static [i128]) -> Series {
        self.process(move |_, out| {
            coefficients.iter().try_for_each(|c| out.give(|| Some(Ratio(*c, 1))))?;
            loop {
                out.give(|| Some(ZERO))?;
            }
        })
    }

    fn sum(&self, f: Series, g: Series) -> Series {
        self.process(move |_, out| loop {
            out.give(|| Some(f.next()?.plus(g.next()?)))?;
        })
    }

    fn scaled(&self, c: Ratio, f: Series) -> Series {
        self.process(move |_, out| loop {
            out.give(|| Some(c.times(f.next()?)))?;
        })
    }

    fn product(&self, f: Series, g: Series) -> Series {
        self.process(move |world, out| {
            let (mut f0, mut g0) = (ZERO, ZERO);
            out.give(|| {
                (f0, g0) = (f.next()?, g.next()?);
                Some(f0.times(g0))
            })?;
            let ((f, f_again), (g, g_again)) = (world.split(f), world.split(g));
            let linear = world.sum(world.scaled(f0, g), world.scaled(g0, f));
            out.give(|| linear.next())?;
            out.copy(&world.sum(linear, world.product(f_again, g_again)))
        })
    }

    fn derivative(&self, f: Series) -> Series {
        self.process(move |_, out| {
            out.give(|| f.next().and_then(|_| f.next()))?;
            (2..).try_for_each(|n| out.give(|| Some(Ratio(n, 1).times(f.next()?))))
        })
    }

    fn integral(&self, c: Ratio, f: Series) -> Series {
        self.process(move |_, out| {
            out.give(|| Some(c))?;
            (1..).try_for_each(|n| out.give(|| Some(Ratio(1, n).times(f.next()?))))
        })
    }

    fn reciprocal(&self, f: Series) -> Series {
        self.feedback(move |world, out, back| {
            let mut inverse = ZERO;
            out.give(|| {
                inverse = f.next()?.inverse();
                Some(inverse)
            })?;
            out.copy(&world.scaled(inverse.minus(), world.product(f, back)))
        })
    }

    /// `f(g)`, where `g` starts with zero.
    fn composed(&self, f: Series, g: Series) -> Series {
        self.process(move |world, out| {
            out.give(|| f.next())?;
            let (g, g_again) = world.split(g);
            let rest = world.composed(f, g_again);
            let tail = world.process(move |_, out| {
                out.give(|| g.next().and_then(|_| g.next()))?;
                out.copy(&g)
            });
            out.copy(&world.product(tail, rest))
        })
    }

    fn exponential(&self, f: Series) -> Series {
        self.feedback(move |world, out, back| out.copy(&world.integral(ONE, world.product(world.derivative(f), back))))
    }

    /// The `r` with `f(r) = x`, where `f` starts with zero.
    fn inverse(&self, f: Series) -> Series {
        self.feedback(move |world, out, back| {
            out.give(|| f.next())?;
            out.copy(&world.reciprocal(world.composed(f, back)))
        })
    }
}

/// Runs `series`, compares its first coefficients, and waits until every process has gone.
fn check(expected: &'static [(i128, i128)], series: impl FnOnce(&World) -> Series + Send + 'static) {
    watched(move || {
        let ((alive, gone), (stopper, stop)) = (rendezvous::<()>(), rendezvous::<()>());
        let world = World { stop, _alive: alive };
        let got = series(&world).first(expected.len());
        drop((world, stopper));
        assert!(gone.recv().is_err());
        assert!(got.iter().zip(expected).all(|(got, expected)| *got == Ratio(expected.0, expected.1)), "{got:?}");
    });
}

#[test]
fn sums_and_multiples() {
    check(&[(3, 1); 10], |w| w.sum(w.constant(ONE), w.constant(Ratio(2, 1))));
    check(&[(3, 2); 10], |w| w.scaled(Ratio(1, 2), w.constant(Ratio(3, 1))));
}

#[test]
fn products() {
    check(&[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1), (6, 1)], |w| w.product(w.constant(ONE), w.constant(ONE)));
    check(&[(1, 1), (0, 1), (-1, 1), (0, 1), (0, 1)], |w| w.product(w.polynomial(&[1, 1]), w.polynomial(&[1, -1])));
}

#[test]
fn derivatives_and_integrals() {
    check(&[(1, 1), (2, 1), (3, 1), (4, 1), (5, 1)], |w| w.derivative(w.constant(ONE)));
    check(&[(0, 1), (1, 1), (1, 2), (1, 3), (1, 4)], |w| w.integral(ZERO, w.constant(ONE)));
}

#[test]
fn feedback_divides_and_raises_to_a_power() {
    check(&[(1, 1); 8], |w| w.reciprocal(w.polynomial(&[1, -1])));
    check(&[(1, 1), (1, 1), (1, 2), (1, 6), (1, 24), (1, 120)], |w| w.exponential(w.polynomial(&[0, 1])));
}

#[test]
fn the_tangent_is_the_inverse_of_its_inverse() {
    // The integral of 1 / (1 + x²).
    let arc_tangent = |w: &World| w.integral(ZERO, w.reciprocal(w.polynomial(&[1, 0, 1])));
    check(&[(0, 1), (1, 1), (0, 1), (-1, 3), (0, 1), (1, 5), (0, 1), (-1, 7)], arc_tangent);
    check(&[(0, 1), (1, 1), (0, 1), (1, 3), (0, 1), (2, 15), (0, 1), (17, 315)], move |w| w.inverse(arc_tangent(w)));
}
