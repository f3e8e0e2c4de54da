"""notifications, deliveries, webhooks

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-27 00:30:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('deliveries',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('lane', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('body', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('woken_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('waiting', 'sent', 'failed')", name=op.f('ck_deliveries_state_known')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deliveries')),
    sa.UniqueConstraint('number', name=op.f('uq_deliveries_number'))
    )
    op.create_index('ix_deliveries_due', 'deliveries', ['due_at'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_index('ix_deliveries_lane', 'deliveries', ['lane', 'number'], unique=False)
    op.create_index('ix_deliveries_waiting', 'deliveries', ['lane', 'number'], unique=False, postgresql_where=sa.text("state = 'waiting'"))
    op.create_table('notification_watermark',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answers_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('times_asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notification_watermark'))
    )
    op.create_table('notification_preferences',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kinds', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('digest_on', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notification_preferences_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_notification_preferences'))
    )
    op.create_table('notification_cursors',
    sa.Column('trip_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('head', sa.BigInteger(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_notification_cursors_trip_id_trips'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('trip_id', name=op.f('pk_notification_cursors'))
    )
    op.create_index('ix_notification_cursors_behind', 'notification_cursors', ['last_at'], unique=False, postgresql_where=sa.text('head > seq'))
    op.create_table('notifications',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('trip_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('in_app', sa.Boolean(), nullable=False),
    sa.Column('mail_due', sa.Boolean(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_notifications_trip_id_trips'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notifications_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notifications')),
    sa.UniqueConstraint('user_id', 'key', name=op.f('uq_notifications_user_id_key'))
    )
    op.create_index('ix_notifications_mail_due', 'notifications', ['user_id'], unique=False, postgresql_where=sa.text('mail_due'))
    op.create_index('ix_notifications_newest', 'notifications', ['user_id', 'created_at', 'id'], unique=False)
    op.create_index(op.f('ix_notifications_trip_id'), 'notifications', ['trip_id'], unique=False)
    op.create_index('ix_notifications_unread', 'notifications', ['user_id'], unique=False, postgresql_where=sa.text('read_at IS NULL AND in_app'))
    op.create_table('webhooks',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trip_id', sa.Uuid(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('paused_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(url) <= 2000', name=op.f('ck_webhooks_url_length')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_webhooks_created_by_users'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_webhooks_trip_id_trips'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhooks'))
    )
    op.create_index(op.f('ix_webhooks_trip_id'), 'webhooks', ['trip_id'], unique=False)
    op.add_column('ai_requests', sa.Column('told_at', sa.DateTime(timezone=True), nullable=True))
    op.execute('UPDATE ai_requests SET told_at = finished_at')  # nobody is told of the past
    op.create_index('ix_ai_requests_untold', 'ai_requests', ['finished_at'], unique=False, postgresql_where=sa.text('finished_at IS NOT NULL AND told_at IS NULL'))
    op.create_index('ix_trip_changes_at', 'trip_changes', ['at'], unique=False, postgresql_using='brin')


def downgrade() -> None:
    op.drop_index('ix_trip_changes_at', table_name='trip_changes', postgresql_using='brin')
    op.drop_index('ix_ai_requests_untold', table_name='ai_requests', postgresql_where=sa.text('finished_at IS NOT NULL AND told_at IS NULL'))
    op.drop_column('ai_requests', 'told_at')
    op.drop_index(op.f('ix_webhooks_trip_id'), table_name='webhooks')
    op.drop_table('webhooks')
    op.drop_index('ix_notifications_unread', table_name='notifications', postgresql_where=sa.text('read_at IS NULL AND in_app'))
    op.drop_index(op.f('ix_notifications_trip_id'), table_name='notifications')
    op.drop_index('ix_notifications_newest', table_name='notifications')
    op.drop_index('ix_notifications_mail_due', table_name='notifications', postgresql_where=sa.text('mail_due'))
    op.drop_table('notifications')
    op.drop_index('ix_notification_cursors_behind', table_name='notification_cursors', postgresql_where=sa.text('head > seq'))
    op.drop_table('notification_cursors')
    op.drop_table('notification_preferences')
    op.drop_table('notification_watermark')
    op.drop_index('ix_deliveries_waiting', table_name='deliveries', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_index('ix_deliveries_lane', table_name='deliveries')
    op.drop_index('ix_deliveries_due', table_name='deliveries', postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table('deliveries')
