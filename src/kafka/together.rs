//! Waiting for several futures at once.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

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
}
