//! Makes what is missing: the root, an AppProject.
use crate::model::{Key, meta};
use crate::usecase::switch::act::write::Answer;
use crate::usecase::switch::act::{read, write};
use crate::usecase::switch::decide::patches;
use crate::usecase::switch::{Code, Fact, Run, Step, Stop, Write};
use crate::value::Value;

/// How often the root is applied where its name is taken by one that is going.
const MOST: u32 = 5;

/// Creates the root; one that somebody else made meanwhile is adopted, and said.
pub fn root(run: &mut Run<'_>, key: &Key, manifest: &Value) -> Result<Option<Fact>, Stop> {
    for _ in 0..MOST {
        match write::send(run, &patches::apply(key, manifest))? {
            Answer::Taken(_) => return Ok(None),
            Answer::Conflict(_) => {
                if read::application(run, key)?.is_some_and(|l| meta::deleting(&l).is_none()) {
                    return Ok(Some(Fact::new(Code::Adopted, key, "")));
                }
            }
            Answer::Gone => {}
            Answer::Unclear(stop) if read::application(run, key)?.is_none() => drop(stop),
            Answer::Unclear(_) => return Ok(None),
        }
        if !run.clock.sleep(run.times.poll) {
            return Err(Stop::Interrupted { step: Step::Apply, hanging: vec![] });
        }
    }
    Err(Stop::failed(Code::Conflict, key, ""))
}

/// Creates an AppProject, where one is missing; one that is there by now is as good.
pub fn project(run: &mut Run<'_>, project: Option<&Write>) -> Result<(), Stop> {
    let Some(project) = project else { return Ok(()) };
    match write::send(run, project)? {
        Answer::Taken(_) | Answer::Conflict(_) | Answer::Gone => Ok(()),
        Answer::Unclear(stop) => read::get(run.api, &patches::project_path(&project.object), None)?.map(drop).ok_or(stop),
    }
}
