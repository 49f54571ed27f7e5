//! The build context with its planted secrets, fresh in every run, and the truth about each.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::support::secrets;

/// Where a secret was put.
pub enum Place {
    /// A file's path and line, and the keyword of the instruction that brought it.
    File(&'static str, u64, &'static str),
    /// A kind of metadata, as `kind` in the report.
    Metadata(&'static str),
}

/// What the later instructions do to it.
#[derive(PartialEq, Eq)]
pub enum Fate {
    Live,
    Deleted,
    Overwritten,
}

/// One planted secret.
pub struct Planted {
    pub secret: String,
    pub place: Place,
    pub fate: Fate,
    /// What the instruction that hides it contains.
    pub hidden_by: &'static str,
}

/// Everything that was planted.
pub struct Plants {
    pub app: Vec<Planted>,
    /// By architecture, in the image of several platforms.
    pub platforms: Vec<(&'static str, String)>,
    /// What the layer written by umoci brings.
    pub umoci: String,
}

const DOCKERFILE: &str = r#"FROM scratch
COPY base/ /
ENV GRAFANA_TOKEN=@env@ APP_HOME=/app
LABEL build.token="@label@" org.opencontainers.image.title="app"
COPY first/ /
ARG DEPLOY_TOKEN
RUN echo "$DEPLOY_TOKEN" | wc -c > /tmp/length
COPY second/ /
RUN rm -f /home/app/.npmrc
RUN rm -rf /opt/conf.d && mkdir -p /opt/conf.d && echo "mode: safe" > /opt/conf.d/new.yml
WORKDIR /app
CMD ["/bin/serve", "--token=@cmd@"]
"#;

const DOCKERFILE_MULTI: &str = "FROM scratch\nARG ARCH\nCOPY only-${ARCH}/ /\n";

/// Writes the context below `folder`.
pub fn plant(folder: &Path) -> Plants {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let salt = format!("{:?}{}", now.unwrap_or_default(), process::id());
    let word = |name: &str| format!("{name}{salt}");
    let first_env = secrets::github(&word("first env"));
    let npmrc = secrets::npm(&word("npmrc"));
    let pay = secrets::stripe(&word("pay"));
    let settings = secrets::slack(&word("settings"));
    let second_env = secrets::grafana(&word("second env"));
    let binary = secrets::digitalocean(&word("binary"));
    let env = secrets::grafana(&word("env"));
    let label = secrets::npm(&word("label"));
    let cmd = secrets::github(&word("cmd"));
    let argument = secrets::github(&word("argument"));
    let umoci = secrets::npm(&word("umoci"));
    let platforms = vec![
        ("amd64", secrets::github(&word("amd64"))),
        ("arm64", secrets::github(&word("arm64"))),
    ];

    let write = |name: &str, content: &str| write(&folder.join(name), content.as_bytes());
    let dockerfile = DOCKERFILE.replace("@env@", &env).replace("@label@", &label);
    write("Dockerfile", &dockerfile.replace("@cmd@", &cmd));
    write("Dockerfile.multi", DOCKERFILE_MULTI);
    write("deploy-token", &argument);
    write("umoci.env", &format!("NPM_TOKEN={umoci}\n"));
    write(
        "first/app/.env",
        &format!("DEBUG=1\nGITHUB_TOKEN={first_env}\n"),
    );
    write(
        "first/home/app/.npmrc",
        &format!("//registry.npmjs.org/:_authToken={npmrc}\n"),
    );
    write("first/opt/conf.d/pay.yml", &format!("pay:\n  key: {pay}\n"));
    write(
        "first/srv/settings.py",
        &format!("import os\n\nSLACK = \"{settings}\"\n"),
    );
    write(
        "second/app/.env",
        &format!("DEBUG=0\nPORT=80\nGRAFANA_TOKEN={second_env}\n"),
    );
    write(
        "second/usr/share/data.bin",
        &format!("\0\u{1}\0{binary}\0\0"),
    );
    for (arch, secret) in &platforms {
        write(
            &format!("only-{arch}/etc/{arch}.env"),
            &format!("TOKEN={secret}\n"),
        );
    }
    base(&folder.join("base"));

    let file = |secret, path, line| Planted {
        secret,
        place: Place::File(path, line, "COPY"),
        fate: Fate::Live,
        hidden_by: "",
    };
    let hidden = |planted: Planted, fate, hidden_by| Planted {
        fate,
        hidden_by,
        ..planted
    };
    let metadata = |secret, kind| Planted {
        secret,
        place: Place::Metadata(kind),
        fate: Fate::Live,
        hidden_by: "",
    };
    Plants {
        app: vec![
            hidden(file(first_env, "app/.env", 2), Fate::Overwritten, "COPY"),
            hidden(
                file(npmrc, "home/app/.npmrc", 1),
                Fate::Deleted,
                "rm -f /home/app/.npmrc",
            ),
            hidden(
                file(pay, "opt/conf.d/pay.yml", 2),
                Fate::Deleted,
                "rm -rf /opt/conf.d",
            ),
            file(settings, "srv/settings.py", 3),
            file(second_env, "app/.env", 3),
            file(binary, "usr/share/data.bin", 1),
            metadata(env, "env"),
            metadata(label, "label"),
            metadata(cmd, "cmd"),
            metadata(argument, "history"),
        ],
        platforms,
        umoci,
    }
}

/// A root filesystem of one static busybox, as small as a shell can be.
fn base(folder: &Path) {
    let busybox = ["/usr/bin/busybox", "/bin/busybox"]
        .map(PathBuf::from)
        .into_iter()
        .find(|path| path.is_file())
        .expect("busybox-static is installed");
    for name in ["bin", "tmp", "etc"] {
        fs::create_dir_all(folder.join(name)).expect("a folder of the test");
    }
    fs::copy(busybox, folder.join("bin/busybox")).expect("a copy of busybox");
    for applet in ["sh", "rm", "mkdir", "echo", "wc"] {
        let path = folder.join("bin").join(applet);
        std::os::unix::fs::symlink("busybox", path).expect("a link of the test");
    }
}

fn write(path: &Path, bytes: &[u8]) {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).expect("a folder of the test");
    }
    fs::write(path, bytes).expect("a file of the test");
}
