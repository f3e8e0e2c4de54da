"""initial schema

Revision ID: 0001
Revises: 
Create Date: 2026-11-23 01:47:47.537945
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute('CREATE EXTENSION IF NOT EXISTS pg_trgm')
    op.execute('CREATE EXTENSION IF NOT EXISTS cube')
    op.create_table('idempotency_records',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('path', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('body_hash', sa.LargeBinary(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('headers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('body', sa.Text(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(key) <= 255', name=op.f('ck_idempotency_records_key_length')),
    sa.PrimaryKeyConstraint('user_id', 'method', 'path', 'key', name=op.f('pk_idempotency_records'))
    )
    with op.batch_alter_table('idempotency_records', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_idempotency_records_at'), ['at'], unique=False)

    op.create_table('users',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('email_verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('display_name', sa.String(length=80), nullable=False),
    sa.Column('bio', sa.String(length=500), nullable=False),
    sa.Column('home_location_id', sa.Uuid(), nullable=True),
    sa.Column('timezone', sa.String(length=64), nullable=True),
    sa.Column('locale', sa.String(length=35), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=True),
    sa.Column('preferences', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('email = lower(email)', name=op.f('ck_users_email_lower')),
    sa.CheckConstraint('length(bio) <= 500', name=op.f('ck_users_bio_length')),
    sa.CheckConstraint('length(display_name) BETWEEN 1 AND 80', name=op.f('ck_users_display_name_length')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('email', name=op.f('uq_users_email'))
    )
    op.create_table('auth_sessions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('refresh_hash', sa.LargeBinary(), nullable=False),
    sa.Column('previous_hash', sa.LargeBinary(), nullable=True),
    sa.Column('rotated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_reason', sa.String(length=20), nullable=True),
    sa.Column('user_agent', sa.String(length=300), nullable=False),
    sa.Column('address', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(ended_at IS NULL) = (ended_reason IS NULL)', name=op.f('ck_auth_sessions_ended_has_reason')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_auth_sessions_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_auth_sessions'))
    )
    with op.batch_alter_table('auth_sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_auth_sessions_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_auth_sessions_user_id'), ['user_id'], unique=False)

    op.create_table('email_tokens',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('token_hash', sa.LargeBinary(), nullable=False),
    sa.Column('purpose', sa.String(length=10), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("purpose IN ('verify', 'reset')", name=op.f('ck_email_tokens_purpose')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_email_tokens_user_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_email_tokens')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_email_tokens_token_hash'))
    )
    with op.batch_alter_table('email_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_email_tokens_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_email_tokens_user_id'), ['user_id'], unique=False)

    op.create_table('locations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('latitude', sa.Double(), nullable=False),
    sa.Column('longitude', sa.Double(), nullable=False),
    sa.Column('country_code', sa.String(length=2), nullable=True),
    sa.Column('admin', sa.String(length=200), nullable=True),
    sa.Column('timezone', sa.String(length=64), nullable=True),
    sa.Column('population', sa.Integer(), nullable=True),
    sa.Column('hours', sa.String(length=500), nullable=True),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('source_id', sa.String(length=200), nullable=False),
    sa.Column('attribution', sa.String(length=300), nullable=False),
    sa.Column('attributes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('context', sa.Text(), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('latitude BETWEEN -90 AND 90', name=op.f('ck_locations_latitude_range')),
    sa.CheckConstraint('longitude BETWEEN -180 AND 180', name=op.f('ck_locations_longitude_range')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_locations_created_by_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_locations')),
    sa.UniqueConstraint('source', 'source_id', name=op.f('uq_locations_source_source_id'))
    )
    with op.batch_alter_table('locations', schema=None) as batch_op:
        batch_op.create_index('ix_locations_created_by', ['created_by'], unique=False, postgresql_where=sa.text('created_by IS NOT NULL'))
        batch_op.create_index('ix_locations_place', [sa.literal_column('CUBE(ARRAY[cos(radians(latitude)) * cos(radians(longitude)), cos(radians(latitude)) * sin(radians(longitude)), sin(radians(latitude))])')], unique=False, postgresql_using='gist', postgresql_where=sa.text('created_by IS NULL'))

    op.create_table('trips',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('start_date', sa.Date(), nullable=True),
    sa.Column('end_date', sa.Date(), nullable=True),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=True),
    sa.Column('timezone', sa.Text(), nullable=True),
    sa.Column('trip_data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_by', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('register_seqs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('deleted_seq', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("status IN ('planning', 'active', 'completed', 'cancelled')", name=op.f('ck_trips_status_known')),
    sa.CheckConstraint('end_date >= start_date', name=op.f('ck_trips_dates_in_order')),
    sa.CheckConstraint('length(description) <= 1000', name=op.f('ck_trips_description_length')),
    sa.CheckConstraint('length(title) BETWEEN 1 AND 200', name=op.f('ck_trips_title_length')),
    sa.ForeignKeyConstraint(['created_by'], ['users.id'], name=op.f('fk_trips_created_by_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trips'))
    )
    op.create_table('activities',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trip_id', sa.Uuid(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('status', sa.Text(), nullable=False),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('start_time', sa.Time(), nullable=True),
    sa.Column('end_time', sa.Time(), nullable=True),
    sa.Column('timezone', sa.Text(), nullable=True),
    sa.Column('end_day', sa.Date(), nullable=True),
    sa.Column('end_timezone', sa.Text(), nullable=True),
    sa.Column('location_id', sa.Uuid(), nullable=True),
    sa.Column('location', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('end_location_id', sa.Uuid(), nullable=True),
    sa.Column('end_location', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('notes', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=True),
    sa.Column('booking_ref', sa.Text(), nullable=True),
    sa.Column('cost_minor', sa.BigInteger(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=True),
    sa.Column('participants', sa.ARRAY(sa.Uuid()), nullable=False),
    sa.Column('locked', sa.Boolean(), nullable=False),
    sa.Column('position', sa.Text(collation='C'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('register_seqs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('deleted_seq', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("kind IN ('activity', 'food', 'stay', 'transport', 'note')", name=op.f('ck_activities_kind_known')),
    sa.CheckConstraint("status IN ('idea', 'planned', 'booked', 'done', 'cancelled')", name=op.f('ck_activities_status_known')),
    sa.CheckConstraint('cost_minor >= 0', name=op.f('ck_activities_cost_not_negative')),
    sa.CheckConstraint('cost_minor IS NULL OR currency IS NOT NULL', name=op.f('ck_activities_cost_has_currency')),
    sa.CheckConstraint('end_day >= day', name=op.f('ck_activities_days_in_order')),
    sa.CheckConstraint('length(notes) <= 10000', name=op.f('ck_activities_notes_length')),
    sa.CheckConstraint('length(title) BETWEEN 1 AND 200', name=op.f('ck_activities_title_length')),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_activities_trip_id_trips'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activities'))
    )
    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.create_index('ix_activities_lane', ['trip_id', 'day', 'position'], unique=False)
        batch_op.create_index(batch_op.f('ix_activities_trip_id'), ['trip_id'], unique=False)

    op.create_table('location_names',
    sa.Column('location_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(collation='C'), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('weight', sa.REAL(), nullable=False),
    sa.Column('forgiving', sa.Boolean(), nullable=False),
    sa.Column('owner_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['location_id'], ['locations.id'], name=op.f('fk_location_names_location_id_locations'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_location_names_owner_id_users'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('location_id', 'name', name=op.f('pk_location_names'))
    )
    with op.batch_alter_table('location_names', schema=None) as batch_op:
        batch_op.create_index('ix_location_names_famous', ['name', 'weight', 'kind', 'location_id'], unique=False, postgresql_where=sa.text('owner_id IS NULL AND weight >= 0.5'))
        batch_op.create_index('ix_location_names_owner_id', ['owner_id'], unique=False, postgresql_where=sa.text('owner_id IS NOT NULL'))
        batch_op.create_index('ix_location_names_prefix', ['name', 'weight', 'kind', 'location_id'], unique=False, postgresql_where=sa.text('owner_id IS NULL'))
        batch_op.create_index('ix_location_names_similar', ['name'], unique=False, postgresql_using='gin', postgresql_ops={'name': 'gin_trgm_ops'}, postgresql_where=sa.text('owner_id IS NULL AND forgiving'))

    op.create_table('trip_changes',
    sa.Column('trip_id', sa.Uuid(), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=True),
    sa.Column('mutation_id', sa.Uuid(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('ops', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('inverse', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_trip_changes_actor_id_users')),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_trip_changes_trip_id_trips'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('trip_id', 'seq', name=op.f('pk_trip_changes'))
    )
    op.create_table('trip_invites',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trip_id', sa.Uuid(), nullable=False),
    sa.Column('invited_by', sa.Uuid(), nullable=False),
    sa.Column('email', sa.Text(), nullable=True),
    sa.Column('token_hash', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('max_uses', sa.Integer(), nullable=False),
    sa.Column('uses', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("role IN ('organizer', 'participant', 'viewer')", name=op.f('ck_trip_invites_role_known')),
    sa.CheckConstraint('uses <= max_uses', name=op.f('ck_trip_invites_not_overused')),
    sa.ForeignKeyConstraint(['invited_by'], ['users.id'], name=op.f('fk_trip_invites_invited_by_users')),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_trip_invites_trip_id_trips'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trip_invites')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_trip_invites_token_hash'))
    )
    with op.batch_alter_table('trip_invites', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_trip_invites_email'), ['email'], unique=False)
        batch_op.create_index(batch_op.f('ix_trip_invites_trip_id'), ['trip_id'], unique=False)

    op.create_table('trip_members',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('trip_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('trip_created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('display_name', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('permissions', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('register_seqs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('deleted_seq', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("role IN ('organizer', 'participant', 'viewer')", name=op.f('ck_trip_members_role_known')),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_trip_members_trip_id_trips'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_trip_members_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trip_members')),
    sa.UniqueConstraint('trip_id', 'user_id', name=op.f('uq_trip_members_trip_id_user_id'))
    )
    with op.batch_alter_table('trip_members', schema=None) as batch_op:
        batch_op.create_index('ix_trip_members_newest', ['user_id', 'trip_created_at', 'trip_id'], unique=False)

    op.create_table('trip_mutations',
    sa.Column('trip_id', sa.Uuid(), nullable=False),
    sa.Column('actor_id', sa.Uuid(), nullable=False),
    sa.Column('mutation_id', sa.Uuid(), nullable=False),
    sa.Column('fingerprint', sa.LargeBinary(), nullable=False),
    sa.Column('outcome', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_trip_mutations_actor_id_users')),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_trip_mutations_trip_id_trips'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('trip_id', 'actor_id', 'mutation_id', name=op.f('pk_trip_mutations'))
    )
    with op.batch_alter_table('trip_mutations', schema=None) as batch_op:
        batch_op.create_index('ix_trip_mutations_at', ['at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('trip_mutations', schema=None) as batch_op:
        batch_op.drop_index('ix_trip_mutations_at')

    op.drop_table('trip_mutations')
    with op.batch_alter_table('trip_members', schema=None) as batch_op:
        batch_op.drop_index('ix_trip_members_newest')

    op.drop_table('trip_members')
    with op.batch_alter_table('trip_invites', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_trip_invites_trip_id'))
        batch_op.drop_index(batch_op.f('ix_trip_invites_email'))

    op.drop_table('trip_invites')
    op.drop_table('trip_changes')
    with op.batch_alter_table('location_names', schema=None) as batch_op:
        batch_op.drop_index('ix_location_names_similar', postgresql_using='gin', postgresql_ops={'name': 'gin_trgm_ops'}, postgresql_where=sa.text('owner_id IS NULL AND forgiving'))
        batch_op.drop_index('ix_location_names_prefix', postgresql_where=sa.text('owner_id IS NULL'))
        batch_op.drop_index('ix_location_names_owner_id', postgresql_where=sa.text('owner_id IS NOT NULL'))
        batch_op.drop_index('ix_location_names_famous', postgresql_where=sa.text('owner_id IS NULL AND weight >= 0.5'))

    op.drop_table('location_names')
    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_activities_trip_id'))
        batch_op.drop_index('ix_activities_lane')

    op.drop_table('activities')
    op.drop_table('trips')
    with op.batch_alter_table('locations', schema=None) as batch_op:
        batch_op.drop_index('ix_locations_place', postgresql_using='gist', postgresql_where=sa.text('created_by IS NULL'))
        batch_op.drop_index('ix_locations_created_by', postgresql_where=sa.text('created_by IS NOT NULL'))

    op.drop_table('locations')
    with op.batch_alter_table('email_tokens', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_email_tokens_user_id'))
        batch_op.drop_index(batch_op.f('ix_email_tokens_expires_at'))

    op.drop_table('email_tokens')
    with op.batch_alter_table('auth_sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_auth_sessions_user_id'))
        batch_op.drop_index(batch_op.f('ix_auth_sessions_expires_at'))

    op.drop_table('auth_sessions')
    op.drop_table('users')
    with op.batch_alter_table('idempotency_records', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_idempotency_records_at'))

    op.drop_table('idempotency_records')
