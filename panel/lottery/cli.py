"""Commands of the lottery, usable with files alone: `flask panel draw`, `verify-draw`, `publish-audit`.

Exit status 0: done. 1: no panel meets the quotas, or the audit does not hold. 2: what was handed in cannot be used.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from panel.lottery import errors
from panel.lottery.algorithms import ALGORITHMS
from panel.lottery.changes import in_words
from panel.lottery.errors import InfeasibleError, LotteryError
from panel.lottery.pool import Pool, read_pool
from panel.lottery.quotas import Quota, read_quotas
from panel.lottery.randomness import Seed
from panel.lottery.tables import opened, table

if TYPE_CHECKING:
    from panel.lottery.engine import Result

# What needs numpy and the solver is imported by the command that uses it: the web server knows these commands, too.

_FILE = click.Path(dir_okay=False, path_type=Path)
INFEASIBLE, REFUSED = 1, 2


@click.command("draw")
@click.option("--pool", "pool_file", required=True, type=_FILE, help="CSV, one person a row, one column a feature.")
@click.option("--quotas", "quotas_file", required=True, type=_FILE, help="CSV: category, feature, min, max.")
@click.option("--size", required=True, type=int, help="How many to choose.")
@click.option("--algorithm", type=click.Choice(ALGORITHMS), default="leximin", show_default=True)
@click.option("--seed", help="The public value that the randomness starts from.")
@click.option("--secret", default="", help="A secret whose SHA-256 was published before the draw.")
@click.option("--household", help="The pool's column that housemates share.")
@click.option("--draws", type=int, default=1, show_default=True)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the results.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def draw_command(
    pool_file: Path,
    quotas_file: Path,
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
    given = Seed(seed, secret, "given when the draw was held") if seed is not None else None
    known: dict[str, Any] = {"algorithm": algorithm, "k": size}
    try:
        pool = _pool(pool_file)
        known["n"] = len(pool)
        quotas = _quotas(quotas_file)
        from panel.lottery.engine import draw

        result = draw(pool, quotas, size, algorithm, given, household, draws, quotas_name=quotas_file.name)
        _write(result, out)
    except LotteryError as error:
        _fail(error, known, as_json)
    if as_json:
        click.echo(json.dumps(result.summary()))
    else:
        click.echo(f"{result.k} of {result.n} people were chosen; the results are in {out}.")


def _pool(path: Path) -> Pool:
    return read_pool(opened(path), path.name)


def _quotas(path: Path) -> list[Quota]:
    return read_quotas(opened(path), path.name)


def _fail(error: LotteryError, known: dict[str, Any], as_json: bool) -> NoReturn:
    """Say why there is no draw, as JSON with every key that a draw would have had, or in plain words; and leave."""
    changes = error.suggestions if isinstance(error, InfeasibleError) else []
    if as_json:
        answer = dict.fromkeys(_FIGURES) | known
        answer["status"] = "infeasible" if isinstance(error, InfeasibleError) else "refused"
        answer["suggestions"] = [change | {"text": in_words(change)} for change in changes]
        answer |= {"code": error.code, "error": str(error)}
        click.echo(json.dumps(answer | {k: v for k, v in error.params.items() if k in ("file", "row", "column")}))
    else:
        click.echo(str(error), err=True)
        for change in changes:
            click.echo(in_words(change), err=True)
    sys.exit(INFEASIBLE if isinstance(error, InfeasibleError) else REFUSED)


_FIGURES = (
    *("status", "algorithm", "n", "k", "types", "min_probability", "upper_bound", "gini", "geometric_mean"),
    *("realisation_error", "seconds", "peak_mb", "suggestions"),
)


def _write(result: Result, out: Path) -> None:
    """Write the three files, each whole or not at all; the audit last, so that a folder with an audit is whole.

    Raises UnwritableFolderError.
    """
    chosen = ((number, person) for number, ids in enumerate(result.selected, 1) for person in ids)
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / "audit.json").unlink(missing_ok=True)
        _replace(out / "probabilities.csv", _table(("id", "probability"), result.probabilities.items()))
        _replace(out / "selected.csv", _table(("draw", "id"), chosen))
        _replace(out / "audit.json", json.dumps(result.audit))
    except OSError:
        raise errors.UnwritableFolderError(file=str(out)) from None


def _table(heading: tuple[str, ...], rows: Iterable[tuple[Any, Any]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(heading)
    writer.writerows(rows)
    return file.getvalue()


def _replace(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    part.write_text(text, encoding="utf-8", newline="")
    part.replace(path)


@click.command("verify-draw")
@click.argument("audit_file", metavar="AUDIT.json", type=_FILE)
@click.option("--pool", "pool_file", type=_FILE, help="The pool, to draw the people again.")
@click.option("--selected", "selected_file", type=_FILE, help="selected.csv, to compare by name.")
def verify_command(audit_file: Path, pool_file: Path | None, selected_file: Path | None) -> None:
    """Repeat a draw from its audit sheet without a solver, check its proof, and say OK or what differs.

    Takes the public sheet, too: without the pool only its open part can be checked.
    """
    from panel.lottery.verifying import differences

    sheet, pool, selected = _handed_in(audit_file, pool_file, selected_file)
    found = differences(sheet, pool, selected)
    for difference in found:
        click.echo(str(difference))
    if found:
        sys.exit(1)
    click.echo("OK" if pool else "OK (by types: hand in --pool to draw the people again)")


@click.command("publish-audit")
@click.argument("audit_file", metavar="AUDIT.json", type=_FILE)
@click.option("--pool", "pool_file", required=True, type=_FILE, help="The pool of the draw.")
@click.option("--out", required=True, type=_FILE, help="The file to write.")
def publish_command(audit_file: Path, pool_file: Path, out: Path) -> None:
    """Write the audit as everybody may read it: small groups pooled, the whole sealed with the pool."""
    from panel.lottery.publishing import public_sheet
    from panel.lottery.verifying import differences

    sheet, pool, _ = _handed_in(audit_file, pool_file, None)
    for difference in differences(sheet, pool):
        raise click.ClickException(str(difference))
    try:
        _replace(out, json.dumps(public_sheet(sheet, pool)))
    except OSError:
        raise click.ClickException(f"{out} cannot be written.") from None
    click.echo(f"The public sheet is in {out}.")


def _handed_in(audit: Path, pool: Path | None, selected: Path | None) -> tuple[Any, Any, list[list[str]] | None]:
    """Return what the files hold, or say which cannot be used and leave with 2."""
    try:
        text = opened(audit).read()
        return json.loads(text), _pool(pool) if pool else None, _selected(selected) if selected else None
    except LotteryError as error:
        click.echo(str(error), err=True)
    except (ValueError, RecursionError):
        click.echo(f"{audit.name} is damaged, or no audit sheet.", err=True)
    sys.exit(REFUSED)


def _selected(path: Path) -> list[list[str]]:
    source = table(opened(path), path.name)
    draws: dict[int, list[str]] = {}
    for column in ("draw", "id"):
        if column not in source.heading:
            raise errors.MissingColumnError(file=path.name, row=1, column=column)
    number, person = source.heading.index("draw"), source.heading.index("id")
    for line, cells in source.rows:
        if not (cells[number].isascii() and cells[number].isdigit()):
            raise errors.NotANumberError(file=path.name, row=line, column="draw")
        draws.setdefault(int(cells[number]), []).append(cells[person])
    return [draws[one] for one in sorted(draws)]


#: What panel/cli.py adds to its group.
COMMANDS = (draw_command, verify_command, publish_command)
