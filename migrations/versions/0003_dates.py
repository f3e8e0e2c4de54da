"""a journey may land on the day before

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-25 22:50:00.000000
"""

from alembic import op
revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

NEW = """end_day >= day OR (end_day = day - 1
    AND start_time IS NOT NULL AND end_time IS NOT NULL
    AND timezone IS NOT NULL AND end_timezone IS NOT NULL AND timezone <> end_timezone)"""


def upgrade() -> None:
    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_activities_days_in_order'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_activities_days_in_order'), NEW)


def downgrade() -> None:
    # not checked for the rows that are there: what a group has planned is not deleted for it
    with op.batch_alter_table('activities', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_activities_days_in_order'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_activities_days_in_order'), 'end_day >= day', postgresql_not_valid=True)
