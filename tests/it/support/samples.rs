//! The images of `samples/`: small, fake, and built here so that everyone can build them again.

use serde_json::json;

use super::compress::gzip;
use super::image::ImageBuilder;
use super::layer::LayerBuilder;
use super::package::Package;
use super::secrets;
use super::shapes::{Shape, attestation, oci_entry, oci_layout_of};

/// Every sample: file name and bytes.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    let docker = |image| gzip(&Shape::Docker25.package(&[image]).to_tar());
    vec![
        ("leaky-app.tar.gz", docker(leaky_app())),
        ("clean-app.tar.gz", docker(clean_app())),
        ("provenance.oci.tar.gz", gzip(&provenance().to_tar())),
        (
            "two-images.tar.gz",
            gzip(&Shape::Podman.package(&two_images()).to_tar()),
        ),
    ]
}

/// A base that looks like one.
fn base() -> ImageBuilder {
    let layer = LayerBuilder::new()
        .dir("bin")
        .mode(0o755)
        .file("bin/sh", "#!stand-in for a shell\n")
        .dir("etc")
        .file(
            "etc/os-release",
            "NAME=\"Sample Linux\"\nID=sample\nVERSION_ID=1\n",
        )
        .file("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n");
    ImageBuilder::new()
        .layer("ADD rootfs.tar.gz / # buildkit", layer)
        .instruction("CMD [\"/bin/sh\"]")
}

/// One secret of each fate: live, deleted, overwritten, in the environment, in a build argument.
pub fn leaky_app() -> ImageBuilder {
    let npm = secrets::npm("sample deleted");
    let stripe = secrets::stripe("sample overwritten");
    let slack = secrets::slack("sample live");
    let github = secrets::github("sample build argument");
    let grafana = secrets::grafana("sample environment");
    let settings = format!("import os\n\nDEBUG = False\nSLACK_TOKEN = \"{slack}\"\n");
    base()
        .tag("example.test/leaky-app:1.0")
        .instruction(&format!("ENV GRAFANA_TOKEN={grafana}"))
        .layer(
            "COPY . /app # buildkit",
            LayerBuilder::new()
                .dir("app")
                .file("app/.env", format!("PORT=8080\nSTRIPE_KEY={stripe}\n"))
                .file(
                    "app/.npmrc",
                    format!("//registry.npmjs.org/:_authToken={npm}\n"),
                )
                .file("app/settings.py", settings)
                .file(
                    "app/package.json",
                    "{\"name\":\"leaky-app\",\"version\":\"1.0.0\"}\n",
                ),
        )
        .instruction("ARG GITHUB_TOKEN")
        .layer(
            &format!("RUN |1 GITHUB_TOKEN={github} /bin/sh -c npm ci # buildkit"),
            LayerBuilder::new()
                .dir("app/node_modules")
                .file("app/node_modules/.package-lock.json", "{\"packages\":{}}\n"),
        )
        .layer(
            "RUN /bin/sh -c rm -f /app/.npmrc # buildkit",
            LayerBuilder::new().dir("app").whiteout("app/.npmrc"),
        )
        .layer(
            "COPY production.env /app/.env # buildkit",
            LayerBuilder::new().dir("app").file("app/.env", "PORT=80\n"),
        )
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("GRAFANA_TOKEN", &grafana)
        .config("Cmd", json!(["node", "/app/server.js"]))
}

/// The same application, built as it should be: the secrets were mounted and are not there.
pub fn clean_app() -> ImageBuilder {
    base()
        .tag("example.test/clean-app:1.0")
        .layer(
            "COPY . /app # buildkit",
            LayerBuilder::new()
                .dir("app")
                .file(
                    "app/settings.py",
                    "import os\n\nSLACK_TOKEN = os.environ[\"SLACK_TOKEN\"]\n",
                )
                .file(
                    "app/package.json",
                    "{\"name\":\"clean-app\",\"version\":\"1.0.0\"}\n",
                ),
        )
        .layer(
            "RUN /bin/sh -c npm ci # buildkit",
            LayerBuilder::new().dir("app/node_modules"),
        )
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
}

/// A clean image whose build argument stands in the attestation that the builder adds.
fn provenance() -> Package {
    let mut package = Package::default();
    let image = clean_app().tag("example.test/attested-app:1.0");
    let entry = oci_entry(&mut package, &image);
    let statement = json!({
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "subject": [{ "name": "attested-app", "digest": { "sha256": entry["digest"] } }],
        "predicate": {
            "builder": { "id": "" },
            "buildType": "https://mobyproject.org/buildkit@v1",
            "invocation": { "parameters": { "frontend": "dockerfile.v0", "args": {
                "build-arg:NPM_TOKEN": secrets::npm("sample provenance")
            } } }
        }
    });
    let proof = attestation(&mut package, &entry, &statement);
    oci_layout_of(package, vec![entry, proof])
}

/// Two images on one base in one archive; the same secret is in both.
fn two_images() -> [ImageBuilder; 2] {
    let secret = secrets::digitalocean("sample shared");
    ["api", "worker"].map(|name| {
        base().tag(&format!("example.test/{name}:1.0")).layer(
            &format!("COPY {name}.env /srv/ # buildkit"),
            LayerBuilder::new().dir("srv").file(
                format!("srv/{name}.env"),
                format!("DIGITALOCEAN_TOKEN={secret}\n"),
            ),
        )
    })
}
