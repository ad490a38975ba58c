//! `--help` and the errors of arguments in the chosen language. The commands and options themselves are the same in every language, and so are
//! their values. It must not know which there are.
use crate::render::told::{told, told_in};
use crate::render::words::{Language, language};
use clap::builder::StyledStr;
use clap::{Arg, Command};
use std::io::Write as _;

/// How a command's help is put together, but for its headings.
const FORM: &str = "{before-help}{about-with-newline}\n{}: {usage}\n\n{all-args}{after-help}";

pub(super) fn of(command: Command) -> Command {
    in_language(language(), command)
}

fn in_language(language: Language, mut command: Command) -> Command {
    if language == Language::En {
        return command;
    }
    command.build();
    translated(command, &|text| told_in(language, text))
}

/// Says in another language what a text says.
type Tell<'t> = &'t dyn Fn(&str) -> String;

fn translated(mut command: Command, told: Tell<'_>) -> Command {
    let of = |text: &StyledStr| told(&text.to_string());
    if let Some(about) = command.get_about().map(of) {
        command = command.about(about);
    }
    if let Some(about) = command.get_long_about().map(of) {
        command = command.long_about(about);
    }
    if let Some(after) = command.get_after_help().map(of) {
        command = command.after_help(after);
    }
    command = command.help_template(FORM.replace("{}", &told("Usage"))).subcommand_help_heading(told("Commands"));
    command.mut_args(|arg| argument(arg, told)).mut_subcommands(|one| translated(one, told))
}

/// An option or argument. What clap says of it in brackets is said here, since clap says it in English only.
fn argument(arg: Arg, told: Tell<'_>) -> Arg {
    let heading = arg.get_help_heading().map_or_else(|| told(if arg.is_positional() { "Arguments" } else { "Options" }), told);
    let named = |title: &str, values: Vec<String>| (!values.is_empty()).then(|| format!(" [{}: {}]", told(title), values.join(", ")));
    let possible = if arg.get_action().takes_values() { arg.get_possible_values() } else { Vec::new() };
    let explained = possible.iter().any(|value| value.get_help().is_some());
    let names = possible.iter().filter(|value| !explained && !value.is_hide_set()).map(|value| value.get_name().to_owned()).collect();
    let default = if arg.get_action().takes_values() { arg.get_default_values() } else { &[] };
    let default = default.iter().map(|value| value.to_string_lossy().into_owned()).collect();
    let env = arg.get_env().map(|name| name.to_string_lossy().into_owned()).into_iter().collect();
    let rest: String = [named("default", default), named("env", env), named("possible values", names)].into_iter().flatten().collect();
    let of = |text: &StyledStr| told(&text.to_string()) + &rest;
    let (short, long) = (arg.get_help().map(of), arg.get_long_help().map(of));
    // Below a heading of one's own, arguments stand in the order of their names, unless one says otherwise.
    let arg = if let Some(place) = arg.get_index() { arg.display_order(place) } else { arg };
    let arg = arg.help_heading(heading).hide_default_value(true).hide_env(true).hide_possible_values(!explained);
    let arg = if let Some(help) = short { arg.help(help) } else { arg };
    if let Some(help) = long { arg.long_help(help) } else { arg }
}

/// Prints help to stdout, and what is wrong with the arguments to stderr.
pub(super) fn print(answer: &clap::Error) {
    if language() == Language::En {
        drop(answer.print());
    } else if answer.use_stderr() {
        drop(writeln!(std::io::stderr().lock(), "{}", told(&answer.to_string()).trim_end()));
    } else {
        let text = answer.to_string().replace("Possible values:", &(told("Possible values") + ":"));
        drop(writeln!(std::io::stdout().lock(), "{}", text.trim_end()));
    }
}

#[cfg(test)]
mod tests {
    use super::in_language;
    use crate::render::told::told_in;
    use crate::render::words::Language;
    use clap::{Command, CommandFactory as _};

    fn english_only(command: &Command, path: &str, found: &mut Vec<String>) {
        let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
        let path = format!("{path} {}", command.get_name());
        let texts = [command.get_about(), command.get_long_about(), command.get_after_help()];
        let texts = texts.into_iter().flatten().map(ToString::to_string);
        found.extend(texts.filter(|text| !hangul(text)).map(|text| format!("{path}: {text}")));
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let values = if arg.get_action().takes_values() { arg.get_possible_values() } else { Vec::new() };
            let values = values.iter().filter_map(|value| value.get_help()).map(|help| told_in(Language::Ko, &help.to_string()));
            let texts = [arg.get_help(), arg.get_long_help()].into_iter().flatten().map(ToString::to_string).chain(values);
            let texts = texts.chain(arg.get_help_heading().map(str::to_owned));
            found.extend(texts.filter(|text| !hangul(text)).map(|text| format!("{path} {}: {text}", arg.get_id())));
        }
        command.get_subcommands().for_each(|one| english_only(one, &path, found));
    }

    #[test]
    fn every_text_of_help_is_in_every_language() {
        let (mut found, command) = (Vec::new(), in_language(Language::Ko, crate::cli::Cli::command()));
        english_only(&command, "", &mut found);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}
