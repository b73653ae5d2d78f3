"""Every sentence of the catalogue, made and read in a second language."""

from __future__ import annotations

from random import Random

import pytest

from jupyter_dask_slurm.protocol.errors import InvalidRequest
from jupyter_dask_slurm.routes.bodies import cluster_request
from jupyter_dask_slurm.translation.language import Language
from jupyter_dask_slurm.translation.template import Pieces, Template
from tests.catalogue.second_language import accented, entries, of_server

WORDS = "your account"


def _filled(sentence: str, words: str) -> str:
    pieces = Pieces.of(sentence)
    values = [words if place.is_ours else "17" for place in pieces.places]
    return "".join(text + value for text, value in zip(pieces.texts, [*values, ""], strict=True))


def test_every_sentence_is_found_again_and_told_in_the_other_language() -> None:
    catalogue = of_server(entries())
    language = Language("de_DE", catalogue)
    assert len(catalogue) > 900
    assert language.malformed == []
    # Of two placeholders side by side nobody can say where the first one ends.
    sure = {english: other for english, other in catalogue.items() if "}{" not in english.replace("}}", "")}
    assert len(sure) > 0.98 * len(catalogue)
    wrong = {
        english: told
        for english, other in sure.items()
        if (told := language.translate(_filled(english, WORDS))) != _filled(other, accented(WORDS))
    }
    assert wrong == {}


NAMES = ["nodes", "Host, Memory, workers", '"1, nodes, your account"', '"That is all. Idle timeout"']


@pytest.mark.parametrize("names", NAMES)
def test_what_users_and_slurm_have_named_is_never_translated(names: str) -> None:
    """Also where it is called as something in the catalogue is, and where words of ours may stand."""
    catalogue = of_server(entries())
    language = Language("de_DE", catalogue)
    told = {}
    for english in catalogue:
        pieces = Pieces.of(english)
        if pieces.places and "}{" not in english.replace("}}", ""):
            said = "".join(text + names for text in pieces.texts[:-1]) + pieces.texts[-1]
            told[english] = language.translate(said).count(names) - len(pieces.places)
    assert len(told) > 500
    assert {english: lost for english, lost in told.items() if lost < 0} == {}


WRITTEN = [
    "a. Memory, nodes",
    "Ask Slurm; workers and the site or more",
    "a b. c",
    "x: Memory must be a size.",
]


@pytest.mark.parametrize(
    "option",
    ["memory", "kernel", "cores", "nodelist", "python", "worker_extra_args", "local_directory", "partition"],
)
def test_a_refusal_is_told_wholly_but_for_what_was_written(option: str) -> None:
    catalogue = of_server(entries())
    language = Language("de_DE", catalogue, catalogue)
    for written in WRITTEN:
        value = [f";{written}"] if option == "worker_extra_args" else f";{written}"
        with pytest.raises(InvalidRequest) as refused:
            cluster_request({"options": {option: value}})
        head, mark, rest = refused.value.message.rpartition('; not "')
        assert mark
        assert language.translate(refused.value.message) == f"{accented(head + mark)}{rest}"


@pytest.mark.parametrize("share", [0.3, 0.8])
def test_what_is_not_translated_yet_is_no_other_sentence_that_is(share: float) -> None:
    """Packs have never all of it: no sentence comes out in two languages."""
    catalogue = of_server(entries())
    chosen = Random(7)
    part = {english: other for english, other in catalogue.items() if chosen.random() < share}
    language = Language("de_DE", part, catalogue)
    english = [_filled(one, "n17") for one in catalogue]
    told = {one: language.translate(one) for one in english}
    whole = {one: _filled(accented(one_of), "n17") for one, one_of in zip(english, catalogue, strict=True)}
    assert [(one, it) for one, it in told.items() if it not in (one, whole[one])] == []
    assert sum(it != one for one, it in told.items()) > 0.97 * len(part)


OF_OTHERS = [
    '"ocean" has sent no job 7 to Slurm yet.',
    "They cancelled job 7.",
    "Your administrators say: The job 7 is missing in node 3.",
]


@pytest.mark.parametrize("text", OF_OTHERS)
def test_a_sentence_that_is_not_ours_is_left_alone(text: str) -> None:
    assert Language("de_DE", of_server(entries())).translate(text) == text


def test_what_options_of_a_command_mean_is_told_with_each() -> None:
    catalogue = of_server(entries())
    language = Language("de_DE", catalogue, catalogue)
    meant = "Starts the workers. --nthreads 2: threads of each worker; --memory-limit 93: no memory is left."
    assert language.translate(meant) == accented(meant)


LUA = {
    "of a partition": (
        "Slurm refused: ",
        "No GPUs asked for. Please submit your job to the gpu partition.",
    ),
    "of an account": (
        "Slurm refused the job: ",
        "Your account is not in the gpu partition. Submit them again. Job 7 was cancelled from outside.",
    ),
    "many lines in one": (
        "Nothing was started: Slurm refused: ",
        "*** You must specify an account. *** See https://docs.example.org/jobs: partition gpu, node a.",
    ),
    "of a size": (
        "Slurm refuses this: ",
        "1 jobs of yours is in partition gpu. Cores per job must be a whole number; not 17.",
    ),
    "after a command's name": (
        "sbatch failed on its way to Slurm: ",
        "Your job is in node n1. " + "It is in partition gpu. " * 20 + "It is not submitted again.",
    ),
    "after a sentence of ours": (
        "Scaling needs a size or limits. Slurm refused: ",
        "No GPUs asked for. Please submit your job to the gpu partition.",
    ),
}


@pytest.mark.parametrize(("ours", "theirs"), LUA.values(), ids=LUA)
def test_what_slurm_and_its_site_say_is_never_altered(ours: str, theirs: str) -> None:
    told = Language("de_DE", of_server(entries())).translate(ours + theirs)
    assert told != ours + theirs
    assert told.endswith(theirs)


def test_what_stands_after_others_words_by_an_entry_of_ours_is_told() -> None:
    language = Language("de_DE", of_server(entries()))
    theirs, ours = "Your job is too large. Please wait", ". It may wait, or be refused."
    told = language.translate(f"Slurm would not start this now: {theirs}{ours}")
    assert told == accented("Slurm would not start this now: ") + theirs + accented(ours)


GERMAN = {
    "{counted*} {verb} cancelled from outside.": "{counted*} wurde von außen beendet.",
    "Job {job_ids}": "Auftrag {job_ids}",
    "{job_ids} jobs ({named})": "{job_ids} Aufträge ({named})",
    "That is all.": "Das ist alles.",
    "Submit them again.": "Reichen Sie sie noch einmal ein.",
    'There is no profile "{name}". There are: {names}.': "Kein Profil „{name}“. Es gibt: {names}.",
    "It runs on {where*}.": "Er läuft auf {where*}.",
    "Memory": "Speicher",
    "must be a size": "muss eine Größe sein",
    "{count} of {them*}": "{count} von {them*}",
    "a node": "einem Knoten",
    "the site": "dem Rechenzentrum",
    "Braces: {{{name}}}.": "Klammern: {{{name}}}.",
    "wrong {a} here": "falsch {b} hier",
}


@pytest.fixture
def german() -> Language:
    """Return a language of some sentences."""
    return Language("de_DE", GERMAN)


TOLD = {
    "whole": ("Submit them again.", "Reichen Sie sie noch einmal ein."),
    "words in words": ("Job 7 was cancelled from outside.", "Auftrag 7 wurde von außen beendet."),
    "one after the other": (
        "2 jobs (7, 8) were cancelled from outside. Submit them again.\nThat is all.",
        "2 Aufträge (7, 8) wurde von außen beendet. Reichen Sie sie noch einmal ein.\nDas ist alles.",
    ),
    "what users have named is theirs": (
        'There is no profile "a node". There are: Submit them again., the site.',
        "Kein Profil „a node“. Es gibt: Submit them again., the site.",
    ),
    "listed": ("It runs on a node, n17; the site.", "Er läuft auf einem Knoten, n17; dem Rechenzentrum."),
    "unknown": ("Who knows. Submit them again.", "Who knows. Reichen Sie sie noch einmal ein."),
    "quoted": ('It runs on "7 of a node".', 'Er läuft auf "7 of a node".'),
    "sentences quoted": ('Who says "No. Submit them again. No."?', 'Who says "No. Submit them again. No."?'),
    "braces": ("Braces: {x}.", "Klammern: {x}."),
    "malformed": ("wrong 1 here", "wrong 1 here"),
    "only its end": ("We have seen it end with 3 jobs (7)", "We have seen it end with 3 jobs (7)"),
    "said of something": ("Memory must be a size.", "Speicher muss eine Größe sein."),
    "said of what users have named": ("jobqueue.a must be a size.", "jobqueue.a muss eine Größe sein."),
    "a part that many texts have": ("threads of each worker", "threads of each worker"),
    "a word at the end of anything": ("Who has the Memory", "Who has the Memory"),
    "empty": ("", ""),
}


@pytest.mark.parametrize(("english", "told"), TOLD.values(), ids=TOLD)
def test_what_is_translated_and_what_is_left(german: Language, english: str, told: str) -> None:
    assert german.translate(english) == told


def test_what_a_translator_got_wrong_is_said(german: Language) -> None:
    assert german.malformed == ["{b} is no placeholder of: wrong {a} here"]


HOSTILE = {
    " is a {x} of. " * 350: 20_000,
    "Job " * 1200: 500,
    "partition " * 480: 500,
    "a: " * 1600: 20_000,
    "x. " * 1600: 20_000,
    'Job 7 "a. ' * 450: 20_000,
    "Memory must be " * 330: 1_000,
}


def test_no_sentence_keeps_the_loop_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step is counted, not timed: how often templates are tried on texts that are made to be slow."""
    catalogue = of_server(entries())
    language = Language("de_DE", catalogue, catalogue)
    tried: list[str] = []
    before = Template.values

    def counted(template: Template, sentence: str) -> tuple[str, ...] | None:
        tried.append(sentence)
        return before(template, sentence)

    monkeypatch.setattr(Template, "values", counted)
    for text, most in HOSTILE.items():
        tried.clear()
        language.translate(text)
        assert most / 4 < len(tried) < most, (text[:20], len(tried))
