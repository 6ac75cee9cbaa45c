"""`congestion-lab serve`: runs, studies and reports for a browser on this computer."""

import signal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from congestion_lab.cli.console import Exit, remark, say, say_json
from congestion_lab.cli.languages import lang_option, numerals_option
from congestion_lab.cli.options import RUNS_FOLDER, example, json_option, verbosity_options
from congestion_lab.core.errors import Fault, InputError

if TYPE_CHECKING:
    from congestion_lab.serving.answers import Answers
    from congestion_lab.serving.server import Server

_PORT = 8000


@click.command(epilog=example("serve runs --lang ar"))
@click.argument("folder", default=RUNS_FOLDER, metavar="[RUNS_FOLDER]", type=click.Path(path_type=Path))
@click.option(
    "--port",
    type=click.IntRange(min=0, max=65535),
    default=_PORT,
    show_default=True,
    help="Port to listen at; 0 takes any that is free.",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address or name of this computer to listen at. There is no password: with any other than the default, "
    "everybody who reaches it sees all runs.",
)
@lang_option()
@numerals_option()
@json_option
@verbosity_options
def serve(folder: Path, *, port: int, host: str, lang: str, numerals: str, as_json: bool) -> int:
    """Show all run sets and studies of RUNS_FOLDER in a browser: their figures, reports and files, in both languages.

    A running search can be watched. Reports are made when they are opened. Nothing in the folder is changed; Ctrl-C
    ends the server.
    """
    if not folder.is_dir():
        raise InputError(Fault("this is no folder", "name the folder of your runs", str(folder), key="RUNS_FOLDER"))
    from congestion_lab.optimization.shelf.shelf import Shelf
    from congestion_lab.serving.answers import Answers
    from congestion_lab.serving.reports import Reports

    with TemporaryDirectory(prefix="congestion-lab-reports-", ignore_cleanup_errors=True) as pages:
        shelf = Shelf(folder.resolve())
        answers = Answers(shelf, Reports(shelf, Path(pages), numerals), lang, numerals)
        with _listening(host, port, answers) as server:
            if not server.listens_at.is_loopback:
                remark(f"There is no password: everybody who reaches {server.address} sees all that is in {folder}.")
            if as_json:
                say_json({"address": server.address, "folder": str(folder)})
            else:
                say(server.address)
                remark("Ctrl-C ends the server.")
            signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended so, too, it leaves no pages behind
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                remark("The server has ended.")
    return Exit.OK


def _listening(host: str, port: int, answers: "Answers") -> "Server":
    """Return the server.

    Raises:
        UsageError: The host means every address of this computer.
        InputError: The port is taken or not allowed, or the host is none of this computer.
    """
    from congestion_lab.serving.server import Server

    try:
        server = Server(host, port, answers)
    except OSError as error:
        hint = "choose another with `--port`, 0 takes any that is free; `--host` names an address of this computer"
        rule = f"cannot listen at port {port} of {host} ({error.strerror})"
        raise InputError(Fault(rule, hint, key="--port")) from error
    if server.listens_at.is_unspecified:
        server.server_close()
        raise click.UsageError(f"--host {host!r}: give the address or the name by which others reach this computer")
    return server
