//! What the bundles of a run come to.
use crate::claims::Expect;
use crate::compare::Side;
use crate::usecase::diff::{DiffError, Outcome, diff};
use crate::usecase::prove::state::State;

/// Judges the bundles of a run's points, behind that of an earlier time where there is one.
pub fn judge(state: &State, sides: &[Side]) -> Result<Outcome, DiffError> {
    diff(sides, expect(state))
}

/// What they should show. A round trip that ended half way was to show that the layer is gone.
fn expect(state: &State) -> Option<Expect> {
    if state.points().last() == Some(&"off") { Some(Expect::CoreOnly) } else { state.goal.expect() }
}

#[cfg(test)]
mod tests {
    use crate::claims::Expect;
    use crate::usecase::prove::goal::{Goal, Step};
    use crate::usecase::prove::state::State;

    #[test]
    fn a_round_trip_that_ended_half_way_is_judged_as_a_way_off() {
        let mut state = State::begin(Goal::RoundTrip, None, None, chrono::DateTime::UNIX_EPOCH);
        state.done = ["before", "switch-off", "off"].map(str::to_owned).to_vec();
        assert_eq!((state.points(), super::expect(&state)), (vec!["before", "off"], Some(Expect::CoreOnly)));
        state.done.extend(["switch-on", "on"].map(str::to_owned));
        assert_eq!((state.points(), super::expect(&state)), (vec!["before", "off", "on"], None));
    }

    #[test]
    fn the_way_back_is_where_the_switch_was_and_there_is_none_before_it_was_touched() {
        let mut state = State::begin(Goal::OptionalOn, None, None, chrono::DateTime::UNIX_EPOCH);
        state.done.push("before".into());
        assert_eq!(state.way_back(), None);
        state.was_on = Some(false);
        assert_eq!(state.way_back(), Some(Step::Off));
        state.was_on = Some(true);
        assert_eq!(state.way_back(), Some(Step::On));
    }
}
