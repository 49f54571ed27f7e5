//! Supabase: of the older keys only the service role's is a secret; the newer secret keys carry a
//! checksum that rests on the name of their project.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::jwt::{self, Jwt};
use super::{Candidate, Verdict, facts, lenient, text};

/// A key whose role is not the service's is made to be public.
pub(super) fn role(candidate: &Candidate<'_>) -> Verdict {
    let Some(token) = Jwt::read(candidate.secret) else {
        return Verdict::Dropped;
    };
    if token.text("role") != Some("service_role") {
        return Verdict::Dropped;
    }
    let mut told = jwt::told(&token);
    let project = token.text("ref").and_then(|name| text(name.as_bytes()));
    told.extend(facts([("project", project)]));
    if token.is_demonstration() {
        return Verdict::Demoted(told);
    }
    Verdict::Confirmed(told)
}

/// What self-hosted installations take for the name of their project.
const SELF_HOSTED: &[u8] = b"supabase-self-hosted";
/// Letters of the name of a hosted project.
const NAME: usize = 20;

/// `sb_secret_` + 22 + `_` + 8: the beginning of the SHA-256 of the project's name, a bar and what
/// stands before the sum. A sum that fits no name that stands near says nothing.
pub(super) fn secret_key(candidate: &Candidate<'_>) -> Verdict {
    let Some((head, [b'_', sum @ ..])) = candidate.secret.split_last_chunk::<9>() else {
        return Verdict::Kept(facts([]));
    };
    let holds = |name: &&[u8]| {
        let hash = Sha256::digest([name, &b"|"[..], head].concat());
        URL_SAFE_NO_PAD.encode(hash).as_bytes().starts_with(sum)
    };
    match names(candidate.around).chain([SELF_HOSTED]).find(holds) {
        Some(name) => lenient(true, facts([("project", text(name))])),
        None => Verdict::Kept(facts([])),
    }
}

/// Names of hosted projects in their addresses: `https://<name>.supabase.co`.
fn names(around: &[u8]) -> impl Iterator<Item = &[u8]> {
    let ends = memchr::memmem::find_iter(around, b".supabase.");
    ends.filter_map(|end| {
        let name = around.get(end.checked_sub(NAME)?..end)?;
        name.iter().all(u8::is_ascii_lowercase).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, flip, verdict};
    use super::*;

    fn service(issuer: &str, role: &str) -> String {
        let claims = format!(r#"{{"iss":"{issuer}","ref":"abcd","role":"{role}"}}"#);
        let header = base64_url(br#"{"alg":"HS256"}"#);
        format!(
            "{header}.{}.{}",
            base64_url(claims.as_bytes()),
            "A".repeat(43)
        )
    }

    #[test]
    fn the_anonymous_key_is_not_the_service_role() {
        let key = service("supabase", "service_role");
        let Verdict::Confirmed(facts) = verdict(role, key.as_bytes()) else {
            panic!()
        };
        assert_eq!(facts["project"], "abcd");
        let anonymous = service("supabase", "anon");
        assert_eq!(verdict(role, anonymous.as_bytes()), Verdict::Dropped);
    }

    #[test]
    fn the_key_of_every_local_installation_is_demoted() {
        let key = service("supabase-demo", "service_role");
        let Verdict::Demoted(told) = verdict(role, key.as_bytes()) else {
            panic!()
        };
        assert_eq!(told["demonstration"], true);
    }

    fn key(name: &str) -> String {
        let head = format!("sb_secret_{}", "Example0".repeat(3).split_at(22).0);
        let hash = Sha256::digest(format!("{name}|{head}"));
        format!("{head}_{}", &base64_url(&hash)[..8])
    }

    #[test]
    fn a_secret_key_is_confirmed_by_the_name_of_its_project() {
        let own = key("supabase-self-hosted");
        let Verdict::Confirmed(told) = verdict(secret_key, own.as_bytes()) else {
            panic!("{own}")
        };
        assert_eq!(told["project"], "supabase-self-hosted");
        let off = flip(&own, 12);
        assert_eq!(verdict(secret_key, &off), Verdict::Kept(facts([])));

        let name = "abcdefghijklmnopqrst";
        let hosted = key(name);
        let around = format!("SUPABASE_URL=https://{name}.supabase.co\nSUPABASE_KEY={hosted}\n");
        let near = secret_key(&Candidate {
            secret: hosted.as_bytes(),
            whole: hosted.as_bytes(),
            around: around.as_bytes(),
            path: b".env",
            effort: &Default::default(),
        });
        let told = facts([
            ("checksum", Some("valid".into())),
            ("project", Some(name.into())),
        ]);
        assert_eq!(near, Verdict::Confirmed(told));
        assert_eq!(
            verdict(secret_key, hosted.as_bytes()),
            Verdict::Kept(facts([]))
        );
    }
}
