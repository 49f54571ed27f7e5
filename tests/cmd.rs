//! Command-line cases as data files: `tests/cmd/*.trycmd`, with the output and the exit code of
//! each. `TRYCMD=overwrite cargo test --test cmd` writes them anew.

#[test]
fn the_command_line_says_what_its_cases_say() {
    trycmd::TestCases::new()
        .env("COLUMNS", "100")
        .env("TERM", "dumb")
        .env("NO_COLOR", "1")
        // No folder, so no cache.
        .env("XDG_CACHE_HOME", "")
        .env("HOME", "")
        .case("tests/cmd/*.trycmd");
}
