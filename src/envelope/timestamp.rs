//! RFC 3161: what a time-stamping authority answered about some bytes. It proves that the bytes existed before a time, to a reader who trusts the
//! authority, and nothing else. Structure by `der` and `cms`, certificates and signatures by `webpki`. Knows no file and no clock.
use crate::envelope::pem;
use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use cms::cert::CertificateChoices;
use cms::cert::x509::attr::Attributes;
use cms::cert::x509::ext::Extensions;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerInfo};
use der::asn1::{Any, Int, ObjectIdentifier, OctetString};
use der::{Decode as _, Encode as _, Sequence, Tag, Tagged as _};
use rustls_pki_types::{CertificateDer, UnixTime};
use sha2::Digest as _;
use webpki::{ALL_VERIFICATION_ALGS, EndEntityCert, KeyUsage, anchor_from_trusted_cert};

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
/// The value of `id-kp-timeStamping`, 1.3.6.1.5.5.7.3.8.
const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

/// The most certificates that are tried: a token may hold any number.
const MOST: usize = 32;

/// Why an answer proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TimestampFault {
    #[error("is no RFC 3161 answer (DER, as an authority or `openssl ts -reply` gives it): {0}")]
    Form(String),
    #[error("holds no timestamp: the authority refused the request; `openssl ts -reply -in FILE -text` prints why")]
    Refused,
    #[error("is a timestamp of other bytes: the file was changed after it was stamped, or the answer belongs to another one")]
    Other,
    #[error("is not signed as it says: it was changed, or its certificate is neither in it nor among those that you named")]
    Signature,
    #[error("is not by an authority that you named, or its certificate was not valid for timestamps then ({0})")]
    Authority(String),
    #[error("holds no certificate that can be used (PEM, `-----BEGIN CERTIFICATE-----`): {0}")]
    Certificates(String),
}

/// An answer, read and not yet checked.
#[derive(Clone, Debug)]
pub struct Timestamp {
    data: SignedData,
    /// The signed content, as it is encoded.
    content: Vec<u8>,
    imprint: Imprint,
    time: DateTime<Utc>,
}

/// `TimeStampResp`, RFC 3161 2.4.2. It has a token if and only if it was granted.
#[derive(Sequence)]
struct Response {
    status: Any,
    #[asn1(optional = "true")]
    token: Option<ContentInfo>,
}

/// `TSTInfo`, RFC 3161 2.4.2. Whatever is not asked for is any.
#[derive(Sequence)]
struct Info {
    version: u8,
    policy: ObjectIdentifier,
    imprint: Imprint,
    serial: Int,
    /// May have a fraction, which DER's own reader refuses.
    time: Any,
    #[asn1(optional = "true")]
    accuracy: Option<Accuracy>,
    #[asn1(default = "bool::default")]
    ordering: bool,
    #[asn1(optional = "true")]
    nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    tsa: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    extensions: Option<Extensions>,
}

#[derive(Clone, Debug, Sequence)]
struct Imprint {
    algorithm: Algorithm,
    digest: OctetString,
}

#[derive(Clone, Debug, Sequence)]
struct Algorithm {
    oid: ObjectIdentifier,
    #[asn1(optional = "true")]
    parameters: Option<Any>,
}

#[derive(Sequence)]
struct Accuracy {
    #[asn1(optional = "true")]
    seconds: Option<u32>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    milliseconds: Option<u16>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    microseconds: Option<u16>,
}

fn form(what: impl ToString) -> TimestampFault {
    TimestampFault::Form(what.to_string())
}

impl Timestamp {
    /// Reads an answer of an authority, or the token in it alone.
    ///
    /// # Errors
    /// If it is neither, or the authority refused. Whether it holds is not checked.
    pub fn parse(bytes: &[u8]) -> Result<Self, TimestampFault> {
        let token = match Response::from_der(bytes) {
            Ok(response) => response.token.ok_or(TimestampFault::Refused)?,
            Err(_) => ContentInfo::from_der(bytes).map_err(form)?,
        };
        if token.content_type != SIGNED_DATA {
            return Err(form("its content is not signed"));
        }
        let data: SignedData = token.content.decode_as().map_err(form)?;
        let inner = &data.encap_content_info;
        let content = inner.econtent.as_ref().filter(|_| inner.econtent_type == TST_INFO).ok_or_else(|| form("it signs no time"))?;
        let content = content.decode_as::<OctetString>().map_err(form)?.into_bytes().to_vec();
        let info = Info::from_der(&content).map_err(form)?;
        if info.version != 1 || info.extensions.iter().flatten().any(|e| e.critical) {
            return Err(form("it is of a version, or has a critical extension, that is not known"));
        }
        let time = latest(&info).ok_or_else(|| form("its time can't be read"))?;
        Ok(Self { content, imprint: info.imprint, time, data })
    }

    /// The latest time that it says the bytes may have been stamped at: the time in it and the uncertainty that it admits. Proven by `check` only.
    pub fn time(&self) -> DateTime<Utc> {
        self.time
    }

    /// Whether it is about exactly these bytes.
    ///
    /// # Errors
    /// If it is about others, or by a digest weaker than SHA-256.
    pub fn is_of(&self, bytes: &[u8]) -> Result<(), TimestampFault> {
        let oid = self.imprint.algorithm.oid;
        let digest = digest(oid, bytes).ok_or_else(|| form(format!("its digest {oid} is none of SHA-256, SHA-384 and SHA-512")))?;
        if digest == self.imprint.digest.as_bytes() { Ok(()) } else { Err(TimestampFault::Other) }
    }

    /// Whether one of the authorities whose certificates are named (PEM) made it, by a certificate that was good for timestamps then.
    ///
    /// # Errors
    /// If not.
    pub fn check(&self, authorities: &str) -> Result<(), TimestampFault> {
        let named = certificates(authorities)?;
        let anchors: Vec<_> = named.iter().filter_map(|certificate| anchor_from_trusted_cert(certificate).ok()).collect();
        let [signer] = self.data.signer_infos.0.as_slice() else { return Err(TimestampFault::Signature) };
        let message = self.attributes(signer).ok_or(TimestampFault::Signature)?;
        let held = self.data.certificates.iter().flat_map(|set| set.0.iter()).filter_map(|one| match one {
            CertificateChoices::Certificate(certificate) => certificate.to_der().ok().map(CertificateDer::from),
            CertificateChoices::Other(_) => None,
        });
        let all: Vec<CertificateDer<'_>> = held.chain(named.iter().cloned()).take(MOST).collect();
        let at = UnixTime::since_unix_epoch(std::time::Duration::from_secs(self.time.timestamp().try_into().map_err(form)?));
        let mut fault = TimestampFault::Signature;
        for certificate in &all {
            let Ok(end) = EndEntityCert::try_from(certificate) else { continue };
            let sig = signer.signature.as_bytes();
            if !ALL_VERIFICATION_ALGS.iter().any(|algorithm| end.verify_signature(*algorithm, &message, sig).is_ok()) {
                continue;
            }
            match end.verify_for_usage(ALL_VERIFICATION_ALGS, &anchors, &all, at, KeyUsage::required(TIME_STAMPING), None, None) {
                Ok(_) => return Ok(()),
                Err(why) => fault = TimestampFault::Authority(why.to_string()),
            }
        }
        Err(fault)
    }

    /// The bytes that the signer signed: attributes that are bound to the content.
    fn attributes(&self, signer: &SignerInfo) -> Option<Vec<u8>> {
        let attributes = signer.signed_attrs.as_ref()?;
        let digest = digest(signer.digest_alg.oid, &self.content)?;
        let bound = only(attributes, CONTENT_TYPE)?.decode_as::<ObjectIdentifier>().ok()? == TST_INFO
            && only(attributes, MESSAGE_DIGEST)?.decode_as::<OctetString>().ok()?.as_bytes() == digest;
        attributes.to_der().ok().filter(|_| bound)
    }
}

/// The one value of the one attribute of this type.
fn only(attributes: &Attributes, oid: ObjectIdentifier) -> Option<&Any> {
    let mut of_type = attributes.iter().filter(|attribute| attribute.oid == oid);
    let (Some(attribute), None) = (of_type.next(), of_type.next()) else { return None };
    let [value] = attribute.values.as_slice() else { return None };
    Some(value)
}

fn digest(algorithm: ObjectIdentifier, bytes: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        SHA256 => Some(sha2::Sha256::digest(bytes).to_vec()),
        SHA384 => Some(sha2::Sha384::digest(bytes).to_vec()),
        SHA512 => Some(sha2::Sha512::digest(bytes).to_vec()),
        _ => None,
    }
}

/// The time and the accuracy of an info, up to the next full second.
fn latest(info: &Info) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(info.time.value()).ok().filter(|_| info.time.tag() == Tag::GeneralizedTime)?;
    let time = NaiveDateTime::parse_from_str(text.strip_suffix('Z')?, "%Y%m%d%H%M%S%.f").ok()?.and_utc();
    let zero = Accuracy { seconds: None, milliseconds: None, microseconds: None };
    let within = info.accuracy.as_ref().unwrap_or(&zero);
    let late = time
        + Duration::seconds(within.seconds.unwrap_or(0).into())
        + Duration::milliseconds(within.milliseconds.unwrap_or(0).into())
        + Duration::microseconds(within.microseconds.unwrap_or(0).into());
    let whole = DateTime::from_timestamp(late.timestamp(), 0)?;
    Some(if whole == late { whole } else { whole + Duration::seconds(1) })
}

/// The certificates of a PEM text, at least one.
fn certificates(text: &str) -> Result<Vec<CertificateDer<'static>>, TimestampFault> {
    let wrong = |what: String| TimestampFault::Certificates(what);
    let one = |block: &pem::Block<'_>| match block.label {
        "CERTIFICATE" => {
            let (_, der) = pkcs8::Document::from_pem(block.text).map_err(|e| wrong(e.to_string()))?;
            Ok(CertificateDer::from(der.as_bytes().to_vec()))
        }
        other => Err(wrong(format!("there is a `{other}` in it"))),
    };
    pem::blocks(text).map_err(|_| wrong("it is not PEM".into()))?.iter().map(one).collect()
}
