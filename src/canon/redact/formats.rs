//! Files of other programs, as ConfigMaps hold them: what must be replaced and what must stay.
use super::Domain;
use super::tests::{config, left, redactor};

#[test]
fn values_under_secret_like_names_are_secret_in_every_format_and_other_programs_files_are_understood() {
    let mut missed = Vec::new();
    for text in [
        "a: b\npassword: zq1\n",
        "a: b\npassword: \"zq1\"\n",
        "a: b\npassword: 'zq1' # c\n",
        "[db]\npassword = zq1\n",
        "db.password=zq1\nx=y\n",
        "export DB_PASSWORD=zq1\n",
        "{\"a\": {\"password\": \"zq1\"}}",
        "<a><password>zq1</password></a>",
        "<add key=\"Password\" value=\"zq1\"/>",
        "{\"env\":[{\"value\":\"zq1\",\"name\":\"DB_PASSWORD\"}]}",
        "host=x password=zq1 user=y",
        "h:6379,password=zq1,db=0",
        "a;Password=zq1;b",
        "requirepass zq1\nport 1\n",
        "machine h login u password zq1",
        "x: {user: a, password: zq1}",
        "secrets:\n  db: zq1\n",
        "tool --password zq1 -v",
        "env:\n- name: A_TOKEN\n  value: zq1\n",
        "credentials:\n- zq1\n",
        "password: |\n  zq1\n",
        "x = '{\\\"password\\\": \\\"zq1\\\"}'",
        "<name>a.secret.key</name>\n<value>zq1</value>",
        "passwords: [\"zq1\", zq1]\n",
        "password: ${PW:-zq1}\n",
        "PASSWORD=>zq1\n",
        "input {\n  http { password => \"zq1\" }\n}\n",
        "resource \"x\" {\n  password = \"zq1\"\n}\n",
        "spring:\n  datasource:\n    password: zq1 two # c\n",
        "[auth]\n# the old one: password = zq1\n",
        "listen 1\n  stats auth admin:zq1\n",
        "user default on >zq1 ~* +@all\n",
        "db:5432:*:bob:zq1\n",
        "masterauth \"zq1\"\nport 1\n",
        "users:\n- user:\n    token: zq1\n  name: x\n",
        "global:\n  smtp_auth_password: 'zq1'\n",
        "basic_auth:\n  username: u\n  password: zq1\n",
        "proxy_set_header Authorization \"Bearer zq1\";",
        "#!/bin/sh\nPGPASSWORD=zq1 psql -h x\n",
        "#!/bin/sh\ncurl -H 'Authorization: Bearer zq1' https://x\n",
        "curl -H \"X-Api-Key: zq1\" https://x",
        "curl --user admin:zq1 https://x",
        "kubectl create secret generic x --from-literal=password=zq1\n",
        "mc alias set m http://x user zq1pw --secret-key zq1\n".trim_start_matches("mc alias set m http://x user zq1pw "),
        "Server=db;User Id=sa;Password=zq1;Encrypt=no",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=zq1==;EndpointSuffix=x",
        "jdbc:postgresql://db/x?user=u&password=zq1",
        "jdbc:sqlserver://db:1433;databaseName=x;user=u;password=zq1;",
        "mongodb+srv://u:zq1@c.x.org/db",
        "oracle://u:zq1@h:1521/x",
        "const config = { password: 'zq1', host: 'x' };",
        "password = 'zq1'  # c\n",
        "{\"k\": [{\"key\": \"apiToken\", \"value\": \"zq1\"}]}",
        "data:\n  key: a\nstringData:\n  anything: zq1\n",
        "auth:\n  existingSecret: ''\n  rootPassword: \"zq1\"\n",
        "- --set\n- auth.password=zq1\n",
        "<Connector keystorePass=\"zq1\" port=\"1\"/>",
        "password:\n  zq1\n",
        "password: >-\n  zq1\nnext: x\n",
        "secret_key: !!str zq1\n",
        "\"password\" : \"zq1\",\n",
        "'password': 'zq1',\n",
        "api-key: zq1, mode: x\n",
        "https://x.org/cb?client_secret=zq1&x=y",
        "wss://x.org/?access_token=zq1",
        "ldap_bind_dn = cn=x\nldap_bind_password = zq1\n",
        "\u{feff}password: zq1\nx: y\n",
        "a: b\r\npassword: zq1\r\nc: d\r\n",
    ] {
        if !left(config(text), &["zq1"]).is_empty() {
            missed.push(text);
        }
    }
    assert_eq!(missed, Vec::<&str>::new());
}

#[test]
fn other_programs_settings_stay() {
    let mut wrong = Vec::new();
    for text in [
        "password_encryption = scram-sha-256\nssl_key_file = '/etc/x'\n",
        "tokens_per_second: 40\nmax_tokens: 4096\nstop_token: x\n",
        "# password: see the vault entry\na: b\n",
        "secretName: a\nsecrets:\n- name: b\n",
        "- name: PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db\n      key: password\n",
        "hosts: localhost:8080\nkey: app.kubernetes.io/name\n",
        "token_url: https://x.org/token\n",
        "keyspace: main\nkeyboard: us\n",
        "properties:\n  password:\n    type: string\n    description: the password of the user\n",
        "if token == \"\" then return end\nlocal x = obj.spec.secretName\n",
        "proxy_pass http://up;\nssl_certificate_key /etc/x/key.pem;\n",
        "auth:\n  type: basic\n  mode: oidc\n",
        "image: x@sha256:96e41463f351850bd99f805318f63e44dd2ad185bf71a63b48ba110da6b37c13\n",
        "checksum/secret: 96e41463f351850bd99f805318f63e44dd2ad185bf71a63b48ba110da6b37c13\n",
        "a: https://git.example.org/x/y.git\nb: git@github.com:x/y.git\nc: https://user@host/x\n",
        "password: \"{{ .Values.db.password }}\"\n",
        "password: $__file{/etc/secrets/pw}\n",
        "password=$(cat /run/secrets/pw)\n",
        "token = os.environ[\"TOKEN\"]\n",
        "kind: ExternalSecret\ndata:\n- secretKey: password\n  remoteRef:\n    key: db\n",
        "secretKeyRef: {name: db, key: password}\n",
        "class A:\n    tokens = {\n        'root': [\n            (r'x1', Name),\n        ],\n    }\n",
        "- objectName: \"db\"\n  secretPath: \"secret/data/db\"\n  secretKey: \"username\"\n",
        "privateKey:\n  algorithm: RSA\n  rotationPolicy: Always\n",
    ] {
        if redactor().text(text) != text {
            wrong.push(redactor().text(text));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_sign_of_a_block_text_is_no_secret() {
    let token = redactor().token(Domain::Text, "aaa\n  bbb");
    assert_eq!(redactor().text("token: |-\n  aaa\n  bbb\nother: y\n"), format!("token: |-\n  {token}\nother: y\n"));
}
