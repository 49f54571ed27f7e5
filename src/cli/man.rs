//! `residue man`: manual pages from the same definition as the parser.

use anyhow::{Context, Result};
use clap::CommandFactory;
use clap_mangen::Man;

use super::args::Cli;
use super::exit::Exit;
use super::output;

/// Prints the page of the command that `words` name.
pub fn run(words: &[String]) -> Result<Exit> {
    let page = page(words)?;
    output::write(None, |out| out.write_all(&page))?;
    Ok(Exit::Pass)
}

fn page(words: &[String]) -> Result<Vec<u8>> {
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    for word in words {
        command = command
            .find_subcommand(word)
            .with_context(|| format!("residue has no command {:?}", words.join(" ")))?;
    }
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_and_others_have_none() {
        let text = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            page(&words).map(|page| String::from_utf8(page).unwrap())
        };
        assert!(text(&[]).unwrap().contains(".TH residue 1"));
        assert!(text(&["scan"]).unwrap().contains("fail\\-on"));
        assert!(
            text(&["rules", "check"])
                .unwrap()
                .contains("residue\\-rules\\-check")
        );
        let error = text(&["rules", "sing"]).unwrap_err().to_string();
        assert_eq!(error, "residue has no command \"rules sing\"");
    }
}
