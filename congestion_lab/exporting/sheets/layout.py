"""How timing sheets look: fonts, colours, widths and paper."""

import math
import unicodedata
from dataclasses import dataclass

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from congestion_lab.core.names import inert, shielded
from congestion_lab.exporting.cells import Cell
from congestion_lab.exporting.wording import ENGLISH, Language
from congestion_lab.signals.plan import Aspect

LABEL_WIDTHS = (13, 46, 16, 11, 10, 10, 10, 10, 12)
BAR_COLUMN = len(LABEL_WIDTHS) + 2  # the second-by-second bar begins behind the table and a gap
_BAR_WIDTH = 66.0  # of a cycle, whatever its length: half of the tables, so that a printed page stays readable
_SECOND_WIDTHS = (0.3, 1.7)  # narrower shows nothing, broader says no more
_LINE_PT, _LETTER_WIDTHS = 15.0, 1.1  # of text of 10 points: height of a line, and letters per unit of width
_TITLE_LINE = 1.5  # height of a line in sizes of its letters
_RIGHT_TO_LEFT_MARK = "\N{RIGHT-TO-LEFT MARK}"
_LONGEST_HEADER = 200  # Excel takes 255 characters, codes and doubled signs among them
_THIN = Side(style="thin", color="FFBFBBB2")
_PALE = PatternFill("solid", fgColor="FFF1EFEA")
BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
ASPECT_FILLS = {
    Aspect.RED: PatternFill("solid", fgColor="FFF3D9D3"),
    Aspect.RED_YELLOW: PatternFill("solid", fgColor="FFF0A35E"),
    Aspect.YELLOW: PatternFill("solid", fgColor="FFF5C400"),
    Aspect.GREEN: PatternFill("solid", fgColor="FF2E7D4F"),
    Aspect.PERMITTED: PatternFill("solid", fgColor="FF9CCBA8"),
    Aspect.STOP_THEN_GO: PatternFill("solid", fgColor="FFD9C2E3"),
    Aspect.FLASHING: PatternFill("solid", fgColor="FFFBE9A6"),
    Aspect.DARK: PatternFill("solid", fgColor="FFDDDDDD"),
}


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes styled cells into one sheet.

    Attributes:
        sheet: The sheet.
        language: The language of its fixed texts.
    """

    sheet: Worksheet
    language: Language = ENGLISH

    def say(self, text: str) -> str:
        """Return one of the sheets' fixed texts in the language of this one."""
        return self.language.say(text)

    def text(self, row: int, column: int, text: str, *, font: Font | None = None) -> None:
        """Write text that is never a formula, from where the sheet begins, whichever way it reads."""
        cell = self.sheet.cell(row, column)
        cell.value = inert(text)
        cell.font = font or Font(size=10)
        cell.alignment = self._from_the_start(text)

    def title(self, row: int, text: str, size: int) -> None:
        """Write a line of large text."""
        self.text(row, 1, text, font=Font(size=size, bold=True))
        self.sheet.row_dimensions[row].height = _TITLE_LINE * size

    def heading(self, row: int, column: int, text: str, *, over_numbers: bool = False) -> None:
        """Write a table's column heading."""
        self.text(row, column, text, font=Font(size=9, bold=True, color="FF5C5952"))
        cell = self.sheet.cell(row, column)
        cell.fill = _PALE
        side = "center" if over_numbers else cell.alignment.horizontal
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal=side)
        self._heighten(row, column, text)

    def value(self, row: int, column: int, value: Cell) -> None:
        """Write one value of a table; figures stand apart from the text beside them, but for what names a row."""
        if isinstance(value, str):
            self.text(row, column, value)
            self.sheet.cell(row, column).alignment += Alignment(wrap_text=True, vertical="top")
            self._heighten(row, column, value)
        else:
            cell = self.sheet.cell(row, column)
            cell.value = value
            cell.font = Font(size=10)
            cell.alignment = Alignment(horizontal=self.start if column == 1 else "center", vertical="top")
        self.sheet.cell(row, column).border = Border(bottom=_THIN)

    @property
    def start(self) -> str:
        """The side that the sheet begins on."""
        return "right" if self.language.right_to_left else "left"

    def _from_the_start(self, text: str) -> Alignment:
        return Alignment(horizontal=self.start, readingOrder=2 if _reads_leftward(text) else 1)

    def _heighten(self, row: int, column: int, text: str) -> None:
        """Make room for all lines of a text that is broken; programs do not do so before somebody edits the row."""
        width = self.sheet.column_dimensions[get_column_letter(column)].width
        height = _LINE_PT * math.ceil(len(text) / (_LETTER_WIDTHS * width))
        rows = self.sheet.row_dimensions
        rows[row].height = max(rows[row].height or _LINE_PT, height)

    def formula(self, row: int, column: int, formula: str) -> None:
        """Write a formula; nothing that comes from a map or a plan may be part of it but numbers of rows."""
        cell = self.sheet.cell(row, column)
        cell.value = f"={formula}"
        cell.font = Font(size=10)
        cell.alignment = Alignment(horizontal="center", vertical="top")
        cell.border = Border(bottom=_THIN)

    def marking(self, row: int, text: str) -> None:
        """Write the marking of a plan so that nobody overlooks it, on the sheet and on every printed page."""
        cell = self.sheet.cell(row, 1)
        cell.value = shielded(text)
        cell.font = Font(size=12, bold=True, color="FFB42318")
        cell.alignment = self._from_the_start(text)
        mark = _RIGHT_TO_LEFT_MARK if _reads_leftward(text) else ""
        header = HeaderFooterItem()
        header.center.text = f"{mark}{text[:_LONGEST_HEADER].replace('&', '&&')}{mark}"
        self.sheet.HeaderFooter.oddHeader = header

    def second(self, row: int, second: int, aspect: Aspect) -> None:
        """Colour one second of the bar."""
        self.sheet.cell(row, BAR_COLUMN + second).fill = ASPECT_FILLS[aspect]

    def widths(self, cycle: int, columns: int) -> None:
        """Set the widths of the tables' columns and of the bar's seconds, for at least so many columns."""
        dimensions = self.sheet.column_dimensions
        for column, width in enumerate(LABEL_WIDTHS, start=1):
            dimensions[get_column_letter(column)].width = width
        dimensions[get_column_letter(BAR_COLUMN - 1)].width = 2
        for second in range(max(cycle, columns)):
            dimensions[get_column_letter(BAR_COLUMN + second)].width = second_width(cycle)


def second_width(cycle: int) -> float:
    """Return how wide a second of the bar is."""
    narrowest, broadest = _SECOND_WIDTHS
    return min(broadest, max(narrowest, _BAR_WIDTH / cycle))


def _reads_leftward(text: str) -> bool:
    """Whether the first letter of a text is of a script that is written from right to left."""
    kinds = (unicodedata.bidirectional(char) for char in text)
    return next((kind for kind in kinds if kind in {"L", "R", "AL"}), "L") != "L"


def page_setup(sheet: Worksheet, language: Language = ENGLISH) -> None:
    """Make a sheet print on one landscape A4 page's width, and read from the side that its language begins on."""
    sheet.sheet_view.rightToLeft = language.right_to_left
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4, ECMA-376
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.sheet_view.showGridLines = False
    sheet.print_options.horizontalCentered = True
