//! Word lists for field names. Data only: `names` decides what a word means for a name.

/// Words in one text, with spaces between them.
pub(super) struct Words(&'static str);

impl Words {
    /// All words.
    pub(super) fn iter(&self) -> impl Iterator<Item = &'static str> {
        self.0.split_ascii_whitespace()
    }

    /// Whether this is one of them.
    pub(super) fn contains(&self, word: &str) -> bool {
        self.iter().any(|w| w == word)
    }
}

/// Words that are a secret by themselves at the end of a name; longer words that end with one of them are too.
pub(super) const NOUNS: Words = Words(
    "
    password passwords passwd passwds pwd pwds passphrase passphrases passcode secret secrets token tokens apikey apikeys
    secretkey accesskey privatekey privkey signingkey encryptionkey masterkey accountkey sharedkey authkey licensekey
    fernetkey credential credentials requirepass masterauth bindpw mnemonic stringdata psk htpasswd
    ",
);
/// Words that are a secret only as a whole word.
pub(super) const WHOLE: Words = Words(
    "
    pass pw creds cred salt pepper otp totp passkey jwt pat pswd pword dbpass rootpass userpass adminpass dbpw userpw mypass
    authtoken sas
    ",
);
/// `<word> key` is a secret.
pub(super) const KEY_OF: Words = Words(
    "
    api access secret private signing sign encryption encrypt decryption master account shared auth authentication license
    licence fernet session storage deploy ssh hmac jwt cookie admin security crypto cipher aes rsa unseal root subscription
    registration integration ingest ingestion write webhook function seal sealing recovery preshared bot consumer connection
    age gpg pgp
    ",
);
/// `<word> key` says nothing of secrets.
pub(super) const PLAIN_KEY_OF: Words = Words(
    "
    public partition sort primary foreign cache row group grouping hash routing thread topology label node config object map
    dedup index shard entity join message translation unique host secondary composite lookup metric feature idempotency user
    property registry annotation taint s3 path bucket password file column term pub
    ",
);
/// A name with one of these words before the noun is a setting or a reference.
pub(super) const BEFORE: Words = Words(
    "
    existing automount max min num count pull enable enabled use uses using require required requires disable disabled allow
    allowed has is pad eos bos unk mask sep cls stop special create proxy_pass fastcgi uwsgi skip generate rotate checksum
    per limit page prompt completion total forward send validate verify external sealed available referenced total_tokens
    dropped bypass
    ",
);
/// A name with one of these words after the noun is a setting or a reference.
pub(super) const AFTER: Words = Words(
    "
    name names namespace namespaces ref refs reference references from file files filename path paths dir directory mount
    mounts mountpath volume volumes key keys id ids type types kind url urls uri uris endpoint endpoints host hosts port
    server service issuer audience audiences subject scope scopes provider providers store stores backend manager driver
    class engine template templates version versions format encoding encryption algorithm algo alg method methods mode modes
    policy policies length len size count limit limits max min minimum maximum ttl expiry expires expiration expire exp
    lifetime duration timeout interval period seconds minutes hours days age refresh rotation rotate renew renewal enabled
    enable disabled required optional auth authentication authorization authenticator reset change changed updated created at
    time timestamp date complexity strength validation validator validators check checksum review reviews request requests
    header headers prefix suffix pattern regex field fields claim claims param params parameter parameters description label
    labels annotation annotations selector config configuration settings options schema env variable var vars property
    location source sources target targets user username users owner role roles group groups status state phase reason
    message condition resource resources version_id arn region bucket cache controller operator sync reloader watcher webhook
    plugin cert certificate ca crt hosted bytes bits index list map objects object permissions rules rule queue bucket_size
    rate budget usage used window tokenizer hint prompt attempts retries history grace command cmd script helper mapping
    alias title text_description
    ",
);
/// Words after the noun that do not change its meaning.
pub(super) const EMPTY: Words = Words(
    "
    b64 base64 value values text plain plaintext string raw old new current previous prod dev test staging encoded encrypted
    literal primary secondary base data pem content contents txt hex ro rw readonly main default prd stg bytes64 json
    ",
);
/// Endings of file names whose content is scanned line by line.
pub(super) const FILES: Words = Words(
    "
    .yaml .yml .json .conf .cfg .cnf .ini .properties .toml .xml .env .hcl .tf .md .sh .py .lua .crt .cer .pub .sql .tpl
    .tmpl .js .ts .go .rb .html .rego .jsonnet .libsonnet .config .acl .csv
    ",
);
/// Children of a map with a secret-like name that are no secrets.
pub(super) const BENIGN: Words = Words(
    "
    name namespace kind apiversion apigroup secretname path audience type username user login email url host hostname port
    registry server endpoint description title enabled existingsecret labels annotations valuefrom provider version
    expirationseconds id region mode file mountpath driver optional algorithm rotationpolicy encoding size create keyref ref
    metadata format items defaultmode readonly operator effect default example project bucket schema scheme store
    refreshinterval property engine issuer scope scopes realm role field length required creationpolicy deletionpolicy
    database
    ",
);
/// Annotations that hold a copy of their object.
pub(super) const COPIES: &[&str] =
    &["kubectl.kubernetes.io/last-applied-configuration", "objectset.rio.cattle.io/applied", "banzaicloud.com/last-applied"];
/// Fields that hold sentences.
pub(super) const PROSE: &[&str] = &["message", "description", "reason", "note", "summary", "messages", "details"];
/// Fields below which are schemas, paths and expressions.
pub(super) const SHAPES: &[&str] = &[
    "openAPIV3Schema",
    "expression",
    "messageExpression",
    "jqPathExpressions",
    "jsonPointers",
    "jsonPath",
    "managedFields",
    "resourceNames",
    "tolerations",
    "matchExpressions",
];
