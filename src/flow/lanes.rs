//! Ordered lanes: parts of a batch are worked on by several threads at once, and come back in their order.
//!
//! Whoever waits for them watches over them: work that does not come to an end cannot be interrupted, but it can be left
//! behind, and named.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::stop::Stop;

/// How often the watch looks at the stop signal and at the lanes.
const TICK: Duration = Duration::from_millis(50);

/// What one thread does with each part that it is given.
pub type Job<P, R, C> = Box<dyn FnMut(&P, &Place<C>) -> R + Send>;

/// Threads that work on parts.
pub struct Lanes<P, R, C> {
    lanes: Vec<Lane<P, R, C>>,
    stop: Stop,
    patience: Duration,
}

struct Lane<P, R, C> {
    parts: Sender<P>,
    results: Receiver<(P, R)>,
    place: Arc<Place<C>>,
}

/// What a lane is busy with.
#[derive(Debug)]
pub struct Place<C> {
    at: Mutex<Option<(C, Instant)>>,
    given_up: AtomicBool,
}

impl<C: Clone> Place<C> {
    /// Says what is begun now. False where nobody waits for it any more.
    pub fn begin(&self, what: C) -> bool {
        self.set(Some((what, Instant::now())));
        !self.given_up.load(Ordering::Relaxed)
    }

    fn set(&self, at: Option<(C, Instant)>) {
        // A whole value is stored each time.
        *self.at.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    fn since(&self) -> Option<(C, Instant)> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Why parts do not come back.
#[derive(Debug, PartialEq, Eq)]
pub enum LaneError<C> {
    /// This was begun, and does not come to an end.
    Stuck(C),
    /// A thread has broken down.
    Broken,
}

impl<P, R, C> Lanes<P, R, C>
where
    P: Send + 'static,
    R: Send + 'static,
    C: Clone + Send + fmt::Debug + 'static,
{
    /// Starts one thread for each job. Whatever one thing takes longer than `patience` is called stuck.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub fn start(jobs: Vec<Job<P, R, C>>, stop: Stop, patience: Duration) -> Result<Self, Failure> {
        let lanes = jobs.into_iter().map(lane).collect::<Result<_, _>>()?;
        Ok(Lanes { lanes, stop, patience })
    }

    /// How many threads there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lanes.len()
    }

    /// Works on parts, one on each thread at most. None: a signal came, and what was begun is left behind.
    ///
    /// # Errors
    /// See [`LaneError`]; then the lanes are of no more use.
    pub fn run(&mut self, parts: Vec<P>) -> Result<Option<Vec<(P, R)>>, LaneError<C>> {
        let mut begun = Vec::with_capacity(parts.len());
        for (lane, part) in self.lanes.iter().zip(parts) {
            lane.parts.send(part).map_err(|_| LaneError::Broken)?;
            begun.push(lane);
        }
        let mut done = Vec::with_capacity(begun.len());
        for lane in &begun {
            match self.wait(lane, &begun)? {
                Some(result) => done.push(result),
                None => return Ok(None),
            }
        }
        Ok(Some(done))
    }

    fn wait(&self, lane: &Lane<P, R, C>, all: &[&Lane<P, R, C>]) -> Result<Option<(P, R)>, LaneError<C>> {
        loop {
            match lane.results.recv_timeout(TICK) {
                Ok(result) => return Ok(Some(result)),
                Err(RecvTimeoutError::Disconnected) => return Err(LaneError::Broken),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.stop.signal().is_some() {
                all.iter().for_each(|lane| lane.place.given_up.store(true, Ordering::Relaxed));
                return Ok(None);
            }
            let stuck = all
                .iter()
                .filter_map(|lane| lane.place.since())
                .find(|(_, since)| since.elapsed() > self.patience);
            if let Some((what, _)) = stuck {
                return Err(LaneError::Stuck(what));
            }
        }
    }
}

fn lane<P, R, C>(mut job: Job<P, R, C>) -> Result<Lane<P, R, C>, Failure>
where
    P: Send + 'static,
    R: Send + 'static,
    C: Clone + Send + 'static,
{
    let (parts, given) = channel::<P>();
    let (done, results) = channel();
    let place = Arc::new(Place { at: Mutex::new(None), given_up: AtomicBool::new(false) });
    let here = Arc::clone(&place);
    let work = move || {
        while let Ok(part) = given.recv() {
            let result = job(&part, &here);
            here.set(None);
            if done.send((part, result)).is_err() {
                return;
            }
        }
    };
    let spawned = std::thread::Builder::new().name("lane".to_owned()).spawn(work);
    spawned.map_err(|error| Failure::machine(format!("no thread can be started: {error}")))?;
    Ok(Lane { parts, results, place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Signal;

    type Numbers = Vec<u64>;

    const LONG: Duration = Duration::from_secs(60);

    fn lanes(count: usize, patience: Duration, stop: &Stop) -> Lanes<Numbers, Numbers, u64> {
        let job = || -> Job<Numbers, Numbers, u64> {
            Box::new(|part, place| {
                let mut squares = Vec::new();
                for number in part {
                    if !place.begin(*number) {
                        break;
                    }
                    match number {
                        // Stands for what has no end.
                        99 => {
                            let (_open, never) = channel::<()>();
                            assert!(never.recv_timeout(LONG).is_err());
                        }
                        98 => panic!("a lane breaks down"),
                        _ => squares.push(number * number),
                    }
                }
                squares
            })
        };
        Lanes::start((0..count).map(|_| job()).collect(), stop.clone(), patience).unwrap()
    }

    #[test]
    fn parts_come_back_in_their_order() {
        let mut lanes = lanes(3, LONG, &Stop::default());
        for round in 0..90 {
            let parts = vec![vec![round, 1], vec![2], vec![]];
            let done = lanes.run(parts.clone()).unwrap().unwrap();
            let expected = [vec![round * round, 1], vec![4], vec![]];
            let expected: Vec<_> = parts.into_iter().zip(expected).collect();
            assert_eq!(done, expected);
        }
    }

    #[test]
    fn what_does_not_come_to_an_end_is_named() {
        let mut lanes = lanes(2, Duration::from_millis(100), &Stop::default());
        let stuck = lanes.run(vec![vec![1], vec![2, 99, 3]]);
        assert_eq!(stuck, Err(LaneError::Stuck(99)));
    }

    #[test]
    fn a_signal_is_heeded_while_something_is_stuck() {
        let stop = Stop::default();
        let mut lanes = lanes(2, LONG, &stop);
        stop.set(Signal::Interrupt);
        assert_eq!(lanes.run(vec![vec![99], vec![1]]), Ok(None));
    }

    #[test]
    fn a_thread_that_breaks_down_is_not_waited_for() {
        let mut lanes = lanes(2, LONG, &Stop::default());
        assert_eq!(lanes.run(vec![vec![1], vec![98]]), Err(LaneError::Broken));
    }
}
