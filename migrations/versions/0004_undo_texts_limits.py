"""undo, history, texts and limits of the write path

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-25 22:50:00.000000
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql
revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

VERSIONED = ('trips', 'trip_members', 'activities')


def upgrade() -> None:
    for table in VERSIONED:
        op.add_column(table, sa.Column('origins', postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default='{}'))
        op.alter_column(table, 'origins', server_default=None)
    op.add_column('trips', sa.Column('notes', sa.Text(), nullable=False, server_default=''))
    op.alter_column('trips', 'notes', server_default=None)
    op.create_check_constraint(op.f('ck_trips_notes_length'), 'trips', 'length(notes) <= 10000')
    op.add_column('trips', sa.Column('content_rows', sa.Integer(), nullable=False, server_default='0'))
    op.alter_column('trips', 'content_rows', server_default=None)
    op.execute(
        'UPDATE trips SET content_rows = (SELECT count(*) FROM activities'
        ' WHERE activities.trip_id = trips.id AND activities.deleted_seq IS NULL)'
    )
    op.add_column('trip_changes', sa.Column('undoes', sa.BigInteger(), nullable=True))
    op.add_column('trip_changes', sa.Column('size', sa.Integer(), sa.Computed('octet_length(ops::text)', persisted=True), nullable=False))
    op.create_table('trip_texts',
    sa.Column('trip_id', sa.Uuid(), nullable=False),
    sa.Column('entity', sa.Text(), nullable=False),
    sa.Column('row_id', sa.Uuid(), nullable=False),
    sa.Column('field', sa.Text(), nullable=False),
    sa.Column('state', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['trip_id'], ['trips.id'], name=op.f('fk_trip_texts_trip_id_trips'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('trip_id', 'entity', 'row_id', 'field', name=op.f('pk_trip_texts'))
    )


def downgrade() -> None:
    op.drop_table('trip_texts')
    op.drop_column('trip_changes', 'size')
    op.drop_column('trip_changes', 'undoes')
    op.drop_column('trips', 'content_rows')
    op.drop_constraint(op.f('ck_trips_notes_length'), 'trips')
    op.drop_column('trips', 'notes')
    for table in reversed(VERSIONED):
        op.drop_column(table, 'origins')
