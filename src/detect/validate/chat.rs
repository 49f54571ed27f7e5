//! Chat services: bot tokens and webhooks name the bot, its team, and when it was made.

use serde_json::Value;

use super::encoding::base64;
use super::{Candidate, Verdict, facts, text, time};

/// Milliseconds from 1970 to Discord's first second (2015-01-01).
const DISCORD_EPOCH: u64 = 1_420_070_400_000;

/// Part 1 of a Discord bot token is the bot's id in base64; an id begins with its time. Where it
/// is no number the token is hardly one.
pub(super) fn discord(candidate: &Candidate<'_>) -> Verdict {
    let id = candidate
        .secret
        .split(|byte| *byte == b'.')
        .next()
        .and_then(base64)
        .and_then(|id| String::from_utf8(id).ok())
        .filter(|id| (16..=20).contains(&id.len()))
        .and_then(|id| id.parse::<u64>().ok());
    let Some(id) = id else {
        return Verdict::Demoted(facts([]));
    };
    let created = ((id >> 22) + DISCORD_EPOCH) / 1000;
    Verdict::Confirmed(facts([
        ("bot_id", Some(Value::String(id.to_string()))),
        ("created", i64::try_from(created).ok().and_then(time::fact)),
    ]))
}

/// A Telegram bot token begins with the bot's id; its second part with `AA`.
pub(super) fn telegram(candidate: &Candidate<'_>) -> Verdict {
    let colon = memchr::memchr(b':', candidate.secret);
    // Without a colon all of it would be the id, and a fact never holds the whole secret.
    let parts = colon.and_then(|colon| candidate.secret.split_at_checked(colon));
    let id = parts.map(|(id, _)| id);
    let id = id.filter(|id| id.iter().all(u8::is_ascii_digit));
    let told = facts([("bot_id", id.and_then(text))]);
    if parts.is_some_and(|(_, rest)| rest.starts_with(b":AA")) {
        Verdict::Kept(told)
    } else {
        Verdict::Demoted(told)
    }
}

/// Digits of a Slack id, at least.
const SHORTEST_ID: usize = 6;

/// Slack's tokens and webhooks hold the ids of the team and of who acts in it.
pub(super) fn slack(candidate: &Candidate<'_>) -> Verdict {
    let secret = candidate.secret;
    if let Some(start) = memchr::memmem::find(secret, b"/services/") {
        let mut ids = secret[start + b"/services/".len()..].split(|byte| *byte == b'/');
        return Verdict::Kept(facts([
            ("team", ids.next().and_then(text)),
            ("hook", ids.next().and_then(text)),
        ]));
    }
    let mut segments = secret.split(|byte| *byte == b'-');
    let kind = segments.next().unwrap_or_default();
    if kind == b"xapp" {
        return Verdict::Kept(facts([("app", segments.nth(1).and_then(text))]));
    }
    // Ids are long numbers; the short one of some kinds is a version. Old bot tokens have one id,
    // the bot's.
    let mut ids = segments
        .take_while(|segment| !segment.is_empty() && segment.iter().all(u8::is_ascii_digit))
        .skip_while(|segment| segment.len() < SHORTEST_ID);
    let (team, user) = match (ids.next(), ids.next()) {
        (Some(team), Some(user)) => (Some(team), Some(user)),
        (user, _) => (None, user),
    };
    Verdict::Kept(facts([
        ("team", team.and_then(text)),
        ("user", user.and_then(text)),
    ]))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base64_url, verdict};
    use super::*;

    #[test]
    fn a_discord_token_tells_when_its_bot_was_made() {
        let id = (86_400_000u64 << 22).to_string();
        let id = format!("{id:0>18}");
        let token = format!("{}.ABCDEF.{}", base64_url(id.as_bytes()), "A".repeat(38));
        let Verdict::Confirmed(told) = verdict(discord, token.as_bytes()) else {
            panic!("{token}")
        };
        assert_eq!(told["created"], "2015-01-02T00:00:00Z");
        let words = format!(
            "{}.ABCDEF.{}",
            base64_url(b"not a number at all"),
            "A".repeat(38)
        );
        let demoted = Verdict::Demoted(facts([]));
        assert_eq!(verdict(discord, words.as_bytes()), demoted);
    }

    #[test]
    fn a_telegram_token_names_its_bot() {
        let token = format!("{}:AA{}", "123456789", "E".repeat(33));
        let Verdict::Kept(facts) = verdict(telegram, token.as_bytes()) else {
            panic!()
        };
        assert_eq!(facts["bot_id"], "123456789");
        let other = format!("{}:{}", "123456789", "E".repeat(35));
        assert!(matches!(
            verdict(telegram, other.as_bytes()),
            Verdict::Demoted(_)
        ));
        // A rule of somebody's own may pair any regex with this validator.
        let digits = "9".repeat(34);
        assert!(matches!(
            verdict(telegram, digits.as_bytes()),
            Verdict::Demoted(told) if told.is_empty()
        ));
    }

    #[test]
    fn slacks_segments_name_team_and_user_but_never_the_secret_part() {
        let (team, user) = ("1234567890", "9876543210");
        let both = facts([("team", Some(team.into())), ("user", Some(user.into()))]);
        let bot = format!("xo{}-{team}-{user}-{}", "xb", "SECRET");
        assert_eq!(verdict(slack, bot.as_bytes()), Verdict::Kept(both.clone()));
        let workspace = format!("xo{}-2-{team}-{user}-{}", "xa", "SECRET");
        assert_eq!(verdict(slack, workspace.as_bytes()), Verdict::Kept(both));
        let old = format!("xo{}-{user}-{}", "xb", "SECRET");
        let alone = facts([("user", Some(user.into()))]);
        assert_eq!(verdict(slack, old.as_bytes()), Verdict::Kept(alone));
        let rotated = format!("xo{}-1-{}", "xe.xoxp", "SECRET");
        assert_eq!(verdict(slack, rotated.as_bytes()), Verdict::Kept(facts([])));
        let hook = format!("https://hooks.slack.com/services/{}", "T0001/B0002/SECRET");
        let Verdict::Kept(told) = verdict(slack, hook.as_bytes()) else {
            panic!()
        };
        assert_eq!(
            told,
            facts([("team", text(b"T0001")), ("hook", text(b"B0002"))])
        );
        let app = format!("xa{}-1-A0003-4-{}", "pp", "SECRET");
        let Verdict::Kept(told) = verdict(slack, app.as_bytes()) else {
            panic!()
        };
        assert_eq!(told, facts([("app", text(b"A0003"))]));
    }
}
