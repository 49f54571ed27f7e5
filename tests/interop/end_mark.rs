//! What tools see of a tar behind its end mark, and of an archive that describes two images, is what the
//! reports say.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{ImageBuilder, LayerBuilder, Scratch, Shape, scan, secrets};

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn what_unpacks_an_image_sees_nothing_behind_the_end_mark() {
    let scratch = Scratch::new();
    let secret = secrets::github("behind the end mark");
    let token = LayerBuilder::new().file("app/token", format!("TOKEN={secret}\n"));
    let tail = LayerBuilder::new().whiteout("app/token").file("late", "x");
    let above = LayerBuilder::new().file("x", "x").after_end(tail.tar());
    let layer = scratch.write("layer.tar", above.tar());
    let listed = Command::new("tar").arg("tf").arg(layer).output();
    assert_eq!(listed.expect("tar").stdout, b"x\n");

    let image = ImageBuilder::new()
        .layer("COPY", token)
        .layer("COPY", above);
    let image = scratch.image(Shape::Docker25, &image);
    let root = unpacked(&image, scratch.path()).expect("skopeo and umoci unpack it");
    assert!(root.join("app/token").exists() && !root.join("late").exists());
    assert_eq!(scan(&image).places(&secret)[0]["visibility"], "final");
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn nothing_unpacks_a_layer_that_goes_on_behind_one_zero_block() {
    let scratch = Scratch::new();
    let layer = LayerBuilder::new()
        .file("x", "x")
        .raw(&[0; 512])
        .file("late", "x");
    let image = scratch.image(Shape::Docker25, &ImageBuilder::new().layer("COPY", layer));
    let error = unpacked(&image, scratch.path()).expect_err("no image");
    assert!(error.contains("archive/tar: invalid tar header"), "{error}");
}

#[test]
#[ignore = "asks real tools; `.ci/run` does"]
fn of_two_archives_in_one_file_skopeo_takes_the_first() {
    let scratch = Scratch::new();
    let archives = ["first", "second"].map(|word| {
        let layer = LayerBuilder::new().file(word, "x");
        let image = ImageBuilder::new().layer("COPY", layer);
        fs::read(scratch.image(Shape::Docker25, &image)).expect("an archive")
    });
    let both = scratch.write("both.tar", archives.concat());
    let root = unpacked(&both, scratch.path()).expect("skopeo and umoci unpack it");
    assert!(root.join("first").exists() && !root.join("second").exists());
}

/// The root file system that skopeo and umoci make of a `docker save` archive, or what they say.
fn unpacked(image: &Path, folder: &Path) -> Result<PathBuf, String> {
    let policy = folder.join("policy.json");
    let anything = r#"{"default":[{"type":"insecureAcceptAnything"}]}"#;
    fs::write(&policy, anything).expect("a file of the test");
    let (layout, bundle) = (folder.join("layout"), folder.join("bundle"));
    let mut skopeo = Command::new("skopeo");
    let (from, to) = (
        format!("docker-archive:{}", image.display()),
        layout.display(),
    );
    skopeo
        .arg("--policy")
        .arg(policy)
        .args(["copy", "-q", &from, &format!("oci:{to}:1")]);
    let mut umoci = Command::new("umoci");
    umoci
        .args(["unpack", "--image", &format!("{to}:1")])
        .arg(&bundle);
    for mut tool in [skopeo, umoci] {
        let output = tool.output().expect("the tool starts");
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
    }
    Ok(bundle.join("rootfs"))
}
