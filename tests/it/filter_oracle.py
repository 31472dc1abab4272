"""Filters and records at random, and which record each filter matches, as the slowest and most obvious program says.

Prints one JSON object a line: {"filter", "value", "match"}, where `value` is the record's text. Nothing here is taken
from eventctl: values are read by Python's json, and compared by the rules of jq's manual.
"""

import json
import random
import sys

SEED, COUNT = int(sys.argv[1]), int(sys.argv[2])
pick = random.Random(SEED)

NAMES = ["id", "type", "a", "b", "é", "with space", "Id"]
TEXTS = ["", "agent-7", "agent-77", "Agent-7", "é", "e\u0301", "😀", 'say "hi"', "back\\slash", "line\nbreak",
         "tab\t", "\u2028", "null", "1", "\x7f", "日本"]
NUMBERS = ["0", "-0", "0.0", "-0.0", "1", "1.0", "1e0", "10e-1", "0.1e1", "-1", "1.5", "0.1", "0.30000000000000004",
           "9007199254740991", "9007199254740992", "9007199254740993", "-9007199254740993", "9007199254740992.0",
           "9223372036854775807", "9223372036854775808", "123456789012345678901234567890",
           "123456789012345678901234567891", "1e3", "1000", "1E+3", "5e-324", "1.7976931348623157e308"]


class Failed(Exception):
    pass


def rank(value):
    if value is None:
        return 0
    if isinstance(value, bool):
        return 2 if value else 1
    return {int: 3, float: 3, str: 4, list: 5, dict: 6}[type(value)]


def order(one, other):
    """-1, 0 or 1. The other one is a scalar."""
    if rank(one) != rank(other):
        return -1 if rank(one) < rank(other) else 1
    if rank(one) == 3:
        if not (isinstance(one, int) and isinstance(other, int)):
            one, other = float(one), float(other)
    elif rank(one) == 4:
        one, other = one.encode(), other.encode()
    else:
        return 0
    return (one > other) - (one < other)


OPERATORS = {"==": lambda o: o == 0, "!=": lambda o: o != 0, "<": lambda o: o < 0, "<=": lambda o: o <= 0,
             ">": lambda o: o > 0, ">=": lambda o: o >= 0}


def get(value, path):
    for name in path:
        if value is None:
            continue
        if not isinstance(value, dict):
            raise Failed
        value = value.get(name)
    return value


def holds(tree, value):
    kind = tree[0]
    if kind == "compare":
        return OPERATORS[tree[2]](order(get(value, tree[1]), tree[3]))
    if kind == "truth":
        found = get(value, tree[1])
        return found is not None and found is not False
    if kind == "and":
        return holds(tree[1], value) and holds(tree[2], value)
    if kind == "or":
        return holds(tree[1], value) or holds(tree[2], value)
    return not holds(tree[1], value)


def jq_string(text):
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def path_text(path):
    text = ""
    for name in path:
        plain = name.isascii() and name.isalpha()
        form = pick.randrange(3)
        if plain and form == 0:
            text += "." + name
        elif form == 1:
            text += "." + jq_string(name)
        else:
            text += ("" if text else ".") + "[" + jq_string(name) + "]"
    return text


def some_path():
    return [pick.choice(NAMES) for _ in range(pick.choice([1, 1, 1, 2, 2, 3]))]


def some_filter(depth):
    """The tree and its text."""
    form = pick.randrange(10 if depth else 5)
    if form == 0:
        path = some_path()
        return ("truth", path), path_text(path)
    if form < 5:
        path, operator = some_path(), pick.choice(["==", "==", "==", "!=", "<", "<=", ">", ">="])
        if pick.random() < 0.5:
            literal = pick.choice(TEXTS)
            text = jq_string(literal)
        elif pick.random() < 0.7:
            text = pick.choice(NUMBERS)
            literal = json.loads(text)
        else:
            text = pick.choice(["null", "true", "false"])
            literal = json.loads(text)
        if pick.random() < 0.2:
            turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
            return ("compare", path, operator, literal), f"{text} {turned} {path_text(path)}"
        return ("compare", path, operator, literal), f"{path_text(path)} {operator} {text}"
    one, one_text = some_filter(depth - 1)
    if form == 9:
        return ("not", one), f"({one_text} | not)"
    other, other_text = some_filter(depth - 1)
    word = "and" if form < 8 else "or"
    return (word, one, other), f"({one_text}) {word} ({other_text})"


def json_string(text):
    out = '"'
    for character in text:
        units = character.encode("utf-16-be")
        escaped = "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))
        if pick.random() < 0.05:
            out += escaped
        elif character in '"\\':
            out += "\\" + character
        elif character < " ":
            out += {"\n": "\\n", "\t": "\\t"}.get(character, escaped)
        else:
            out += character
    return out + '"'


def some_value(depth):
    form = pick.randrange(8 if depth else 5)
    if form < 2:
        return json_string(pick.choice(TEXTS))
    if form < 4:
        return pick.choice(NUMBERS)
    if form == 4:
        return pick.choice(["null", "true", "false"])
    if form == 5:
        return "[" + ", ".join(some_value(depth - 1) for _ in range(pick.randrange(3))) + "]"
    return some_object(depth - 1)


def some_object(depth):
    names = pick.sample(NAMES, pick.randrange(1, len(NAMES)))
    space = pick.choice(["", " ", "\n  "])
    members = [json_string(name) + ":" + space + some_value(depth) for name in names]
    return "{" + space + ("," + space).join(members) + "}"


for _ in range(COUNT):
    tree, text = some_filter(2)
    record = some_object(3) if pick.random() < 0.97 else some_value(1)
    try:
        match = holds(tree, json.loads(record))
    except Failed:
        match = False
    print(json.dumps({"filter": text, "value": record, "match": match}))
