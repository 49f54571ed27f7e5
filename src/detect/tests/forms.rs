//! Forms in which a value does not stand right behind its key, or not in one piece.

use super::*;

const FIRST: &str = "q7Zt1mXv9Lk3Rb8W";
const SECOND: &str = "c2YdH5nP4sKj6TgB";

/// A shape with `@` and `%` for the halves of a secret.
fn filled(shape: &str) -> String {
    shape.replace('@', FIRST).replace('%', SECOND)
}

/// What is found in a file of that shape, which must be these values and no others.
fn assert_found(path: &str, shape: &str, expected: &[&str]) {
    let (engine, text) = (engine(), filled(shape));
    let found = found(&engine, path, &text, "generic.assignment");
    let expected: Vec<String> = expected.iter().map(|value| filled(value)).collect();
    assert_eq!(found, expected, "{path}: {text}");
}

#[test]
fn a_scalar_of_yaml_stands_below_its_key_or_in_a_block() {
    for shape in [
        "password:\n  @\n",
        "db:\n  password:\n    @\n  user: app\n",
        "- password:\n    @\n- user: app\n",
        "- token:\n  - @\n",
        "\"password\":\n  @\n",
        "password:\n  \"@\"\n",
        "password:\n  '@'",
        "password: |\n  @\nuser: app\n",
        "password: >-\n  @\n\nuser: app\n",
    ] {
        assert_found("app.yml", shape, &["@"]);
    }
    for shape in [
        "token: |\n  @\n  %\nuser: app\n",
        "token: >-\n    @\n    %\n",
        "token:\n  @\n  %\n",
        "token: |2\n  @\n  %",
    ] {
        assert_found("app.yml", shape, &["@%"]);
    }
    for shape in [
        "password:\n@\n",
        "  password:\n  @: 1\n",
        "password:\n  @:\n    x: 1\n",
        "password:\n  @ and more\n",
        "password:\n\n  @\n",
        "password:\n  @\n  @%\n",
        "password:\n  @\n    %\n",
        "password: |\n  @\n  --flag\n  %\n",
        "password: |\n  @ --flag\n  % --flag\n",
        "Enter the password:\n  @\n",
        "password:\n  # @\n",
        "password:\n  !vault @\n",
    ] {
        assert_found("app.yml", shape, &[]);
    }
}

#[test]
fn strings_that_a_program_joins_are_one_value() {
    for (path, shape) in [
        ("a.py", "TOKEN = (\n    \"@\"\n    \"%\"\n)\n"),
        ("a.py", "TOKEN = (\"@\"\n         '%')\n"),
        ("a.py", "TOKEN = \"@\" \"%\"\n"),
        ("a.py", "TOKEN = \"@\" \\\n    \"%\"\n"),
        (
            "a.py",
            "connect(\n    password=\"@\"\n             \"%\",\n    user=\"b\")\n",
        ),
        ("a.py", "TOKEN = \"@\\\n%\"\n"),
        ("a.py", "TOKENS = [\"@\" + \"%\"]\n"),
        ("A.java", "String token = \"@\" + \"%\";\n"),
        ("A.java", "String token = \"@\"\n    + \"%\";\n"),
        ("A.java", "client.setToken(\"@\" +\n    \"%\");\n"),
        ("a.js", "const token = process.env.TOKEN || '@' + '%';\n"),
        ("a.c", "static const char *token = \"@\"\n    \"%\";\n"),
        ("a.php", "$token = '@' . '%';\n"),
        ("a.lua", "local token = \"@\" .. \"%\"\n"),
        ("a.ex", "token = \"@\" <> \"%\"\n"),
        ("A.vb", "Dim token As String = \"@\" & \"%\"\n"),
        ("a.hs", "token = \"@\" ++ \"%\"\n"),
        ("a.sh", "TOKEN=\"@\"\\\n\"%\"\n"),
        ("a.sh", "TOKEN=@\\\n%\nrun\n"),
        ("a.properties", "api.token=@\\\n    %\nport=1\n"),
        ("a.properties", "api.token=@\\\n    %"),
        ("a.properties", "api.token=@\\\n    %QUI=\n"),
    ] {
        let whole = if shape.contains("%QUI=") {
            "@%QUI="
        } else {
            "@%"
        };
        assert_found(path, shape, &[whole]);
    }
}

#[test]
fn what_only_stands_behind_a_string_is_not_of_it() {
    for (path, shape) in [
        ("a.py", "token = \"@\"\n\"\"\"What it is for.\"\"\"\n"),
        ("a.py", "token = \"@\"\n\"%\"\n"),
        ("a.py", "token = \"@\" + user\n"),
        ("a.py", "token = \"@\" + \" of the user\"\n"),
        ("a.py", "f(token=\"@\", \"%\")\n"),
        ("a.js", "const token = \"@\", b = \"%\";\n"),
        ("a.sql", "SET token = '@''%';\n"),
        ("a.log", "token=\"@\" \"GET / HTTP/1.1\"\n"),
        ("a.sh", "run --token \"@\" \\\n  \"%\"\n"),
        ("a.sh", "run --token=@ \\\n  --%\n"),
        ("a.sh", "run \"--token=@\" \"%\"\n"),
        ("a.properties", "api.token=@\\\nother=%\n"),
    ] {
        let (engine, text) = (engine(), filled(shape));
        let found = found(&engine, path, &text, "generic.assignment");
        assert!(
            found
                .first()
                .is_some_and(|first| first.trim_end_matches('\\') == FIRST),
            "{path}: {text}: {found:?}"
        );
    }
}

#[test]
fn a_joined_value_reaches_from_its_first_piece_to_its_last() {
    let text = filled("TOKEN = (\n  \"@\"\n  \"%\"\n)\n");
    let hits = engine().scan(&file("a.py"), text.as_bytes());
    let [hit] = &hits[..] else { panic!("{hits:?}") };
    assert_eq!(hit.written().expose(), filled("@\"\n  \"%").as_bytes());
    assert_eq!((hit.how(), hit.position.line), (&["wrapped"][..], 2));
}

#[test]
fn an_option_has_its_default_in_the_same_call() {
    for (path, shape) in [
        ("a.py", "p.add_argument(\"--password\", default=\"@\")\n"),
        (
            "a.py",
            "p.add_argument(\"-p\", \"--password\", type=str, help=\"of (it)\", default='@')\n",
        ),
        (
            "a.py",
            "@click.option(\n    \"--api-token\",\n    envvar=\"X\",\n    default = \"@\",\n)\n",
        ),
        (
            "a.py",
            "SECRET_KEY = config(\"SECRET_KEY\", default=\"@\")\n",
        ),
        (
            "a.js",
            "y.option('token', { describe: 'x', default: '@' })\n",
        ),
        ("a.go", "flag.String(\"password\", \"@\", \"usage\")\n"),
        (
            "a.go",
            "flag.StringVar(&o.pw, \"password\", \"@\", \"usage\")\n",
        ),
        (
            "a.go",
            "f.StringVarP(&o.pw, \"password\", \"p\", \"@\", \"usage\")\n",
        ),
        ("a.go", "f.StringP(\"password\", \"p\", \"@\", \"usage\")\n"),
        ("A.java", "@Value(\"${db.password:@}\")\n"),
    ] {
        assert_found(path, shape, &["@"]);
    }
    for (path, shape) in [
        (
            "a.py",
            "p.add_argument(\"--password\")\nx = f(default=\"@\")\n",
        ),
        (
            "a.py",
            "p.add_argument(\"--password\", help=\"default=@\")\n",
        ),
        (
            "a.py",
            "p.add_argument(\"--password\", default=get(\"@\"))\n",
        ),
        ("a.py", "p.add_argument(\"--password\", no_default=\"@\")\n"),
        (
            "a.go",
            "f.StringVarP(&o.pw, \"password\", \"p\", \"\", \"@\")\n",
        ),
        ("a.js", "say(\"password\", a); say(b, { default: \"@\" })\n"),
    ] {
        assert_found(path, shape, &[]);
    }
}

#[test]
fn mappings_and_lists_of_one_line_hold_words() {
    for (shape, expected) in [
        ("passwords: [@, %]\n", &["@", "%"][..]),
        ("passwords: [ '@',\n  % ]\nuser: a\n", &["@", "%"]),
        ("db: {password: @, user: y}\n", &["@"]),
        ("{password: @, user: y}\n", &["@"]),
        ("- {user: y, password: @}\n", &["@"]),
        ("passwords: [{a: @}, %]\n", &[]),
        ("passwords: [${A}, [%]]\n", &[]),
    ] {
        assert_found("app.yml", shape, expected);
    }
    assert_found("app.json", "{\"tokens\": [1234567890123456789, 12]}", &[]);
    assert_found("app.tf", "secrets = [@, %]\n", &[]);
}

#[test]
fn a_value_may_stand_before_its_name() {
    for (path, shape) in [
        ("app.json", "{\"value\": \"@\", \"name\": \"DB_PASSWORD\"}"),
        (
            "app.json",
            "[{\n  \"Value\": \"@\",\n  \"Name\": \"DB_PASSWORD\"\n}]",
        ),
        (
            "app.yml",
            "- value: @\n  name: DB_PASSWORD\n- value: 1\n  name: X\n",
        ),
        ("app.yml", "  - value: '@'\n    name: \"DB_PASSWORD\"\n"),
        ("app.xml", "<property value=\"@\" name=\"db.password\"/>\n"),
        ("app.config", "<add value=\"@\" key=\"DbPassword\" />\n"),
        (
            "app.json",
            "{\"ParameterKey\": \"DbPassword\", \"ParameterValue\": \"@\"}",
        ),
    ] {
        assert_found(path, shape, &["@"]);
    }
    for (path, shape) in [
        (
            "app.json",
            "[{\"value\": \"@\"}, {\"name\": \"DB_PASSWORD\"}]",
        ),
        ("app.json", "{\"value\": \"@\", \"id\": \"DB_PASSWORD\"}"),
        (
            "app.json",
            "{\"default_value\": \"@\", \"name\": \"DB_PASSWORD\"}",
        ),
        (
            "app.json",
            "{\"value\": \"@\", \"hostname\": \"DB_PASSWORD\"}",
        ),
        ("app.yml", "- value: @\n- name: DB_PASSWORD\n"),
        ("app.html", "<input value=\"@\" name=\"token\">"),
    ] {
        assert_found(path, shape, &[]);
    }
}

#[test]
fn languages_of_lists_and_tuples_have_forms_of_their_own() {
    for (path, shape) in [
        ("a.clj", "{:user \"app\" :password \"@\"}\n"),
        ("a.clj", "(def api-token \"@\")\n"),
        ("config.edn", "{:db {:password \"@\"}}\n"),
        ("a.erl", "connect([{user, \"app\"}, {password, \"@\"}]).\n"),
        ("sys.config", "[{app, [{password, \"@\"}]}].\n"),
        ("a.erl", "{secret, <<\"@\">>}.\n"),
        ("a.ex", "connect(user: \"app\", password: \"@\")\n"),
        ("a.ex", "[{:password, \"@\"}]\n"),
        ("a.exs", "config :app, Repo, password: \"@\"\n"),
        ("a.el", "(setq my-api-token \"@\")\n"),
        ("a.lisp", "(defparameter *api-token* \"@\")\n"),
        ("a.lisp", "(connect :user \"app\" :password \"@\")\n"),
        ("a.lisp", "'((user . \"app\") (password . \"@\"))\n"),
        ("a.scm", "(define api-token \"@\")\n"),
        ("a.scm", "((user \"app\") (password \"@\"))\n"),
    ] {
        assert_found(path, shape, &["@"]);
    }
    for (path, shape) in [
        ("a.js", "f({token, \"x-@\": 1})\n"),
        ("a.js", "f(token, \"@\")\n"),
        ("a.js", "return {a, token, \"@\"}\n"),
        ("a.php", "f($password . \"@\")\n"),
        ("a.md", "It takes a key (token \"@\" or none).\n"),
        ("a.py", "log('(pass `@` to go on)')\n"),
        ("a.el", "(setq message \"password\")\n(f token \"@\")\n"),
    ] {
        assert_found(path, shape, &[]);
    }
}
