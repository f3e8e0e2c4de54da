"""answers and turns of mapping services

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-27 00:50:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('service_answers',
    sa.Column('key', sa.LargeBinary(), nullable=False),
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_service_answers'))
    )
    op.create_index(op.f('ix_service_answers_expires_at'), 'service_answers', ['expires_at'])
    op.create_table('service_slots',
    sa.Column('service', sa.Text(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('service', name=op.f('pk_service_slots'))
    )


def downgrade() -> None:
    op.drop_table('service_slots')
    op.drop_table('service_answers')
