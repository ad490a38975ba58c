//! Parallel work on several items, with the results in the order of the items. Knows nothing of the work.
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

/// How many threads this machine runs at once.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Does some work for each item, at most `abreast` at a time; the results are in the order of the items. A panic in the work continues in
/// the caller, as it would without threads.
pub fn each<T: Sync, R: Send>(items: &[T], abreast: usize, work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let mut all = Vec::with_capacity(items.len());
    in_order(items, abreast, work, |result| all.push(result));
    all
}

/// As [`each`], and takes the results in the order of the items as they come, so that few wait at once.
pub fn in_order<T: Sync, R: Send>(items: &[T], abreast: usize, work: impl Fn(usize, &T) -> R + Sync, mut take: impl FnMut(R)) {
    let next = AtomicUsize::new(0);
    let (give, results) = sync_channel::<(usize, R)>(abreast);
    let done = |give: SyncSender<(usize, R)>| {
        while let Some((i, item)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, items.get(i)?))) {
            // If nobody receives, the caller has panicked.
            if give.send((i, work(i, item))).is_err() {
                return;
            }
        }
    };
    std::thread::scope(|scope| {
        let gives = std::iter::repeat_n(give, abreast.min(items.len()));
        let workers: Vec<_> = gives.map(|give| scope.spawn(|| done(give))).collect();
        let (mut waiting, mut due) = (BTreeMap::new(), 0);
        for (i, result) in results {
            waiting.insert(i, result);
            while let Some(result) = waiting.remove(&due) {
                take(result);
                due += 1;
            }
        }
        workers.into_iter().for_each(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
    });
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn answers_stand_in_the_order_of_the_items() {
        let items: Vec<u64> = (0..100).collect();
        let work = |_, n: &u64| {
            std::thread::sleep(std::time::Duration::from_micros(200 - 2 * n));
            n * 2
        };
        assert_eq!(each(&items, 8, work), items.iter().map(|n| n * 2).collect::<Vec<_>>());
        assert_eq!(each(&[] as &[u64], 8, work), [0; 0]);
    }

    #[test]
    #[should_panic(expected = "of one")]
    fn a_panic_of_one_is_a_panic_of_all() {
        each(&[1, 2, 3], 2, |_, n| assert!(*n != 2, "of one"));
    }
}
