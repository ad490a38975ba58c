//! What the bundles show: layers, Applications, probes, volumes.
use crate::render::html::parts::at;
use crate::render::view::{Application, Layer, Probe, Volume};
use crate::render::words::Page;
use maud::{Markup, html};

pub(super) fn layers(layers: &[Layer], t: &Page) -> Markup {
    html! {
        p { (t.layers_about) }
        @for layer in layers {
            h3 {
                (layer.name) " " span.role { (layer.role) } " "
                @if let Some(equal) = layer.equal { span.badge.(if equal { "proven" } else { "plain" }) { (layer.says) } }
            }
            table {
                thead { tr { th scope="col" { (t.column_bundle) } th scope="col" { (t.column_objects) } th scope="col" { (t.column_digest) } } }
                tbody { @for (bundle, objects, digest) in &layer.rows {
                    tr { th scope="row" { (bundle) } td { (objects) } td { code { (digest) } } }
                } }
            }
        }
    }
}

pub(super) fn applications(all: &[Application]) -> Markup {
    html! {
        ul.tree { @for app in all {
            li {
                code { (app.name) } " " span.role { (app.layer) }
                (at(&app.at))
                @if !app.children.is_empty() { (applications(&app.children)) }
            }
        } }
    }
}

pub(super) fn probes(all: &[Probe], t: &Page) -> Markup {
    html! {
        @for probe in all {
            @let alike = all.iter().filter(|other| (&other.layer, &other.name) == (&probe.layer, &probe.name)).count() > 1;
            details open[probe.at.iter().any(|(_, right, ..)| !right)] {
                summary {
                    b { (probe.name) } " " @if alike { code { (probe.target) } " " } span.role { (probe.layer) } " "
                    @let wrong = probe.at.iter().filter(|(_, right, ..)| !right).count();
                    span.badge.(if wrong == 0 { "proven" } else { "plain" }) {
                        (probe.at.iter().map(|(_, _, word, _)| *word).collect::<Vec<_>>().join(" · "))
                    }
                }
                p { (t.probe_asked) " " code { (probe.target) } }
                ul.at { @for (bundle, _, word, heard) in &probe.at {
                    li { span.bundle { (bundle) } " " (word) @if !heard.is_empty() { ": " code { (heard) } } }
                } }
                @if !probe.between.is_empty() { p { (probe.between) } }
            }
        }
    }
}

pub(super) fn volumes(all: &[Volume], t: &Page) -> Markup {
    html! {
        ul.tree { @for volume in all {
            li {
                code { (volume.name) } " " span.role { (volume.layer) } " "
                span.badge.(if volume.equal { "proven" } else { "plain" }) {
                    @if volume.equal { (t.volume_equal) } @else { (t.volume_differs) }
                }
                (at(&volume.at))
            }
        } }
    }
}
