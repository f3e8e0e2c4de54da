"""conversations, requests about no trip, repairs

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-26 19:40:00.000000
"""

import sqlalchemy as sa
from alembic import op
revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

KINDS = "kind IN ('plan_trip', 'plan_day', 'suggest', 'check', 'ask'{more})"


def upgrade() -> None:
    op.create_table('conversations',
    sa.Column('trip_id', sa.Uuid(), nullable=True),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_conversations_created_by_users')),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_conversations_trip_id_trips'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conversations'))
    )
    op.create_index('ix_conversations_created_by_created_at_id', 'conversations', ['created_by', 'created_at', 'id'])
    op.create_index('ix_conversations_trip_id_created_at_id', 'conversations', ['trip_id', 'created_at', 'id'])
    op.add_column('ai_requests', sa.Column('conversation_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_ai_requests_conversation_id_conversations'), 'ai_requests', 'conversations', ['conversation_id'], ['id'], ondelete='CASCADE')
    op.create_index(op.f('ix_ai_requests_conversation_id'), 'ai_requests', ['conversation_id'])
    op.alter_column('ai_requests', 'trip_id', nullable=True)
    op.alter_column('ai_usage', 'trip_id', nullable=True)
    op.drop_constraint(op.f('ck_ai_requests_kind_known'), 'ai_requests')
    op.create_check_constraint(op.f('ck_ai_requests_kind_known'), 'ai_requests', KINDS.format(more=", 'repair'"))


def downgrade() -> None:
    op.execute("DELETE FROM ai_requests WHERE trip_id IS NULL OR kind = 'repair'")
    op.drop_constraint(op.f('ck_ai_requests_kind_known'), 'ai_requests')
    op.create_check_constraint(op.f('ck_ai_requests_kind_known'), 'ai_requests', KINDS.format(more=''))
    op.alter_column('ai_usage', 'trip_id', nullable=False)
    op.alter_column('ai_requests', 'trip_id', nullable=False)
    op.drop_index(op.f('ix_ai_requests_conversation_id'), table_name='ai_requests')
    op.drop_constraint(op.f('fk_ai_requests_conversation_id_conversations'), 'ai_requests', type_='foreignkey')
    op.drop_column('ai_requests', 'conversation_id')
    op.drop_table('conversations')
