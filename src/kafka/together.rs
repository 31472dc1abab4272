//! Waiting for several futures at once.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

/// A future until it is done, then its result.
type Slot<F> = (Option<Pin<Box<F>>>, Option<<F as Future>::Output>);

/// Runs the futures side by side on this task and answers their results in their order. How many requests are under
/// way at once is bounded below, by the handle.
pub(super) async fn all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<Slot<F>> =
        futures.into_iter().map(|future| (Some(Box::pin(future)), None)).collect();
    poll_fn(move |context| {
        let mut pending = false;
        for (slot, output) in &mut running {
            if let Some(future) = slot {
                match future.as_mut().poll(context) {
                    Poll::Ready(ready) => {
                        *output = Some(ready);
                        *slot = None;
                    }
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending {
            return Poll::Pending;
        }
        Poll::Ready(running.iter_mut().filter_map(|(_, output)| output.take()).collect())
    })
    .await
}

/// Waits until one of the futures is done, takes it out and answers its result; forever where there is none.
pub(super) async fn next<F: Future>(running: &mut Vec<Pin<Box<F>>>) -> F::Output {
    poll_fn(|context| {
        let polled =
            running.iter_mut().enumerate().find_map(|(place, future)| match future.as_mut().poll(context) {
                Poll::Ready(ready) => Some((place, ready)),
                Poll::Pending => None,
            });
        let Some((place, ready)) = polled else { return Poll::Pending };
        drop(running.swap_remove(place));
        Poll::Ready(ready)
    })
    .await
}

/// Starts the futures one after another, the next one when those before have failed or kept silent for so long, and
/// answers the first good result; the last bad one where all fail, nothing where there is no future.
pub(super) async fn first_good<T, E, F>(
    futures: impl IntoIterator<Item = F>,
    patience: Duration,
) -> Option<Result<T, E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut waiting = futures.into_iter();
    let mut running: Vec<Pin<Box<F>>> = waiting.next().map(Box::pin).into_iter().collect();
    let mut failed = None;
    while !running.is_empty() {
        match tokio::time::timeout(patience, next(&mut running)).await {
            Ok(Ok(good)) => return Some(Ok(good)),
            Ok(Err(bad)) => failed = Some(Err(bad)),
            Err(_) => {}
        }
        running.extend(waiting.next().map(Box::pin));
    }
    failed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn results_keep_the_order_of_their_futures() {
        assert_eq!(all(Vec::<std::future::Ready<u8>>::new()).await, Vec::<u8>::new());
        let waiting = |turns: u8| async move {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            turns
        };
        assert_eq!(all([3, 0, 2, 1].map(waiting)).await, [3, 0, 2, 1]);
    }

    #[tokio::test]
    async fn the_first_that_is_done_is_taken_and_the_others_go_on() {
        let waiting = |turns: u8| async move {
            for _ in 0..turns {
                tokio::task::yield_now().await;
            }
            turns
        };
        let mut running: Vec<_> = [5, 1, 3].map(|turns| Box::pin(waiting(turns))).into();
        for (expected, left) in [(1, 2), (3, 1), (5, 0)] {
            assert_eq!((next(&mut running).await, running.len()), (expected, left));
        }
        let nothing = tokio::time::timeout(std::time::Duration::from_millis(5), next(&mut running)).await;
        assert!(nothing.is_err(), "{nothing:?}");
    }

    #[tokio::test]
    async fn the_next_is_asked_when_those_before_fail_or_keep_silent() {
        #[derive(Debug)]
        enum Call {
            Good,
            Bad,
            Silent,
        }
        use Call::{Bad, Good, Silent};
        type Row<'a> = (&'a [Call], Duration, Option<Result<usize, usize>>);
        let (forever, hardly) = (Duration::from_secs(3_600), Duration::from_millis(1));
        let rows: &[Row<'_>] = &[
            (&[], forever, None),
            (&[Good, Good], forever, Some(Ok(0))),
            (&[Bad, Good], forever, Some(Ok(1))),
            (&[Bad, Bad], forever, Some(Err(1))),
            (&[Silent, Good], hardly, Some(Ok(1))),
            (&[Silent, Silent, Bad, Good], hardly, Some(Ok(3))),
        ];
        for (calls, patience, expected) in rows {
            let call = |(place, call): (usize, &Call)| {
                let answer = match call {
                    Good => Some(Ok(place)),
                    Bad => Some(Err(place)),
                    Silent => None,
                };
                async move {
                    match answer {
                        Some(answer) => answer,
                        None => std::future::pending().await,
                    }
                }
            };
            let answer = first_good(calls.iter().enumerate().map(call), *patience);
            let answer = tokio::time::timeout(Duration::from_secs(60), answer).await;
            assert_eq!(answer, Ok(*expected), "{calls:?}");
        }
    }
}
