"""JUnit XML: validated by libxml2 (lxml), opened by junitparser."""

import functools
import pathlib

import junitparser
from lxml import etree


@functools.cache
def schema():
    path = pathlib.Path(__file__).parent.parent / "junit.xsd"
    return etree.XMLSchema(etree.parse(str(path)))


def read(path):
    document = etree.parse(str(path), etree.XMLParser(resolve_entities=False, huge_tree=True))
    schema().assertValid(document)
    suites = junitparser.JUnitXml.fromroot(document.getroot())
    told, time = counts(suites), suites.time
    # What the attributes say must be what can be counted.
    suites.update_statistics()
    if told != counts(suites):
        raise ValueError(f"the attributes say {told}, the cases {counts(suites)}")
    return {"counts": told, "time": time, "suites": [suite(it) for it in suites]}


def counts(it):
    return [it.tests, it.failures, it.errors, it.skipped]


def suite(it):
    properties = {one.name: one.value for one in it.properties()}
    cases = [case(one) for one in it]
    return {"name": it.name, "counts": counts(it), "properties": properties, "cases": cases}


def case(it):
    result = it.result[0] if it.result else None
    return {
        "name": it.name,
        "classname": it.classname,
        "time": it.time,
        "result": type(result).__name__.lower() if it.result else "passed",
        "type": getattr(result, "type", None),
        "message": getattr(result, "message", None),
        "text": getattr(result, "text", None),
        "stdout": it.system_out,
    }
