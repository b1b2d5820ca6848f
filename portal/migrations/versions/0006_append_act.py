"""On PostgreSQL an act is appended by a function of the database: one way there and back instead of two.

It makes the digest that `catalog.audit.digest_of` makes. A function sees what others committed while it waited for
the lock, which a single statement would not.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

# The number is that of the chain: whoever appends waits for the commit of the one before.
APPEND = """
CREATE FUNCTION append_act(moment timestamp, account text, act text, dataset bigint, target text, detail text)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE previous text; earlier timestamp; content text;
BEGIN
  PERFORM pg_advisory_xact_lock(1868853249);
  SELECT audit.digest, audit.at INTO previous, earlier FROM audit ORDER BY id DESC LIMIT 1;
  previous := coalesce(previous, repeat('0', 64));
  moment := greatest(moment, earlier);
  content := '{"account":' || to_json(account) || ',"act":' || to_json(act)
    || ',"at":"' || to_char(moment, 'YYYY-MM-DD"T"HH24:MI:SS.US') || '+00:00"'
    || ',"dataset":' || coalesce(dataset::text, 'null') || ',"detail":' || detail
    || ',"previous":"' || previous || '","target":' || to_json(target) || '}';
  INSERT INTO audit (at, account, act, dataset_id, target, detail, previous_digest, digest)
  VALUES (moment, account, act, dataset, target, detail::jsonb, previous,
    encode(sha256(convert_to(content, 'UTF8')), 'hex'));
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.get_bind().exec_driver_sql(APPEND)  # as it stands: its colons are no parameters


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION append_act")
