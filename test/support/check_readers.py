"""Reads what `train check` wrote by the programs that others use. Arguments: JUnit XML, its schema, a metrics report."""
import json
import shlex
import sys

from junitparser import JUnitXml
from lxml import etree
from prometheus_client.openmetrics.parser import text_string_to_metric_families

junit, schema, metrics = sys.argv[1:]
etree.XMLSchema(etree.parse(schema)).assertValid(etree.parse(junit))
suites = JUnitXml.fromfile(junit)
cases = [
    {"name": case.name, "group": case.classname, "failures": [one.message for one in case.result]}
    for suite in suites
    for case in suite
]
text = open(metrics, encoding="utf-8").read()
samples = [
    {"name": sample.name, "labels": sample.labels, "value": sample.value}
    for family in text_string_to_metric_families(text)
    for sample in family.samples
]
# GitLab: lib/gitlab/ci/parsers/metrics/generic.rb cuts comments off and splits as a shell does
shown = [shlex.split(line.split("#")[0])[1:] for line in text.splitlines() if line.split("#")[0].strip()]
print(json.dumps({"tests": suites.tests, "failures": suites.failures, "cases": cases, "samples": samples, "shown": shown}))
