"""a place may be called the same by several people, each for themselves

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-27 23:30:00.000000
"""

from alembic import op
revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_constraint(op.f('pk_location_names'), 'location_names')
    op.create_unique_constraint(
        'uq_location_names_of_each', 'location_names', ['location_id', 'name', 'owner_id'], postgresql_nulls_not_distinct=True
    )


def downgrade() -> None:
    op.execute("""
        DELETE FROM location_names one USING location_names other
        WHERE other.location_id = one.location_id AND other.name = one.name
            AND (other.owner_id IS NULL AND one.owner_id IS NOT NULL OR other.owner_id < one.owner_id)
    """)
    op.drop_constraint('uq_location_names_of_each', 'location_names')
    op.create_primary_key(op.f('pk_location_names'), 'location_names', ['location_id', 'name'])
