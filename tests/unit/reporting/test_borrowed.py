import pytest

from congestion_lab.reporting.borrowed import retold
from congestion_lab.reporting.translation import ARABIC_INDIC, speaking
from congestion_lab.signals.certification.certificate import Certificate, Judgement, Verdict, marking

FOUND = "40 m of street touch the network nowhere and are not in it: way 7, way 8 and 3 more"
MET = Judgement("known", (), Verdict.MET)
HOSTILE = "\u202e<script>alert(1)</script>"


def test_in_english_a_sentence_stays_as_it_was_said() -> None:
    assert retold(FOUND) == FOUND
    assert retold(f"of {HOSTILE}") == "of <script>alert(1)</script>"


def test_a_sentence_is_told_in_arabic_with_all_that_it_says() -> None:
    with speaking("ar"):
        said = retold(FOUND)
    assert said.startswith("40 م من الشوارع لا تتصل بالشبكة")
    assert all(figure in said for figure in ("40", "7", "8", "3"))
    assert not set(said) & set("abcdefghijklmnopqrstuvwxyz")


@pytest.mark.parametrize(
    ("sentence", "arabic"),
    [
        ("the time is used up", "استُنفد الوقت المتاح"),
        ("least HCM delay, 75 s, progression", "أقل تأخير وفق HCM، ٧٥ ثا، تنسيق الموجة الخضراء"),
        ("2 of 5 runs of SUMO jammed: counts behind it come out too low.", "وقع شلل مروري في ٢ من أصل ٥"),
        (
            "30 m cannot be reached from the network or do not lead back to it; taken out",
            "٣٠ م لا يمكن الوصول إليها من الشبكة أو لا تعود إليها، فأُخرجت منها",
        ),
        ("single ring of 2 stages: 29 + 7.5 s, intergreens 10 + 9 s", "أزمنة الأخضر ٢٩ + ٧٫٥ ثا"),
        ("give the limit with `roads: [{way: …, speed_kmh: …}]`", "\u2068`roads: [{way: …, speed_kmh: …}]`\u2069"),
    ],
)
def test_figures_take_the_numerals_of_the_page_and_code_does_not(sentence: str, arabic: str) -> None:
    with speaking("ar", numerals=ARABIC_INDIC):
        assert arabic in retold(sentence)


def test_what_is_not_known_is_repeated_set_apart_and_harmless() -> None:
    with speaking("ar"):
        assert retold("A note of the user's own.") == "\u2068A note of the user's own.\u2069"
        assert retold("Theirs, with a comma, too.") == "\u2068Theirs, with a comma, too.\u2069"
        assert "\u202e" not in retold(HOSTILE)
        assert "\u202e" not in retold(f"ends at '{HOSTILE}' and nothing leads on")


def test_a_longer_template_is_not_taken_for_a_shorter_one() -> None:
    dropped = "(no_left_turn, from way 3) leads over a way, which netconvert cannot read; it is dropped"
    with speaking("ar"):
        said = retold(dropped)
    assert said.endswith("فأُسقط")
    assert "netconvert" in said
    assert "leads" not in said


def test_an_endless_name_is_not_searched_for_templates() -> None:
    endless = "(" + ", from way 1 into way 2" * 20000
    with speaking("ar"):
        assert retold(endless).startswith("\u2068(")


@pytest.mark.parametrize(("failing", "all_of_them"), [(0, 0), (0, 1), (0, 3), (1, 1), (1, 3), (2, 3), (3, 3)])
def test_the_marking_of_plans_is_told_in_arabic(failing: int, all_of_them: int) -> None:
    good = Certificate("a", "a", "", judgements=(MET,))
    certificates = [Certificate("a", "a", "")] * failing + [good] * (all_of_them - failing)
    with speaking("ar"):
        said = retold(marking(certificates).text)
    assert said.startswith(("معتمدة", "غير معتمدة"))
    assert not set(said) & set("abcdefghijklmnopqrstuvwxyz")
