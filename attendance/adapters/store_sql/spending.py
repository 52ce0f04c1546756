"""What was ordered from a service that charges, in SQL: one conditional UPDATE of the month decides."""

from __future__ import annotations

from contextlib import suppress

from sqlalchemy import insert, select, update

from attendance.adapters.store_sql.connection import Database
from attendance.adapters.store_sql.tables import search_months, search_orders
from attendance.errors import AlreadyExists


class SqlSpending(Database):
    """The SpendingStore."""

    def order_search(self, month: str, token: str, seconds: float, most_seconds: float | None) -> bool:
        """False where the month would come to more."""
        with suppress(AlreadyExists), self._writing() as connection:
            connection.execute(insert(search_months).values(month=month, seconds=0.0))
        adding = update(search_months).where(search_months.c.month == month)
        if most_seconds is not None:
            adding = adding.where(search_months.c.seconds + seconds <= most_seconds)
        try:
            with self._writing() as connection:
                if connection.scalar(select(search_orders.c.token).where(search_orders.c.token == token)) is not None:
                    return True
                if not connection.execute(adding.values(seconds=search_months.c.seconds + seconds)).rowcount:
                    return False
                connection.execute(insert(search_orders).values(token=token, month=month, seconds=seconds))
        except AlreadyExists:  # the same order was written by another process just now, and this one is undone
            pass
        return True

    def ordered_seconds(self, month: str) -> float:
        """0 where nothing was ordered."""
        query = select(search_months.c.seconds).where(search_months.c.month == month)
        with self._looking() as connection:
            return connection.scalar(query) or 0.0
