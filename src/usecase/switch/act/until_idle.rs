//! Operations of Argo CD: waits until none is under way, takes back one of this run's own, asks for one.
use crate::argo::app;
use crate::model::Key;
use crate::usecase::switch::act::poll::{Look, Since};
use crate::usecase::switch::act::{read, write};
use crate::usecase::switch::decide::patches::{self, Progress};
use crate::usecase::switch::{Code, Fact, Run, Stamp, Step, Stop};
use crate::value::Value;

/// How often an operation is asked for where somebody else's comes first.
const MOST: u32 = 3;

/// Waits until none of the Applications is in an operation.
pub fn until_idle(run: &mut Run<'_>, apps: &[&Key]) -> Result<(), Stop> {
    let mut since = Since::default();
    run.until(Step::Operations, run.times.operation, |run| {
        let mut hanging = Vec::new();
        for key in apps {
            if let Some(live) = read::application(run, key)?.filter(app::is_operating) {
                hanging.extend(since.with_silence(run, &live, Fact::new(Code::Operating, key, app::message(&live))));
            }
        }
        Ok(Look::of(hanging))
    })
}

/// Ends the operation that this run asked for, and waits for its end.
pub fn withdraw(run: &mut Run<'_>, app: &Key) -> Result<(), Stop> {
    terminate(run, app)?;
    until_idle(run, &[app])
}

/// Ends whatever operation is under way.
pub fn terminate(run: &mut Run<'_>, app: &Key) -> Result<(), Stop> {
    write::change(run, app, Step::Operations, &|live| Ok(patches::terminate(live))).map(drop)
}

/// One operation of an Application, once nothing else is under way there.
pub fn ask(run: &mut Run<'_>, key: &Key, stamp: &Stamp, attempt: u32, automate: bool) -> Result<(), Stop> {
    for _ in 0..MOST {
        until_idle(run, &[key])?;
        let decide = |live: &Value| {
            let free = patches::progress(live, stamp, attempt) == Progress::Unknown && !app::is_operating(live);
            Ok(free.then(|| patches::sync(live, stamp, attempt, automate)))
        };
        match write::change(run, key, Step::Sync, &decide)? {
            None => return Err(Stop::failed(Code::Missing, key, "")),
            Some(live) if patches::progress(&live, stamp, attempt) != Progress::Unknown => return Ok(()),
            // Somebody else was faster.
            Some(_) => {}
        }
    }
    Err(Stop::failed(Code::Operating, key, ""))
}
