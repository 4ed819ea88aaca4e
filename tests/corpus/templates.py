"""Chat templates that climb, hide, call, load or never end; each beside what honest ones look like."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_CHATML = (
    "{%- for message in messages %}{{- '<|im_start|>' + message.role + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{%- endfor %}{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}"
)
_HONEST: Mapping[str, str] = {
    "chatml": _CHATML,
    "macro": "{% macro turn(message, last=false) %}{{ message.role }}: {{ message.content|trim }}{% endmacro %}"
    "{% for message in messages %}{{ turn(message, loop.last) }}{{ caller is defined }}{% endfor %}",
    "macro-list": "{% macro a(x) %}{{ x }}{% endmacro %}{% set todo = [] %}{% if tools %}{% set todo = todo + [a] %}{% endif %}"
    "{% for i in range(todo|length) %}{{ todo[i](tools) }}{% endfor %}",
    "tools": "{%- set ns = namespace(found=false, text='') %}{%- for tool in tools %}{%- for name, spec in "
    "tool.function.parameters.properties.items() %}{%- set ns.text = ns.text ~ name ~ ': ' ~ spec['type']|upper %}"
    "{{- tool.function.parameters.properties[name].description|default('', true) }}{%- endfor %}{{- tool|tojson(indent=4) }}"
    "{%- endfor %}{{ ns.text }}",
    "dates": "{%- if strftime_now is defined %}{{ strftime_now('%d %b %Y') }}{%- else %}26 Jul 2024{%- endif %}",
    "refuses": "{% if messages[0]['role'] not in ['user', 'system'] %}{{ raise_exception('Roles must alternate') }}{% endif %}",
    "generation": "{% for message in messages %}{% generation %}{{ message.content }}{% endgeneration %}{% continue %}{% endfor %}",
    "neighbours": "{% for message in messages %}{{ messages[loop.index0 - 1].role }}{{ messages[-1].content.split('</think>')[-1]"
    ".lstrip('\\n') }}{% endfor %}",
    "markers": "{{ '<__media__>' }}{{ '__image__' }}__init__ is {{ bos_token }} {# ''.__class__ #}{% raw %}{{ x.__class__ }}{% endraw %}",
    "filters": "{{ messages|selectattr('role', 'equalto', 'user')|map(attribute='content')|join('\\n') }}"
    "{{ tools|map(attribute='function.name')|unique|list|length }}{{ '%s: %s'|format(messages[0].role, bos_token) }}",
    "recursive": "{% macro schema(node) %}{% for key, inner in node.items() %}{% if inner is mapping %}{{ schema(inner) }}"
    "{% else %}{{ key }}={{ inner }}{% endif %}{% endfor %}{% endmacro %}{{ schema(tools[0]) }}",
    "looks-back": "{% for message in messages %}{% for other in messages[:loop.index0] %}{{ other.role }}{% endfor %}{% endfor %}",
    "dividers": "{{ '-' * 40 }}{% for i in range(10) %}{{ i }}{% endfor %}{{ 1024 * 1024 }}{{ 2 ** 10 }}",
    "empty": "You are helpful.\n",
}

_ESCAPES: Mapping[str, str] = {
    "attributes": "{% for c in ().__class__.__base__.__subclasses__() %}{{ c }}{% endfor %}",
    "globals": "{{ cycler.__init__.__globals__.os.popen('echo weighbridge').read() }}",
    "subscript": "{{ ''['__class__'] }}",
    "filter": "{{ messages|attr('__class__') }}",
    "map": "{{ [messages]|map(attribute='content.__class__')|list }}",
    "map-attr": "{{ [messages]|map('attr', '__class__')|list }}",
    "groupby": "{{ messages|groupby('__class__') }}",
    "tilde": "{{ ''['__cl' ~ 'ass__'] }}",
    "plus": "{{ ''['__cl' + 'ass__'] }}",
    "percent": "{{ ''['%c%cclass%c%c' % (95, 95, 95, 95)] }}",
    "format-filter": "{{ ''['%c%cclass%c%c'|format(95, 95, 95, 95)] }}",
    "format-method": "{{ '{0.__class__}'.format(messages) }}",
    "hex": "{{ ''['\\x5f\\x5fclass\\x5f\\x5f'] }}",
    "backwards": "{{ ''['__ssalc__'[::-1]] }}",
    "reverse": "{{ ''['__ssalc__'|reverse] }}",
    "join": "{{ ''[['__cl', 'ass__']|join] }}",
    "replace": "{{ ''['~~class~~'.replace('~', '_')] }}",
    "lower": "{{ ''['__CLASS__'|lower] }}",
    "variables": "{% set u = '_' * 2 %}{% set name = u ~ 'class' ~ u %}{{ ''[name] }}",
    "loop": "{% for name in ['__class__', '__mro__'] %}{{ ''[name] }}{% endfor %}",
    "block": "{% set name %}__class__{% endset %}{{ ''[name] }}",
    "keyword": "{{ ''[dict(__class__=1)|first] }}",
    "frame": "{{ (messages|select).gi_frame.f_builtins }}",
    "popen": "{{ tools.popen('echo weighbridge') }}",
    "in-branch": _CHATML + "{% if messages|length > 90 %}{{ self.__init__.__globals__ }}{% endif %}",
    "in-generation": "{% generation %}{{ ''.__class__ }}{% endgeneration %}",
}

_OTHERS: Mapping[str, str] = {
    "template-computed-join.jinja": "{{ messages[['con', 'tent']|join(bos_token)] }}",
    "template-computed-attr.jinja": "{{ messages|attr(bos_token) }}",
    "template-computed-pieces.jinja": "{{ ''[(raise_exception|string|list)[10] ~ 'class'] }}",
    "template-format-reads.jinja": "{{ '{0.content}'.format(messages) }}",
    "template-calls-name.jinja": "{{ get_weather('here') }}",
    "template-calls-variable.jinja": "{% set run = tools.run %}{{ run('echo weighbridge') }}",
    "template-calls-shadowed.jinja": "{% set range = tools.run %}{{ range(3) }}",
    "template-calls-item.jinja": "{{ tools['run']('echo weighbridge') }}",
    "template-calls-method.jinja": "{{ tools.write('weighbridge') }}",
    "template-object-request.jinja": "{{ request.application }}",
    "template-object-self.jinja": "{{ self.body }}",
    "template-filter-unknown.jinja": "{{ messages|shell }}",
    "template-test-unknown.jinja": "{{ messages is runnable }}",
    "template-map-unknown.jinja": "{{ messages|map('shell')|list }}",
    "template-map-computed.jinja": "{{ messages|map(bos_token)|list }}",
    "template-includes.jinja": "{% include '/etc/hostname' %}",
    "template-imports.jinja": "{% import 'other.jinja' as other %}",
    "template-imports-names.jinja": "{% from 'other.jinja' import turn %}",
    "template-extends.jinja": "{% extends parent %}",
    "template-long-range.jinja": "{% for i in range(10 ** 9) %}x{% endfor %}",
    "template-long-text.jinja": "{{ 'x' * 1000000000 }}",
    "template-long-steps.jinja": "{% set a = 'x' * 1000 %}{% set b = a * 1000 %}{{ b }}",
    "template-long-field.jinja": "{{ '%1000000000d' % 1 }}",
    "template-long-centre.jinja": "{{ 'x'|center(1000000000) }}",
    "template-power.jinja": "{{ 10 ** 10 ** 10 }}",
    "template-nested-ranges.jinja": "{% for a in range(9000) %}{% for b in range(9000) %}x{% endfor %}{% endfor %}",
    "template-nested-messages.jinja": "{% for a in messages %}{% for b in messages %}{% for c in messages %}{% for d in messages %}x"
    "{% endfor %}{% endfor %}{% endfor %}{% endfor %}",
    "template-doubles.jinja": "{% set ns = namespace(x='x') %}{% for m in messages %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
    "template-unknown-tag.jinja": "{% shell 'echo weighbridge' %}",
    "template-cut-off.jinja": "{% for message in messages %}{{ message.",
    "template-nested.jinja": "{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
    "template-too-long.jinja": "{{ x }}" * 40_000,
}


def _built(prefix: str, texts: Mapping[str, str]) -> dict[str, Callable[[], bytes]]:
    return {f"{prefix}{name}": text.encode for name, text in texts.items()}


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    **{f"{name}.jinja": build for name, build in _built("benign-template-", _HONEST).items()},
    **{f"{name}.jinja": build for name, build in _built("template-escape-", _ESCAPES).items()},
    **_built("", _OTHERS),
}
