//! The tables, and how older ones are brought up to date: in one transaction, by one run at a time.

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use super::trouble::Trouble;

/// What makes a version of the one before; the first makes it of nothing. Never changed once released, only added to.
const STEPS: [&str; 2] = [
    "CREATE TABLE casefile.schema_version (version integer NOT NULL, only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one));
     INSERT INTO casefile.schema_version (version) VALUES (0);
     CREATE TABLE casefile.cases (
       id text PRIMARY KEY CHECK (octet_length(id) <= 64),
       created timestamptz NOT NULL,
       updated timestamptz NOT NULL,
       fingerprint text,
       gateway text,
       record text NOT NULL,
       note text NOT NULL
     )",
    // A case is opened again from its evidence; the list and the search for twins have indexes.
    "ALTER TABLE casefile.cases ADD COLUMN evidence text;
     CREATE INDEX cases_newest ON casefile.cases (created DESC, id DESC);
     CREATE INDEX cases_alike ON casefile.cases (fingerprint, created DESC)",
];

/// Who brings the tables up to date holds this lock: `casefile` in ASCII.
const LOCK: i64 = 0x6361_7365_6669_6c65;

/// The version of today.
fn newest() -> i32 {
    i32::try_from(STEPS.len()).unwrap_or(i32::MAX)
}

/// Makes the tables, or brings them up to date.
pub(super) async fn bring_up(client: &mut Client) -> Result<(), Trouble> {
    if version(client).await? == newest() {
        return Ok(());
    }
    let held = client.transaction().await?;
    held.query_typed("SELECT pg_advisory_xact_lock($1)", &[(&LOCK, Type::INT8)]).await?;
    // Again: another run may have done it while this one waited.
    let found = version(held.client()).await?;
    if found == newest() {
        return Ok(());
    }
    let missing = "SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'casefile')";
    if held.query_typed_one(missing, &[]).await?.try_get(0)? {
        held.batch_execute("CREATE SCHEMA casefile").await?;
    }
    for step in STEPS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        held.batch_execute(step).await?;
    }
    let set = "UPDATE casefile.schema_version SET version = $1";
    held.execute_typed(set, &[(&newest(), Type::INT4)]).await?;
    held.commit().await?;
    Ok(())
}

/// The version of the tables; 0 where there are none.
async fn version(client: &Client) -> Result<i32, Trouble> {
    // Looked up in the tables themselves: `to_regclass` may say what it knew before this run waited for its turn.
    let asked = "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = 'casefile' AND c.relname = 'schema_version')";
    if !client.query_typed_one(asked, &[]).await?.try_get::<_, bool>(0)? {
        return Ok(0);
    }
    let row = client.query_typed_opt("SELECT version FROM casefile.schema_version", &[]).await?;
    let version = row.map(|row| row.try_get::<_, i32>(0)).transpose()?;
    match version {
        Some(version) if (1..=newest()).contains(&version) => Ok(version),
        Some(version) if version > newest() => Err(Trouble::refused(
            format!(
                "its tables are of version {version}, which a newer casefile made; this one knows {}",
                newest()
            ),
            "update casefile; nothing was changed",
        )),
        _ => Err(Trouble::refused(
            "its tables say no version",
            "put the schema `casefile` back from a backup, or name another database; nothing was changed",
        )),
    }
}
