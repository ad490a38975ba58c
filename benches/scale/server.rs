//! An API server on loopback that serves the lists of a folder, page by page, straight from the files. It is a process of its own, so that what it
//! takes is not the client's. It answers discovery, lists, one namespace and the version, and nothing else.
use bytes::Bytes;
use evid_demo::world::resource::{Resource, builtin};
use http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// How many objects kubectl and evid ask for at a time.
const PAGE: usize = 500;

/// One list: where each object begins in its file, and where the last one ends.
struct List {
    resource: Resource,
    file: File,
    lines: Vec<u64>,
}

/// The lists by their paths, and the version.
struct Served {
    lists: BTreeMap<String, List>,
    version: Vec<u8>,
}

/// `/api/v1/pods`, `/apis/apps/v1/deployments`.
fn path(resource: &Resource) -> String {
    let root = if resource.group.is_empty() { "/api" } else { "/apis" };
    format!("{root}/{}/{}", resource.api_version(), resource.plural)
}

impl Served {
    fn open(folder: &Path) -> io::Result<Self> {
        let mut lists = BTreeMap::new();
        for resource in builtin() {
            let at = folder.join(format!("{}.json", resource.stem()));
            if at.is_file() {
                lists.insert(path(&resource), List { lines: lines(&at)?, file: File::open(at)?, resource });
            }
        }
        let version: Value = fs::read(folder.join("version.json")).ok().and_then(|b| serde_json::from_slice(&b).ok()).unwrap_or_default();
        let version =
            version.get("serverVersion").cloned().unwrap_or_else(|| json!({"major": "1", "minor": "36", "gitVersion": "v1.36.0"}));
        Ok(Self { lists, version: version.to_string().into() })
    }

    fn answer(&self, path: &str, query: &str) -> Option<Vec<u8>> {
        match path {
            "/version" => Some(self.version.clone()),
            "/api" | "/apis" => Some(self.discovery(path == "/api").to_string().into()),
            _ => match path.strip_prefix("/api/v1/namespaces/") {
                Some(name) => self.lists.get("/api/v1/namespaces")?.named(name),
                None => self.lists.get(path)?.page(query).ok(),
            },
        }
    }

    fn discovery(&self, core: bool) -> Value {
        let mut groups: BTreeMap<(&str, &str), Vec<Value>> = BTreeMap::new();
        for r in self.lists.values().map(|l| &l.resource).filter(|r| r.group.is_empty() == core) {
            groups.entry((&r.group, &r.version)).or_default().push(json!({
                "resource": r.plural, "responseKind": {"group": r.group, "version": r.version, "kind": r.kind}, "verbs": ["get", "list"],
                "singularResource": r.kind.to_lowercase(), "scope": if r.namespaced { "Namespaced" } else { "Cluster" }}));
        }
        let item = |((group, version), resources)| json!({"metadata": {"name": group}, "versions": [{"version": version, "freshness": "Current", "resources": resources}]});
        json!({"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": groups.into_iter().map(item).collect::<Vec<_>>()})
    }
}

/// Where the objects of a file begin, which has one a line, and where the last one ends.
fn lines(path: &Path) -> io::Result<Vec<u64>> {
    let (mut reader, mut line, mut at, mut begins) = (BufReader::new(File::open(path)?), Vec::new(), 0, Vec::new());
    loop {
        line.clear();
        let read = reader.read_until(b'\n', &mut line)?;
        if read == 0 || line.starts_with(b"]") {
            begins.push(at);
            return Ok(begins);
        }
        if at > 0 {
            begins.push(at);
        }
        at += u64::try_from(read).unwrap_or_default();
    }
}

impl List {
    fn len(&self) -> usize {
        self.lines.len() - 1
    }

    /// The objects from one to another, without the comma after the last one.
    fn objects(&self, from: usize, to: usize) -> io::Result<Vec<u8>> {
        let [Some(start), Some(end)] = [from, to].map(|i| self.lines.get(i).copied()) else { return Ok(Vec::new()) };
        let mut bytes = vec![0; usize::try_from(end - start).unwrap_or_default()];
        self.file.read_exact_at(&mut bytes, start)?;
        while bytes.last().is_some_and(|b| b",\n".contains(b)) {
            bytes.pop();
        }
        Ok(bytes)
    }

    fn page(&self, query: &str) -> io::Result<Vec<u8>> {
        let number = |name: &str| query.split('&').find_map(|p| p.strip_prefix(name)?.parse::<usize>().ok());
        // Probes look for pods of programs that they know; none answers here.
        let all = if query.contains("Selector=") { 0 } else { self.len() };
        let from = number("continue=").unwrap_or(0);
        let to = all.min(from + number("limit=").unwrap_or(all));
        let mut meta = json!({"resourceVersion": "9"});
        if to < all {
            meta["continue"] = to.to_string().into();
            meta["remainingItemCount"] = (all - to).into();
        }
        let (kind, version) = (&self.resource.kind, self.resource.api_version());
        let mut body = format!("{{\"kind\":\"{kind}List\",\"apiVersion\":\"{version}\",\"metadata\":{meta},\"items\":[").into_bytes();
        body.extend(self.objects(from, to)?);
        body.extend(b"]}");
        Ok(body)
    }

    fn named(&self, name: &str) -> Option<Vec<u8>> {
        let wanted =
            |bytes: &Vec<u8>| serde_json::from_slice::<Value>(bytes).is_ok_and(|o| o.pointer("/metadata/name").is_some_and(|n| n == name));
        (0..self.len()).filter_map(|i| self.objects(i, i + 1).ok()).find(wanted)
    }
}

/// What a client asks for: the kinds as kubectl spells them, and each page of each list.
pub fn asked(folder: &Path, port: u16) -> io::Result<(Vec<String>, Vec<String>)> {
    let served = Served::open(folder)?;
    let kinds = served.lists.values().map(|l| l.resource.stem()).collect();
    let pages = |(path, list): (&String, &List)| {
        let starts = (0..list.len().max(1)).step_by(PAGE);
        starts.map(|from| format!("http://127.0.0.1:{port}{path}?limit={PAGE}&continue={from}")).collect::<Vec<_>>()
    };
    Ok((kinds, served.lists.iter().flat_map(pages).collect()))
}

/// Serves until it is stopped; its port is the first line of stdout.
///
/// # Errors
/// Where the lists can't be read or no port can be had.
pub fn serve(folder: &Path) -> io::Result<()> {
    let served: &'static Served = Box::leak(Box::new(Served::open(folder)?));
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
        println!("{}", listener.local_addr()?.port());
        io::stdout().flush()?;
        loop {
            let (stream, _) = listener.accept().await?;
            let service = service_fn(move |request: Request<Incoming>| async move { reply(served, &request) });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
        }
    })
}

fn reply(served: &Served, request: &Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let path = request.uri().path();
    let answer = served.answer(path, request.uri().query().unwrap_or_default());
    let kind = if ["/api", "/apis"].contains(&path) {
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    } else {
        "application/json"
    };
    let missing =
        || json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404}).to_string().into();
    let found = answer.is_some();
    let mut response = Response::new(Full::new(Bytes::from(answer.unwrap_or_else(missing))));
    if !found {
        *response.status_mut() = http::StatusCode::NOT_FOUND;
    }
    response.headers_mut().insert("content-type", http::HeaderValue::from_static(kind));
    Ok(response)
}
