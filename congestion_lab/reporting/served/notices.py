"""Pages of the server that say one thing: what is not there, what is refused, what is being made."""

from congestion_lab.core.names import clean_name
from congestion_lab.optimization.shelf.shelf import Entry
from congestion_lab.reporting.borrowed import told_error
from congestion_lab.reporting.page import rendered_part
from congestion_lab.reporting.served.row import state_name
from congestion_lab.reporting.served.shell import Addresses, served
from congestion_lab.reporting.translation import _
from congestion_lab.reporting.wording import number


def missing_page(addresses: Addresses) -> str:
    """Return the page of an address at which nothing is."""
    text = _("There is nothing at this address. What is there stands in the list of runs and studies.")
    return _notice(_("Not found"), "404", text, addresses)


def wrong_host_page(addresses: Addresses) -> str:
    """Return the page of a request that was sent to a host that is not ours."""
    text = _("This server does not answer under the name that it was asked by. Open the address that it printed.")
    return _notice(_("Address refused"), "421", text, addresses)


def elsewhere_page(addresses: Addresses) -> str:
    """Return the page of a request that a page of another site makes."""
    text = _("A page of another site asked for this. Open the address yourself to see it.")
    return _notice(_("Request refused"), "403", text, addresses)


def writing_page(addresses: Addresses) -> str:
    """Return the page of a request that is to change something."""
    return _notice(_("Request refused"), "405", _("Pages are only read here; nothing can be changed."), addresses)


def unreadable_page(status: int, addresses: Addresses) -> str:
    """Return the page of what is no request that can be read, by the status that says why."""
    text = _("This request is malformed, too long, or of a kind that is not known here.")
    return _notice(_("Request refused"), str(status), text, addresses)


def trouble_page(error: Exception, addresses: Addresses) -> str:
    """Return the page of a request that could not be answered, for the reason given."""
    text = _("The page could not be made: {fault}").format(fault=told_error(error))
    return _notice(_("Error"), "500", text, addresses)


def unfinished_page(entry: Entry, addresses: Addresses) -> str:
    """Return the page of a report that cannot be made yet."""
    text = _("State: {state}. A report can be made of what is finished.").format(state=state_name(entry.state))
    return _notice(entry.place.name, _("Report"), text, addresses)


def failed_page(title: str, error: Exception, addresses: Addresses) -> str:
    """Return the page of a report that could not be made."""
    text = _("The report could not be made: {fault}").format(fault=told_error(error))
    return _notice(title, _("Report"), text, addresses)


def making_page(title: str, stage: str, seconds: float, addresses: Addresses) -> str:
    """Return the page of a report that is being made; it gives way to the report.

    Args:
        title: What is reported.
        stage: `waiting`, `reading` or `writing`.
        seconds: How long it has taken so far.
        addresses: Where the page leads to.
    """
    return _notice(title, _("Report"), making_text(stage, seconds), addresses, source="report.json")


def making_part() -> str:
    """Return the part of that page which shows that something happens."""
    return rendered_part("_making.html.j2", {})


def making_text(stage: str, seconds: float) -> str:
    """Return how far the making of a report has come; see `making_page`."""
    text = {
        "waiting": _("Another report is made first."),
        "reading": _("The runs are being read."),
        "writing": _("The pages are being written."),
    }[stage]
    return f"{text} " + _("{seconds} s so far.").format(seconds=number(seconds, 0))


def _notice(title: str, heading: str, text: str, addresses: Addresses, *, source: str = "") -> str:
    content = {"heading": heading, "told": text, "source": source}
    return served("notice.html.j2", clean_name(title), content, addresses)
