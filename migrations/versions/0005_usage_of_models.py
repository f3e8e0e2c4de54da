"""tokens of language models

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-26 17:05:00.000000
"""

import sqlalchemy as sa
from alembic import op
revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('ai_usage',
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('trip_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('reserved_tokens', sa.Integer(), nullable=False),
    sa.Column('tokens_in', sa.Integer(), nullable=True),
    sa.Column('tokens_out', sa.Integer(), nullable=True),
    sa.Column('estimated', sa.Boolean(), nullable=False),
    sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(settled_at IS NULL) = (tokens_in IS NULL)', name=op.f('ck_ai_usage_settled_in')),
    sa.CheckConstraint('(settled_at IS NULL) = (tokens_out IS NULL)', name=op.f('ck_ai_usage_settled_out')),
    sa.ForeignKeyConstraint(['request_id'], ['ai_requests.id'], name=op.f('fk_ai_usage_request_id_ai_requests'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_ai_usage_trip_id_trips'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_ai_usage_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ai_usage')),
    sa.UniqueConstraint('request_id', 'attempt', 'step', name=op.f('uq_ai_usage_request_id_attempt_step'))
    )
    op.create_index('ix_ai_usage_trip_id_created_at', 'ai_usage', ['trip_id', 'created_at'], unique=False)
    op.create_index('ix_ai_usage_user_id_created_at', 'ai_usage', ['user_id', 'created_at'], unique=False)


def downgrade() -> None:
    op.drop_index('ix_ai_usage_user_id_created_at', table_name='ai_usage')
    op.drop_index('ix_ai_usage_trip_id_created_at', table_name='ai_usage')
    op.drop_table('ai_usage')
