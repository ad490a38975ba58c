//! Reads what is there: Argo CD's own objects in full (`View`), everything else as metadata (`Scan`).
use crate::argo::{SETTINGS, control_namespace};
use crate::model::{Key, Object, Reason, Role};
use crate::usecase::cluster::port::of_argo;
use crate::usecase::cluster::{Resource, discover};
use crate::usecase::switch::act::read;
use crate::usecase::switch::decide::scan::object;
use crate::usecase::switch::{Code, Fact, Run, Scan, Step, Stop, View};
use crate::value::{Value, json};
use std::collections::BTreeSet;

/// Seconds after which Argo CD heals itself, where nothing else is set.
const SELF_HEAL: u64 = 5;

/// Both; the scan has what the layer's Applications list even where a kind was not seen whole.
pub fn inventory(run: &mut Run<'_>) -> Result<(View, Scan), Stop> {
    let view = view(run)?;
    let scan = scan(run, &view.listed())?;
    Ok((view, scan))
}

/// Argo CD's own objects. Refused where no layer is switched, or no Argo CD is there.
pub fn view(run: &Run<'_>) -> Result<View, Stop> {
    let nothing = Key::new("argoproj.io", "Application", "", "");
    let refused = |code| Stop::refused(code, &nothing, "");
    let layer = run.layers.iter().find(|l| l.role == Role::Switched).cloned().ok_or_else(|| refused(Code::NoSwitchedLayer))?;
    let mut notes = Vec::new();
    let argo = |plural, kind| Resource::new("argoproj.io", "v1alpha1", plural, kind, true);
    let apps = argo("applications", "Application");
    let mut objects: Vec<Object> = match read::list(run, &apps, false)? {
        (items, None) => items.into_iter().map(|value| object(&apps, value)).collect(),
        (_, Some(gap)) if gap.reason == Reason::NotFound => return Err(refused(Code::NoArgo)),
        (_, Some(gap)) => return Err(Stop::Unseen(gap)),
    };
    for kind in [argo("applicationsets", "ApplicationSet"), argo("appprojects", "AppProject")] {
        match read::allowed(run, &kind, &mut notes) {
            // Not every Argo CD has both.
            Err(Stop::Unseen(gap)) if gap.reason == Reason::NotFound => {}
            items => objects.extend(items?.into_iter().map(|value| object(&kind, value))),
        }
    }
    objects.sort_by(|a, b| a.key.cmp(&b.key));
    let control = control_namespace(&&*objects, run.layers, &layer.name);
    let mut setting = |name: &str| {
        let path = format!("/api/v1/namespaces/{control}/configmaps/{name}");
        read::get(of_argo(run.api), &path, None).or_else(|stop| match stop {
            Stop::Answered { message, .. } => {
                notes.push(Fact::new(Code::UnseenSettings, &Key::new("", "ConfigMap", &control, name), message));
                Ok(None)
            }
            stop => Err(stop),
        })
    };
    let (settings, params) = (setting(SETTINGS[0])?, setting(SETTINGS[1])?);
    let unread = notes.iter().any(Fact::hides_settings);
    let given = run.tracking.filter(|_| unread).map(|method| json!({"data": {"application.resourceTrackingMethod": method}}));
    let settings = settings.or(given);
    let key = Key::new("", "ConfigMap", &control, SETTINGS[0]);
    objects.extend(settings.map(|value| Object { key, plural: "configmaps".into(), uid: String::new(), value, file: String::new() }));
    objects.sort_by(|a, b| a.key.cmp(&b.key));
    let seconds = params.and_then(|p| p.get("data")?.get("controller.self.heal.timeout.seconds")?.as_str()?.parse().ok());
    View::new(layer, run.layers, run.here, control, seconds.unwrap_or(SELF_HEAL), objects, notes).ok_or_else(|| refused(Code::NoArgo))
}

/// Lists all kinds but those of which evid keeps nothing (Events, Leases); of a kind that was not seen whole, also the objects named. What was
/// not seen is a gap.
pub fn scan(run: &mut Run<'_>, named: &BTreeSet<Key>) -> Result<Scan, Stop> {
    run.begin(Step::Read);
    let (kinds, gaps) = discover(run.api)?;
    let mut scan = Scan { objects: Vec::new(), gaps, kinds };
    for kind in scan.kinds.iter().filter(|k| run.rules.stored(&k.group, &k.kind)) {
        let (items, gap) = read::list(run, kind, true)?;
        scan.objects.extend(items.into_iter().map(|value| object(kind, value)));
        scan.gaps.extend(gap);
    }
    scan.gaps.extend(scan.unnamed());
    for key in named {
        let Some(kind) = scan.kind(key).filter(|k| scan.gap(&k.group, &k.plural).is_some() && scan.get(key).is_none()) else {
            continue;
        };
        if let Ok(Some(value)) = read::get(run.api, &kind.path_of(key), Some(read::PARTIAL)) {
            let new = object(kind, value);
            scan.objects.push(new);
        }
    }
    Ok(scan)
}

/// The PersistentVolumes in full.
pub fn volumes(run: &Run<'_>, notes: &mut Vec<Fact>) -> Result<Vec<Value>, Stop> {
    read::allowed(run, &Resource::new("", "v1", "persistentvolumes", "PersistentVolume", false), notes)
}
