"""Personal data found in the columns of a release, and the decisions on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "personal_column",
        sa.Column("id", KEY, nullable=False),
        sa.Column("release_id", KEY, nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cells", sa.BigInteger(), nullable=False),
        sa.Column("examples", JSON, nullable=False),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["release_id"], ["release.id"], name=op.f("fk_personal_column_release_id_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal_column")),
    )
    op.create_index(op.f("ix_personal_column_release_id"), "personal_column", ["release_id"])


def downgrade() -> None:
    op.drop_table("personal_column")
