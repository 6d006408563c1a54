"""The kinds of hostile input, and how many of each make a full run."""

from tests.hostile.arguments import an_argument
from tests.hostile.commands import a_command
from tests.hostile.files import a_file
from tests.hostile.generators import a_draw
from tests.hostile.keys import a_key
from tests.hostile.laws import a_law
from tests.hostile.names import a_name
from tests.hostile.ops import an_op
from tests.hostile.trial import Kind
from tests.hostile.typed import a_program
from tests.hostile.values import a_value

KINDS = [
    Kind("values", a_value, 20_000),
    Kind("keys", a_key, 25_000),
    Kind("arguments", an_argument, 22_000),
    Kind("ops", an_op, 30_000),
    Kind("programs", a_program, 15_000),
    Kind("commands", a_command, 2_000),
    Kind("names", a_name, 1_000),
    Kind("laws", a_law, 12_000),
    Kind("files", a_file, 1_000),
    Kind("generators", a_draw, 2_000),
]
