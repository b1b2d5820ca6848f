"""Stewardship: scopes of keys, the tree of publishers, applications, signed heads, and an audit that cannot change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = '0001'

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")

_REFUSAL = "the audit trail is append-only"
GUARDS = {
    "sqlite": (
        f"CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
        f"CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    ),
    "postgresql": (
        f"CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
    ),
}
UNGUARDS = {
    "sqlite": ("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"),
    "postgresql": ("DROP TRIGGER audit_no_change ON audit", "DROP FUNCTION refuse_audit_change()"),
}


def upgrade() -> None:
    op.create_table('audit_head',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('position', sa.BigInteger(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('signature', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_audit_head'))
    )
    op.create_table('application',
    sa.Column('id', KEY, nullable=False),
    sa.Column('dataset_id', KEY, nullable=False),
    sa.Column('account_id', KEY, nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(), nullable=False),
    sa.Column('decided_at', sa.DateTime(), nullable=True),
    sa.Column('decided_by_id', KEY, nullable=True),
    sa.Column('expires_at', sa.DateTime(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_application_account_id_account')),
    sa.ForeignKeyConstraint(['dataset_id'], ['dataset.id'], name=op.f('fk_application_dataset_id_dataset')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['account.id'], name=op.f('fk_application_decided_by_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_application'))
    )
    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_application_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_application_dataset_id'), ['dataset_id'], unique=False)

    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('password', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('identity', sa.Text(), nullable=True))
        batch_op.create_unique_constraint(batch_op.f('uq_account_identity'), ['identity'])

    with op.batch_alter_table('account_publisher', schema=None) as batch_op:
        batch_op.add_column(sa.Column('with_children', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('api_key', schema=None) as batch_op:
        batch_op.add_column(sa.Column('label', sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column('scopes', JSON, nullable=False, server_default='["read", "write"]'))
        batch_op.add_column(sa.Column('last_used_at', sa.DateTime(), nullable=True))

    with op.batch_alter_table('publisher', schema=None) as batch_op:
        batch_op.add_column(sa.Column('parent_id', KEY, nullable=True))
        batch_op.create_index(batch_op.f('ix_publisher_parent_id'), ['parent_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_publisher_parent_id_publisher'), 'publisher', ['parent_id'], ['id'])

    for statement in GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in UNGUARDS[op.get_bind().dialect.name]:
        op.execute(statement)

    with op.batch_alter_table('publisher', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_publisher_parent_id_publisher'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_publisher_parent_id'))
        batch_op.drop_column('parent_id')

    with op.batch_alter_table('api_key', schema=None) as batch_op:
        batch_op.drop_column('last_used_at')
        batch_op.drop_column('scopes')
        batch_op.drop_column('label')

    with op.batch_alter_table('account_publisher', schema=None) as batch_op:
        batch_op.drop_column('with_children')

    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_account_identity'), type_='unique')
        batch_op.drop_column('identity')
        batch_op.drop_column('password')

    with op.batch_alter_table('application', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_application_dataset_id'))
        batch_op.drop_index(batch_op.f('ix_application_account_id'))

    op.drop_table('application')
    op.drop_table('audit_head')
