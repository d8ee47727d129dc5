//! What such a desk keeps, and how it gives it back.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Request;

/// Which vendor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Name {
    Github,
    Gitlab,
    Jira,
    Zendesk,
}

impl Name {
    pub fn id(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Jira => "jira",
            Self::Zendesk => "zendesk",
        }
    }
}

/// A text of a ticket.
pub struct Text {
    /// As it was sent.
    pub raw: Value,
    /// Not for everybody.
    pub internal: bool,
    files: Vec<usize>,
}

/// A ticket.
pub struct Ticket {
    pub subject: String,
    pub outer: String,
    pub texts: Vec<Text>,
    /// Places among all files.
    pub files: Vec<usize>,
}

/// Everything.
pub struct Kept {
    name: Name,
    port: u16,
    pub tickets: Vec<Ticket>,
    /// Names and bytes.
    pub files: Vec<(String, Vec<u8>)>,
    /// Requests that the contract refuses, and why.
    pub refused: Vec<String>,
    /// Operations that were asked for.
    pub asked: BTreeSet<String>,
    /// The answer to the next new ticket is lost.
    pub loses_next: bool,
    /// Searches that do not know the newest ticket yet.
    pub lag: usize,
    /// How many searches came.
    pub searches: usize,
}

impl Kept {
    pub fn at(name: Name, port: u16) -> Self {
        let (tickets, files, refused, asked) = (Vec::new(), Vec::new(), Vec::new(), BTreeSet::new());
        Self { name, port, tickets, files, refused, asked, loses_next: false, lag: 0, searches: 0 }
    }

    /// A file that lies outside of the API's contract: Zendesk gives its address.
    pub fn file(&self, request: &Request) -> Option<(u16, Vec<u8>)> {
        let at: usize = request.path.strip_prefix("/attachments/token/")?.parse().ok()?;
        self.files.get(at).map(|(_, bytes)| (200, bytes.clone()))
    }

    /// The answer to a request that the contract takes.
    pub fn answer(&mut self, request: &Request, example: Value) -> (u16, Vec<u8>) {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let path = request.path.split('?').next().unwrap_or_default().to_owned();
        let steps: Vec<&str> = path.split('/').collect();
        let is_post = request.method != "GET";
        if let Some(bytes) = self.content(&steps, is_post) {
            return (200, bytes);
        }
        let mut numbers =
            steps.iter().filter_map(|step| step.trim_start_matches("SUP-").parse::<usize>().ok());
        let number = numbers.rfind(|n| (1..=self.tickets.len()).contains(n));
        let made = match (is_post, number, steps.last().copied().unwrap_or_default()) {
            (true, _, "uploads" | "attachments") => self.upload(request, number, example),
            (_, _, "jql") | (false, None, "issues" | "tickets") => {
                let place = match self.name {
                    Name::Zendesk => "/tickets",
                    Name::Jira => "/issues",
                    Name::Github if path.starts_with("/search/") => "/items",
                    Name::Gitlab | Name::Github => "",
                };
                self.search(place, &example)
            }
            (true, None, _) => self.make(&body, example),
            (true, Some(number), _) => self.add(number, &body, example),
            (false, Some(number), "comments" | "comment" | "notes") => self.texts(number, &example),
            (false, Some(number), _) => self.ticket(number, example),
            (false, None, _) => return (404, b"{}".to_vec()),
        };
        if is_post && number.is_none() && std::mem::take(&mut self.loses_next) {
            return (0, Vec::new());
        }
        (if is_post { 201 } else { 200 }, made.to_string().into_bytes())
    }

    /// The bytes of a file of Jira's or GitLab's.
    fn content(&self, steps: &[&str], is_post: bool) -> Option<Vec<u8>> {
        let is_content = steps.contains(&"content") && self.name == Name::Jira;
        let secret = match steps {
            [.., "uploads", secret, _] if !is_post => Some(*secret),
            [.., id] if is_content => Some(*id),
            _ => None,
        }?;
        let at: usize = secret.trim_start_matches('a').parse().ok()?;
        self.files.get(at).map(|(_, bytes)| bytes.clone())
    }

    fn id(&self, number: usize) -> Value {
        if self.name == Name::Jira { json!(format!("SUP-{number}")) } else { json!(number) }
    }

    fn upload(&mut self, request: &Request, number: Option<usize>, mut example: Value) -> Value {
        let at = self.files.len();
        let (name, bytes) = if self.name == Name::Zendesk {
            let name = request.path.split("filename=").nth(1).unwrap_or_default().to_owned();
            (name, request.body.clone())
        } else {
            part(&request.body)
        };
        self.files.push((name.clone(), bytes));
        match self.name {
            Name::Zendesk => example["upload"]["token"] = json!(at.to_string()),
            Name::Jira => {
                if let Some(ticket) = number.and_then(|n| self.tickets.get_mut(n - 1)) {
                    ticket.files.push(at);
                }
                example[0]["filename"] = json!(name);
            }
            _ => example["url"] = json!(format!("/uploads/{at:a>32}/{name}")),
        }
        example
    }

    /// A text and the files that it names.
    fn text(&self, body: &Value) -> Text {
        let (raw, internal) = match self.name {
            Name::Zendesk => (body["html_body"].clone(), body["public"] == false),
            Name::Jira => (body["body"].clone(), body["properties"][0]["value"]["internal"] == true),
            Name::Gitlab => (body["body"].clone(), body["internal"] == true),
            Name::Github => (body["body"].clone(), false),
        };
        let uploads = body["uploads"].as_array().cloned().unwrap_or_default();
        let files = uploads.iter().filter_map(|token| token.as_str()?.parse().ok()).collect();
        Text { raw, internal, files }
    }

    fn make(&mut self, body: &Value, mut example: Value) -> Value {
        let (subject, outer, text) = match self.name {
            Name::Zendesk => {
                let ticket = &body["ticket"];
                (ticket["subject"].clone(), ticket["external_id"].clone(), self.text(&ticket["comment"]))
            }
            Name::Jira => {
                let fields = &body["fields"];
                (fields["summary"].clone(), Value::Null, self.text(&json!({"body": fields["description"]})))
            }
            Name::Gitlab => {
                let text = self.text(&json!({"body": body["description"]}));
                (body["title"].clone(), Value::Null, text)
            }
            Name::Github => (body["title"].clone(), Value::Null, self.text(body)),
        };
        let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        self.tickets.push(Ticket {
            subject: said(&subject),
            outer: said(&outer),
            texts: vec![text],
            files: Vec::new(),
        });
        let id = self.id(self.tickets.len());
        let place = match self.name {
            Name::Zendesk => "/ticket/id",
            Name::Jira => "/key",
            Name::Gitlab => "/iid",
            Name::Github => "/number",
        };
        *example.pointer_mut(place).expect("the example has the id") = id;
        example
    }

    fn add(&mut self, number: usize, body: &Value, example: Value) -> Value {
        let body = if self.name == Name::Zendesk { &body["ticket"]["comment"] } else { body };
        let text = self.text(body);
        self.tickets[number - 1].texts.push(text);
        example
    }

    fn search(&mut self, place: &str, example: &Value) -> Value {
        self.searches += 1;
        let known = if self.lag > 0 { self.tickets.len().saturating_sub(1) } else { self.tickets.len() };
        // What is made is known only some searches later.
        self.lag = self.lag.saturating_sub(usize::from(!self.tickets.is_empty()));
        let items: Value = (1..=known)
            .rev()
            .map(|number| {
                let first = example.pointer(place).and_then(|list| list.get(0)).cloned();
                self.filled(number, first.expect("an example"))
            })
            .collect();
        let mut answer = example.clone();
        *answer.pointer_mut(place).expect("a list") = items;
        answer
    }

    fn filled(&self, number: usize, mut item: Value) -> Value {
        let ticket = &self.tickets[number - 1];
        match self.name {
            Name::Zendesk => {
                (item["id"], item["external_id"]) = (json!(number), json!(ticket.outer));
            }
            Name::Jira => {
                let files = ticket.files.iter().map(|at| json!({"id": at, "filename": self.files[*at].0}));
                item["key"] = self.id(number);
                item["fields"] = json!({
                    "summary": ticket.subject,
                    "description": ticket.texts[0].raw,
                    "attachment": files.collect::<Vec<_>>(),
                });
            }
            Name::Gitlab => {
                (item["iid"], item["title"]) = (json!(number), json!(ticket.subject));
                item["description"] = ticket.texts[0].raw.clone();
            }
            Name::Github => {
                (item["number"], item["title"]) = (json!(number), json!(ticket.subject));
                item["body"] = ticket.texts[0].raw.clone();
            }
        }
        item
    }

    fn ticket(&self, number: usize, example: Value) -> Value {
        self.filled(number, example)
    }

    fn texts(&self, number: usize, example: &Value) -> Value {
        let place = match self.name {
            Name::Zendesk | Name::Jira => "/comments",
            Name::Gitlab | Name::Github => "",
        };
        let first = example.pointer(place).and_then(|list| list.get(0)).cloned().expect("an example");
        let ticket = &self.tickets[number - 1];
        // The first text of a ticket is its description, but at Zendesk.
        let skipped = usize::from(self.name != Name::Zendesk);
        let items = ticket.texts.iter().skip(skipped).map(|text| {
            let mut item = first.clone();
            item["body"] = text.raw.clone();
            match self.name {
                Name::Zendesk => {
                    (item["html_body"], item["public"]) = (text.raw.clone(), json!(!text.internal));
                    item["plain_body"] = text.raw.clone();
                    let address = |at: &usize| {
                        json!({"file_name": self.files[*at].0, "content_url": format!("http://127.0.0.1:{}/attachments/token/{at}", self.port)})
                    };
                    item["attachments"] = text.files.iter().map(address).collect();
                }
                Name::Gitlab => item["internal"] = json!(text.internal),
                _ => {}
            }
            item
        });
        let items: Value = items.collect();
        let mut answer = example.clone();
        *answer.pointer_mut(place).expect("a list") = items;
        answer
    }
}

/// Name and bytes of the only part of a form.
fn part(body: &[u8]) -> (String, Vec<u8>) {
    let find = |what: &[u8], from: usize| {
        body[from..].windows(what.len()).position(|w| w == what).map(|at| at + from)
    };
    let line = find(b"\r\n", 0).expect("a boundary");
    let head = find(b"\r\n\r\n", line).expect("a head");
    let name = String::from_utf8_lossy(&body[line..head]).into_owned();
    let name = name.split("filename=\"").nth(1).and_then(|rest| rest.split('"').next());
    let end = find(&[b"\r\n", &body[..line]].concat(), head + 4).expect("an end");
    (name.unwrap_or_default().to_owned(), body[head + 4..end].to_vec())
}
