import json

from congestion_lab.reporting.page import script_json


def test_json_cannot_end_its_script() -> None:
    hostile = {"name": "</script><script>alert(1)</script>\u2028<!--"}
    text = script_json(hostile)
    assert "<" not in text
    assert "\u2028" not in text
    assert json.loads(text) == hostile
