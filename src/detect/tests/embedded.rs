//! Rules that were read when the program was built, beside the files that they were read from.

use std::path::PathBuf;

use crate::detect::catalog;
use crate::rules::Loader;

#[test]
fn the_embedded_rules_are_what_their_files_say() {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/patterns"));
    let only = Loader {
        only: vec![folder],
        ..Loader::default()
    };
    let checked = only.load(catalog()).unwrap();
    let embedded = Loader::default().load(catalog()).unwrap();
    assert_eq!(checked.rules().len(), embedded.rules().len());
    for (checked, embedded) in checked.rules().iter().zip(embedded.rules()) {
        let id = embedded.id();
        let (file, text) = (&embedded.file, embedded.to_toml().unwrap());
        assert_eq!(checked.to_toml().unwrap(), text, "{id}");
        assert_eq!(checked.longest, embedded.longest, "{id}");
        assert_eq!(checked.demanded(), embedded.demanded(), "{id}");
        assert!(checked.file.ends_with(&**file), "{id}: {file}");
        assert!(checked.place().ends_with(&embedded.place()), "{id}");
        let fields = format!("{:?}", embedded.fields);
        assert_eq!(format!("{:?}", checked.fields), fields, "{id}");
    }
    // One is computed here, the other was when the program was built.
    assert_eq!(checked.digest(), embedded.digest());
    assert_eq!(embedded.digest().as_str(), env!("RESIDUE_RULES"));
}
