"""Commands of the lottery, usable with files alone: `flask panel draw`, `flask panel verify-draw`."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from panel.lottery.algorithms import ALGORITHMS
from panel.lottery.errors import InfeasibleError, LotteryError
from panel.lottery.pool import read_pool
from panel.lottery.quotas import read_quotas
from panel.lottery.randomness import Seed

if TYPE_CHECKING:
    from panel.lottery.engine import Result

# What needs numpy and the solver is imported by the command that uses it: the web server knows these commands, too.

_TEXT = click.File(encoding="utf-8-sig")


@click.command("draw")
@click.option("--pool", "pool_file", required=True, type=_TEXT, help="CSV, one person a row, one column a feature.")
@click.option("--quotas", "quotas_file", required=True, type=_TEXT, help="CSV: category, feature, min, max.")
@click.option("--size", required=True, type=int, help="How many to choose.")
@click.option("--algorithm", type=click.Choice(ALGORITHMS), default="leximin", show_default=True)
@click.option("--seed", help="The public value that the randomness starts from.")
@click.option("--secret", default="", help="A secret whose SHA-256 was published before the draw.")
@click.option("--household", help="The pool's column that housemates share.")
@click.option("--draws", type=int, default=1, show_default=True)
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the results.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def draw_command(
    pool_file: TextIO,
    quotas_file: TextIO,
    size: int,
    algorithm: str,
    seed: str | None,
    secret: str,
    household: str | None,
    draws: int,
    out: Path,
    as_json: bool,
) -> None:
    """Choose people by a lottery that meets every quota; write probabilities.csv, selected.csv and audit.json."""
    from panel.lottery.engine import draw

    given = Seed(seed, secret, "given when the draw was held") if seed is not None else None
    try:
        pool = read_pool(pool_file, _name(pool_file))
        quotas = read_quotas(quotas_file, _name(quotas_file))
        result = draw(pool, quotas, size, algorithm, given, household, draws)
    except (LotteryError, UnicodeDecodeError, csv.Error) as error:
        _refuse(error, algorithm, size, as_json)
        sys.exit(1)
    _write(result, out)
    if as_json:
        click.echo(json.dumps(result.summary()))
    else:
        click.echo(f"{result.k} of {result.n} people were chosen; the results are in {out}.")


def _name(file: TextIO) -> str:
    return Path(file.name).name


def _refuse(error: Exception, algorithm: str, size: int, as_json: bool) -> None:
    from panel.lottery.infeasible import in_words

    changes: list[dict[str, Any]] = error.suggestions if isinstance(error, InfeasibleError) else []
    text = str(error) if isinstance(error, LotteryError) else "The file is not CSV text in UTF-8."
    if as_json:
        status = "infeasible" if isinstance(error, InfeasibleError) else "refused"
        place = {k: v for k, v in getattr(error, "params", {}).items() if k in ("file", "row")}
        said = [change | {"text": in_words(change)} for change in changes]
        answer = {"status": status, "algorithm": algorithm, "k": size, "error": text, "suggestions": said}
        click.echo(json.dumps(answer | place))
        return
    click.echo(text, err=True)
    for change in changes:
        click.echo(in_words(change), err=True)


def _write(result: Result, out: Path) -> None:
    """Write the three files; the audit last, so that a folder with an audit is whole."""
    out.mkdir(parents=True, exist_ok=True)
    (out / "audit.json").unlink(missing_ok=True)
    with (out / "probabilities.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "probability"])
        writer.writerows((person, repr(p)) for person, p in result.probabilities.items())
    with (out / "selected.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["draw", "id"])
        writer.writerows((number, person) for number, ids in enumerate(result.selected, 1) for person in ids)
    part = out / "audit.json.part"
    part.write_text(json.dumps(result.audit), encoding="utf-8")
    part.replace(out / "audit.json")


@click.command("verify-draw")
@click.argument("audit_file", metavar="AUDIT.json", type=_TEXT)
@click.option("--pool", "pool_file", type=_TEXT, help="The pool, to draw the people again.")
@click.option("--selected", "selected_file", type=_TEXT, help="selected.csv, to compare by name.")
def verify_command(audit_file: TextIO, pool_file: TextIO | None, selected_file: TextIO | None) -> None:
    """Repeat a draw from its audit sheet without a solver, check its proof, and say OK or what differs."""
    from panel.lottery.verifying import differences

    try:
        sheet = json.load(audit_file)
        pool = read_pool(pool_file, _name(pool_file)) if pool_file else None
        selected = _selected(selected_file) if selected_file else None
    except (ValueError, csv.Error, KeyError, LotteryError) as error:
        text = (
            str(error) if isinstance(error, LotteryError) else "A file cannot be read: it is damaged or another kind."
        )
        raise click.ClickException(text) from None
    found = differences(sheet, pool, selected)
    for difference in found:
        click.echo(difference)
    if found:
        sys.exit(1)
    click.echo("OK" if pool else "OK (by types: hand in --pool to draw the people again)")


def _selected(file: TextIO) -> list[list[str]]:
    draws: dict[int, list[str]] = {}
    for row in csv.DictReader(file):
        draws.setdefault(int(row["draw"]), []).append(row["id"])
    return [draws[number] for number in sorted(draws)]


#: What panel/cli.py adds to its group.
COMMANDS = (draw_command, verify_command)
