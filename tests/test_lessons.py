"""The catalogue: cards, files and the programs' main() hold together, both ways."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pyqdemo.card import Card, read_card
from pyqdemo.errors import CardError, Exit, UnknownLesson
from pyqdemo.lessons import catalogue, demo_folders, lesson

ROOT = Path(__file__).parents[1]
DEMOS = ROOT / "demos"
CARDS = catalogue([DEMOS])
PROGRAMS = [(card, False) for card in CARDS] + [(card, True) for card in CARDS if card.published]

every_lesson = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
every_program = pytest.mark.parametrize(
    ("card", "published"),
    PROGRAMS,
    ids=[card.name + ("-as-published" if published else "") for card, published in PROGRAMS],
)


def tree_of(card: Card, published: bool) -> ast.Module:
    program = card.published if published else card.program
    assert program
    return ast.parse(program.read_text(encoding="utf-8"))


def roles_in(tree: ast.Module) -> set[str]:
    """Names of the classes, and of the functions handed to a thread or process."""
    targets = {
        keyword.value.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "target" and isinstance(keyword.value, ast.Name)
    }
    return targets | {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}


# ── the lessons ──────────────────────────────────────────────────────────────


def test_the_course_is_in_the_order_of_the_menu() -> None:
    names = [card.name for card in CARDS]
    assert names == ["chefs", "writer-reader", "pipe", "odd-even", "queue-kinds", "counter"]


def test_every_program_belongs_to_a_card() -> None:
    """A program without a card could not be started by name."""
    owned = {card.program for card in CARDS} | {card.published for card in CARDS}
    assert set(DEMOS.glob("*/*.py")) == owned - {None}


@every_program
def test_card_and_main_agree_on_names_types_and_defaults(card: Card, published: bool) -> None:
    """``def main(name: type = default, …) -> None`` and the card's rows, in the same order."""
    (main,) = [
        node
        for node in tree_of(card, published).body
        if isinstance(node, ast.FunctionDef) and node.name == "main"
    ]
    assert (main.args.posonlyargs, main.args.kwonlyargs) == ([], [])
    assert (main.args.vararg, main.args.kwarg) == (None, None)
    in_program = [
        (arg.arg, ast.unparse(arg.annotation or ast.Constant(None)), ast.literal_eval(default))
        for arg, default in zip(main.args.args, main.args.defaults, strict=True)
    ]
    types = {"int": "int", "flag": "bool"}
    assert in_program == [
        (parameter.name, types[parameter.kind], parameter.default)
        for parameter in card.parameters_of(published)
    ]


@every_program
def test_the_roles_a_card_counts_by_are_in_the_program(card: Card, published: bool) -> None:
    """The published odd-even has no dispatcher: there some suffice, if one makes and one uses.

    The counter moves no items: it promises nothing about any.
    """
    roles = roles_in(tree_of(card, published))
    if card.name == "counter":
        assert (card.promises.keep, card.promises.made) == (("clean_end",), None)
        return
    assert card.promises.made
    assert card.promises.used
    if not published:
        assert roles >= {*card.promises.made.by, *card.promises.used.by}
    assert roles & set(card.promises.made.by)
    assert roles & set(card.promises.used.by)


@every_lesson
def test_every_task_of_a_lesson_has_a_word_in_both_languages(card: Card) -> None:
    """Classes that only others are made from (a shared base) make no task of their own."""
    tree = tree_of(card, published=False)
    bases = {
        base.id
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if isinstance(base, ast.Name)
    }
    assert set(card.words.roles) == roles_in(tree) - bases
    assert set(card.words.groups) == set(card.words.roles)


@every_lesson
def test_a_card_says_something_in_both_languages_everywhere(card: Card) -> None:
    texts = [card.title, card.summary, card.about, card.words.parameters]
    texts += [card.words.made, card.words.used]
    texts += [*card.words.roles.values(), *card.words.groups.values()]
    texts += [parameter.help for parameter in card.parameters]
    texts += [flaw.text for flaw in card.flaws]
    texts += [card.trial.question] if card.trial else []
    assert all(text.en and text.zh for text in texts)
    assert all(text.en.isascii() for text in texts)
    assert not any(text.zh.isascii() for text in texts)


@every_lesson
def test_what_a_card_suggests_to_try_is_an_option_that_exists(card: Card) -> None:
    assert card.trial
    options = {"--as-published", "--plain"} | {p.option for p in card.parameters}
    if card.processes:
        options.add("--start-method")
    assert {word for word in card.trial.options.split() if word.startswith("--")} <= options


@every_lesson
def test_a_card_knows_whether_its_program_makes_processes(card: Card) -> None:
    assert card.processes == ("Process(" in card.program.read_text(encoding="utf-8"))


@every_lesson
def test_a_lesson_with_a_published_program_says_what_is_wrong_with_it(card: Card) -> None:
    assert bool(card.flaws) == bool(card.published)


@every_lesson
def test_a_lesson_refers_to_the_librarys_own_pages(card: Card) -> None:
    assert card.references
    assert all(r.url.startswith("https://docs.python.org/3/") for r in card.references)


@every_lesson
@pytest.mark.parametrize("page", ["lessons.md", "lessons.zh.md"])
def test_the_course_map_speaks_of_every_lesson(card: Card, page: str) -> None:
    assert f"`pyqdemo {card.name}" in (ROOT / "docs" / page).read_text(encoding="utf-8")


# ── finding them ─────────────────────────────────────────────────────────────


def add_lesson(folder: Path, name: str, order: int = 9) -> Path:
    """A lesson of a teacher's own: the chefs under another name."""
    chefs = DEMOS / "threading_queue"
    folder.mkdir(parents=True, exist_ok=True)
    stem = name.replace("-", "_")
    card = folder / f"{stem}.toml"
    text = (chefs / "chefs.toml").read_text(encoding="utf-8")
    card.write_text(text.replace("order = 1\n", f"order = {order}\n"), encoding="utf-8")
    for end in (".py", "_as_published.py"):
        shutil.copyfile(chefs / f"chefs{end}", folder / f"{stem}{end}")
    return card


def names_with(extra: Path) -> list[str]:
    return [card.name for card in catalogue(demo_folders({"PYQDEMO_DEMOS": str(extra)}))]


def test_a_lesson_added_in_a_folder_of_chapters_is_found(tmp_path: Path) -> None:
    add_lesson(tmp_path / "kitchen", "late-shift")
    assert names_with(tmp_path) == [*(card.name for card in CARDS), "late-shift"]


def test_a_lesson_added_in_the_folder_itself_is_found(tmp_path: Path) -> None:
    add_lesson(tmp_path, "late-shift")
    assert names_with(tmp_path) == [*(card.name for card in CARDS), "late-shift"]


def test_a_lesson_added_stands_where_its_order_puts_it(tmp_path: Path) -> None:
    """Of two of one order (writer-reader has 2), the name decides."""
    add_lesson(tmp_path, "bakery", order=2)
    assert names_with(tmp_path)[:3] == ["chefs", "bakery", "writer-reader"]


def test_the_environment_adds_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_lesson(tmp_path, "late-shift")
    monkeypatch.setenv("PYQDEMO_DEMOS", str(tmp_path))
    assert lesson("late-shift").program == tmp_path / "late_shift.py"


def test_an_empty_variable_adds_nothing() -> None:
    assert demo_folders({"PYQDEMO_DEMOS": ""}) == demo_folders({})


def test_folders_given_take_the_place_of_the_usual_ones(tmp_path: Path) -> None:
    add_lesson(tmp_path, "late-shift")
    assert [card.name for card in catalogue([tmp_path])] == ["late-shift"]


def test_a_folder_given_twice_counts_once() -> None:
    assert catalogue([DEMOS, DEMOS]) == CARDS


def test_hidden_files_and_folders_are_no_lessons(tmp_path: Path) -> None:
    """An editor's backup or lock and a tool's cache lie beside the cards."""
    (tmp_path / ".venv").mkdir()
    for path in (tmp_path / ".chefs.toml", tmp_path / ".venv" / "chefs.toml"):
        path.write_text("not a card", encoding="utf-8")
    assert catalogue([tmp_path]) == ()


def test_a_broken_card_is_an_error_that_names_its_file(tmp_path: Path) -> None:
    card = add_lesson(tmp_path, "late-shift")
    card.write_text("order = ", encoding="utf-8")
    with pytest.raises(CardError) as caught:
        names_with(tmp_path)
    assert caught.value.facts["file"] == str(card)


def test_two_lessons_of_one_name_are_an_error_that_names_both(tmp_path: Path) -> None:
    card = add_lesson(tmp_path, "chefs")
    with pytest.raises(CardError) as caught:
        names_with(tmp_path)
    assert caught.value.facts["file"] == str(card)
    assert str(DEMOS / "threading_queue" / "chefs.py") in str(caught.value.facts["reason"])


def test_an_extra_folder_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(CardError) as caught:
        names_with(tmp_path / "gone")
    assert caught.value.facts["file"] == str(tmp_path / "gone")


def test_a_lesson_is_found_by_its_name() -> None:
    assert lesson("pipe", [DEMOS]).program == DEMOS / "mp_pipe" / "pipe.py"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("cheffs", "chefs"),
        ("writer_reader", "writer-reader"),
        ("Pipe", "pipe"),
        ("oddeven", "odd-even"),
        ("???", "chefs"),  # nothing is like it: the course's first
    ],
)
def test_an_unknown_lesson_suggests_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(UnknownLesson) as caught:
        lesson(name, [DEMOS])
    assert caught.value.happened == "unknown_lesson"
    assert caught.value.facts == {"name": name, "nearest": nearest}
    assert caught.value.exit_code == Exit.USAGE


def test_finding_the_lessons_loads_nothing_heavy() -> None:
    """The menu is the first thing a newcomer waits for."""
    code = "import sys, pyqdemo.lessons as l; l.catalogue(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout.split()
    heavy = {"typer", "click", "rich", "textual", "difflib", "multiprocessing", "subprocess"}
    assert not heavy & set(loaded)


def test_the_documented_example_of_a_card_can_be_read(tmp_path: Path) -> None:
    """docs/cards.md shows one whole card, for bakery.toml."""
    page = (ROOT / "docs" / "cards.md").read_text(encoding="utf-8")
    card = tmp_path / "bakery.toml"
    card.write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    for name in ("bakery.py", "bakery_as_published.py"):
        (tmp_path / name).touch()
    assert read_card(card).name == "bakery"


def test_a_checkout_reads_its_own_demos() -> None:
    assert demo_folders(environ={})[0] == DEMOS
