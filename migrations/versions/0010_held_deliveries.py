"""deliveries that are held, until when they are tried; old notifications

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-27 19:15:00.000000
"""

import sqlalchemy as sa
from alembic import op
revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

STATES = "state IN ('waiting'{more}, 'sent', 'failed')"


def upgrade() -> None:
    op.add_column('deliveries', sa.Column('gives_up_at', sa.DateTime(timezone=True)))
    op.execute("UPDATE deliveries SET gives_up_at = created_at + interval '3 days'")
    op.alter_column('deliveries', 'gives_up_at', nullable=False)
    op.drop_constraint(op.f('ck_deliveries_state_known'), 'deliveries')
    op.create_check_constraint(op.f('ck_deliveries_state_known'), 'deliveries', STATES.format(more=", 'held'"))
    op.create_index('ix_deliveries_ended', 'deliveries', ['ended_at'], postgresql_where=sa.text('ended_at IS NOT NULL'))
    op.create_index('ix_notifications_created_at', 'notifications', ['created_at'])


def downgrade() -> None:
    op.drop_index('ix_notifications_created_at', 'notifications')
    op.execute("UPDATE deliveries SET state = 'waiting' WHERE state = 'held'")
    op.drop_index('ix_deliveries_ended', 'deliveries')
    op.drop_constraint(op.f('ck_deliveries_state_known'), 'deliveries')
    op.create_check_constraint(op.f('ck_deliveries_state_known'), 'deliveries', STATES.format(more=''))
    op.drop_column('deliveries', 'gives_up_at')
