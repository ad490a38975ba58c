//! Export: which of the text folders that people keep bundles give, and what each file of them is about. It does no I/O and must not
//! know how a file looks.
use crate::argo;
use crate::bundle::probe::Line;
use crate::claims::{Evidence, Position};
use crate::compare::{Side, lines};
use crate::model::{Gap, Layer, Object, Role, instant, meta};
use crate::usecase::diff::{DiffError, ground};
use crate::usecase::show::layer_of;
use chrono::Utc;
use std::collections::{BTreeMap, BTreeSet};

/// Why bundles can't be exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error(transparent)]
    Diff(#[from] DiffError),
    #[error("{bundle} does not say when it was captured, and its folder is named after that time")]
    NoTime { bundle: String },
    #[error("{bundle} was itself made from text")]
    OfText { bundle: String },
    #[error("{bundle}: {what}")]
    Broken { bundle: String, what: String },
}

/// One bundle, as it is exported.
pub struct Point<'s> {
    pub side: &'s Side,
    objects: Vec<Object>,
    probes: Vec<Line>,
    gaps: Vec<Gap>,
    /// The time that its folders are named after.
    stamp: String,
    position: Option<Position>,
}

/// What a file is about.
pub enum Content<'p> {
    /// `argocd app list`.
    List(Vec<&'p Object>),
    /// Those lines of `argocd app list` that are about some of the Applications.
    Lines { all: Vec<&'p Object>, of: BTreeSet<&'p str>, layer: &'p str },
    /// `argocd app get` of a root; none if it is not there.
    Details { root: &'p str, app: Option<&'p Object> },
    /// The last `argocd app sync` of a root.
    Sync { root: &'p str, app: Option<&'p Object> },
    /// `kubectl get namespaces`.
    Namespaces { shown: Vec<&'p Object>, layer: &'p str },
    /// Claims and volumes.
    Volumes { claims: Vec<&'p Object>, volumes: Vec<&'p Object> },
    /// What health probes heard.
    Probes(Vec<&'p Line>),
}

pub struct File<'p> {
    /// Below the folder that is exported to, with `/`.
    pub path: String,
    pub content: Content<'p>,
    /// The bundle that it comes from.
    pub side: &'p Side,
    /// What the bundle did not see of what the file is about.
    pub unseen: Vec<&'p Gap>,
}

/// Puts the objects of checked bundles together, and tells the position of the switch in each.
///
/// # Errors
/// If one of them can't be read, or does not say when it was captured.
pub fn points(sides: &[Side]) -> Result<(Vec<Point<'_>>, Vec<Layer>), ExportError> {
    let Some(first) = sides.first() else { return Ok((Vec::new(), Vec::new())) };
    let (layers, rules) = ground(first)?;
    let positions = Evidence::gather(sides, &rules, &layers).map_err(DiffError::from)?.positions;
    let points = sides.iter().enumerate().map(|(i, side)| Point::read(side, positions.get(i).copied())).collect::<Result<_, _>>()?;
    Ok((points, layers))
}

impl<'s> Point<'s> {
    fn read(side: &'s Side, position: Option<Position>) -> Result<Self, ExportError> {
        let bundle = || side.name.clone();
        if side.manifest.source == crate::model::Source::Text {
            return Err(ExportError::OfText { bundle: bundle() });
        }
        let rules = ground(side)?.1;
        let names = side.sums().iter().map(|(name, _)| name);
        let files = names.map(|name| Ok((name.to_owned(), side.file(name)?.to_vec()))).collect::<Result<BTreeMap<_, _>, _>>();
        let files = files.map_err(DiffError::Compare)?;
        let (objects, defects) = crate::bundle::rebuild::objects(&files, &rules);
        if let Some(defect) = defects.first() {
            return Err(ExportError::Broken { bundle: bundle(), what: defect.to_string() });
        }
        let probes = files.iter().filter(|(name, _)| name.starts_with("probes/")).flat_map(|(_, bytes)| lines(bytes));
        let probes = probes.map(serde_json::from_slice).collect::<Result<_, _>>();
        let window = &side.manifest.window;
        let time = window.finished.as_deref().or(window.started.as_deref()).and_then(instant);
        let stamp = time.ok_or_else(|| ExportError::NoTime { bundle: bundle() })?.with_timezone(&Utc).format("%Y%m%d_%H%M%S").to_string();
        let probes = probes.map_err(|e| ExportError::Broken { bundle: bundle(), what: e.to_string() })?;
        Ok(Self { side, objects, probes, gaps: side.coverage.gaps(), stamp, position })
    }

    fn all(&self, group: &str, plural: &str) -> Vec<&Object> {
        self.objects.iter().filter(|o| o.key.group == group && o.plural == plural).collect()
    }

    fn root(&self, layer: &Layer) -> Option<&Object> {
        let namespace = |o: &Object| layer.root_namespace.as_ref().is_none_or(|n| *n == o.key.namespace);
        self.objects.iter().find(|o| o.key.is_argo("Application") && o.key.name == layer.root && namespace(o))
    }

    /// The Applications of a layer, without its root.
    fn apps(&self, layer: &Layer) -> BTreeSet<&str> {
        let here = |o: &&&Object| layer_of(o) == layer.name && o.key.name != layer.root;
        self.all(argo::GROUP, "applications").iter().filter(here).map(|o| &*o.key.name).collect()
    }

    fn file<'p>(&'p self, path: String, content: Content<'p>) -> File<'p> {
        let about: &[(&str, &str)] = match content {
            Content::List(_) | Content::Lines { .. } | Content::Details { .. } | Content::Sync { .. } => &[("applications", argo::GROUP)],
            Content::Namespaces { .. } => &[("namespaces", "")],
            Content::Volumes { .. } => &[("persistentvolumes", ""), ("persistentvolumeclaims", "")],
            Content::Probes(_) => &[],
        };
        let unseen = self.gaps.iter().filter(|g| about.iter().any(|(plural, group)| g.covers(plural, group))).collect();
        File { path, content, side: self.side, unseen }
    }
}

/// Every file that these points give: an audit of each, and what OFF and ON leave where the switch moved from one to the next.
pub fn files<'p>(points: &'p [Point<'_>], layers: &'p [Layer]) -> Vec<File<'p>> {
    let core = layers.iter().find(|l| l.role == Role::Protected);
    let switched = layers.iter().find(|l| l.role == Role::Switched);
    let mut out: Vec<File<'_>> = points.iter().flat_map(|point| audit(point, points, core, switched)).collect();
    for pair in points.windows(2) {
        let ([before, after], Some(switched)) = (pair, switched) else { continue };
        match after.position.filter(|_| after.position != before.position) {
            Some(Position::Off) => out.extend(off(before, after, core, switched)),
            Some(Position::On) => out.extend(on(after, switched)),
            _ => {}
        }
    }
    out
}

fn audit<'p>(point: &'p Point<'_>, all: &'p [Point<'_>], core: Option<&'p Layer>, switched: Option<&'p Layer>) -> Vec<File<'p>> {
    let at = |file: &str| format!("docs/audit/{}/{file}", point.stamp);
    let mut out = vec![point.file(at("argocd_app_list.txt"), Content::List(point.all(argo::GROUP, "applications")))];
    for layer in [core, switched].into_iter().flatten() {
        out.push(point.file(at(&format!("{}.txt", layer.root)), Content::Details { root: &layer.root, app: point.root(layer) }));
    }
    if let Some(layer) = switched {
        let spaces = namespaces(all, layer);
        let shown = point.all("", "namespaces").into_iter().filter(|o| spaces.contains(&*o.key.name)).collect();
        out.push(point.file(at(&format!("namespaces_{}.txt", layer.name)), Content::Namespaces { shown, layer: &layer.name }));
    }
    let (claims, volumes) = (point.all("", "persistentvolumeclaims"), point.all("", "persistentvolumes"));
    out.push(point.file(at("pvc_pv_sanity.txt"), Content::Volumes { claims, volumes }));
    if let Some(layer) = core {
        out.push(point.file(at(&format!("{}_runtime_probes.txt", layer.name)), probes(point, layer)));
    }
    out
}

fn off<'p>(before: &'p Point<'_>, after: &'p Point<'_>, core: Option<&'p Layer>, switched: &'p Layer) -> Vec<File<'p>> {
    let name = core.map_or("protected", |l| &*l.name);
    let at = |file: &str| format!("docs/proof/{name}_only/{}/{file}", after.stamp);
    let list = |point: &'p Point<'_>| Content::List(point.all(argo::GROUP, "applications"));
    let mut out = vec![
        before.file(at("argocd_app_list_before.txt"), list(before)),
        after.file(at("argocd_app_list_after.txt"), list(after)),
        after.file(at(&format!("{}_apps_after.txt", switched.name)), some(after, switched)),
    ];
    if let Some(layer) = core {
        out.push(after.file(at(&format!("{name}_health_probes.txt")), probes(after, layer)));
        out.push(after.file(at(&format!("{}.txt", layer.root)), Content::Details { root: &layer.root, app: after.root(layer) }));
    }
    out
}

fn on<'p>(after: &'p Point<'_>, switched: &'p Layer) -> Vec<File<'p>> {
    let at = |file: &str| format!("docs/proof/{}_on/{}/{file}", switched.name, after.stamp);
    let (root, app) = (&*switched.root, after.root(switched));
    vec![
        after.file(at(&format!("{root}.txt")), Content::Details { root, app }),
        after.file(at(&format!("{}_apps_after.txt", switched.name)), some(after, switched)),
        after.file(at("argocd_app_list_after.txt"), Content::List(after.all(argo::GROUP, "applications"))),
        after.file(at(&format!("{}_sync.txt", root.replace('-', "_"))), Content::Sync { root, app }),
    ]
}

fn some<'p>(point: &'p Point<'_>, layer: &'p Layer) -> Content<'p> {
    Content::Lines { all: point.all(argo::GROUP, "applications"), of: point.apps(layer), layer: &layer.name }
}

fn probes<'p>(point: &'p Point<'_>, layer: &Layer) -> Content<'p> {
    Content::Probes(point.probes.iter().filter(|l| l.layer == layer.name).collect())
}

/// The namespaces of a layer: those that evid.yaml gives to it, that it manages, and that its Applications deploy to, in any of the
/// bundles: what was seen of them belongs to the picture when the layer is off, too. Where Applications themselves live is Argo CD's.
fn namespaces<'p>(points: &'p [Point<'_>], layer: &'p Layer) -> BTreeSet<&'p str> {
    let objects = || points.iter().flat_map(|p| &p.objects).filter(|o| layer_of(o) == layer.name);
    let own = objects().filter(|o| o.key.group.is_empty() && o.key.kind == "Namespace").map(|o| &*o.key.name);
    let apps = objects().filter(|o| o.key.is_argo("Application") && o.key.name != layer.root);
    let of_argo: BTreeSet<&str> = points.iter().flat_map(|p| p.all(argo::GROUP, "applications")).map(|o| &*o.key.namespace).collect();
    let reached = apps.map(|o| meta::text(&o.value, "/spec/destination/namespace")).filter(|ns| !ns.is_empty() && !of_argo.contains(ns));
    own.chain(reached).chain(layer.namespaces.iter().map(String::as_str)).collect()
}
