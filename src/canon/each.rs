//! Parallel work on several items, with the results in the order of the items. Knows nothing of the work.
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many threads this machine runs at once.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Does some work for each item, at most `abreast` at a time; the results are in the order of the items. A panic in the work continues in
/// the caller, as it would without threads.
pub fn each<T: Sync, R: Send>(items: &[T], abreast: usize, work: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        while let Some((i, item)) = Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|i| Some((i, items.get(i)?))) {
            done.push((i, work(i, item)));
        }
        done
    };
    let mut all: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..abreast.min(items.len())).map(|_| scope.spawn(take)).collect();
        workers.into_iter().flat_map(|w| w.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    all.sort_by_key(|(i, _)| *i);
    all.into_iter().map(|(_, r)| r).collect()
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
