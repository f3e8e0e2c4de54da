"""assistant and outbox

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-23 02:01:09.194479
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('outbox',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('task', sa.Text(), nullable=False),
    sa.Column('args', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('job_id', sa.Text(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_sent_at', ['sent_at'], unique=False, postgresql_where=sa.text('sent_at IS NOT NULL'))
        batch_op.create_index('ix_outbox_unsent', ['due_at'], unique=False, postgresql_where=sa.text('sent_at IS NULL'))

    op.create_table('ai_requests',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trip_id', sa.Uuid(), nullable=False),
    sa.Column('requested_by', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('input', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('base_seq', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('lease_token', sa.Uuid(), nullable=True),
    sa.Column('lease_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('queued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deadline_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('cancel_requested_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_seq', sa.Integer(), nullable=False),
    sa.Column('provider', sa.Text(), nullable=True),
    sa.Column('error_code', sa.Text(), nullable=True),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(status = 'running') = (lease_token IS NOT NULL)", name=op.f('ck_ai_requests_running_leased')),
    sa.CheckConstraint("(status IN ('queued', 'running')) = (finished_at IS NULL)", name=op.f('ck_ai_requests_ended_has_end')),
    sa.CheckConstraint("kind IN ('plan_trip', 'plan_day', 'suggest', 'check', 'ask')", name=op.f('ck_ai_requests_kind_known')),
    sa.CheckConstraint("status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'expired')", name=op.f('ck_ai_requests_status_known')),
    sa.CheckConstraint('(lease_token IS NULL) = (lease_until IS NULL)', name=op.f('ck_ai_requests_lease_ends')),
    sa.ForeignKeyConstraint(['requested_by'], ['users.id'], name=op.f('fk_ai_requests_requested_by_users')),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_ai_requests_trip_id_trips'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ai_requests'))
    )
    with op.batch_alter_table('ai_requests', schema=None) as batch_op:
        batch_op.create_index('ix_ai_requests_active', ['trip_id'], unique=False, postgresql_where=sa.text("status IN ('queued', 'running')"))
        batch_op.create_index(batch_op.f('ix_ai_requests_requested_by'), ['requested_by'], unique=False)
        batch_op.create_index('ix_ai_requests_trip_id_finished_at', ['trip_id', 'finished_at'], unique=False)

    op.create_table('ai_events',
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('attempt', sa.Integer(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("type IN ('status', 'delta', 'proposal', 'reset', 'done', 'error', 'cancelled')", name=op.f('ck_ai_events_type_known')),
    sa.ForeignKeyConstraint(['request_id'], ['ai_requests.id'], name=op.f('fk_ai_events_request_id_ai_requests'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('request_id', 'seq', name=op.f('pk_ai_events'))
    )
    with op.batch_alter_table('ai_events', schema=None) as batch_op:
        batch_op.create_index('uq_ai_events_last', ['request_id'], unique=True, postgresql_where=sa.text("type IN ('done', 'error', 'cancelled')"))

    op.create_table('proposals',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trip_id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('base_seq', sa.BigInteger(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("status IN ('open', 'accepted', 'partly', 'refused', 'stale')", name=op.f('ck_proposals_status_known')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_proposals_created_by_users')),
    sa.ForeignKeyConstraint(['request_id'], ['ai_requests.id'], name=op.f('fk_proposals_request_id_ai_requests'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_proposals_trip_id_trips'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposals')),
    sa.UniqueConstraint('request_id', name=op.f('uq_proposals_request_id'))
    )
    with op.batch_alter_table('proposals', schema=None) as batch_op:
        batch_op.create_index('ix_proposals_trip_id_created_at_id', ['trip_id', 'created_at', 'id'], unique=False)

    op.create_table('proposal_items',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('proposal_id', sa.Uuid(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('ops', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('evidence', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('findings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('depends_on', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('cost_delta_minor', sa.BigInteger(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('applied_seq', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("(status = 'accepted') = (applied_seq IS NOT NULL)", name=op.f('ck_proposal_items_applied_has_seq')),
    sa.CheckConstraint("status IN ('pending', 'accepted', 'refused', 'stale', 'ungrounded')", name=op.f('ck_proposal_items_status_known')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposals.id'], name=op.f('fk_proposal_items_proposal_id_proposals'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal_items'))
    )
    with op.batch_alter_table('proposal_items', schema=None) as batch_op:
        batch_op.create_index('uq_proposal_items_proposal_id_key', ['proposal_id', 'key'], unique=True)



def downgrade() -> None:
    with op.batch_alter_table('proposal_items', schema=None) as batch_op:
        batch_op.drop_index('uq_proposal_items_proposal_id_key')

    op.drop_table('proposal_items')
    with op.batch_alter_table('proposals', schema=None) as batch_op:
        batch_op.drop_index('ix_proposals_trip_id_created_at_id')

    op.drop_table('proposals')
    with op.batch_alter_table('ai_events', schema=None) as batch_op:
        batch_op.drop_index('uq_ai_events_last', postgresql_where=sa.text("type IN ('done', 'error', 'cancelled')"))

    op.drop_table('ai_events')
    with op.batch_alter_table('ai_requests', schema=None) as batch_op:
        batch_op.drop_index('ix_ai_requests_trip_id_finished_at')
        batch_op.drop_index(batch_op.f('ix_ai_requests_requested_by'))
        batch_op.drop_index('ix_ai_requests_active', postgresql_where=sa.text("status IN ('queued', 'running')"))

    op.drop_table('ai_requests')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_unsent', postgresql_where=sa.text('sent_at IS NULL'))
        batch_op.drop_index('ix_outbox_sent_at', postgresql_where=sa.text('sent_at IS NOT NULL'))

    op.drop_table('outbox')
