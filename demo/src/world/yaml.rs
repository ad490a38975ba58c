//! YAML by the rules of YAML 1.2: `no` and `1_000` are texts. Knows no object.
use serde::de::DeserializeOwned;

/// The value of a text with one document.
///
/// # Errors
/// What is wrong with the text, and where.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let options = serde_saphyr::options! { strict_booleans: true, underscored_numbers_as_strings: true, with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::read;
    use serde_json::{Value, json};
    use sha2::{Digest, Sha256};

    fn value(text: &str) -> Value {
        read(text).unwrap()
    }

    #[test]
    fn plain_scalars_are_what_the_core_schema_says() {
        let text = "{a: no, b: On, c: 1_000, d: 2026-11-23, e: 1.2.3, f: '1', g: 0x1F, h: ~, i: true, j: 1.5, k: -3, l: 1:30}";
        let is = json!({"a": "no", "b": "On", "c": "1_000", "d": "2026-11-23", "e": "1.2.3", "f": "1", "g": 31, "h": null, "i": true,
            "j": 1.5, "k": -3, "l": "1:30"});
        assert_eq!(value(text), is);
        assert_eq!(value("a: &x [1, y]\nb: *x\nc: |\n  two\n  lines\n"), json!({"a": [1, "y"], "b": [1, "y"], "c": "two\nlines\n"}));
    }

    #[test]
    fn a_key_twice_is_an_error_that_says_where() {
        let error = read::<Value>("a: 1\na: 2\n").unwrap_err();
        assert!(error.contains("line 2") && !error.contains('\n'), "{error}");
    }

    /// The digests were computed with another reader. After an intended change, copy the new digest from the failure message.
    #[test]
    fn the_tables_hold_what_another_reader_found_in_them() {
        let digest = |text: &str| Sha256::digest(value(text).to_string()).iter().map(|b| format!("{b:02x}")).collect::<String>();
        assert_eq!(digest(include_str!("resources.yaml")), "5523b22335743bdf71d66dd77ae56ec067bb988a2502328eab7096d06fcd082b");
        assert_eq!(digest(include_str!("defaults.yaml")), "1b52c2c41ea7e0ae9f70eef8fd5e7b53058453b341b62e89d07a91cf399fce2f");
        assert_eq!(digest(include_str!("responses.yaml")), "2245b6f2eb8a13f4c2190b309e7f12ecbd0b0b703ebf75f69b6c9d3009fdfefd");
    }
}
