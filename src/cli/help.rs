//! The long help texts, beside each other so that they say things in the same words.

/// What the program is for.
pub const ABOUT: &str = "\
Finds the secrets in container image layers: what, where exactly, and who can still read them.

residue reads every layer of an image, also files that later layers delete or overwrite, and the \
configuration, history and other metadata. For each secret it says which layer and which \
Dockerfile instruction brought it in, its path and line, whether the final filesystem still shows \
it, and what to do about it. Nothing is unpacked to disk and nothing is sent anywhere.";

/// At the end of `-h`.
pub const SEE_LONG: &str = "`--help` says more, with examples.";

/// At the end of `residue --help`.
pub const GENERAL: &str = "\
Examples:
  residue scan app.tar                          scan what `docker save` wrote
  docker save app:1.2 | residue scan -          the same without a file
  residue layers app.tar                        which instruction made which layer
  residue extract app.tar app/.env --layer 3    recover a deleted file

Exit codes:
  0  complete, and no finding at or above --fail-on
  1  at least one finding at or above --fail-on
  2  could not run or could not finish: wrong usage, unreadable image, or an incomplete scan
     without a failing finding

Environment:
  NO_COLOR         no colour, when set
  CLICOLOR_FORCE   colour also in a pipe, when set to anything but 0
  TERM             `dumb` means no colour and no progress bar
  COLUMNS          width of reports and help [default: the terminal's, 100 in a pipe]
  XDG_CACHE_HOME   where the cache of scanned layers is, in a folder residue [default: ~/.cache]
  TMPDIR           where a compressed archive is spooled to, in one file without a name";

/// What may stand for IMAGE.
pub const IMAGE: &str = "\
Image to read. What a file or directory is, its content decides and never its name; gzip, zstd, xz \
and bzip2 around an archive are taken off.

  app.tar, layout/      any archive or directory of the kinds below
  -                     an archive on standard input
  docker-archive:FILE   what `docker save` and `podman save` write
  oci-archive:FILE      an OCI layout in a tar
  oci:DIR[:TAG]         an OCI layout in a directory
  dir:DIR               what `skopeo copy … dir:` writes";

/// At the end of `residue scan --help`.
pub const SCAN: &str = "\
Hitting a limit is a warning and makes the scan incomplete; it never passes silently.

Examples:
  residue scan app.tar
  residue scan --format sarif --output residue.sarif app.tar
  residue scan --fail-on high --min-confidence likely app.tar     gate of a pipeline
  residue scan --disable 'generic.*' --rules our-rules.toml app.tar
  residue scan --rules .gitleaks.toml app.tar                     rules of a gitleaks configuration
  residue scan --all-platforms oci:layout
  residue scan --no-packages app.tar               believe no package database of the image
  residue scan --write-baseline known.json app.tar                accept what is there …
  residue scan --baseline known.json app.tar                      … and fail on what is new

Configuration file: keys of [scan] are the names of these flags, and a flag wins.
  [scan]
  fail-on = \"high\"
  disable = [\"generic.*\"]
  max-entry-size = \"2GiB\"

  [[allow]]
  rule = \"private-key.*\"
  path = \"usr/share/doc/**\"
  reason = \"keys of the manual\"
  expires = \"2027-01-31\"

Exit codes:
  0  complete, and no finding at or above --fail-on
  1  at least one finding at or above --fail-on
  2  could not run or could not finish; also an incomplete scan without a failing finding";

/// At the end of `residue layers --help`.
pub const LAYERS: &str = "\
Instructions that made no layer stand in the table too: their text is evidence. Secrets in \
instructions are redacted.

Examples:
  residue layers app.tar
  residue layers --image app:1.2 --format json all.tar

Exit codes: 0 when the image could be read whole, whatever was found in it; else 2.";

/// The ways to call `residue extract`.
pub const EXTRACT_USAGE: &str = "\
residue extract [OPTIONS] <IMAGE> <PATH>
       residue extract [OPTIONS] <IMAGE> --layer <N> --offset <BYTES>
       residue extract [OPTIONS] <IMAGE> --list [PATH]";

/// At the end of `residue extract --help`.
pub const EXTRACT: &str = "\
The file goes to standard output or to --output, never to a path that the image chooses. A hard \
link gives the content it shares; a symbolic link is not followed.

Examples:
  residue extract app.tar --list                            everything, layer by layer
  residue extract app.tar --list --layer 2 etc              what layer 2 brought under etc
  residue extract app.tar app/.env                          the only layer that has it
  residue extract app.tar app/.env --layer 2 --output env   this one, into a file
  residue extract app.tar --layer 2 --offset 10240          by the place of its header

Exit codes: 0 when every byte was recovered; else 2.";

/// At the end of `residue rules list --help`.
pub const RULES_LIST: &str = "\
Examples:
  residue rules list
  residue rules list --enable 'aws.*' --format json";

/// At the end of `residue rules show --help`.
pub const RULES_SHOW: &str = "\
Examples:
  residue rules show github.personal-access-token
  residue rules show --rules our-rules.toml acme.token";

/// At the end of `residue rules check --help`.
pub const RULES_CHECK: &str = "\
A file of your own is checked together with the built-in rules, so that ids do not clash and \
pairs can refer to them. It may be a configuration of gitleaks, too; what of that cannot be \
honoured is noted.

Examples:
  residue rules check
  residue rules check our-rules.toml more-rules/
  residue rules check --strict our-rules.toml   # in CI
  residue rules check .gitleaks.toml

Exit codes: 0 when every rule holds what it promises; else 2, and every failure is printed.";

/// At the end of `residue cache info --help`.
pub const CACHE_INFO: &str = "\
Examples:
  residue cache info
  residue cache info --cache-dir /var/cache/residue --format json

Exit codes: 0, also where there is no cache yet; 2 when its folder cannot be read.";

/// At the end of `residue cache clear --help`.
pub const CACHE_CLEAR: &str = "\
Only files that residue wrote are removed; the folder and whatever else lies in it stay.

Examples:
  residue cache clear
  residue cache clear --cache-dir /var/cache/residue

Exit codes: 0, also where there was nothing; 2 when something cannot be removed.";

/// At the end of `residue completions --help`.
pub const COMPLETIONS: &str = "\
Examples:
  residue completions bash > ~/.local/share/bash-completion/completions/residue
  residue completions zsh  > ~/.zfunc/_residue
  residue completions fish > ~/.config/fish/completions/residue.fish";

/// At the end of `residue man --help`.
pub const MAN: &str = "\
Examples:
  residue man | man -l -
  residue man rules check > residue-rules-check.1";
