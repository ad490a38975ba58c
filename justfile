# Recipes for https://just.systems; each is one or two commands that also run without it.

# Format, lints, unit tests, the map and the docs: before each commit.
check:
    .ci/run --quick

# Every test that needs nothing but Rust.
test:
    cargo test --workspace

# Writes the golden files again that a change affects; look at the difference before you commit it.
bless:
    EVID_BLESS=1 cargo test --test it -- every_claim_on_every_fixture_is_as_reviewed the_lines_are_as_reviewed published:: rendered:: the_reference_of_commands

# Seals the sample bundles again, with their report and key, and updates the list that names them.
bless-samples:
    EVID_BLESS=1 cargo test --test it -- the_sealed_samples
    EVID_BLESS=1 cargo test --test it -- the_json_of_the_list_of_bundles

# The tests against a real Kubernetes control plane and a real Argo CD. Needs Go and root.
real *ARGS:
    tests/real/build
    tests/real/run {{ARGS}}

# The demo: the loop on a platform in this process.
demo *ARGS:
    cargo run --release -- demo {{ARGS}}
