"""Table contracts: what each result table holds, checked where tables are made."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name (unit included), pandas dtype and meaning."""

    name: str
    dtype: str
    description: str


@dataclass(frozen=True, slots=True)
class TableContract:
    """The columns that a table has, in order.

    Attributes:
        name: File stem of the table.
        columns: Its columns.
    """

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Column names in order."""
        return [column.name for column in self.columns]

    def conform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with exactly the contract's columns, order and dtypes.

        Raises:
            KeyError: A column is missing.
        """
        missing = [name for name in self.names if name not in frame.columns]
        if missing:
            raise KeyError(f"table {self.name!r} lacks {', '.join(missing)}")
        return frame[self.names].astype({column.name: column.dtype for column in self.columns}).reset_index(drop=True)

    def empty(self) -> pd.DataFrame:
        """Return a table with the right columns and no row."""
        return pd.DataFrame({column.name: pd.Series(dtype=column.dtype) for column in self.columns})


def contract(name: str, *columns: Sequence[str]) -> TableContract:
    """Return a contract from (name, dtype, description) triples."""
    return TableContract(name, tuple(Column(*column) for column in columns))
