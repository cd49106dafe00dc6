"""Renders chat templates with python's jinja2, set up the way Hugging Face transformers sets it up.

Reads one JSON array of requests from standard input, writes one JSON array of results to standard output.
The formats are in README.md beside this file. Needs jinja2 3.1 (Debian: python3-jinja2).
"""

import functools
import json
import resource
import signal
import sys
from datetime import datetime

import jinja2
from jinja2 import nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment

SECONDS_PER_TEMPLATE = 10
MEMORY_BYTES = 4 << 30


class Refused(jinja2.TemplateError):
    """What raise_exception throws; a class of its own tells it from the engine's errors."""


class Overtime(Exception):
    """The template did not end in time."""


class GenerationBlock(Extension):
    """{% generation %}...{% endgeneration %} marks an assistant's words for training; rendering shows its body.

    A call block, as in transformers: what is set inside it is not seen outside.
    """

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("body_of"), [], [], body).set_lineno(line)

    def body_of(self, caller):
        return caller()


def environment(mutable, now):
    kind = SandboxedEnvironment if mutable else ImmutableSandboxedEnvironment
    made = kind(trim_blocks=True, lstrip_blocks=True, extensions=[GenerationBlock, loopcontrols])

    def tojson(value, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
        return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)

    def refuse(message):
        raise Refused(message)

    moment = datetime.fromisoformat(now) if now else None

    def strftime_now(pattern):
        if moment is None:
            raise ValueError("the request has no clock")
        return moment.strftime(pattern)

    made.filters["tojson"] = tojson
    made.globals["raise_exception"] = refuse
    made.globals["strftime_now"] = strftime_now
    return made


# Compiling takes far longer than rendering, and most batches render one template over many conversations.
@functools.lru_cache(maxsize=8)
def compiled(template, mutable, now):
    return environment(mutable, now).from_string(template)


def failure(kind, error):
    return {"error": {"kind": kind, "type": type(error).__name__, "message": str(error), "line": getattr(error, "lineno", None)}}


def render(request):
    signal.alarm(SECONDS_PER_TEMPLATE)
    try:
        template = compiled(request["template"], bool(request.get("mutable")), request.get("now"))
        return {"output": template.render(**request.get("variables", {}))}
    except Refused as error:
        return failure("refused", error)
    except jinja2.TemplateSyntaxError as error:
        return failure("syntax", error)
    except (Overtime, MemoryError, RecursionError) as error:
        return failure("limit", error)
    except Exception as error:
        return failure("runtime", error)
    finally:
        signal.alarm(0)


def overtime(_signal, _frame):
    raise Overtime("longer than %d s" % SECONDS_PER_TEMPLATE)


def main():
    signal.signal(signal.SIGALRM, overtime)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    requests = json.loads(sys.stdin.buffer.read().decode("utf-8"))
    # ASCII keeps lone surrogates, which no UTF-8 text can carry.
    json.dump([render(request) for request in requests], sys.stdout, ensure_ascii=True)


main()
