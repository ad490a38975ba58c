//! What each verb should take beside its peers, and how far it is from that. Knows no process and no table.
use crate::measure::{Cost, Spread, float, ratio};
use crate::tasks::{BOTH, CAPTURE, CURL, DIFF, GET, INTACT, KUBECTL, LIST, LIVE, Measured, SUMS, UNCHECKED, VERIFY, VERSION, ZIP};

/// evid's own, in the order of the table.
pub const OWN: &[&str] = &[CAPTURE, VERIFY, INTACT, DIFF, UNCHECKED, LIVE, LIST, VERSION];

/// Bytes that every verb may take, and those for each object beside.
const MEMORY: (f64, f64) = (48e6, 100.0);

/// One goal: what it says, the most that it allows, and what was measured or why nothing was.
pub struct Goal {
    pub says: String,
    pub most: f64,
    pub measured: Result<Spread, String>,
}

pub fn cpu(cost: &Cost) -> f64 {
    cost.cpu
}

pub fn wall(cost: &Cost) -> f64 {
    cost.wall
}

pub fn peak(cost: &Cost) -> f64 {
    cost.peak
}

impl Measured {
    /// The runs of a task.
    pub fn of(&self, task: &str) -> Result<&[Cost], String> {
        match self.runs.get(task) {
            Some(Ok(runs)) => Ok(runs),
            Some(Err(why)) => Err(format!("{task}: {why}")),
            None => Err(format!("{task}: this version has no such option")),
        }
    }

    /// How many times as much one task takes as another.
    pub fn ratio(&self, ours: &str, theirs: &str, what: fn(&Cost) -> f64) -> Result<Spread, String> {
        ratio(self.of(ours)?, self.of(theirs)?, what).ok_or_else(|| "no run".into())
    }

    fn absolute(&self, task: &str, what: fn(&Cost) -> f64) -> Result<Spread, String> {
        Spread::of(self.of(task)?.iter().map(what)).ok_or_else(|| "no run".into())
    }
}

/// The goals on one platform.
pub fn goals(m: &Measured) -> Vec<Goal> {
    let goal = |says: &str, most, measured| Goal { says: says.into(), most, measured };
    let sizes = if m.zip > 0 { Spread::of([float(m.bundle) / float(m.zip)]).ok_or(String::new()) } else { Err(format!("{ZIP}: no zip")) };
    let mut all = vec![
        goal("`capture --from`: CPU, of `zip -6` and `sha256sum`", 1.3, m.ratio(CAPTURE, ZIP, cpu)),
        goal("`capture --from`: wall, of the same", 0.8, m.ratio(CAPTURE, ZIP, wall)),
        goal("bundle: size, of the zip", 1.0, sizes),
        goal("`verify`: CPU, of `sha256sum -c`", 3.0, m.ratio(VERIFY, SUMS, cpu)),
        goal("`verify --intact`: CPU, of `sha256sum -c`", 0.5, m.ratio(INTACT, SUMS, cpu)),
        goal("`diff --unchecked`: wall, of `kubectl version --client`", 1.0, m.ratio(UNCHECKED, KUBECTL, wall)),
        goal("`diff`: CPU, of the two `verify`", 1.1, m.ratio(DIFF, BOTH, cpu)),
        goal("live capture: CPU, of `kubectl get -o json`", 0.05, m.ratio(LIVE, GET, cpu)),
        goal("live capture: memory, of the same", 0.04, m.ratio(LIVE, GET, peak)),
        goal("live capture: wall, of `curl`", 1.1, m.ratio(LIVE, CURL, wall)),
        goal("`--version`: ms", 3.0, m.absolute(VERSION, |cost| cost.wall * 1e3)),
        goal("`list` of 300 bundles: s", 0.3, m.absolute(LIST, wall)),
    ];
    let (fixed, each) = MEMORY;
    let most = (fixed + each * float(m.platform.objects)) / 1e6;
    for verb in OWN.iter().filter(|verb| m.runs.contains_key(**verb)) {
        all.push(goal(&format!("`{verb}`: peak, MB"), most, m.absolute(verb, |cost| cost.peak / 1e6)));
    }
    all
}

/// By which power of the size the CPU of each verb grows from a platform to a larger one.
pub fn growth(small: &Measured, large: &Measured) -> Vec<Goal> {
    let exponent = |verb: &str| {
        let (a, b) = (small.absolute(verb, cpu)?, large.absolute(verb, cpu)?);
        let size = (float(large.platform.bytes) / float(small.platform.bytes)).ln();
        Spread::of([(b.least / a.most).ln() / size, (b.median / a.median).ln() / size, (b.most / a.least).ln() / size])
            .ok_or_else(String::new)
    };
    let verbs = OWN.iter().filter(|verb| ![LIST, VERSION].contains(verb) && large.runs.contains_key(**verb));
    let says = |verb: &str| format!("`{verb}`: growth of CPU, K = {} to {}, power", small.platform.copies, large.platform.copies);
    verbs.map(|verb| Goal { says: says(verb), most: 1.05, measured: exponent(verb) }).collect()
}
