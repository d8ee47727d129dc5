//! Credentials by the ways in which people and programs tell them, and what only looks like one.

use super::*;

/// Each text loses what stands for `@` (a password), `%` (a key of letters and digits) or `#` (a UUID), and nothing else.
fn lose(kind: Kind, texts: &[&str]) {
    let password = expand("tiger{alnum:5}7{lower:2}");
    let key = expand("{alnum:31}7");
    let uuid = expand("{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}");
    let mut faults = Vec::new();
    for text in texts {
        let secret =
            [('@', &password), ('%', &key), ('#', &uuid)].into_iter().find(|(c, _)| text.contains(*c));
        let (sign, secret) = secret.expect("a secret stands in it");
        let raw = text.replace(sign, secret);
        let clean = filtered(kind, &raw);
        let expected = ["key", "password", "cookie", "token"]
            .map(|word| text.replace(sign, &format!("[{word}#1]")))
            .contains(&clean);
        if !expected {
            faults.push(format!("{raw:?} became {clean:?}"));
        }
        if filtered(kind, &clean) != clean {
            faults.push(format!("{clean:?} is no fixed point"));
        }
    }
    assert!(faults.is_empty(), "{} faults: {faults:#?}", faults.len());
}

fn stay(kind: Kind, texts: &[&str]) {
    let faults: Vec<String> = texts
        .iter()
        .map(|text| (expand(text), filtered(kind, &expand(text))))
        .filter(|(raw, clean)| raw != clean)
        .map(|(raw, clean)| format!("{raw:?} became {clean:?}"))
        .collect();
    assert!(faults.is_empty(), "{} faults: {faults:#?}", faults.len());
}

#[test]
fn a_secret_goes_behind_its_flag_and_its_word() {
    lose(
        Kind::Log,
        &[
            "app --password @ --port 80\n",
            "app --password '@'\n",
            "./deploy.sh --registry-pass @ --yes\n",
            "keytool -storepass @ -list\n",
            "sshpass -p @ ssh -l ops 10.0.0.7\n",
            "sshpass -p '@' ssh x\n",
            "docker login -u ops -p @ reg.example\n",
            "run ['app', '--password', '@']\n",
            "{\"args\": [\"--db-password\", \"@\", \"--port\", \"80\"]}\n",
            "ALTER USER ops WITH PASSWORD '@';\n",
            "SET PASSWORD FOR ops = PASSWORD('@');\n",
            "requirepass @\nport 6379\n",
            "machine h.example\n  login bob\n  password @\n",
            "bindpw @\n",
            "AUTH @\n",
            "PASS %\n",
            "expect \"Password:\"; send \"@\\r\"\n",
            "HTTPBasicAuth('ops', '@')\n",
            "login with admin / @\n",
            "user ops / pass @\n",
            "1.2 [0 10.0.0.7:51234] \"AUTH\" \"default\" \"@\"\n",
        ],
    );
    stay(
        Kind::Log,
        &[
            "app --password $DB_PASSWORD --port 80\n",
            "the --password option is required\n",
            "add_argument('--password', '-p', default=None)\n",
            "PASS src/login/form2.test.js\nPASS TestLogin2\n",
            "AUTH LOGIN\nAUTH CRAM-MD5\n",
            "run --bypass x86_64 --first-pass\n",
            "cookie v0.18.1\nsecret v1.2.3b1\nsecretstorage 3.3.3rc1\n",
            "services:\n  web:\n    secrets:\n      - pg15_password\n",
            "<tr><td>pass</td><td>test_login2</td></tr>\n",
            "credentials expired / retry\naccount acme / gemini-2.5-pro\n",
            "hasło: nieprawidłowe\nşifre: yanlış\nlösenord: felaktigt\n",
            "password authentication failed for user \"ops\"\ntoken limit exceeded\nsecret not found\n",
            "Error: secret \"regcred-2\" not found\nInvalid token\nWrong password:\n",
            "Incorrect API key provided:\n",
            "Password required\n",
            "requests 12 / limit 60\n",
            "upload pass 2 / 4\n",
            "user tier2 / gpt-4o\n",
            "password sha256\n",
            "kpasswd\t\t464/tcp\n",
        ],
    );
}

#[test]
fn a_secret_goes_behind_a_name_that_says_so() {
    lose(
        Kind::Log,
        &[
            "creds: @\n",
            "pw: @\n",
            "psw=@\n",
            "wpa_psk=%\n",
            "SALT=%\n",
            "authorization_header: %\n",
            "cookie_header: %\n",
            "key1: %\n",
            "  \"key2\": \"%\"\n",
            "\"primaryKey\": \"%\"\n",
            "x-key: %\n",
            "AK=public SK=%\n",
            "hasło: @\n",
            "parola chiave: @\n",
            "My API key is #\n",
            "your key (#) is wrong\n",
            "Key `#` was rejected\n",
            "APIキー：#\n",
            "variable \"mistral_api_key\" {\n  type = string\n  default = \"@\"\n}\n",
            "2025-11-23 botocore.auth [DEBUG] Signature:\n%\nbotocore.endpoint [DEBUG] Sending\n",
            "Password:\n  - @\nModel:\n  - gpt-4o\n",
            "S: 334 UGFzc3dvcmQ6\nC: %\n",
        ],
    );
    stay(
        Kind::Log,
        &[
            "creds: missing\n",
            "creds = load_credentials(path)\n",
            "cache_key: {hex:32}\n",
            "idempotency_key: {hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}\n",
            "sort_key: created_at\n",
            "primary_key: user_id\n",
            "existingSecret: llm-keys\nimagePullSecret: regcred-2\n",
            "password_policy: {type: string, enum: [strict, loose]}\n",
            "password_policy: strict\napi_key_header: X-API-Key\n",
            "self.api_key_header = APIKeyHeader(name=\"X-API-Key\")\n",
            "api_key = get_api_key(settings)\n",
            "- ApiKeyAuth: []\n",
            "fileKey: {hex:32}\nrow_key={hex:32}\npublicKey: {hex:32}\n",
            "variable \"region\" {\n  default = \"eu-west-1\"\n}\nvariable \"api_key\" {\n  type = string\n}\n",
            "Secret:\n  name: llm-keys\n",
            "Model:\n  - gpt-4o\n",
            "Signature:\n\n",
        ],
    );
}

#[test]
fn a_secret_goes_from_a_page_and_from_cookies() {
    lose(
        Kind::Log,
        &[
            "<input type=\"password\" name=\"pw\" value=\"@\">\n",
            "<input value=\"@\" class=\"wide\" type=\"password\">\n",
            "<input value=\"%\" name=\"api_key\">\n",
            "<tr><td>db_pass</td><td class=\"code\"><pre>&#x27;@&#x27;</pre></td></tr>\n",
            "<tr><td class=\"e\">DB_PASSWORD </td><td class=\"v\">@ </td></tr>\n",
            "<dt>Password</dt><dd>@</dd>\n",
            "#HttpOnly_.h.example\tTRUE\t/\tTRUE\t1763892721\tsession\t@\n",
            "[{\"domain\":\".x.example\",\"name\":\"sess\",\"value\":\"@\",\"httpOnly\":true}]\n",
            "[{\"domain\":\".x.example\",\"hostOnly\":false,\"name\":\"sess\",\"value\":\"@\"}]\n",
            "{\"DB_PASSWORD\":{\"value\":\"@\",\"origin\":\"System Environment Property\"}}\n",
        ],
    );
    stay(
        Kind::Log,
        &[
            "<tr><td>api_key</td><td>string</td><td>required</td></tr>\n",
            "<tr><td>password</td><td>VARCHAR(255)</td></tr>\n",
            "<option value=\"gpt-4o\" name=\"model\">\n",
            "<input type=\"text\" name=\"region\" value=\"eu-west-1\">\n",
            "[{\"name\":\"model\",\"value\":\"gpt-4o\",\"domain\":\"chat\"}]\n",
            "{\"name\":\"text_input\",\"shape\":[1],\"datatype\":\"BYTES\"}\n",
        ],
    );
}

#[test]
fn what_stands_for_a_secret_and_sums_of_packages_stay() {
    stay(
        Kind::Text,
        &[
            "export OPENAI_API_KEY=\"your-api-key-here\"\n",
            "OPENAI_API_KEY=sk-...\n",
            "a doc\n\napi_key: os.environ/OPENAI_API_KEY\n",
            "token: \"xxxxxxxx\"\n",
            "      + password         = (sensitive value)\n",
            "tiktoken==0.8.0\nsecretstorage==3.3.3\n",
            "github.com/a/b v1.19.7 h1:1hU0VkH8UuoqQGi0WFD6qLpCfDz86qBEbZAGAolLIEo=\n",
            "      \"integrity\": \"sha512-LrzvXp5uagv8NwoKQjHkMs+HETyhcI6jToAmgrSWbO+VMdyqAUKtp5EV4rvwJDSXznDRobcqkHX09qqRBAEcpw==\"\n",
            "INSERT INTO t (a, b, c) VALUES ($1, $2, $3)\n",
            "SELECT a FROM t WHERE id = $1 AND status = $2\n",
            "awk '{print $1, $7}' access.log\n",
            "1.2 [0 10.0.0.7:51234] \"GET\" \"user_quota:7\"\n",
            "1.2 [0 10.0.0.7:51234] \"SET\" \"a\" \"b\" \"EX\" \"60\"\n",
        ],
    );
    for (raw, clean) in [
        ("quota=0, content=none\n", "quota=[amount#1], content=none\n"),
        ("you owe $12,500.50, or $3, for it\n", "you owe [amount#1], or [amount#2], for it\n"),
        ("used_quota:5000\n", "used_quota:[amount#1]\n"),
        ("{\"msg\": \"quota:5000\"}\n", "{\"msg\": \"quota:[amount#1]\"}\n"),
        (
            "<ask><prompt>Explain to Priya why our pharmacy lost eleven barrels this autumn.</prompt><model>gpt-4o</model></ask>\n",
            "<ask><prompt>[text: 66 chars]</prompt><model>gpt-4o</model></ask>\n",
        ),
    ] {
        assert_eq!(filtered(Kind::Text, raw), clean);
        assert_eq!(filtered(Kind::Text, clean), clean, "a second time");
    }
}

/// A hash begins with a `$`, as variables do.
#[test]
fn hashes_of_passwords_go() {
    for hash in ["$2b$12${alnum:53}", "$6${alnum:16}${alnum:22}"] {
        let hash = expand(hash);
        for text in ["hash @", "db_password: @", "{\"password\":\"@\"}"] {
            let clean = filtered(Kind::Text, &text.replace('@', &hash));
            assert!(!clean.contains(&hash) && clean.contains("#1]"), "{clean}");
        }
    }
    stay(Kind::Text, &["db_password: $DB_PASSWORD\n", "password=${vault.db}\n"]);
}

/// Keys that chance gave few digits; names of programs in camel case have none either.
#[test]
fn keys_of_letters_go() {
    for key in [
        ["KoXXTaXOPomk", "zqWo6ESskmDc", "AvDqZyxO"],
        ["NLkvBvHzOjQT", "dfdJFSx9KmSx", "DeeszuTW"],
        ["XrwvbwAN3ndb", "dbEfShoOHEKY", "5kzpmbGJ"],
    ] {
        let key = key.concat();
        for text in ["The api key is @.", "**Token**: `@`", "api_key ........ @", "<!-- key: @ -->"] {
            let clean = filtered(Kind::Text, &text.replace('@', &key));
            assert!(!clean.contains(&key) && clean.contains("#1]"), "{clean}");
        }
    }
    stay(
        Kind::Text,
        &[
            "token ChatCompletionTokenLogprobTopLogprob is missing",
            "'HTTPPasswordMgrWithPriorAuth', 'AbstractBasicAuthHandler'",
            "class IsUserInAGroupOfTheOrganisationOrNot",
            "key isUserInAGroupOfTheOrganisation",
            "java.util.concurrent.ThreadPoolExecutorRejectedExecutionHandler",
        ],
    );
}
