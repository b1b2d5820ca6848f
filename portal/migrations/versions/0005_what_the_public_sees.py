"""The revision that the public sees of a dataset; where personal data stood; one account for an issuer's subject."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

BOTH_OR_NONE = "(issuer IS NULL) = (subject IS NULL)"


def upgrade() -> None:
    op.add_column("personal_column", sa.Column("sheet", sa.Text(), nullable=True))
    op.add_column("personal_column", sa.Column("cell", sa.Text(), nullable=True))
    op.add_column("dataset", sa.Column("public_revision", sa.Integer(), nullable=False, server_default="0"))
    op.execute(sa.text("UPDATE dataset SET public_revision = revision WHERE state IN ('published', 'withdrawn')"))
    with op.batch_alter_table("account") as table:
        table.drop_constraint(op.f("uq_account_identity"), type_="unique")
        table.drop_column("identity")
        table.add_column(sa.Column("issuer", sa.Text(), nullable=True))
        table.add_column(sa.Column("subject", sa.Text(), nullable=True))
        table.create_unique_constraint(op.f("uq_account_issuer"), ["issuer", "subject"])
        table.create_check_constraint(op.f("ck_account_identity"), BOTH_OR_NONE)


def downgrade() -> None:
    with op.batch_alter_table("account") as table:
        table.drop_constraint(op.f("ck_account_identity"), type_="check")
        table.drop_constraint(op.f("uq_account_issuer"), type_="unique")
        table.drop_column("subject")
        table.drop_column("issuer")
        table.add_column(sa.Column("identity", sa.Text(), nullable=True))
        table.create_unique_constraint(op.f("uq_account_identity"), ["identity"])
    for table_name, column in (("dataset", "public_revision"), ("personal_column", "cell"), ("personal_column", "sheet")):
        op.execute(sa.text(f"ALTER TABLE {table_name} DROP COLUMN {column}"))
